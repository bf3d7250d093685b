"""What arrived, exactly as it arrived, before anybody has read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reminderbot.core.ladder import Channel


@dataclass(frozen=True, slots=True)
class MailCursor:
    """How far a folder has been read: everything up to `uid` under this `uidvalidity` (RFC 9051 2.3.1.1)."""

    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Inbound:
    """One mail or text message as its server handed it over."""

    channel: Channel
    # Where the server keeps it: "INBOX/1795297690/42" or a MessageSid.
    external_id: str
    received_at: datetime
    # E-mail: the whole message. SMS: the text in UTF-8.
    raw: bytes
    # SMS only: who wrote it and to which of our numbers, E.164.
    sender: str = ""
    recipient: str = ""
    # E-mail over the size limit: `raw` holds its header block only.
    oversize: bool = False


class InboxUnavailable(Exception):
    """The place where replies arrive cannot be read; the text is one sentence with what failed and the cure.

    `what` and `cure` are its two halves. `locked_out`: the log-in is refused, and trying again alone mends nothing.
    """

    def __init__(self, sentence: str, what: str = "", cure: str = "", *, locked_out: bool = False) -> None:
        super().__init__(sentence)
        self.what, self.cure, self.locked_out = what or sentence, cure, locked_out
