"""A person's answer: how it begins, and what becomes of the words that were typed."""

from __future__ import annotations

import html
import re

from reminderbot.compose.clean import clean, clean_text
from reminderbot.compose.errors import LetterError, TooLong
from reminderbot.compose.letter import fingerprint
from reminderbot.compose.render import RenderedEmail, RenderedSms
from reminderbot.compose.sms import MOST_SEGMENTS, fitted
from reminderbot.compose.words import WORDS, base, chain, spoken
from reminderbot.core.business import Business
from reminderbot.core.customer import Customer
from reminderbot.core.ladder import Channel

LONGEST = 20_000
_LONGEST_SUBJECT = 200
# Re: in English; AW in German; SV in Danish, Norwegian, Swedish; RV in Spanish; R in Italian; TR and RÉF in French.
_ANSWERED = re.compile(r"^\s{0,3}(?:(?:re|aw|sv|antw|rv|r|tr|réf)\s{0,2}(?:\[\d+\])?\s?:\s{0,3}){1,9}", re.IGNORECASE)


class EmptyAnswer(LetterError):
    """Nothing was written yet."""


def beginning(
    channel: Channel, who: Customer, business: Business, writer: str, *, who_else: bool = False, copy_of: str = ""
) -> str:
    """A polite frame for an answer in the customer's language, English where we have no words of theirs.

    It quotes nothing: what they wrote is theirs, and they have it. With `who_else` it asks for the right contact, with
    `copy_of` it speaks of that invoice's PDF.
    """
    words = WORDS[base(spoken(chain(who.language or business.language), WORDS))]
    name = clean(who.contact.name)
    hello = words.hello_name.format(name=name) if name else words.hello
    if channel is Channel.SMS:
        return f"{hello} {words.who_else if who_else else ''}\n{clean(business.name)}"
    signed = "\n".join(part for part in (clean(writer), clean(business.name)) if part)
    told = [words.who_else] if who_else else []
    told += [words.copy.format(number=clean(copy_of))] if copy_of else []
    question = "\n".join(told) + "\n"
    return f"{hello}\n\n{words.thanks}\n\n{question}\n{words.regards}\n{signed}\n"


def subject_of(answered: str, otherwise: str) -> str:
    """The subject of an answer to a mail with the subject `answered`; `otherwise` where that had none."""
    bare = clean(_ANSWERED.sub("", answered or ""), _LONGEST_SUBJECT)
    return f"Re: {bare}" if bare else clean(otherwise, _LONGEST_SUBJECT)


def file_name(invoice: str) -> str:
    """What the PDF of an invoice is called: its number, as far as any computer takes it for a name."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", invoice).strip("-")[:60]
    return f"{plain or 'invoice'}.pdf"


def email_of(subject: str, words: str) -> RenderedEmail:
    """An answer as it is mailed: the words as they were typed, and the same as a plain page."""
    text = _fit(words)
    paragraphs = (html.escape(part).replace("\n", "<br>\n") for part in re.split(r"\n{2,}", text))
    page = "\n".join(f"<p>{part}</p>" for part in paragraphs if part.strip())
    body = f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n{page}\n</body></html>\n'
    return RenderedEmail(subject, text + "\n", body, fingerprint(subject, text))


def sms_of(words: str) -> RenderedSms:
    """An answer as it is texted; TooLong where it needs more than two segments."""
    text, size = fitted(_fit(words))
    if size.segments > MOST_SEGMENTS:
        raise TooLong(
            f"the text message takes {size.segments} segments ({len(text)} characters), and {MOST_SEGMENTS} are allowed"
        )
    return RenderedSms(text, size.segments, size.encoding, fingerprint(text))


def _fit(words: str) -> str:
    text = clean_text(words).strip("\n")
    if not text.strip():
        raise EmptyAnswer("there is nothing in the answer yet")
    if len(text) > LONGEST:
        raise TooLong(f"the answer has {len(text)} characters, and {LONGEST} are allowed")
    return text
