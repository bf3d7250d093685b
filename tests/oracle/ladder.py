"""The ladder (invariants 1 and 21): each letter is one some invoice in it was due for, once, in order, in its time.

A letter lists all that is open and speaks in one tier; an invoice that is not yet, or no longer, due for that tier
rides along and is told nothing by it. Which of them rode is not said anywhere, so the oracle keeps, for each invoice,
every tier it may have reached, and only alarms where none of them explains the letter.

Customers may move from one ladder to another. Tiers of one name are the same step; who stood at a tier that the other
ladder has not got stands there where its days say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile

from tests.oracle.evidence import Channel, Deed, Meaning, Rung
from tests.oracle.plans import BESIDE
from tests.oracle.record import Record, Sent
from tests.oracle.segments import Ladder, every_ladder, ladders
from tests.oracle.story import invoices
from tests.oracle.violation import Violation

# Before the first tier.
_START = -1


@dataclass(slots=True)
class _Climb:
    """How far one invoice may have come."""

    # On which the places below are counted; none: it has not been told anything.
    ladder: Ladder = ()
    reached: set[int] = field(default_factory=lambda: {_START})
    # When it certainly reached the last of them; None: not certain.
    since: datetime | None = None
    # By channel and address, the tiers that it was certainly told.
    told: dict[tuple[Channel, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    # The tiers of all letters that listed it, whomever they were for: none of these needs to be said again.
    listed: set[str] = field(default_factory=set)
    # So many days it may stand at, whichever ladder brought it there.
    days: int = -1000

    def is_told(self, where: tuple[Channel, str], tier: int) -> bool:
        """Whether it was told this tier of its ladder there, or a later one."""
        return any(rung.name in self.told[where] for rung in self.ladder[tier:])


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A reminder that was marked and never arrived, as far as the servers know: it may count as given, or not."""

    at: datetime
    tier: str
    bills: tuple[str, ...]


def climbs_in_order(record: Record) -> Iterator[Violation]:
    """1 and 21. Tiers go up by at most one step per invoice, in order, each once, with the ladder's gaps.

    First contact about an overdue invoice is the first tier with days >= 0 however old it is; courtesy tiers lapse at
    the due date.
    """
    arrived = {(sent.reminder, sent.marked_at) for sent in record.sent}
    tried = _attempts(record, arrived)
    for customer, sent in record.of_customer.items():
        yield from _climb(record, customer, sorted([*sent, *tried.get(customer, [])], key=lambda each: each.at))


def _attempts(record: Record, arrived: set[tuple[int | None, datetime]]) -> dict[str, list[_Attempt]]:
    tried: dict[str, list[_Attempt]] = defaultdict(list)
    for reminder in record.story.reminders.values():
        for mark in reminder.onwire:
            plan = reminder.plan(mark.seq)
            if plan is not None and plan.customer is not None and (reminder.number, mark.at) not in arrived:
                tier = str(plan.data.get("tier", ""))
                tried[plan.customer].append(_Attempt(mark.at, tier, invoices(plan.data)))
    return tried


def _climb(record: Record, customer: str, told: list[Sent | _Attempt]) -> Iterator[Violation]:
    climbs: dict[str, _Climb] = defaultdict(_Climb)
    restarts = list(record.done(Deed.RESTARTED_CLOCK, customer))
    for each in told:
        while restarts and restarts[0].at <= each.at:
            again = restarts.pop(0)
            for number in again.bills or list(climbs):
                climbs.pop(number, None)
        if isinstance(each, _Attempt):
            _maybe(record, each, climbs)
        elif each.answer or each.tier in BESIDE:
            # It takes no step for any invoice.
            continue
        elif each.tier is None:
            for number in each.bills:
                climb = climbs[number]
                climb.ladder = climb.ladder or record.rules.ladder
                climb.reached = set(range(_START, len(climb.ladder)))
                climb.since = None
        else:
            yield from _one(record, each, climbs)


def _one(record: Record, sent: Sent, climbs: dict[str, _Climb]) -> Iterator[Violation]:
    """Judge it on each ladder that may be theirs: where it is right on one of them, it is right."""
    found: list[Violation] = []
    chosen: list[dict[str, _Climb]] = []
    for ladder in ladders(record, sent):
        moved = {number: _on(climbs[number], ladder) for number in sent.bills}
        wrong = list(_wrong(record, sent, ladder, moved))
        if not wrong:
            found, chosen = [], [*(chosen if not found else ()), moved]
        elif not chosen:
            found, chosen = wrong, [moved]
    yield from found
    for moved in chosen:
        tier = next((_place(climb.ladder, sent.tier) for climb in moved.values()), None)
        if tier is not None:
            _note(record, sent, tier, moved)
    climbs.update({number: _either([moved[number] for moved in chosen]) for number in sent.bills} if chosen else {})


def _either(climbs: list[_Climb]) -> _Climb:
    """What is possible where a letter was right on several ladders."""
    first, *others = climbs
    for other in others:
        reached = first.reached | _on(other, first.ladder).reached
        told = defaultdict(set, {where: names & other.told.get(where, set()) for where, names in first.told.items()})
        since = first.since if reached == first.reached and first.since == other.since else None
        first = replace(first, reached=reached, told=told, since=since, days=max(first.days, other.days))
    return first


def _wrong(record: Record, sent: Sent, ladder: Ladder, climbs: dict[str, _Climb]) -> Iterator[Violation]:
    names = [rung.name for rung in ladder]
    if sent.tier not in names:
        yield Violation(21, sent.at, sent.customer, f"{sent.name}: the ladder has no tier {sent.tier}")
        return
    tier = names.index(sent.tier)
    if sent.channel not in ladder[tier].channels:
        why = f"{sent.name}: the ladder sends no {sent.channel} at {sent.tier}"
        yield Violation(21, sent.at, sent.customer, why)
    # A second copy of the same message is told elsewhere.
    if not (sent.copy or sent.by_person or (sent.before and not _proved_fresh(record, sent))):
        yield from _judged(record, sent, ladder, tier, climbs)


def _on(climb: _Climb, ladder: Ladder) -> _Climb:
    """The same, counted on a ladder: where it may stand there, if it came from another one."""
    if climb.ladder in ((), ladder):
        climb.ladder = ladder
        return climb
    stood = {place for before in climb.reached for place in _taken(climb, before)}
    reached = {place for before in stood for place in _places(climb, before, ladder)}
    # What is noted on one ladder is not known on another.
    told = defaultdict(set, {where: set(names) for where, names in climb.told.items()})
    return replace(climb, ladder=ladder, reached=reached, told=told, listed=set(climb.listed))


def _taken(climb: _Climb, before: int) -> Iterator[int]:
    """Where it may stand on its own ladder: a tier said in a letter that listed it is taken later, without another."""
    yield before
    if before != _START:
        said = takewhile(lambda place: climb.ladder[place].name in climb.listed, range(before + 1, len(climb.ladder)))
        yield from said


def _places(climb: _Climb, before: int, ladder: Ladder) -> Iterator[int]:
    """Where on another ladder it may stand that stood at this place of its own."""
    if before == _START:
        yield _START
        return
    rung, names = climb.ladder[before], [each.name for each in ladder]
    # It has had no more than the letters that listed it.
    had = max((names.index(name) for name in climb.listed if name in names), default=_START)
    if rung.name in names:
        yield from range(names.index(rung.name), max(had, names.index(rung.name)) + 1)
        return
    # A call or a review may have been taken since: no letter tells of it.
    after = takewhile(lambda each: not each.channels, climb.ladder[before + 1 :])
    stands = max([climb.days, *(each.days for each in after)])
    least, most = (sum(1 for each in ladder if each.days <= days) - 1 for days in (rung.days, stands))
    yield from range(least, max(most, had, least) + 1)


def _judged(record: Record, sent: Sent, ladder: Ladder, tier: int, climbs: dict[str, _Climb]) -> Iterator[Violation]:
    where = (sent.channel, sent.recipient)
    if sent.bills and all(climbs[number].is_told(where, tier) for number in sent.bills):
        why = f"{sent.name}: every invoice in it was told this tier or a later one by {sent.channel} before"
        yield Violation(1, sent.at, sent.customer, why)
        return
    due = [number for number in sent.bills if _explains(record, sent, tier, climbs[number], number)]
    if sent.bills and not due:
        yield Violation(21, sent.at, sent.customer, f"{sent.name}: {_story(record, sent, ladder, climbs)}")
        return
    early = [number for number in due if (gap := _gap(record, sent, tier, climbs[number])) is not None and gap < 0]
    if due and len(early) == len(due):
        last = ", ".join(f"{number} at {climbs[number].since:%Y-%m-%d %H:%M}Z" for number in early)
        why = f"{sent.name} came too soon after the tier before it ({last})"
        yield Violation(21, sent.at, sent.customer, why)


def _explains(record: Record, sent: Sent, tier: int, climb: _Climb, number: str) -> bool:
    """Whether a letter of this tier was the right one for this invoice: its next, or the same by another way."""
    again = tier in climb.reached and not climb.is_told((sent.channel, sent.recipient), tier)
    again = again and not _put_off(record, sent, climb.ladder[tier], number)
    return again or any(tier in _next(record, sent, number, reached, climb) for reached in climb.reached)


def _next(record: Record, sent: Sent, number: str, reached: int, climb: _Climb) -> set[int]:
    """The tiers an invoice may be told next, from one it has reached."""
    late = _late(record, sent, number)
    if late is None:
        return set()
    ladder, found = climb.ladder, set()
    # The business's day or the customer's: where one of them still is before the due date, a courtesy is in time.
    if min(late) < 0:
        found |= {
            n
            for n, rung in enumerate(ladder)
            if rung.channels and n > reached and rung.days < 0 and rung.days <= max(late)
        }
    if max(late) >= 0:
        for n, rung in enumerate(ladder):
            if n <= reached or rung.days < 0 or not rung.channels:
                continue
            if rung.days <= max(late):
                found.add(n)
            if rung.name in climb.listed or _passable(record, sent, rung.channels):
                continue
            break
    return found


def _put_off(record: Record, sent: Sent, rung: Rung, number: str) -> bool:
    """Whether so much time was given since that by the books of now this tier would not have its turn yet."""
    late = _late(record, sent, number)
    return late is not None and max(late) < rung.days


def _late(record: Record, sent: Sent, number: str) -> set[int] | None:
    """How many days past its due date an invoice is, at the customer's and at the business.

    Where a part of it is due later, it is past that day too: which of the two a letter is about is not said anywhere.
    """
    due, later = record.due(number, sent.at), record.retained_until(number, sent)
    days = {day for day in (due, later) if day is not None}
    return {(today - day).days for today in record.dates(sent) for day in days} or None


def _passable(record: Record, sent: Sent, channels: tuple[Channel, ...]) -> bool:
    """Whether a tier may be passed over, since no channel of it leads to this customer."""
    party = record.party(sent)
    closed = {Meaning.OPT_OUT, Meaning.BOUNCE_HARD}
    shut = {
        arrival.channel
        for arrival in record.arrivals.get(sent.customer or "", [])
        if arrival.at <= sent.at and arrival.means & closed
    }
    if any(done.at <= sent.at for done in record.done(Deed.WRONG_NUMBER, sent.customer)):
        shut.add(Channel.SMS)
    refused = record.refused.get(sent.customer or "", sent.at) < sent.at
    ways = {Channel.EMAIL} if party.emails and not refused else set()
    ways |= {Channel.SMS} if party.phones and party.sms_consent else set()
    return not set(channels) & (ways - shut)


def _gap(record: Record, sent: Sent, tier: int, climb: _Climb) -> int | None:
    """By how many days a letter kept, or fell short of, the gap after the tier before; None: it is not known."""
    if climb.since is None or tier in climb.reached:
        return None
    ladder = climb.ladder
    spacing = ladder[tier].days - ladder[tier - 1].days if tier > 0 else 0
    # In whichever zone more days have passed.
    homes = (*record.zones(sent), record.home)
    passed = max((sent.at.astimezone(home).date() - climb.since.astimezone(home).date()).days for home in homes)
    return passed - max(spacing, record.rules.min_gap_days)


def _note(record: Record, sent: Sent, tier: int, climbs: dict[str, _Climb]) -> None:
    """What every invoice of a letter may have reached by it."""
    for number in sent.bills:
        climb = climbs[number]
        steps = {reached: _next(record, sent, number, reached, climb) for reached in climb.reached}
        said = climb.ladder[tier].name in climb.listed and tier not in climb.reached
        climb.listed.add(climb.ladder[tier].name)
        climb.days = max(climb.days, climb.ladder[tier].days)
        gap = _gap(record, sent, tier, climb)
        only = all(found == {tier} for found in steps.values())
        if len(sent.bills) == 1 or (only and (gap is None or gap >= 0)):
            _certain(record, sent, tier, climb)
            # Said before, it may have been taken on its day without a letter.
            climb.since = None if said else climb.since
            continue
        if climb.reached == {tier}:
            climb.told[sent.channel, sent.recipient].add(climb.ladder[tier].name)
        maybe = {step for found in steps.values() for step in found if step <= tier} - climb.reached
        climb.since = None if maybe else climb.since
        climb.reached |= maybe


def _certain(record: Record, sent: Sent, tier: int, climb: _Climb) -> None:
    if tier not in climb.reached:
        climb.since = sent.at
    elif climb.reached != {tier}:
        # It may have been told this tier before: since when is not known.
        climb.since = None
    climb.reached = {max(tier, min(climb.reached))}
    climb.told[sent.channel, sent.recipient].add(climb.ladder[tier].name)


def _maybe(record: Record, tried: _Attempt, climbs: dict[str, _Climb]) -> None:
    for number in tried.bills:
        climb = climbs[number]
        known = (
            ladder for ladder in (climb.ladder, *every_ladder(record.rules)) if _place(ladder, tried.tier) is not None
        )
        if (ladder := next(known, None)) is None:
            continue
        climb = climbs[number] = _on(climb, ladder)
        tier = _place(ladder, tried.tier)
        assert tier is not None
        # One that rode along may have taken a lower step of its own.
        climb.reached |= {tier} if len(tried.bills) == 1 else set(range(tier + 1))
        climb.since = None
        climb.listed.add(tried.tier)
        climb.days = max(climb.days, ladder[tier].days)


def _place(ladder: Ladder, name: str | None) -> int | None:
    return next((place for place, rung in enumerate(ladder) if rung.name == name), None)


def _proved_fresh(record: Record, sent: Sent) -> bool:
    """Whether the attempts before this one all ended without anything sent, so that this is the first copy."""
    if sent.reminder is None:
        return True
    return all(end.outcome in {"deferred", "not_sent"} for end in record.story.reminders[sent.reminder].ends[:-1])


def _story(record: Record, sent: Sent, ladder: Ladder, climbs: dict[str, _Climb]) -> str:
    told = []
    for number in sent.bills:
        late = _late(record, sent, number)
        came = sorted("nothing" if n == _START else ladder[n].name for n in climbs[number].reached)
        when = "has no due date" if late is None else f"is {max(late)} days past due"
        told.append(f"{number} {when} and has had {' or '.join(came)}")
    return f"no invoice in it was due for that: {'; '.join(told)}"
