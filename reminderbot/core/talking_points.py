"""What a kind and experienced collector keeps in mind before talking with somebody whose promise was not kept."""

from __future__ import annotations

from enum import StrEnum

from reminderbot.core.promise import Promise
from reminderbot.core.promise_share import Share
from reminderbot.core.reliability import Reliability, trust

# Nothing harder before this day past due, whatever was promised (design law 6).
_EARLY_DAYS = 30


class Point(StrEnum):
    """One thing to keep in mind, in the order in which it is said."""

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


def earlier(word: Promise, words: tuple[Promise, ...]) -> tuple[Promise, ...]:
    """Their other promises given before this one, the newest first."""
    own = (word.promised_on, word.promise_id)
    return tuple(other for other in words if (other.promised_on, other.promise_id) < own)
