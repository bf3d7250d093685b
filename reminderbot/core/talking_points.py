"""What a kind and experienced collector keeps in mind before talking with somebody about what is open."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reminderbot.core.promise import Promise
from reminderbot.core.promise_share import Share
from reminderbot.core.reliability import Reliability, trust

# Nothing harder before this day past due, whatever was promised (design law 6).
_EARLY_DAYS = 30


class Point(StrEnum):
    """One thing to keep in mind, in the order in which it is said."""

    # On the telephone: who calls, and whether they have a moment.
    MOMENT = "moment"
    # Somebody is in distress: the money can wait.
    CARE = "care"
    # Money has come in that nobody has matched: it may be theirs.
    MATCH = "match"
    # It has all come in since.
    SETTLED = "settled"
    THANK = "thank"
    # Never assume: it may be a slip, or something may be wrong with the bill.
    ASK = "ask"
    LISTEN = "listen"
    # Whoever is usually reliable is in a rough spot.
    RELIABLE = "reliable"
    # Not the first time: smaller steps are easier to keep.
    AGAIN = "again"
    EARLY = "early"
    # Part now, instalments, another day: whoever may choose finds a way.
    OPTIONS = "options"
    # What would make it easier for them, and is good for us too.
    BOTH = "both"
    # They may be angry; it is not about the person who calls.
    CALM = "calm"
    AGREE = "agree"


def points(share: Share, before: Reliability, days_past_due: int | None) -> tuple[Point, ...]:
    """What to keep in mind; `before` is how earlier promises ended, and the days are those of the oldest invoice."""
    if share.is_whole:
        return (Point.SETTLED, Point.THANK)
    meant = {
        Point.MATCH: bool(share.loose),
        Point.THANK: bool(share.parts),
        Point.ASK: True,
        Point.LISTEN: True,
        Point.RELIABLE: trust(before).holds,
        Point.AGAIN: before.missed_in_a_row > 0,
        Point.EARLY: days_past_due is not None and days_past_due < _EARLY_DAYS,
        Point.AGREE: True,
    }
    return tuple(point for point in Point if meant.get(point))


@dataclass(frozen=True, slots=True)
class Background:
    """What is known of somebody before they are called."""

    before: Reliability
    # Of the oldest invoice; None: none has a due date.
    days_past_due: int | None
    # Money has come in that nobody has matched.
    has_loose: bool = False
    # A part of what they promised has come in.
    has_paid_part: bool = False
    in_distress: bool = False


def for_call(known: Background) -> tuple[Point, ...]:
    """What to keep in mind on the telephone: listen, assume nothing, have options, look for what is good for both."""
    if known.in_distress:
        return (Point.MOMENT, Point.CARE, Point.LISTEN)
    early = known.days_past_due is not None and known.days_past_due < _EARLY_DAYS
    left_out = {
        Point.CARE: True,
        Point.SETTLED: True,
        Point.MATCH: not known.has_loose,
        Point.THANK: not known.has_paid_part,
        Point.RELIABLE: not trust(known.before).holds,
        Point.AGAIN: known.before.missed_in_a_row == 0,
        Point.EARLY: not early,
    }
    return tuple(point for point in Point if not left_out.get(point))


def earlier(word: Promise, words: tuple[Promise, ...]) -> tuple[Promise, ...]:
    """Their other promises given before this one, the newest first."""
    own = (word.promised_on, word.promise_id)
    return tuple(other for other in words if (other.promised_on, other.promise_id) < own)
