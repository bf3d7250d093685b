"""What a person wrote down about a customer: a note, or how a call went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CallResult(StrEnum):
    """How a call ended; the value is also the word that a form sends."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    MESSAGE_LEFT = "message_left"
    WRONG_NUMBER = "wrong_number"


@dataclass(frozen=True, slots=True)
class Note:
    """One note as it was written."""

    note_id: int
    customer_id: str | None
    # The case it was written in; None: in none.
    case_id: int | None
    written_at: datetime
    written_by: str
    words: str
    # None: it is no call.
    call: CallResult | None = None
