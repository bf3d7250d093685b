"""Decides when the next canary is due: a small mail to ourselves, whose return proves that answers would be heard.

Pure. One a business day, the first thing in the morning; one that could not leave is tried again a while later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

# Counted over business days: Friday's canary is as good as new on Monday morning.
LONGEST_SILENCE = timedelta(hours=26)
RETRY_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Canary:
    """The newest canary, and the last one that came back."""

    number: int = 0
    # The business's day for which it was sent, and the moment; None: none was sent yet.
    sent_on: date | None = None
    sent_at: datetime | None = None
    # It could not be handed over: why, and when that is tried again.
    why: str = ""
    again_at: datetime | None = None
    # When the newest that came back did so; None: none ever has.
    back_at: datetime | None = None
    # The highest number that came back; above `number` this store is not the one that sent it.
    back: int = 0


def is_due(canary: Canary, now: datetime, today: date, *, business_day: bool) -> bool:
    """Whether another canary is to leave now."""
    if canary.again_at is not None and now < canary.again_at <= now + RETRY_AFTER:
        return False
    return business_day and (canary.sent_on != today or canary.again_at is not None)
