"""Puts what stands in the way into its lane, so that only that rests, and settles it: it goes on gently, or waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from reminderbot.core.dispute import Dispute
from reminderbot.core.facts import Facts
from reminderbot.core.hold import WHOLE_CUSTOMER, Hold, HoldKind
from reminderbot.core.lane import LANES, Reason
from reminderbot.core.resume import Resuming, resuming
from reminderbot.core.undo import Undo, UndoKind
from reminderbot.desk import typed
from reminderbot.desk.case import CaseFile, open_case, show
from reminderbot.desk.hold import release_in
from reminderbot.desk.lane import unconfirmed
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import case, dispute, hold, ledger, people, undo


@dataclass(frozen=True, slots=True)
class Marked:
    """What rests now."""

    hold_id: int
    # Empty: all of the customer's.
    invoices: tuple[str, ...]
    # What else still pauses the customer.
    remaining: tuple[Hold, ...]
    # Invoices that the reply also speaks of, and nobody has said yet what about them.
    unconfirmed: tuple[str, ...]
    undo: Undo


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of it."""

    # What rests now, and up to which day; no day: until a person lifts it; no hold: nothing is open any more.
    hold_id: int | None
    resumes_on: date | None
    invoices: tuple[str, ...]
    remaining: tuple[Hold, ...]
    # Other matters of the case wait still.
    is_case_open: bool
    undo: Undo


def mark(
    house: House,
    actor: str,
    case_id: int,
    reason: Reason,
    invoices: Sequence[str] = (),
    *,
    words: str = "",
    until: date | None = None,
    alone: bool = False,
) -> Marked:
    """Say why something rests, and which invoices: the others go on where nothing else holds them.

    What was marked before in this case for the same invoices gives way. Where the reply speaks of other invoices
    too, the pause on everything stays until they have been marked as well, unless this is all that it says (`alone`).
    `until` is for papers that are on their way: then it goes on by itself from that day.
    """
    with house.store.writing() as connection:
        return mark_in(house, connection, actor, case_id, reason, invoices, words=words, until=until, alone=alone)


def mark_in(
    house: House,
    connection: Connection,
    actor: str,
    case_id: int,
    reason: Reason,
    invoices: Sequence[str] = (),
    *,
    words: str = "",
    until: date | None = None,
    alone: bool = False,
) -> Marked:
    """The same inside a transaction that does more."""
    now = house.clock.now()
    seen = open_case(house, connection, case_id)
    key, numbers = _customer_of(seen), _contested(connection, seen, reason, invoices)
    ends = _ends(house, connection, key, reason, numbers, until, now)
    _refuse_narrower(seen, reason)
    told = typed.words(words)
    why = _resting(reason, numbers, told, ends)
    placed = _place(connection, seen, LANES[reason].hold, why, now, actor, numbers, ends)
    moved = _make_room(connection, seen, numbers, now, actor)
    number = dispute.mark(connection, case_id, key, reason, numbers, placed, now, actor, told)
    left = () if alone or not numbers else unconfirmed(house, connection, seen)
    lifted = _lift(house, connection, actor, seen, moved, placed, everything=not left)
    case.is_about(connection, case_id, _about(connection, seen, numbers))
    ledger.review(connection, [key], now)
    data = {"dispute": number, "placed": [placed, *moved.placed], "lifted": lifted, "before": moved.before}
    data |= {"invoices": list(seen.case.invoices)}
    back = undo.remember(connection, UndoKind.DISPUTED, actor, now, data, customer_id=key, case_id=case_id)
    remaining = _besides(house, connection, seen, placed)
    return Marked(placed, numbers, remaining, left, back)


def confirmed(house: House, actor: str, case_id: int) -> None:
    """Lift the pause on everything, once all that the reply speaks of rests for a reason of its own."""
    with house.store.writing() as connection:
        seen = open_case(house, connection, case_id)
        if seen.customer is None or unconfirmed(house, connection, seen):
            return
        own = {known.hold_id for known in seen.disputes}
        general = [known.hold_id for known in seen.holds if known.hold_id not in own and not _is_grave(known)]
        release_in(house, connection, actor, general, f"all that case {case_id} speaks of was marked")


def settle(
    house: House,
    actor: str,
    case_id: int,
    *,
    upheld: bool | None = None,
    note: str,
    credit: Decimal | None = None,
    on: date | None = None,
    matter: int | None = None,
) -> Settled:
    """Say what became of a matter, and close its case where nothing else in it waits.

    Upheld, the invoices rest until a person lifts the pause, or until as much as `credit` is credited in the books.
    Else reminders go on by themselves: from the tier where they stood, never sooner than that ladder's spacing from
    today, nor than the day `on`. Whatever only a person may end stays as it is.
    """
    now = house.clock.now()
    note = typed.words(note, "Say in a sentence how it was settled: a colleague will read it.")
    with house.store.writing() as connection:
        seen = open_case(house, connection, case_id)
        known = _meant(seen, matter)
        upheld = _right(known, upheld=upheld)
        _refuse_settling(house, connection, known, credit, now, upheld=upheld)
        goes_on = known.lane.goes_on and not upheld
        pause = _resuming(house, connection, known, now, on) if goes_on else None
        placed = _settled_hold(connection, seen, known, pause, credit, now, actor, upheld=upheld)
        lifted = _lift_own(connection, actor, known, placed, now) if placed or goes_on else []
        stands = placed or (known.hold_id if not goes_on else 0)
        dispute.settle(connection, known, stands, upheld=upheld, note=note, now=now, actor=actor, credit=credit)
        is_open = _waits_still(house, connection, case_id)
        if not is_open:
            case.resolve(connection, case_id, f"{_outcome(known, upheld=upheld)}: {note}", now, actor)
        ledger.review(connection, [known.customer_id], now)
        data = {"dispute": known.dispute_id, "placed": [placed] if placed else [], "lifted": lifted, "open": is_open}
        key = known.customer_id
        back = undo.remember(connection, UndoKind.SETTLED, actor, now, data, customer_id=key, case_id=case_id)
        remaining = _besides(house, connection, seen, stands)
    day = pause.on if pause else None
    return Settled(stands or None, day, known.invoices, remaining, is_open, back)


# ---- marking


@dataclass(frozen=True, slots=True)
class _Room:
    """What gave way to a new mark."""

    # Holds in the place of those that were wider, and those that they took the place of.
    placed: list[int]
    gone: list[int]
    # Holds of other matters in the case, which stay.
    kept: list[int]
    before: list[dict[str, Any]]


def _make_room(connection: Connection, seen: CaseFile, numbers: Sequence[str], now: datetime, actor: str) -> _Room:
    """Take these invoices out of what was marked before in the case; none: everything."""
    room = _Room([], [], [], [])
    for known in seen.disputes:
        if known.upheld is not None:
            continue
        rest = [number for number in known.invoices if numbers and number not in numbers]
        if rest == list(known.invoices) and rest:
            room.kept.append(known.hold_id)
            continue
        room.before.append(_kept(known))
        room.gone.append(known.hold_id)
        if not rest:
            dispute.forget(connection, known.dispute_id)
            continue
        why = _resting(known.reason, rest, known.words, None)
        again = _place(connection, seen, known.lane.hold, why, now, actor, rest)
        dispute.narrow(connection, known.dispute_id, rest, again)
        room.placed.append(again)
    return room


def _lift(
    house: House, connection: Connection, actor: str, seen: CaseFile, room: _Room, placed: int, *, everything: bool
) -> list[int]:
    """Lift what the new mark takes the place of: with `everything` the case's general pause too; gives those."""
    settled = [known.hold_id for known in seen.disputes if known.upheld is not None]
    stays = {*room.kept, *settled, placed}
    gone = [h.hold_id for h in seen.holds if h.hold_id not in stays and (everything or h.hold_id in room.gone)]
    lifted = release_in(house, connection, actor, gone, f"hold {placed} stands now")
    return [known.hold_id for known in lifted]


def _place(
    connection: Connection,
    seen: CaseFile,
    kind: HoldKind,
    why: str,
    now: datetime,
    actor: str,
    invoices: Sequence[str],
    until: datetime | None = None,
) -> int:
    return hold.place(
        connection, _customer_of(seen), kind, why, now,
        until=until, invoices=invoices, inbound_id=seen.case.inbound_id, actor=actor,
    )  # fmt: skip


def _ends(
    house: House,
    connection: Connection,
    key: str,
    reason: Reason,
    numbers: Sequence[str],
    until: date | None,
    now: datetime,
) -> datetime | None:
    """When the pause ends by itself: on the day that a person chose, and not before the ladder's spacing."""
    if until is None:
        return None
    if LANES[reason].hold is not HoldKind.PAPERWORK:
        raise Refused("Only papers that are on their way come by a day: leave the day out, and settle it when it is.")
    typed.day_to_come(until, now.astimezone(house.rules.zone).date())
    return resuming(_facts(house, connection, key, now), numbers, house.rules, now, until).until


def _refuse_narrower(seen: CaseFile, reason: Reason) -> None:
    if LANES[reason].is_whole_customer:
        return
    if grave := [known for known in seen.holds if _is_grave(known)]:
        raise Refused(
            f"Hold {grave[0].hold_id} ({grave[0].kind}) is for the whole customer whatever is contested:"
            " lift it first, if that matter is settled."
        )


def _is_grave(known: Hold) -> bool:
    return known.kind in WHOLE_CUSTOMER


def _resting(reason: Reason, numbers: Sequence[str], words: str, ends: datetime | None) -> str:
    about = ", ".join(numbers) or "everything"
    told = f": {words}" if words else ""
    follows = f"it goes on by itself from {ends:%Y-%m-%d}" if ends else "settle it to go on"
    return f"{about} rests ({LANES[reason].name}){told}; {follows}"


def _contested(connection: Connection, seen: CaseFile, reason: Reason, invoices: Sequence[str]) -> tuple[str, ...]:
    """The invoices as the ledger writes them, in its order; none: the matter is about the whole customer."""
    key, lane = _customer_of(seen), LANES[reason]
    known = people.open_numbers(connection, key)
    if lane.is_whole_customer or (lane.hold is HoldKind.WRONG_CONTACT and not invoices):
        return ()
    if not invoices:
        raise Refused(f"Say which invoices are contested: open are {', '.join(known) or 'none'}.")
    wanted = {number.casefold() for number in invoices}
    if unknown := [number for number in invoices if number.casefold() not in {n.casefold() for n in known}]:
        raise Refused(f"{', '.join(unknown)} is not open at {seen.customer.name if seen.customer else key}.")
    return tuple(number for number in known if number.casefold() in wanted)


def _about(connection: Connection, seen: CaseFile, numbers: Sequence[str]) -> list[str]:
    """Every invoice that something was marked for in the case; what it was about before where nothing names any."""
    marked = dispute.of_case(connection, seen.case.case_id)
    named = dict.fromkeys(number for known in marked for number in known.invoices)
    return list(named) or list(numbers) or list(seen.case.invoices)


def _kept(known: Dispute) -> dict[str, Any]:
    """An earlier mark, for putting it back."""
    return {
        "dispute": known.dispute_id,
        "reason": known.reason.value,
        "invoices": list(known.invoices),
        "words": known.words,
        "hold": known.hold_id,
    }


# ---- settling


def _meant(seen: CaseFile, matter: int | None) -> Dispute:
    number = seen.case.case_id
    waiting = [known for known in seen.disputes if known.upheld is None]
    chosen = [known for known in waiting if matter in (None, known.dispute_id)]
    if not chosen:
        raise Refused(f"Nobody has said yet what case {number} contests: mark its reason and invoices first.")
    if len(chosen) > 1:
        names = "; ".join(f"{known.dispute_id}: {', '.join(known.invoices)} ({known.lane.name})" for known in chosen)
        raise Refused(f"Case {number} holds several matters, say which one is settled: {names}.")
    return chosen[0]


def _right(known: Dispute, *, upheld: bool | None) -> bool:
    """Whether they were right, where that is a question."""
    if known.lane.is_contested and upheld is None:
        raise Refused(f"Say whether they were right about {', '.join(known.invoices) or 'it'}: upheld, or not upheld.")
    if upheld and not known.lane.is_contested:
        raise Refused(f"Nothing is contested there ({known.lane.name}): it is settled, or it still rests.")
    return bool(upheld)


def _refuse_settling(
    house: House, connection: Connection, known: Dispute, credit: Decimal | None, now: datetime, *, upheld: bool
) -> None:
    if credit is None:
        return
    typed.amount(credit)
    if not upheld or not known.invoices:
        raise Refused("A credit is for a dispute over invoices that was upheld: leave the sum out.")
    facts = _facts(house, connection, known.customer_id, now)
    items = facts.account.items if facts else ()
    if len({item.balance.currency for item in items if item.invoice.number in known.invoices}) > 1:
        raise Refused("These invoices are in several currencies: leave the sum out, and lift the pause yourself.")


def _resuming(house: House, connection: Connection, known: Dispute, now: datetime, on: date | None) -> Resuming | None:
    """The pause before what it was about goes on; None where none of it is open any more."""
    pause = resuming(_facts(house, connection, known.customer_id, now), known.invoices, house.rules, now, on)
    return pause if pause.invoices else None


def _settled_hold(
    connection: Connection,
    seen: CaseFile,
    known: Dispute,
    pause: Resuming | None,
    credit: Decimal | None,
    now: datetime,
    actor: str,
    *,
    upheld: bool,
) -> int:
    """Place what stands on it from now on, and give its number; 0 where nothing new does."""
    if upheld:
        why = _upheld(known, actor, credit)
        return _place(connection, seen, known.lane.hold, why, now, actor, known.invoices)
    if pause is None:
        return 0
    about = ", ".join(known.invoices) or "it"
    why = f"{actor} settled {about} ({_outcome(known, upheld=False)}): reminders go on gently from {pause.on}"
    key = known.customer_id
    return hold.place(
        connection, key, HoldKind.RESUMING, why, now, until=pause.until, invoices=pause.invoices, actor=actor
    )


def _upheld(known: Dispute, actor: str, credit: Decimal | None) -> str:
    numbers = ", ".join(known.invoices) or "everything"
    rests = f"{actor} upheld the dispute over {numbers}: it rests until"
    if credit is not None:
        return f"{rests} a credit of {credit} is in the books; what is owed then goes on gently by itself"
    return f"{rests} the credit is in the books; then lift this"


def _lift_own(connection: Connection, actor: str, known: Dispute, placed: int, now: datetime) -> list[int]:
    """Lift the matter's own pause: another stands in its place, or nothing of it is open."""
    why = f"hold {placed} stands now" if placed else "it was settled, and nothing of it is open"
    return [known.hold_id] if hold.release(connection, known.hold_id, now, actor, why) else []


def _outcome(known: Dispute, *, upheld: bool) -> str:
    if not known.lane.is_contested:
        return "settled"
    return "upheld" if upheld else "not upheld"


def _waits_still(house: House, connection: Connection, case_id: int) -> bool:
    """Whether another matter of the case, or its general pause, is left."""
    seen = show(house, connection, case_id)
    own = {known.hold_id for known in seen.disputes}
    general = [known for known in seen.holds if known.hold_id not in own]
    return any(known.upheld is None for known in seen.disputes) or bool(general)


# ---- both


def _besides(house: House, connection: Connection, seen: CaseFile, placed: int) -> tuple[Hold, ...]:
    now = show(house, connection, seen.case.case_id)
    return tuple(known for known in (*now.holds, *now.other_holds) if known.hold_id != placed)


def _facts(house: House, connection: Connection, key: str, now: datetime) -> Facts | None:
    return house.gatherer.gather(connection, [key], now).get(key)


def _customer_of(seen: CaseFile) -> str:
    if seen.customer is None:
        raise Refused(f"Case {seen.case.case_id} belongs to nobody we know, so nothing of theirs can be contested.")
    return seen.customer.customer_id
