"""What a person wrote down about a customer: a note, or how a call went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CallResult(StrEnum):
    """How a call ended; the value is also the word that a form sends."""

    REACHED = "reached"
    # What they said, in one word.
    PAID = "paid"
    PROMISE = "promise"
    DISPUTE = "dispute"
    CALL_BACK = "call_back"
    NO_ANSWER = "no_answer"
    # On their voicemail, or with somebody else there.
    MESSAGE_LEFT = "message_left"
    WRONG_NUMBER = "wrong_number"

    @property
    def is_talk(self) -> bool:
        """Somebody there was spoken to."""
        return self in _TALKS

    @property
    def is_heard(self) -> bool:
        """They have heard from us by it: it uses up the contact budget as a message by a person does."""
        return self.is_talk or self is CallResult.MESSAGE_LEFT


_TALKS = frozenset({CallResult.REACHED, CallResult.PAID, CallResult.PROMISE, CallResult.DISPUTE, CallResult.CALL_BACK})


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
    # They asked to be called then.
    again_at: datetime | None = None
    # Keyed hash of the number that was called; empty: no number was on record.
    number_hash: str = ""
