"""A turn: what became of a planned reminder when it was asked once more, at the claim, whether it may leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TurnCode(StrEnum):
    """Every way in which a turn may end; each has its sentence in the word file, under [turn]."""

    TAKEN = "taken"
    # The gates say later; they are kept beside it.
    LATER = "later"
    DAY_FULL = "day_full"
    HOUR_FULL = "hour_full"
    NEW_FULL = "new_full"
    TEXTS_FULL = "texts_full"
    WORDING_YOUNG = "wording_young"
    LETTER_UNFIT = "letter_unfit"
    # Withdrawn: a gate is shut by now, or another step is due.
    NOT_DUE = "not_due"
    SENT_BEFORE = "sent_before"
    UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True)
class Turn:
    """How it ended for one reminder, and when its next turn comes."""

    code: TurnCode
    reminder_id: int
    # None: it left, was withdrawn, or simply waits for the next window.
    again_at: datetime | None = None
    # What was wrong, in words that cannot be foreseen; empty: the code says it all.
    why: str = ""
