"""Decides whom a person telephones, when in that customer's day, and how often: a call is a talk, never a pursuit.

Pure. One call is for all of a customer's matters. Whoever wrote to us is read first, and whoever has a lawyer, or
wants no part of it, is not telephoned at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

from reminderbot.core.calendar import AtWork, BusinessDays, SendingHours, next_open, start_of_day
from reminderbot.core.case import Case, CaseKind, urgency
from reminderbot.core.dispute import Dispute
from reminderbot.core.hold import Hold, HoldKind, active
from reminderbot.core.lane import Action
from reminderbot.core.note import CallResult

# Nobody picked up: at another time of their day, and no more than this often in one.
_LATER = timedelta(hours=3)
_TRIES_A_DAY = 2
# Seven calls in seven days bind those who collect for others (12 CFR 1006.14(b)(2)); it is good manners for all.
_MOST_TRIES = 7
_STRETCH = timedelta(days=7)

# The cases that ask for nothing but a talk.
TALKS = frozenset({CaseKind.CALL, CaseKind.BROKEN_PROMISE, CaseKind.MISSED_INSTALMENT})
# Nobody is telephoned against one of these, whoever asks for it.
_NEVER = frozenset({HoldKind.LEGAL, HoldKind.NOT_MINE, HoldKind.HANDED_OVER})
# Here only what a person put into its lane asks for a call.
_WITH_CARE = frozenset({HoldKind.SENSITIVE, HoldKind.HARDSHIP})
# Pauses that a talk is to end.
_TALKED_ABOUT = frozenset({HoldKind.CALL_BACK, HoldKind.BROKEN_PROMISE, HoldKind.MISSED_INSTALMENT})
# They have said something that is read first; who says that it is paid is not asked why it is not.
_ANSWERED = frozenset(
    {
        HoldKind.REPLY, HoldKind.PAID, HoldKind.DISPUTE, HoldKind.PAPERWORK, HoldKind.WRONG_CONTACT, HoldKind.OPT_OUT,
        HoldKind.POSSIBLY_PAID,
    }
)  # fmt: skip
# They have given their word, and are given the time for it.
_WORD_GIVEN = frozenset({HoldKind.PROMISE, HoldKind.PLAN})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call that was made, or tried."""

    at: datetime
    result: CallResult
    # They asked to be called then.
    again_at: datetime | None = None
    number_hash: str = ""


class Why(StrEnum):
    """What a call is for, the most urgent first."""

    # They asked for it.
    CALL_BACK = "call_back"
    # What stands in the way has a call as its next step.
    LANE = "lane"
    BROKEN_PROMISE = "broken_promise"
    MISSED_INSTALMENT = "missed_instalment"
    # The ladder's own step.
    LADDER = "ladder"


_OF_CASE = {
    CaseKind.CALL: Why.LADDER,
    CaseKind.BROKEN_PROMISE: Why.BROKEN_PROMISE,
    CaseKind.MISSED_INSTALMENT: Why.MISSED_INSTALMENT,
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to telephone: the matter it belongs to, and one sentence."""

    why: Why
    # LANE: the step of the lane, which has its sentence in the word file.
    told: str
    case_id: int | None = None
    invoices: tuple[str, ...] = ()
    # LANE: what stands in the way.
    matter: Dispute | None = None


@dataclass(frozen=True, slots=True)
class Matters:
    """What is known about one customer that a call may be for."""

    # Those that wait and nobody has put off.
    cases: tuple[Case, ...] = ()
    # What people put into lanes and nobody has settled.
    disputes: tuple[Dispute, ...] = ()
    holds: tuple[Hold, ...] = ()
    # Invoices with something open.
    open_numbers: tuple[str, ...] = ()
    # The newest first.
    attempts: tuple[Attempt, ...] = ()


def reasons(known: Matters, now: datetime) -> tuple[Reason, ...]:
    """All that one call to this customer would be for now, the most urgent first; none: nobody needs to call."""
    holds = active(known.holds, now)
    if any(hold.kind in _NEVER and not hold.invoices for hold in holds):
        return ()
    with_care = any(hold.kind in _WITH_CARE for hold in holds)
    found = [*_asked_for(holds), *_lanes(known)]
    if not with_care:
        found += _talks(known, holds)
    order = list(Why)
    return tuple(sorted(found, key=lambda reason: order.index(reason.why)))


def _asked_for(holds: Iterable[Hold]) -> Iterator[Reason]:
    return (Reason(Why.CALL_BACK, hold.why) for hold in holds if hold.kind is HoldKind.CALL_BACK)


def _lanes(known: Matters) -> Iterator[Reason]:
    waiting = {case.case_id for case in known.cases}
    for matter in known.disputes:
        step = next((step for step in matter.lane.steps if step.action is Action.CALL), None)
        talked = _talked_since(known.attempts, matter.marked_at)
        if step is not None and matter.upheld is None and matter.case_id in waiting and not talked:
            yield Reason(Why.LANE, step.does, matter.case_id, matter.invoices, matter)


def _talks(known: Matters, holds: Sequence[Hold]) -> Iterator[Reason]:
    named: set[str] = set()
    for case in sorted(known.cases, key=lambda case: (urgency(case.kind), case.case_id)):
        if case.kind not in TALKS or _talked_since(known.attempts, case.opened_at):
            continue
        # Neither what was paid since, nor what rests for a reason that is read or waited for first.
        left = tuple(n for n in case.invoices if n in known.open_numbers and not _rests(n, case.kind, holds))
        if not set(left) <= named:
            yield Reason(_OF_CASE[case.kind], case.why, case.case_id, tuple(n for n in left if n not in named))
            named |= set(left)


def _rests(number: str, kind: CaseKind, holds: Iterable[Hold]) -> bool:
    """Whether this invoice is not what to talk about now."""
    return any(hold.covers(number) and _is_in_the_way(hold, kind) for hold in holds)


def _is_in_the_way(hold: Hold, kind: CaseKind) -> bool:
    if kind is CaseKind.CALL:
        return hold.kind not in _TALKED_ABOUT
    if kind is CaseKind.MISSED_INSTALMENT and hold.kind is HoldKind.PLAN:
        # The pause of that very plan, which stands until a person has decided.
        return False
    return hold.kind in _WORD_GIVEN or hold.kind in _NEVER or hold.kind in _ANSWERED


def _talked_since(attempts: Iterable[Attempt], since: datetime) -> bool:
    # Whoever asks to be called later has yet to be talked with.
    talks = (one for one in attempts if one.result.is_talk and one.result is not CallResult.CALL_BACK)
    return any(one.at >= since for one in talks)


class WhenCode(StrEnum):
    """What decides when somebody may be called; each has its sentence in the word file, under [call_when]."""

    NOW = "now"
    # Not an hour of theirs, or nobody is here.
    HOURS = "hours"
    # They named the time themselves.
    ASKED = "asked"
    MESSAGE_LEFT = "message_left"
    TRIED = "tried"
    TALKED = "talked"
    OFTEN = "often"
    NO_NUMBER = "no_number"
    NO_HOUR = "no_hour"


@dataclass(frozen=True, slots=True)
class When:
    """The first moment for a call, and what decides it; None: there is none before a person mends something."""

    code: WhenCode
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TheirDay:
    """When somebody is there to be called, and one of us to call."""

    zones: tuple[ZoneInfo, ...]
    hours: SendingHours
    business: BusinessDays
    ours: AtWork | None = None

    def day_after(self, moment: datetime) -> datetime:
        """The beginning of the next day, wherever they may be."""
        zones = self.zones or (ZoneInfo("UTC"),)
        return max(start_of_day(moment.astimezone(zone).date() + timedelta(days=1), zone) for zone in zones)

    def is_same_day(self, moment: datetime, other: datetime) -> bool:
        """Whether both may lie in one day of theirs."""
        zones = self.zones or (ZoneInfo("UTC"),)
        return any(moment.astimezone(zone).date() == other.astimezone(zone).date() for zone in zones)


def when(attempts: Sequence[Attempt], number_hash: str, day: TheirDay, now: datetime) -> When:
    """When this customer may be called on the number with that hash (empty: there is none); newest attempt first."""
    if not number_hash or _is_wrong(attempts, number_hash):
        return When(WhenCode.NO_NUMBER)
    asked = attempts[0].again_at if attempts else None
    if asked is not None:
        # An hour that they chose is theirs, whatever the usual ones are.
        return When(WhenCode.NOW, now) if asked <= now else When(WhenCode.ASKED, asked)
    code, earliest = _pace(attempts, day)
    opens = next_open(max(now, earliest or now), day.zones, day.hours, day.business, day.ours)
    if opens is None:
        return When(WhenCode.NO_HOUR)
    if opens <= now:
        return When(WhenCode.NOW, now)
    return When(code if earliest is not None and earliest > now else WhenCode.HOURS, opens)


def _is_wrong(attempts: Iterable[Attempt], number_hash: str) -> bool:
    """Whether the last that was noted of this number is that it is somebody else's."""
    here = next((attempt for attempt in attempts if attempt.number_hash == number_hash), None)
    return here is not None and here.result is CallResult.WRONG_NUMBER


def _pace(attempts: Sequence[Attempt], day: TheirDay) -> tuple[WhenCode, datetime | None]:
    """The first moment that is not too soon after what was tried, and why; None: nothing was."""
    waits = [wait for attempt in attempts if (wait := _after(attempt, attempts, day))]
    called = [attempt.at for attempt in attempts if attempt.result is not CallResult.WRONG_NUMBER]
    if len(called) >= _MOST_TRIES:
        waits.append((called[_MOST_TRIES - 1] + _STRETCH, WhenCode.OFTEN))
    if not waits:
        return WhenCode.NOW, None
    earliest, code = max(waits, key=lambda wait: wait[0])
    return code, earliest


def _after(attempt: Attempt, attempts: Sequence[Attempt], day: TheirDay) -> tuple[datetime, WhenCode] | None:
    """When the next call may come after this one, and why not sooner; None: at once."""
    match attempt.result:
        case CallResult.NO_ANSWER:
            return _after_silence(attempt, attempts, day), WhenCode.TRIED
        case CallResult.MESSAGE_LEFT:
            return day.day_after(attempt.at), WhenCode.MESSAGE_LEFT
        case CallResult.WRONG_NUMBER:
            return None
        case CallResult.REACHED | CallResult.PAID | CallResult.PROMISE | CallResult.DISPUTE | CallResult.CALL_BACK:
            return day.day_after(attempt.at), WhenCode.TALKED
        case _:
            assert_never(attempt.result)


def _after_silence(last: Attempt, attempts: Iterable[Attempt], day: TheirDay) -> datetime:
    tried = sum(1 for one in attempts if one.at <= last.at and day.is_same_day(one.at, last.at))
    return day.day_after(last.at) if tried >= _TRIES_A_DAY else last.at + _LATER


def message_left_today(attempts: Iterable[Attempt], day: TheirDay, now: datetime) -> datetime | None:
    """When a message was left for them in this day of theirs; None: none was, so one may be."""
    left = (attempt.at for attempt in attempts if attempt.result is CallResult.MESSAGE_LEFT)
    return next((at for at in left if day.is_same_day(at, now)), None)
