"""The ladder (invariants 1 and 21): each letter is one some invoice in it was due for, once, in order, in its time.

A letter lists all that is open and speaks in one tier; an invoice that is not yet, or no longer, due for that tier
rides along and is told nothing by it. Which of them rode is not said anywhere, so the oracle keeps, for each invoice,
every tier it may have reached, and only alarms where none of them explains the letter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tests.oracle.evidence import Channel, Deed, Meaning
from tests.oracle.plans import BESIDE
from tests.oracle.record import Record, Sent
from tests.oracle.story import invoices
from tests.oracle.violation import Violation

# Before the first tier.
_START = -1


@dataclass(slots=True)
class _Climb:
    """How far one invoice may have come."""

    reached: set[int] = field(default_factory=lambda: {_START})
    # When it certainly reached the last of them; None: not certain.
    since: datetime | None = None
    # By channel and address, the highest tier it was certainly told.
    told: dict[tuple[Channel, str], int] = field(default_factory=dict)
    # The tiers of all letters that listed it, whomever they were for: none of these needs to be said again.
    listed: set[int] = field(default_factory=set)


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
                climbs[number].reached = set(range(_START, len(record.rules.ladder)))
                climbs[number].since = None
        else:
            yield from _one(record, each, climbs)


def _one(record: Record, sent: Sent, climbs: dict[str, _Climb]) -> Iterator[Violation]:
    names = [rung.name for rung in record.rules.ladder]
    if sent.tier not in names:
        yield Violation(21, sent.at, sent.customer, f"{sent.name}: the ladder has no tier {sent.tier}")
        return
    tier = names.index(sent.tier)
    if sent.channel not in record.rules.ladder[tier].channels:
        why = f"{sent.name}: the ladder sends no {sent.channel} at {sent.tier}"
        yield Violation(21, sent.at, sent.customer, why)
    # A second copy of the same message is told elsewhere.
    if sent.copy or sent.by_person or (sent.before and not _proved_fresh(record, sent)):
        _note(record, sent, tier, climbs)
        return
    yield from _judged(record, sent, tier, climbs)
    _note(record, sent, tier, climbs)


def _judged(record: Record, sent: Sent, tier: int, climbs: dict[str, _Climb]) -> Iterator[Violation]:
    where = (sent.channel, sent.recipient)
    if sent.bills and all(climbs[number].told.get(where, _START) >= tier for number in sent.bills):
        why = f"{sent.name}: every invoice in it was told this tier or a later one by {sent.channel} before"
        yield Violation(1, sent.at, sent.customer, why)
        return
    due = [number for number in sent.bills if _explains(record, sent, tier, climbs[number], number)]
    if sent.bills and not due:
        yield Violation(21, sent.at, sent.customer, f"{sent.name}: {_story(record, sent, climbs)}")
        return
    early = [number for number in due if (gap := _gap(record, sent, tier, climbs[number])) is not None and gap < 0]
    if due and len(early) == len(due):
        last = ", ".join(f"{number} at {climbs[number].since:%Y-%m-%d %H:%M}Z" for number in early)
        why = f"{sent.name} came too soon after the tier before it ({last})"
        yield Violation(21, sent.at, sent.customer, why)


def _explains(record: Record, sent: Sent, tier: int, climb: _Climb, number: str) -> bool:
    """Whether a letter of this tier was the right one for this invoice: its next, or the same by another way."""
    again = tier in climb.reached and climb.told.get((sent.channel, sent.recipient), _START) < tier
    return again or any(tier in _next(record, sent, number, reached, climb.listed) for reached in climb.reached)


def _next(record: Record, sent: Sent, number: str, reached: int, listed: set[int]) -> set[int]:
    """The tiers an invoice may be told next, from one it has reached."""
    late = _late(record, sent, number)
    if late is None:
        return set()
    ladder, found = record.ladder(sent), set()
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
            if n in listed or _passable(record, sent, n):
                continue
            break
    return found


def _late(record: Record, sent: Sent, number: str) -> set[int] | None:
    """How many days past its due date an invoice is, at the customer's and at the business.

    Where a part of it is due later, it is past that day too: which of the two a letter is about is not said anywhere.
    """
    due, later = record.due(number, sent.at), record.retained_until(number, sent)
    days = {day for day in (due, later) if day is not None}
    return {(today - day).days for today in record.dates(sent) for day in days} or None


def _passable(record: Record, sent: Sent, tier: int) -> bool:
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
    return not set(record.rules.ladder[tier].channels) & (ways - shut)


def _gap(record: Record, sent: Sent, tier: int, climb: _Climb) -> int | None:
    """By how many days a letter kept, or fell short of, the gap after the tier before; None: it is not known."""
    if climb.since is None or tier in climb.reached:
        return None
    ladder = record.ladder(sent)
    spacing = ladder[tier].days - ladder[tier - 1].days if tier > 0 else 0
    # In whichever zone more days have passed.
    homes = (*record.zones(sent), record.home)
    passed = max((sent.at.astimezone(home).date() - climb.since.astimezone(home).date()).days for home in homes)
    return passed - max(spacing, record.rules.min_gap_days)


def _note(record: Record, sent: Sent, tier: int, climbs: dict[str, _Climb]) -> None:
    """What every invoice of a letter may have reached by it."""
    for number in sent.bills:
        climb = climbs[number]
        steps = {reached: _next(record, sent, number, reached, climb.listed) for reached in climb.reached}
        climb.listed.add(tier)
        gap = _gap(record, sent, tier, climb)
        only = all(found == {tier} for found in steps.values())
        if len(sent.bills) == 1 or (only and (gap is None or gap >= 0)):
            _certain(record, sent, tier, climb)
            continue
        if climb.reached == {tier}:
            climb.told[sent.channel, sent.recipient] = tier
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
    where = (sent.channel, sent.recipient)
    climb.told[where] = max(climb.told.get(where, _START), tier)


def _maybe(record: Record, tried: _Attempt, climbs: dict[str, _Climb]) -> None:
    names = [rung.name for rung in record.rules.ladder]
    if tried.tier in names:
        tier = names.index(tried.tier)
        for number in tried.bills:
            # One that rode along may have taken a lower step of its own.
            climbs[number].reached |= {tier} if len(tried.bills) == 1 else set(range(tier + 1))
            climbs[number].since = None
            climbs[number].listed.add(tier)


def _proved_fresh(record: Record, sent: Sent) -> bool:
    """Whether the attempts before this one all ended without anything sent, so that this is the first copy."""
    if sent.reminder is None:
        return True
    return all(end.outcome in {"deferred", "not_sent"} for end in record.story.reminders[sent.reminder].ends[:-1])


def _story(record: Record, sent: Sent, climbs: dict[str, _Climb]) -> str:
    ladder = record.rules.ladder
    told = []
    for number in sent.bills:
        late = _late(record, sent, number)
        came = sorted("nothing" if n == _START else ladder[n].name for n in climbs[number].reached)
        when = "has no due date" if late is None else f"is {max(late)} days past due"
        told.append(f"{number} {when} and has had {' or '.join(came)}")
    return f"no invoice in it was due for that: {'; '.join(told)}"
