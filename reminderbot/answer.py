"""Writes a person's answer: their words become the final bytes for one recipient."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from reminderbot.compose.answer import email_of, file_name, sms_of
from reminderbot.compose.email import build_email
from reminderbot.compose.guard import guard
from reminderbot.compose.headers import Attachment, EmailHeaders, UnsafeMessage
from reminderbot.core.answer import Answer
from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.token import Purpose, message_id
from reminderbot.house import House


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """A message ready to go."""

    message: OutgoingMessage
    letter_version: str
    segments: int | None = None


def write_answer(
    house: House, letter: Answer, name: str, now: datetime, valid_for: timedelta | None, copy: bytes | None = None
) -> WrittenAnswer:
    """The final bytes of `letter` to `name`; LetterError or UnsafeMessage where there can be none.

    The PDF that goes with it is the one that was kept when it was sent off, or `copy` before that.
    """
    if letter.channel is Channel.SMS:
        text = sms_of(letter.words)
        body = text.text.encode()
        message = OutgoingMessage(
            str(letter.reminder_id), Channel.SMS, house.sender.sms_from, letter.recipient, body, valid_for=valid_for
        )
        return WrittenAnswer(message, text.version, text.segments)
    rendered = email_of(letter.subject, letter.words)
    headers = _headers(house, letter, name, now)
    attached = _attached(house, letter, copy)
    final = build_email(rendered, headers, attached)
    guard(final, headers, attached)
    sender = house.tokenised(Purpose.BOUNCE, letter.reminder_id)
    own_id = headers.message_id
    message = OutgoingMessage(str(letter.reminder_id), Channel.EMAIL, sender, letter.recipient, final, own_id)
    return WrittenAnswer(message, rendered.version)


def _attached(house: House, letter: Answer, copy: bytes | None) -> Attachment | None:
    """The very bytes that its writer was shown; UnsafeMessage where they are gone or others."""
    if not letter.copy_of:
        return None
    try:
        content = house.attached.read(letter.copy_digest) if copy is None else copy
    except OSError:
        raise UnsafeMessage(f"the PDF of {letter.copy_of} is gone from the state folder: send it anew") from None
    if hashlib.sha256(content).hexdigest() != letter.copy_digest:
        raise UnsafeMessage(f"the PDF of {letter.copy_of} in the state folder is damaged: send it anew")
    return Attachment(file_name(letter.copy_of), content)


def _headers(house: House, letter: Answer, name: str, now: datetime) -> EmailHeaders:
    """In the thread of what it answers, and with none of a machine's marks: a person wrote it (RFC 3834, section 2)."""
    references = (*letter.thread, letter.in_reply_to) if letter.in_reply_to else letter.thread
    return EmailHeaders(
        sender_name=house.business.name,
        sender=house.sender.from_address,
        recipient_name=name,
        recipient=letter.recipient,
        date=now,
        message_id=message_id(house.keys, letter.reminder_id, house.sender.from_address.rpartition("@")[2]),
        reply_to=house.tokenised(Purpose.REPLY, letter.reminder_id),
        references=tuple(dict.fromkeys(references)),
        in_reply_to=letter.in_reply_to,
        by_machine=False,
    )
