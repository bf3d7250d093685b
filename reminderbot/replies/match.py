"""Finds in a mail what may tell which reminder it answers; looking those clues up is others' work."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from reminderbot.replies.read import Mail, read_mail
from reminderbot.replies.trim import own_words

_RECIPIENT_HEADERS = (
    "to",
    "cc",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "resent-to",
    "x-forwarded-to",
)
_ADDRESS = re.compile(r"[A-Za-z0-9._%+=&'*/?^{|}~!#$-]{1,128}@[A-Za-z0-9.-]{1,253}")
_MESSAGE_ID = re.compile(r"<[^<>\s@]{1,250}@[^<>\s@]{1,250}>")
_REPORTED_RECIPIENT = re.compile(
    r"(?im)^(?:final-recipient|original-recipient|x-failed-recipients|return-path|to): .{1,300}$"
)
_REPORTED_ID = re.compile(
    r"(?im)^(?:original-message-id|message-id|x-original-message-id):[ \t]{0,9}(<[^<>\s]{1,500}>)"
)
# Words that may be an invoice number: at least one digit, and three characters.
_NUMBER_LIKE = re.compile(r"(?<![\w/-])[A-Za-z0-9][A-Za-z0-9/_-]{1,38}[A-Za-z0-9](?![\w-])")
# Not "R1000 end of June and R1000 end of July": the sums that people write without a space.
_SUM_LIKE = r"(?!(?:[RNP]|RS|KSH|KES|PHP|INR|NGN|ZAR|GHS|USD|EUR|GBP)\d+(?![\w-]))"
# "INV-4702", "F2026/118": letters, then figures.
_INVOICE_LIKE = re.compile(rf"(?<![\w/-]){_SUM_LIKE}[A-Z]{{1,5}}[-/#]?[A-Z0-9-]{{0,12}}\d{{3,10}}(?![\w-])")
_WORD = r"[A-Za-z0-9]"
MAX_CLUES = 50


@dataclass(frozen=True, slots=True)
class Clues:
    """What a mail says about where it belongs; everything in it is claimed by its sender and may be forged."""

    # After "+" in the local part of a recipient address, lower case: perhaps one of our reply tokens.
    reply_tokens: tuple[str, ...] = ()
    # The same from the addresses that a delivery failure quotes.
    bounce_tokens: tuple[str, ...] = ()
    # In-Reply-To, References, and the Message-ID of the mail quoted in a bounce; with angle brackets.
    message_ids: tuple[str, ...] = ()
    # Bare address in lower case.
    sender: str = ""
    subject: str = ""
    message_id: str = ""
    # Words that look like invoice numbers, in the subject and the sender's own words, in upper case.
    number_words: tuple[str, ...] = ()


def clues_of_email(raw: bytes) -> Clues:
    """The clues in a mail; empty ones for what cannot be read."""
    return clues_of(read_mail(raw))


def clues_of(mail: Mail) -> Clues:
    """The clues in a mail that has been read."""
    quoted = "\n".join((*mail.reports, *mail.originals))
    recipients = mail.all(*_RECIPIENT_HEADERS)
    # Some servers return only the text of the failed mail, headers and all, in the body of their own.
    bounced = quoted or (mail.text if _looks_returned(mail) else "")
    reported = _REPORTED_RECIPIENT.findall(bounced)
    references = [*_MESSAGE_ID.findall(mail.header("in-reply-to")), *_MESSAGE_ID.findall(mail.header("references"))]
    return Clues(
        reply_tokens=_tokens(recipients),
        bounce_tokens=_unique([*_tokens(recipients), *_tokens(reported)]),
        message_ids=_unique([*references, *_REPORTED_ID.findall(bounced)]),
        sender=address_in(mail.header("from")) or address_in(mail.header("sender")),
        subject=mail.header("subject"),
        message_id=next(iter(_MESSAGE_ID.findall(mail.header("message-id"))), ""),
        number_words=_number_words(f"{mail.header('subject')}\n{own_words(mail.text)}"),
    )


def invoice_numbers_in(text: str, known: Collection[str]) -> tuple[str, ...]:
    """Which of the `known` invoice numbers stand in `text` as whole words, whatever their case."""
    found = []
    for number in known:
        if number and re.search(
            rf"(?<!{_WORD})(?<!{_WORD}[-/]){re.escape(number)}(?!{_WORD})(?![-/]{_WORD})", text, re.IGNORECASE
        ):
            found.append(number)
    return _unique(found)


def by_invoice(sentence: str, known: Collection[str]) -> list[str]:
    """A sentence about several invoices cut into one part for each; "A and B are paid" stays whole."""
    named = sorted({match.start() for match in _INVOICE_LIKE.finditer(sentence)} | set(_places(sentence, known)))
    if len(named) < 2:
        return [sentence]
    cuts = sorted({cut for last, at in pairwise(named) if (cut := _cut(sentence, last, at)) > 0})
    parts = [sentence[a:b].strip(" ,;") for a, b in zip([0, *cuts], [*cuts, len(sentence)], strict=True)]
    # A number alone ("INV-1, INV-2 and INV-3 are paid") belongs to what follows.
    return parts if all(len(re.findall(r"[^\W\d_]{2,}", part)) > 2 for part in parts) else [sentence]


def _places(sentence: str, known: Collection[str]) -> list[int]:
    folded = sentence.upper()
    return [at for number in known if number and (at := folded.find(number.upper())) >= 0]


def _cut(sentence: str, last: int, at: int) -> int:
    """Where, between two invoice numbers, the part that names the second begins; -1 where nothing parts them."""
    marks = (",", ";", " - ", " and ", " but ", " y ", " und ", " et ", " e ")
    return max(sentence.rfind(mark, last, at) for mark in marks)


def address_in(value: str) -> str:
    """The bare address in a From header, lower case; the last one, since a display name may hold a forged address."""
    addresses = _ADDRESS.findall(value[:2000])
    return addresses[-1].lower() if addresses else ""


def _tokens(values: Collection[str]) -> tuple[str, ...]:
    locals_ = [
        address.lower().rpartition("@")[0] for value in values for address in _ADDRESS.findall(value)[:MAX_CLUES]
    ]
    return _unique([local.partition("+")[2] for local in locals_ if "+" in local])


def _looks_returned(mail: Mail) -> bool:
    sender = mail.header("from").lower()
    return mail.header("return-path") == "<>" or "mailer-daemon" in sender or "postmaster" in sender


def _number_words(text: str) -> tuple[str, ...]:
    words = (word.upper() for word in _NUMBER_LIKE.findall(text[:20_000]))
    return _unique([word for word in words if any(c.isdigit() for c in word)])


def _unique(values: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))[:MAX_CLUES]
