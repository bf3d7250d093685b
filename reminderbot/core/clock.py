"""Decides whether the clock can be believed: against the machine's own, and against what trusted servers say.

Pure. A small step is waited out for one tick. After a large one nothing is sent until the step is undone, a trusted
server agrees with the clock, or a person does: nobody can tell which of the two times was right. A start of the machine
undoes nothing, for how long it was off cannot be told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# Invariant 25.
SLACK = timedelta(seconds=2)
MOST_DRIFT = timedelta(seconds=120)
MOST_OFF = timedelta(minutes=10)
# A clock that is put right little by little gains or loses no more than this (adjtimex(2): 500 ppm, and some tick).
SLEWED = 0.001
# An outage of a year is one; a clock of years ahead is wrong.
LONGEST_OUTAGE = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Reading:
    """The wall clock, and at the same moment the machine's own: seconds since it was started, asleep or awake."""

    wall: datetime
    boot: float
    # Which start of the machine those seconds count from.
    boot_id: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why the clock is not believed; one that lasts is not waited out."""

    why: str
    lasts: bool = False


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of the clock, kept from tick to tick."""

    # The last reading that was believed; through a doubt that lasts, carried on by the machine's own seconds.
    believed: Reading | None = None
    # It was carried across a start: the earliest that it can be now, and later by as much as the machine was off.
    at_least: bool = False
    doubt: str = ""
    since: datetime | None = None
    # A tick has gone well since the doubt came up.
    steady: bool = False
    # What only a trusted server or a person takes back: such a server's own word, a doubt older than this start.
    off: str = ""


def judge(before: Reading | None, now: Reading) -> Doubt | None:
    """Why `now` cannot follow `before`; None: it can."""
    if before is None:
        return None
    passed = now.wall - before.wall
    if now.boot_id != before.boot_id:
        return _across_a_start(passed)
    truly = timedelta(seconds=now.boot - before.boot)
    drift, slewed = passed - truly, truly * SLEWED
    if not -SLACK - slewed <= drift <= MOST_DRIFT + slewed:
        way = "ahead" if drift > timedelta(0) else "back"
        return Doubt(f"the clock was set {way} by {_told(abs(drift))}", lasts=abs(drift) > MOST_OFF + slewed)
    return None


def _across_a_start(passed: timedelta) -> Doubt | None:
    if passed < -SLACK:
        return Doubt(f"the clock is {_told(-passed)} behind what it was before the start", lasts=-passed > MOST_OFF)
    if passed > LONGEST_OUTAGE:
        return Doubt(f"the clock is {passed.days} days ahead of what it was before the start", lasts=True)
    return None


def tick(belief: Belief, now: Reading, slept: str = "") -> Belief:
    """The belief after one more look at the clock; `slept` tells why this tick came so late."""
    belief = _kept_through_a_start(belief, now)
    doubt = _judged(belief, now)
    if doubt is None and slept:
        doubt = Doubt(slept)
    if doubt is not None:
        found = replace(belief, doubt=doubt.why, since=belief.since or now.wall)
        # The tick that believes a new time does not count as one that went well by it.
        return _doubting(found, now) if doubt.lasts else _believing(found, now, steady=True)
    if belief.off or not belief.doubt:
        return _believing(belief, now, steady=belief.steady)
    return Belief(believed=now) if belief.steady else _believing(belief, now, steady=True)


def _kept_through_a_start(belief: Belief, now: Reading) -> Belief:
    """A doubt that was not over before this start has a word to take it back: no tick of today can tell of then."""
    believed = belief.believed
    if believed is None or believed.boot_id == now.boot_id or not belief.doubt or belief.steady:
        return belief
    return replace(belief, off=belief.off or belief.doubt)


def _judged(belief: Belief, now: Reading) -> Doubt | None:
    if belief.at_least and belief.believed is not None:
        return _across_a_start(now.wall - _carried(belief.believed, now).wall)
    return judge(belief.believed, now)


def _believing(belief: Belief, now: Reading, *, steady: bool) -> Belief:
    return replace(belief, believed=now, at_least=False, steady=steady)


def _doubting(belief: Belief, now: Reading) -> Belief:
    """The belief as a doubt that lasts leaves it."""
    before = belief.believed
    assert before is not None
    across = before.boot_id != now.boot_id
    return replace(belief, believed=_carried(before, now), at_least=belief.at_least or across, steady=False)


def _carried(believed: Reading, now: Reading) -> Reading:
    """What the clock would show now had nobody set it, and had the machine not been off between two starts."""
    truly = now.boot - believed.boot if believed.boot_id == now.boot_id else 0.0
    # Left where it was, it would grant the clock ever more slewing, until a step that nobody undid passed for that.
    return replace(now, wall=believed.wall + timedelta(seconds=truly))


def compare(said: datetime, first: datetime, last: datetime, who: str) -> str | None:
    """What a server's word on a moment that lay between two of ours says against our clock; empty: it agrees.

    None where the two lie too far apart to tell.
    """
    if said > last + MOST_OFF:
        return f"the clock is {_told(said - last)} behind that of {who}"
    if said < first - MOST_OFF:
        return f"the clock is {_told(first - said)} ahead of that of {who}"
    return "" if last - first <= MOST_OFF else None


def hear(belief: Belief, now: Reading, off: str) -> Belief:
    """The belief after a trusted server spoke against the clock, or agreed with it."""
    belief = _kept_through_a_start(belief, now)
    if off:
        return replace(belief, off=off, doubt=belief.doubt or off, since=belief.since or now.wall, steady=False)
    if belief.off or _judged(belief, now):
        # From here on the ticks must go well by the time that was agreed on.
        return _believing(replace(belief, off=""), now, steady=False)
    return belief


def believe(now: Reading) -> Belief:
    """A person says that the clock is right."""
    return Belief(believed=now)


def in_doubt(belief: Belief, now: Reading) -> str:
    """Why the clock is not believed at this moment; empty: it is."""
    doubt = _judged(belief, now)
    return doubt.why if doubt else belief.off or belief.doubt


def _told(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{seconds // size} {name}s"
    return f"{seconds} seconds"
