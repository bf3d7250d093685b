"""The journal, told as lives: what became of each reminder, which holds stood when, how each answer was taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tests.oracle.evidence import Line

# Whom the journal names where no person did it.
PROGRAM = "reminderbot"


@dataclass(frozen=True, slots=True)
class Mark:
    """Where in the journal something stands, and when it was."""

    seq: int
    at: datetime


@dataclass(frozen=True, slots=True)
class End:
    """What became of a reminder."""

    mark: Mark
    outcome: str
    reason: str


@dataclass(slots=True)
class Reminder:
    """All that the journal says of one reminder."""

    number: int
    planned: list[Line] = field(default_factory=list)
    claimed: list[Mark] = field(default_factory=list)
    onwire: list[Mark] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)
    # The holds that stood over it at a claim, by that claim's place in the journal.
    held: dict[int, tuple[Hold, ...]] = field(default_factory=dict)

    def plan(self, before: int) -> Line | None:
        """The plan that led to what stands at that place of the journal."""
        return next((line for line in reversed(self.planned) if line.seq < before), None)


@dataclass(slots=True)
class Hold:
    """One hold, from its placing to its end."""

    number: int
    customer: str
    kind: str
    bills: frozenset[str]
    until: datetime | None
    placed: Mark
    released: Mark | None = None
    released_by: str = ""
    # Placed because an answer came in, before anybody understood it.
    provisional: bool = False


@dataclass(slots=True)
class Heard:
    """One answer as the program took it in."""

    number: int
    customer: str | None
    heard: list[Mark] = field(default_factory=list)
    understood: list[Mark] = field(default_factory=list)
    # A hold stood when it was understood, or was placed on the way there.
    covered: bool = False


@dataclass(slots=True)
class Story:
    """The whole journal, read once from its first line to its last."""

    reminders: dict[int, Reminder] = field(default_factory=dict)
    holds: dict[int, Hold] = field(default_factory=dict)
    heard: dict[tuple[int, str | None], Heard] = field(default_factory=dict)
    imports: list[tuple[Mark, datetime]] = field(default_factory=list)
    # The reminders that somebody has said yes to.
    approved: set[int] = field(default_factory=set)
    # When a channel of a customer was closed because they asked for it.
    opted_out: dict[str, list[Mark]] = field(default_factory=dict)
    # Claims made while the journal itself says that sending was stopped.
    stopped_claims: list[tuple[Mark, tuple[int, ...]]] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None
    _standing: dict[str, dict[int, Hold]] = field(default_factory=dict)
    _newest: dict[str, Hold | None] = field(default_factory=dict)
    _unread: dict[str, list[Heard]] = field(default_factory=dict)
    _stopped: bool = False


def tell(journal: Iterable[Line]) -> Story:
    """Read the journal in its own order."""
    story = Story()
    for line in sorted(journal, key=lambda line: line.seq):
        story.first = story.first or line.at
        story.last = line.at
        if (read := _READERS.get(line.kind)) is not None:
            read(story, line, Mark(line.seq, line.at))
        if line.customer is not None and line.kind != "held":
            story._newest[line.customer] = None
    return story


def numbers(data: Mapping[str, object]) -> tuple[int, ...]:
    """The reminders a line is about."""
    many = data.get("reminders", data.get("reminder"))
    if isinstance(many, int):
        return (many,)
    return tuple(int(each) for each in many) if isinstance(many, list | tuple) else ()


def invoices(data: Mapping[str, object]) -> tuple[str, ...]:
    """The invoices a line is about; none: all of the customer's."""
    many = data.get("invoices")
    return tuple(str(each) for each in many) if isinstance(many, list | tuple) else ()


def is_answer(plan: Line) -> bool:
    """Whether the journal says that a person wrote this themselves."""
    return plan.data.get("tier") == "answer" and plan.actor != PROGRAM


def _reminder(story: Story, number: int) -> Reminder:
    return story.reminders.setdefault(number, Reminder(number))


def _planned(story: Story, line: Line, mark: Mark) -> None:
    for number in numbers(line.data):
        _reminder(story, number).planned.append(line)


def _claimed(story: Story, line: Line, mark: Mark) -> None:
    claimed = numbers(line.data)
    if story._stopped:
        story.stopped_claims.append((mark, claimed))
    for number in claimed:
        reminder = _reminder(story, number)
        reminder.claimed.append(mark)
        plan = reminder.plan(mark.seq)
        if plan is not None and plan.customer is not None and (stood := _standing(story, plan.customer, mark.at)):
            reminder.held[mark.seq] = stood


def _onwire(story: Story, line: Line, mark: Mark) -> None:
    for number in numbers(line.data):
        _reminder(story, number).onwire.append(mark)


def _ended(story: Story, line: Line, mark: Mark) -> None:
    outcome = "withdrawn" if line.kind == "withdrawn" else str(line.data.get("outcome", line.kind))
    reason = str(line.data.get("why") or line.data.get("reason") or "")
    for number in numbers(line.data):
        _reminder(story, number).ends.append(End(mark, outcome, reason))


def _held(story: Story, line: Line, mark: Mark) -> None:
    if line.customer is None or not isinstance(number := line.data.get("hold"), int):
        return
    until = line.data.get("until")
    ends = datetime.fromisoformat(until) if isinstance(until, str) else None
    kind, bills = str(line.data.get("kind", "")), frozenset(invoices(line.data))
    hold = Hold(number, line.customer, kind, bills, ends, mark)
    story.holds[number] = hold
    story._standing.setdefault(line.customer, {})[number] = hold
    story._newest[line.customer] = hold
    for heard in story._unread.pop(line.customer, ()):
        heard.covered = True


def _released(story: Story, line: Line, mark: Mark) -> None:
    number = line.data.get("hold")
    hold = story.holds.get(number) if isinstance(number, int) else None
    if hold is not None:
        hold.released, hold.released_by = mark, line.actor
        story._standing.get(hold.customer, {}).pop(hold.number, None)


def _heard(story: Story, line: Line, mark: Mark) -> None:
    if not isinstance(number := line.data.get("inbound"), int):
        return
    heard = story.heard.setdefault((number, line.customer), Heard(number, line.customer))
    heard.heard.append(mark)
    if line.customer is not None:
        newest = story._newest.get(line.customer)
        if newest is not None:
            newest.provisional = True
        heard.covered = heard.covered or bool(_standing(story, line.customer, mark.at))
        story._unread.setdefault(line.customer, []).append(heard)


def _understood(story: Story, line: Line, mark: Mark) -> None:
    number = line.data.get("inbound")
    heard = story.heard.get((number, line.customer)) if isinstance(number, int) else None
    if heard is not None and line.actor == PROGRAM:
        heard.understood.append(mark)
        unread = story._unread.get(heard.customer or "", [])
        if heard in unread:
            unread.remove(heard)


def _imported(story: Story, line: Line, mark: Mark) -> None:
    if isinstance(exported := line.data.get("exported_at"), str):
        story.imports.append((mark, datetime.fromisoformat(exported)))


def _opted_out(story: Story, line: Line, mark: Mark) -> None:
    story.opted_out.setdefault(line.customer or "", []).append(mark)


def _approved(story: Story, line: Line, mark: Mark) -> None:
    story.approved |= set(numbers(line.data))


def _went_live(story: Story, line: Line, mark: Mark) -> None:
    story._stopped = False


def _stopped(story: Story, line: Line, mark: Mark) -> None:
    story._stopped = True


def _standing(story: Story, customer: str, at: datetime) -> tuple[Hold, ...]:
    """The holds that stand over a customer now; those whose end has come have lapsed by the clock."""
    placed = story._standing.get(customer, {})
    for hold in [hold for hold in placed.values() if hold.until is not None and hold.until <= at]:
        del placed[hold.number]
    return tuple(placed.values())


_READERS = {
    "planned": _planned,
    "claimed": _claimed,
    "onwire": _onwire,
    "settled": _ended,
    "withdrawn": _ended,
    "held": _held,
    "released": _released,
    "heard": _heard,
    "understood": _understood,
    "imported": _imported,
    "opted_out": _opted_out,
    "approved": _approved,
    "went_live": _went_live,
    "stopped": _stopped,
}
