"""Old debts parked at first sight: who waits, and letting their conversations begin, one by one or a few a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from reminderbot.core.calendar import BusinessDays, start_of_day
from reminderbot.core.case import Case, CaseKind
from reminderbot.core.hold import Hold, HoldKind
from reminderbot.core.money import Money, subtotals
from reminderbot.core.ramp import begins_on, through_on
from reminderbot.core.undo import Undo, UndoKind
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import case, hold, ledger, listing, outbox, people, said, undo


@dataclass(frozen=True, slots=True)
class Parked:
    """One customer whose old invoices wait for a person's word."""

    case_id: int
    customer_id: str
    customer: str
    invoices: tuple[str, ...]
    owed: tuple[Money, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class Begun:
    """How many conversations may begin, on which days the first and the last of them, and what takes that back."""

    count: int
    first_on: date
    last_on: date
    undo: Undo


@dataclass(frozen=True, slots=True)
class Queue:
    """Who has never heard from us and waits for a day with room, and who waits for a person or their day."""

    # Planned letters to strangers that today has no room for, and the day on which the last of them may leave.
    waiting: int
    a_day: int
    through_on: date
    # Customers with old debts that nobody has decided about.
    parked: int
    # Customers whose old debts a person has let begin, later than now, and the last day of those.
    letting_go: int
    last_on: date | None

    @property
    def is_empty(self) -> bool:
        return not (self.waiting or self.parked or self.letting_go)


def parked(connection: Connection) -> list[Parked]:
    """All who wait, the longest first."""
    found = [(one, one.customer_id) for one in case.waiting(connection, kinds=[CaseKind.OLD_DEBT]) if one.customer_id]
    names = people.names(connection, [key for _, key in found])
    owed = _owed(connection, [one for one, _ in found])
    return [
        Parked(one.case_id, key, names.get(key, key), one.invoices, owed[one.case_id], one.opened_at)
        for one, key in found
    ]


def _owed(connection: Connection, cases: Sequence[Case]) -> dict[int, tuple[Money, ...]]:
    """What is open on the invoices of each case."""
    rows: dict[str, Money] = {}
    for some in ledger.chunks(sorted({one.customer_id for one in cases if one.customer_id})):
        rows |= {row.number: Money(row.balance, row.currency) for row in listing.open_invoices(connection, some)}
    return {one.case_id: subtotals(rows[number] for number in one.invoices if number in rows) for one in cases}


def working(house: House) -> BusinessDays:
    """The days on which conversations begin: somebody is there to read what comes back."""
    at_work = house.rules.at_work
    return at_work.days if at_work else house.rules.business_days("")


def begin(house: House, actor: str, case_ids: Sequence[int], a_day: int | None = None) -> Begun:
    """Let the conversations of these cases begin, so many a working day from today on, in their order.

    Each begins with the first letter of its ladder. Refused where one of them does not wait, or is no parked debt.
    """
    now, pace = house.clock.now(), house.limits.first_contacts_per_day if a_day is None else a_day
    if not case_ids:
        raise Refused("Say which: nobody's old debts wait for a word." if a_day is None else "Nobody was chosen.")
    if not 1 <= pace <= house.limits.first_contacts_per_day:
        most = house.limits.first_contacts_per_day
        raise Refused(f"{pace} a day is outside 1 to {most}, which [sending] first_contacts_per_day allows.")
    today = now.astimezone(house.rules.zone).date()
    days = [begins_on(place, pace, today, working(house)) for place in range(len(case_ids))]
    placed: list[int] = []
    lifted: list[int] = []
    with house.store.writing() as connection:
        cases = [_open(connection, case_id) for case_id in case_ids]
        keys = [one.customer_id or "" for one in cases]
        holds = _parking(connection, keys)
        for one, on in zip(cases, days, strict=True):
            gone = f"{actor} let the conversation begin" if on <= today else f"{actor} lets it begin on {on}"
            case.resolve(connection, one.case_id, gone, now, actor)
            for known in holds.get(one.customer_id or "", ()):
                hold.release(connection, known.hold_id, now, actor, gone)
                lifted.append(known.hold_id)
                if on > today:
                    placed.append(_until(house, connection, known, on, gone, now, actor))
        ledger.review(connection, set(keys), now)
        data = {"cases": list(case_ids), "lifted": lifted, "placed": placed}
        back = undo.remember(connection, UndoKind.BEGUN, actor, now, data)
    return Begun(len(case_ids), days[0], days[-1], back)


def _open(connection: Connection, case_id: int) -> Case:
    found = case.get(connection, case_id)
    if found is None or found.kind is not CaseKind.OLD_DEBT or found.customer_id is None:
        raise Refused(f"Case {case_id} is no old debt that waits: `reminderbot parked list` shows them.")
    if found.resolved_at is not None:
        raise Refused(f"Case {case_id} was resolved already: {found.resolution}")
    return found


def _parking(connection: Connection, keys: Sequence[str]) -> dict[str, list[Hold]]:
    """What parks these customers' old debts."""
    found: dict[str, list[Hold]] = {}
    for some in ledger.chunks(sorted(set(keys))):
        for key, held in hold.of_customers(connection, some).items():
            found[key] = [known for known in held if known.kind is HoldKind.OLD_DEBT]
    return found


def _until(house: House, connection: Connection, known: Hold, on: date, why: str, now: datetime, actor: str) -> int:
    until = start_of_day(on, house.rules.zone)
    return hold.place(
        connection, known.customer_id, HoldKind.OLD_DEBT, why, now, until=until, invoices=known.invoices, actor=actor
    )


def queue(house: House, connection: Connection, now: datetime) -> Queue:
    """Who waits for the beginning of a conversation at this moment, and until when."""
    today = now.astimezone(house.rules.zone).date()
    start, a_day = start_of_day(today, house.rules.zone), house.limits.first_contacts_per_day
    tomorrow = start_of_day(today + timedelta(days=1), house.rules.zone)
    keys = sorted({row.customer_id for row in outbox.planned(connection) if row.follows is None})
    new = sum(len(said.strangers(connection, some)) for some in ledger.chunks(keys))
    room = max(0, a_day - said.first_contacts_since(connection, start))
    days = working(house)
    later = [h for h in hold.of_kind(connection, HoldKind.OLD_DEBT) if h.until is not None and h.until >= tomorrow]
    last = max((h.until for h in later if h.until), default=None)
    return Queue(
        waiting=max(0, new - room),
        a_day=a_day,
        through_on=through_on(new, room, a_day, today, days),
        parked=len(case.waiting(connection, kinds=[CaseKind.OLD_DEBT])),
        letting_go=len({h.customer_id for h in later}),
        last_on=last.astimezone(house.rules.zone).date() if last else None,
    )
