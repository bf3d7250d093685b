"""What waits for a person: lists it, shows it with the customer's own words, closes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.core.answer import Answer
from reminderbot.core.calendar import start_of_day
from reminderbot.core.case import Case, CaseKind
from reminderbot.core.customer import Customer
from reminderbot.core.dispute import Dispute
from reminderbot.core.hold import Hold, HoldKind, active
from reminderbot.core.note import Note
from reminderbot.core.undo import Undo, UndoKind
from reminderbot.desk import typed
from reminderbot.desk.hold import release_in
from reminderbot.desk.missed import Missed, missed
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import answer, case, dispute, hold, inbox, note, people, undo, user

# Whoever puts a matter off for longer wants it settled.
LONGEST_SNOOZE = timedelta(days=180)
_LONGEST_NAME = 100

# Cases that no reply opened, and the pause that came with each.
_HOLD_OF = {
    CaseKind.OLD_DEBT: HoldKind.OLD_DEBT,
    CaseKind.REVIEW: HoldKind.REVIEW,
    CaseKind.BROKEN_PROMISE: HoldKind.BROKEN_PROMISE,
    CaseKind.MISSED_INSTALMENT: HoldKind.MISSED_INSTALMENT,
    CaseKind.DELIVERY: HoldKind.DELIVERY,
    CaseKind.RETURNED: HoldKind.RETURNED,
    CaseKind.POSSIBLY_PAID: HoldKind.POSSIBLY_PAID,
}


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with all that belongs to it."""

    case: Case
    customer: Customer | None
    # The message that opened it, with what it was understood to say.
    reply: Row[Any] | None
    # What pauses the customer because of it.
    holds: tuple[Hold, ...]
    # What else pauses them.
    other_holds: tuple[Hold, ...]
    # What people have put into lanes, the oldest first.
    disputes: tuple[Dispute, ...] = ()
    # What people wrote down, the oldest first.
    notes: tuple[Note, ...] = ()
    # What people wrote back in it, the oldest first.
    answers: tuple[Answer, ...] = ()
    # The promise that was not kept, where it asks for a talk about one.
    missed: Missed | None = None
    # What takes back what was just done with it.
    undo: Undo | None = None


def waiting(connection: Connection, now: datetime | None = None) -> list[tuple[Case, Customer | None]]:
    """Open cases with their customers, the most urgent first; at `now`, those that nobody has put off."""
    return [
        (found, people.get(connection, found.customer_id) if found.customer_id else None)
        for found in case.waiting(connection, now=now)
    ]


def next_waiting(connection: Connection, now: datetime) -> Case | None:
    """The most urgent case that nobody has put off; None: nothing waits."""
    return next(iter(case.waiting(connection, now=now)), None)


def show(house: House, connection: Connection, case_id: int) -> CaseFile:
    """One case; Refused where there is none of that number."""
    found = case.get(connection, case_id)
    if found is None:
        raise Refused(f"There is no case {case_id}: `reminderbot case list` shows those that wait.")
    customer = people.get(connection, found.customer_id) if found.customer_id else None
    reply = inbox.get(connection, found.inbound_id) if found.inbound_id else None
    own = pauses(house, connection, found)
    held: tuple[Hold, ...] = ()
    if found.customer_id:
        known = hold.of_customers(connection, [found.customer_id]).get(found.customer_id, ())
        held = active(known, house.clock.now())
    ids = {h.hold_id for h in own}
    return CaseFile(
        found,
        customer,
        reply,
        own,
        tuple(h for h in held if h.hold_id not in ids),
        tuple(dispute.of_case(connection, case_id)),
        tuple(note.of_case(connection, case_id, found.customer_id)),
        tuple(answer.of_case(connection, case_id)),
        missed(house, connection, found),
    )


def open_case(house: House, connection: Connection, case_id: int) -> CaseFile:
    """One case that still waits; Refused where there is none of that number, or it is closed."""
    found = show(house, connection, case_id)
    if found.case.resolved_at is not None:
        raise Refused(f"Case {case_id} was resolved already: {found.case.resolution}")
    return found


def pauses(house: House, connection: Connection, found: Case) -> tuple[Hold, ...]:
    """What stands because of this case alone."""
    return active(_holds(connection, found), house.clock.now())


def _holds(connection: Connection, found: Case) -> list[Hold]:
    """The holds that came with a case: of the same reply, or of the same matter where no reply opened it."""
    if found.inbound_id is not None:
        return [h for h in hold.of_inbound(connection, found.inbound_id) if h.customer_id == found.customer_id]
    kind, marked = _HOLD_OF.get(found.kind), {known.hold_id for known in dispute.of_case(connection, found.case_id)}
    if found.customer_id is None:
        return []
    held = hold.of_customers(connection, [found.customer_id]).get(found.customer_id, ())
    return [h for h in held if h.kind is kind or h.hold_id in marked]


def resolve(house: House, actor: str, case_id: int, resolution: str, *, lift: bool = False) -> CaseFile:
    """Close a case with a person's word on it, and with `lift` lift the holds that came with it.

    Gives the case as it stands then: the holds in it still pause the customer. Refused where it is closed already.
    """
    resolution = typed.words(resolution, "Say what came of it, e.g. `reminderbot case resolve 12 they pay on Friday`.")
    with house.store.writing() as connection:
        before = open_case(house, connection, case_id)
        now = house.clock.now()
        case.resolve(connection, case_id, resolution, now, actor)
        lifted: list[Hold] = []
        if lift:
            why = f"case {case_id} was resolved: {resolution}"
            lifted = release_in(house, connection, actor, [h.hold_id for h in before.holds], why)
        back = undo.remember(
            connection, UndoKind.RESOLVED, actor, now, {"holds": [h.hold_id for h in lifted]},
            customer_id=before.case.customer_id, case_id=case_id,
        )  # fmt: skip
        return replace(show(house, connection, case_id), undo=back)


@dataclass(frozen=True, slots=True)
class Moved:
    """A case as it stands after somebody put it off or gave it to somebody, and what takes that back."""

    case: Case
    undo: Undo


def snooze(house: House, actor: str, case_id: int, until: date) -> Moved:
    """Take a case off the list until the morning of `until`; what it pauses stays paused."""
    now = house.clock.now()
    today = now.astimezone(house.rules.zone).date()
    if until <= today:
        raise Refused(f"{until} is not a day to come: name tomorrow or later.")
    if until > today + LONGEST_SNOOZE:
        raise Refused(f"{until} is too far off: put a case off for {LONGEST_SNOOZE.days} days at most.")
    with house.store.writing() as connection:
        found = open_case(house, connection, case_id).case
        back = start_of_day(until, house.rules.zone)
        case.snooze(connection, found, back, now, actor)
        data = {
            "before": found.snoozed_until.isoformat() if found.snoozed_until else None,
            "after": back.isoformat(),
        }
        return _moved(connection, UndoKind.SNOOZED, actor, found, data, now)


def assign(house: House, actor: str, case_id: int, name: str) -> Moved:
    """Give a case to somebody; an empty name: to nobody in particular."""
    return _give(house, actor, case_id, name, "")


def hand_over(house: House, actor: str, case_id: int, name: str, words: str) -> Moved:
    """Give a case to a colleague, with a word on how things stand."""
    if not name.strip() or not words.strip():
        raise Refused("Say who takes it over, and how things stand.")
    return _give(house, actor, case_id, name, typed.words(words))


def _give(house: House, actor: str, case_id: int, name: str, words: str) -> Moved:
    now = house.clock.now()
    with house.store.writing() as connection:
        found = open_case(house, connection, case_id).case
        to = _colleague(connection, name)
        if words:
            note.write(connection, words, now, actor, customer_id=found.customer_id, case_id=case_id)
        case.assign(connection, found, to, now, actor)
        data = {"before": found.assigned_to, "after": to}
        return _moved(connection, UndoKind.ASSIGNED, actor, found, data, now)


def _moved(
    connection: Connection, kind: UndoKind, actor: str, found: Case, data: Mapping[str, str | None], now: datetime
) -> Moved:
    back = undo.remember(connection, kind, actor, now, data, customer_id=found.customer_id, case_id=found.case_id)
    after = case.get(connection, found.case_id)
    assert after is not None
    return Moved(after, back)


def _colleague(connection: Connection, name: str) -> str:
    """The name as it is written at the desk; where nobody signs in there, whatever it is."""
    name = name.strip()
    if not name:
        return ""
    known = [row.name for row in user.every(connection) if row.closed_at is None]
    if known and name.lower() not in known:
        raise Refused(f"Nobody at the desk is called {name}: there are {', '.join(known)}.")
    if len(name) > _LONGEST_NAME:
        raise Refused(f"A name has {_LONGEST_NAME} letters at most.")
    return name.lower() if known else name
