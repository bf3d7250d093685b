"""One message on its way out: final bytes for one recipient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from reminderbot.core.ladder import Channel


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """What a channel puts on the wire, unchanged."""

    reminder_id: str
    channel: Channel
    # E-mail: the envelope sender (tokenised, so that bounces find us). SMS: our number or messaging service SID.
    sender: str
    # Exactly one address or E.164 number.
    recipient: str
    # E-mail: a whole RFC 5322 message with CRLF line ends. SMS: the text in UTF-8.
    body: bytes
    # E-mail only: with angle brackets, the same at every attempt.
    message_id: str = ""
    # SMS only: how long the carrier may still deliver it (Twilio ValidityPeriod).
    valid_for: timedelta | None = None
