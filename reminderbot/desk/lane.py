"""Shows each matter of a case in its lane: what it pauses, what to do next and what of that is done."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from reminderbot.core.dispute import Dispute
from reminderbot.core.event import EventKind
from reminderbot.core.hold import HoldKind, active
from reminderbot.core.lane import Action, Proposal, Reason, Step, proposals
from reminderbot.core.understanding import Understanding
from reminderbot.desk.case import CaseFile
from reminderbot.house import House
from reminderbot.store import hold, journal, people

_MOST = 60


@dataclass(frozen=True, slots=True)
class Ticked:
    """One step of a lane, and whether it was done since the matter was marked."""

    step: Step
    is_done: bool


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter of a case with its checklist."""

    dispute: Dispute
    steps: tuple[Ticked, ...]


def matters(connection: Connection, seen: CaseFile) -> tuple[Matter, ...]:
    """What was marked in a case, the oldest first, each with its next steps."""
    if seen.customer is None:
        return ()
    events = journal.of_kinds(connection, seen.customer.customer_id, (EventKind.RESTARTED,), _MOST)
    restarted = {str(event.data.get("invoice")) for event in events}
    return tuple(Matter(known, _ticked(seen, known, restarted)) for known in seen.disputes)


def _ticked(seen: CaseFile, known: Dispute, restarted: set[str]) -> tuple[Ticked, ...]:
    answered = [each for each in seen.answers if each.written_at >= known.marked_at]
    noted = [each for each in seen.notes if each.written_at >= known.marked_at]
    done = {
        Action.COPY: any(each.copy_of in known.invoices for each in answered),
        Action.ANSWER: bool(answered),
        Action.RESTART: bool(restarted & set(known.invoices)),
        Action.NOTE: any(each.call is None for each in noted) or bool(known.words),
        Action.CALL: any(each.call is not None for each in noted),
        Action.ASSIGN: bool(seen.case.assigned_to),
        Action.SETTLE: known.upheld is not None,
    }
    return tuple(Ticked(step, done.get(step.action, False)) for step in known.lane.steps)


def proposed(house: House, connection: Connection, seen: CaseFile) -> tuple[Proposal, ...]:
    """The matters that the reply of an open case seems to hold and nobody has marked yet, where it holds several."""
    found = _all_proposed(connection, seen)
    left = set(_left(house, connection, seen, found))
    return tuple(each for each in found if len(found) > 1 and left & set(each.invoices))


def likely(connection: Connection, seen: CaseFile) -> Reason:
    """What their answer seems to say, for a person to choose or not."""
    reasons = [each.reason for each in _all_proposed(connection, seen) if each.reason is not None]
    return reasons[0] if reasons else Reason.UNSPECIFIED


def unconfirmed(house: House, connection: Connection, seen: CaseFile) -> tuple[str, ...]:
    """The open invoices of a reply with several matters that do not rest for a reason of their own yet."""
    found = _all_proposed(connection, seen)
    return _left(house, connection, seen, found) if len(found) > 1 else ()


def _all_proposed(connection: Connection, seen: CaseFile) -> tuple[Proposal, ...]:
    if seen.reply is None or seen.customer is None or not seen.reply.understanding:
        return ()
    understood = msgspec.convert(seen.reply.understanding, Understanding, strict=False)
    return proposals(understood, people.open_numbers(connection, seen.customer.customer_id))


def _left(house: House, connection: Connection, seen: CaseFile, found: tuple[Proposal, ...]) -> tuple[str, ...]:
    """What they name and no pause of its own covers."""
    assert seen.customer is not None or not found
    key = seen.customer.customer_id if seen.customer else ""
    standing = active(hold.of_customers(connection, [key]).get(key, ()), house.clock.now())
    own = [known for known in standing if known.invoices and known.kind is not HoldKind.RESUMING]
    named = dict.fromkeys(number for each in found for number in each.invoices)
    return tuple(number for number in named if not any(known.covers(number) for known in own))
