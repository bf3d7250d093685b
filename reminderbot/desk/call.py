"""The telephone: what came of a call, which does what they said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import assert_never
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from reminderbot.core.calendar import HARD_END, HARD_START
from reminderbot.core.call import (
    Attempt,
    message_left_today,
)
from reminderbot.core.case import CaseKind
from reminderbot.core.customer import Customer
from reminderbot.core.facts import Facts
from reminderbot.core.hold import HoldKind, active
from reminderbot.core.ladder import Channel
from reminderbot.core.lane import LANES
from reminderbot.core.lane import Reason as Stands
from reminderbot.core.note import CallResult
from reminderbot.core.undo import Undo, UndoKind
from reminderbot.desk import typed
from reminderbot.desk.call_list import FURTHEST, LOOK_BACK, number_hash, their_day
from reminderbot.desk.dispute import Marked, mark_in
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.desk.hold import release_in
from reminderbot.desk.note import about_of
from reminderbot.desk.promise import Promised, note_in
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import case, contact, hold, ledger, note, people, undo

# Where what they say on the telephone waits for a person: as if they had written it.
_CASE_OF = {
    HoldKind.PAID: CaseKind.PAID,
    HoldKind.WRONG_CONTACT: CaseKind.WRONG_CONTACT,
    HoldKind.HARDSHIP: CaseKind.HARDSHIP,
    HoldKind.LEGAL: CaseKind.LEGAL,
    HoldKind.SENSITIVE: CaseKind.SENSITIVE,
}


@dataclass(frozen=True, slots=True)
class Called:
    """A call as it was noted, and what it led to."""

    note_id: int
    customer: Customer
    result: CallResult
    # Each where they said so.
    promised: Promised | None
    marked: Marked | None
    # The matter that waits for a person now; None: none does because of it.
    case_id: int | None
    # Those that it closed.
    resolved: tuple[int, ...]
    # When they are called again, where they said so.
    again_at: datetime | None
    undo: Undo


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said on the telephone, as far as the result asks for it."""

    # PROMISE: by which day, and how much; none: all that is open.
    due_on: date | None = None
    amount: Decimal | None = None
    # PROMISE, PAID, DISPUTE: which; none: all that is open.
    invoices: tuple[str, ...] = ()
    # DISPUTE: why.
    reason: Stands | None = None
    # CALL_BACK: when, by their own clock.
    at: datetime | None = None


def call(
    house: House, actor: str, about: int | str | Exactly, result: CallResult, words: str = "", said: Said | None = None
) -> Called:
    """Note how a call went, with a case or a customer, and do what they said as if they had written it.

    A promise pauses what it is about; what is contested or said to be paid rests as its lane has it; a call they asked
    for pauses everything until somebody has talked with them; a wrong number is called and texted no more.
    Whatever was said, the ladder's own wish for a call is fulfilled once somebody was spoken to.
    """
    told = typed.words(words, "Say what came of the call." if result is CallResult.REACHED else "")
    with house.store.writing() as connection:
        customer_id, case_id = about_of(house, connection, about)
        if customer_id is None:
            raise Refused("This case belongs to no customer: write it down as a note.")
        return _note(house, connection, actor, customer_id, case_id, result, told, said or Said())


@dataclass(slots=True)
class _Effect:
    """What a call changed, as it is put back."""

    placed: list[int]
    lifted: list[int]
    cases: list[int]
    inner: int | None = None
    closed: str = ""
    promised: Promised | None = None
    marked: Marked | None = None
    # The matter that waits for a person now, and the same where the call opened it.
    case_id: int | None = None
    opened: int | None = None


def _note(
    house: House,
    connection: Connection,
    actor: str,
    key: str,
    case_id: int | None,
    result: CallResult,
    words: str,
    said: Said,
) -> Called:
    now = house.clock.now()
    who = one_customer(connection, Exactly(key))
    facts = house.gatherer.gather(connection, [key], now).get(key)
    attempts = note.calls_of(connection, [key], now - LOOK_BACK).get(key, [])
    again_at = _hour(house, who, said.at) if result is CallResult.CALL_BACK else None
    _refuse(house, facts, attempts, result, said, now)
    if result is CallResult.CALL_BACK:
        _refuse_hour(again_at, now, house.clock_of(who))
    asked = _asked(connection, key, now)
    number = note.write(
        connection, words, now, actor,
        customer_id=key, case_id=case_id, call=result, again_at=again_at,
        number_hash=number_hash(house, who),
    )  # fmt: skip
    effect = _Effect([], [], [])
    _do(house, connection, actor, who, result, words, said, again_at, effect)
    if result.is_talk:
        lifted = release_in(house, connection, actor, asked, f"{actor} talked with them")
        effect.lifted = [known.hold_id for known in lifted]
        if result is not CallResult.CALL_BACK:
            _fulfil(connection, actor, key, result, words, said, effect, now)
    ledger.review(connection, [key], now)
    data = {"note": number, "placed": effect.placed, "lifted": effect.lifted, "cases": effect.cases}
    data |= {"inner": effect.inner, "closed": effect.closed, "opened": effect.opened}
    back = undo.remember(connection, UndoKind.CALLED, actor, now, data, customer_id=key, case_id=case_id)
    return Called(
        number, who, result, effect.promised, effect.marked, effect.case_id, tuple(effect.cases), again_at, back
    )


def _asked(connection: Connection, key: str, now: datetime) -> list[int]:
    standing = active(hold.of_customers(connection, [key]).get(key, ()), now)
    return [known.hold_id for known in standing if known.kind is HoldKind.CALL_BACK]


def _refuse(
    house: House, facts: Facts | None, attempts: Sequence[Attempt], result: CallResult, said: Said, now: datetime
) -> None:
    """Refuse what cannot be, or what nobody should do."""
    match result:
        case CallResult.PROMISE if said.due_on is None:
            raise Refused("Say by which day they will pay.")
        case CallResult.DISPUTE if said.reason is None:
            raise Refused("Say why, and which invoices it is about.")
        case CallResult.MESSAGE_LEFT if facts is not None:
            left = message_left_today(attempts, their_day(house, facts), now)
            if left is not None:
                raise Refused(
                    f"A message was left for them today already ({left.astimezone(house.rules.zone):%H:%M}): one a day"
                    " is enough. Where nobody picked up, note that nobody answered."
                )
        case CallResult.WRONG_NUMBER if facts is not None and not facts.account.customer.contact.phone:
            raise Refused("No number of theirs is on record that could be wrong.")
        case _:
            pass


def _hour(house: House, who: Customer, at: datetime | None) -> datetime | None:
    """The moment at which it is so late where they are."""
    if at is None or at.tzinfo is not None:
        return at
    return at.replace(tzinfo=house.clock_of(who)).astimezone(UTC)


def _refuse_hour(at: datetime | None, now: datetime, clock: ZoneInfo) -> None:
    if at is None:
        raise Refused("Say when they want to be called.")
    if at <= now:
        raise Refused("That hour has passed already: name one to come, by their own clock.")
    if at > now + FURTHEST:
        raise Refused(f"That is too far off: {FURTHEST.days} days at most.")
    there = at.astimezone(clock).time()
    # Nobody means three in the night: fifteen hours was meant, or another clock than theirs.
    if not HARD_START <= there <= HARD_END:
        hours = f"from {HARD_START:%H:%M} to {HARD_END:%H:%M}"
        raise Refused(f"It is {there:%H:%M} there then: name an hour {hours}, by their own clock.")


def _do(
    house: House,
    connection: Connection,
    actor: str,
    who: Customer,
    result: CallResult,
    words: str,
    said: Said,
    again_at: datetime | None,
    effect: _Effect,
) -> None:
    """Do what they said."""
    match result:
        case CallResult.PROMISE:
            assert said.due_on is not None
            made = note_in(house, connection, actor, Exactly(who.customer_id), said.due_on, said.amount, said.invoices)
            effect.promised, effect.inner = made, made.undo.undo_id
        case CallResult.PAID:
            _mark(house, connection, actor, who, Stands.PAID, words, said.invoices, effect)
        case CallResult.DISPUTE:
            assert said.reason is not None
            _mark(house, connection, actor, who, said.reason, words, said.invoices, effect)
        case CallResult.CALL_BACK:
            assert again_at is not None
            effect.placed = [_wait_for(house, connection, actor, who, again_at)]
        case CallResult.WRONG_NUMBER:
            effect.closed = _close(house, connection, actor, who)
        case CallResult.REACHED | CallResult.NO_ANSWER | CallResult.MESSAGE_LEFT:
            pass
        case _:
            assert_never(result)


def _mark(
    house: House,
    connection: Connection,
    actor: str,
    who: Customer,
    reason: Stands,
    words: str,
    invoices: Collection[str],
    effect: _Effect,
) -> None:
    """Put it into its lane, in a case of its own: what a person does next stands there."""
    key, lane = who.customer_id, LANES[reason]
    about = tuple(invoices) or people.open_numbers(connection, key)
    if not about:
        raise Refused(f"Nothing is open at {who.name}: write it down as a note.")
    why = f"they told {actor} on the telephone: {lane.name}"
    kind = _CASE_OF.get(lane.hold, CaseKind.DISPUTE)
    now = house.clock.now()
    before = {one.case_id for one in case.waiting(connection, key)}
    number = case.open_one(connection, kind, key, why, now, words=words, invoices=about)
    marked = mark_in(house, connection, actor, number, reason, about, words=words, alone=True)
    effect.marked, effect.inner = marked, marked.undo.undo_id
    effect.case_id, effect.opened = number, None if number in before else number


def _wait_for(house: House, connection: Connection, actor: str, who: Customer, at: datetime) -> int:
    there = at.astimezone(house.clock_of(who))
    why = f"they asked {actor} to call them again on {there:%Y-%m-%d at %H:%M} their time; talk with them first"
    return hold.place(connection, who.customer_id, HoldKind.CALL_BACK, why, house.clock.now(), actor=actor)


def _close(house: House, connection: Connection, actor: str, who: Customer) -> str:
    """Text the number no more, either: it is somebody else's; gives its hash where that can be taken back."""
    digest = number_hash(house, who)
    before = contact.closed(connection, [], [digest])[0]
    why = f"it is the number of somebody else (noted by {actor})"
    now = house.clock.now()
    contact.close(connection, digest, Channel.SMS, contact.DEAD, why, who.customer_id, now, actor)
    return "" if before else digest


def _fulfil(
    connection: Connection,
    actor: str,
    key: str,
    result: CallResult,
    words: str,
    said: Said,
    effect: _Effect,
    now: datetime,
) -> None:
    """The ladder wanted a call, and it was made; a promise for everything answers a broken one, too."""
    done = {CaseKind.CALL}
    if result is CallResult.PROMISE and not said.invoices:
        done.add(CaseKind.BROKEN_PROMISE)
    for waiting in case.waiting(connection, key, kinds=done):
        case.resolve(connection, waiting.case_id, _outcome(result, words, said), now, actor)
        effect.cases.append(waiting.case_id)


def _outcome(result: CallResult, words: str, said: Said) -> str:
    told = f": {words}" if words else ""
    match result:
        case CallResult.PROMISE:
            return f"telephoned; they promised to pay by {said.due_on}{told}"
        case CallResult.PAID:
            return f"telephoned; they say that it is paid{told}"
        case CallResult.DISPUTE:
            assert said.reason is not None
            return f"telephoned; {LANES[said.reason].name}{told}"
        case _:
            return f"telephoned{told}"
