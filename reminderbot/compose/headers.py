"""What the header of an e-mail shall say: told to the builder and, apart from it, to the guard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class UnsafeMessage(ValueError):
    """The message is not what was meant to be sent, and stays here."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A PDF that goes with a message."""

    # Letters, digits and .-_ only: it stands in a header.
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class EmailHeaders:
    """Everything the header of one reminder says; the caller gives the same at every attempt."""

    # Display name and address of the business.
    sender_name: str
    sender: str
    # The one recipient.
    recipient_name: str
    recipient: str
    # Aware; the moment the reminder was first composed.
    date: datetime
    # With angle brackets.
    message_id: str
    # The tokenised address that answers come back to.
    reply_to: str
    # The reminders before it in this conversation, oldest first, with angle brackets.
    references: tuple[str, ...] = ()
    # The one it follows; empty: the last of `references`.
    in_reply_to: str = ""
    # A mailto: link (RFC 2369); empty: the header is left out.
    unsubscribe: str = ""
    # Says to ourselves, should it come back, that we wrote it.
    loop_mark: str = "reminder"
    # False: a person wrote it; then no header says otherwise, for another machine would not show it to a person.
    by_machine: bool = True
