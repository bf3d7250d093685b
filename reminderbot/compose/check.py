"""Is this letter fit to send: courteous, complete, and true to the facts?

It looks at a letter as a customer would get it. Words are judged after the customer's own values were taken out, so
that a business called Court Hotel threatens nobody.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from reminderbot.compose.errors import UnfitLetter
from reminderbot.compose.facts import LetterFacts
from reminderbot.compose.finding import Finding, Kind, Severity, blocking
from reminderbot.compose.render import RenderedEmail, RenderedSms
from reminderbot.compose.rules import courtesy_of, plain
from reminderbot.compose.sms import MOST_SEGMENTS, fold, fold_accents
from reminderbot.compose.tone import courtesy, of_rule
from reminderbot.compose.words import WORDS, base
from reminderbot.core.beside import INSTALMENT, THANKS

_Must = Mapping[str, re.Pattern[str]]
_GONE = "…"
_NO_LINK = "\0"
_MOST_WORDS = 260
_MOST_SUBJECT = 120
_WRITTEN_SUM = re.compile(
    r"(?:\b[A-Z]{3} ?|[$€£¥] ?)\d[\d.,]{0,20}|\b\d[\d.,]{0,20} ?(?:[$€£¥]|(?:USD|EUR|GBP|CHF|JPY)\b)"
)


def check_letter(letter: str, message: RenderedEmail | RenderedSms, facts: LetterFacts) -> list[Finding]:
    """Everything that speaks against sending `message` as `letter`; none: it is fit to send."""
    rules = courtesy_of(base(facts.languages[0]))
    must = rules.must if rules else {}
    text = " ".join(message.text.split())
    words = own_words(message, facts)
    own = " ".join(words.split())
    found = [*_facts_missing(text, facts), *courtesy(words, facts.languages[0])]
    found += [*_exclaimed(own), *_written_sums(own), *_foreign(own, base(facts.languages[0]))]
    if isinstance(message, RenderedEmail):
        found += _email(message, text, own, facts, must)
    else:
        found += _sms(message, own, facts, must)
    if letter == THANKS:
        found += _thanks(message, own, facts, must)
    return [*found, *_character(letter, words, must), *_spineless(letter, message, words, must)]


# What the first letter of each version showed: the words are the same for every customer.
_shown: dict[str, tuple[Finding, ...]] = {}


def refuse_unfit(
    letter: str, message: RenderedEmail | RenderedSms, facts: LetterFacts, stood_by: Collection[str] = ()
) -> None:
    """UnfitLetter where an error was found in this version of the letter, which is looked at once.

    An owner answers for the sharp words that are `stood_by`; for a missing fact nobody can.
    """
    key = f"{letter}:{message.version}"
    if key not in _shown:
        _shown[key] = tuple(blocking(check_letter(letter, message, facts)))
    errors = [found for found in _shown[key] if not (found.may_be_overridden and found.words in stood_by)]
    if errors:
        told = "; ".join(f"“{found.words}”: {found.why}; {found.better}" for found in errors)
        raise UnfitLetter(f"the letter '{letter}' is not fit to send ({told})")


def own_words(message: RenderedEmail | RenderedSms, facts: LetterFacts) -> str:
    """The letter without the customer's values, the list of invoices and the footer; a subject is its first paragraph.

    Line by line as it was, so that a list's items can still be told apart.
    """
    # Folded, for a letter has other spaces in its sums than the facts, and a text message other quotes and accents.
    text = fold(message.text.partition("\n-- \n")[0])
    if isinstance(message, RenderedEmail):
        text = f"{fold(message.subject)}\n\n{text.replace(fold(facts.listing.as_text()), _GONE)}"
    told = {fold(" ".join(str(value).split())) for value in facts.values.values() if isinstance(value, str)}
    for value in sorted(told | {fold_accents(value) for value in told}, key=len, reverse=True):
        if len(value) > 2:
            # A value may have been wrapped into two lines.
            text = re.sub(re.escape(value).replace(r"\ ", r"\s+"), _GONE, text)
    return text


def _facts_missing(text: str, facts: LetterFacts) -> Iterator[Finding]:
    if _plain(facts.values["business_name"]) not in _plain(text):
        yield _missing("your name", "put {{ business_name }} into the letter", "the customer must see who writes")
    # A list of two currencies shows two totals, where {{ total }} joins them in one line.
    totals = [row.amount for row in facts.listing.totals]
    if facts.letter == INSTALMENT:
        yield from _instalment_missing(text, facts)
    elif any(_plain(amount) not in _plain(text) for amount in totals):
        yield _missing(
            "the sum", "put {{ total }} or {{ items }} into the letter", "the customer must see what is open"
        )


def _instalment_missing(text: str, facts: LetterFacts) -> Iterator[Finding]:
    told = {"instalment": "the sum of the instalment", "instalment_on": "its day"}
    for name, what in told.items():
        if _plain(facts.values[name]) not in _plain(text):
            yield _missing(what, f"put {{{{ {name} }}}} into the letter", "the note is about nothing else")


def _thanks(message: RenderedEmail | RenderedSms, own: str, facts: LetterFacts, must: _Must) -> Iterator[Finding]:
    """A thank-you says for what, and asks for nothing: least of all for money."""
    if _plain(facts.values["invoice"]) not in _plain(message.text):
        yield _missing("what the thanks are for", "put {{ invoice }} into the letter", "the customer must see it")
    if "thanks" in must and not must["thanks"].search(plain(own)):
        yield _missing("the thanks", "Thank you for your payment.", "a thank-you says thank you")
    if "how_to_pay" in must and (found := must["how_to_pay"].search(plain(own))):
        yield Finding(Severity.WARNING, found.group(), "a thank-you asks for nothing", "leave it out")


def _email(message: RenderedEmail, text: str, own: str, facts: LetterFacts, must: _Must) -> Iterator[Finding]:
    unnamed = [row.invoice for row in facts.listing.rows if row.invoice not in text]
    if unnamed:
        yield _missing("the list of invoices", "put {{ items }} into the letter", f"{unnamed[0]} is not named")
    if _plain(facts.values["business_address"]) not in _plain(text):
        yield _missing("your postal address", "put {{ business_address }} into footer.email.md", "the law asks for it")
    yield from _must(must, "reply", own, "how to reach a person", "Just reply to this e-mail.")
    yield from _must(must, "opt_out_email", text, "how to stop reminders by e-mail", "put it into footer.email.md")
    if facts.letter != THANKS:
        yield from _must(must, "already_paid", own, "thanks for a payment that may have crossed", _ALREADY)
    if facts.letter != THANKS and str(facts.values["pay_url"] or _NO_LINK) not in text:
        yield from _must(must, "how_to_pay", own, "how to pay", "If you need our bank details, just reply.")
    if re.match(r"(?:re|fwd?|aw|wg)\s*:", message.subject, re.IGNORECASE):
        yield Finding(Severity.ERROR, message.subject, "the subject pretends to be an answer", "leave out the prefix")
    if len(message.subject) > _MOST_SUBJECT:
        yield Finding(
            Severity.WARNING, message.subject, "the subject is long and will be cut", "name the invoice first"
        )
    if len(own.split()) > _MOST_WORDS:
        yield Finding(Severity.WARNING, "", f"it has {len(own.split())} words of its own", "short letters are read")


_ALREADY = "If you have already paid, thank you, please ignore this."


def _sms(message: RenderedSms, own: str, facts: LetterFacts, must: _Must) -> Iterator[Finding]:
    if _plain(facts.values["invoice"]) not in _plain(message.text):
        yield _missing("the invoice number", "put {{ invoice }} into the text message", "the customer must see it")
    told = own.replace(WORDS[base(facts.languages[0])].reply_stop, "")
    yield from _must(must, "reply", told, "how to reach a person", "Reply or call us.")
    yield from _must(must, "already_paid", own, "thanks for a payment that may have crossed", "Paid? Thank you.")
    yield from _must(must, "opt_out_sms", own, "how to opt out", "Reply STOP to opt out")
    if message.segments > MOST_SEGMENTS:
        why = f"it takes {message.segments} segments, and {MOST_SEGMENTS} are the most"
        yield Finding(Severity.ERROR, message.text, why, "shorten it")


# Where firmness is due: a letter that asks for nothing, or for no day, is passed over.
_FIRM = ("check-in", "firm", "last")


def _character(letter: str, words: str, must: _Must) -> Iterator[Finding]:
    body = words.partition("\n\n")[2] or words
    if letter == "gentle" and "?" not in body:
        yield _missing(
            "a question", "Did the bill reach you, and is it right?", "the first contact asks, and assumes nothing"
        )
    if letter == "options":
        yield from _must(must, "offer", body, "an offer", "You can pay in two or three instalments.")


def _spineless(letter: str, message: RenderedEmail | RenderedSms, words: str, must: _Must) -> Iterator[Finding]:
    seen = plain(" ".join((words.partition("\n\n")[2] or words).split()))
    # A text message has no room for more than one thing.
    asked = ("ask", "day") if isinstance(message, RenderedEmail) else ("ask",)
    for rule in asked if letter in _FIRM else ():
        if rule in must and not must[rule].search(seen):
            yield of_rule(rule, "")


def _exclaimed(own: str) -> Iterator[Finding]:
    if own.count("!") > 1:
        yield Finding(Severity.WARNING, "!", "exclamation marks shout", "end the sentence with a full stop", Kind.SHARP)


def _written_sums(own: str) -> Iterator[Finding]:
    for words in dict.fromkeys(_WRITTEN_SUM.findall(own)):
        why = "a sum is written into the letter itself, and will be wrong for most customers"
        yield Finding(Severity.ERROR, words, why, "use {{ total }} or {{ items }}")


def _foreign(own: str, language: str) -> Iterator[Finding]:
    """Whether what every letter must say is said in another language than the folder's."""
    seen = plain(own)
    said = {known: _said(known, seen) for known in WORDS}
    closest = max(said, key=lambda known: said[known])
    if said[closest] > max(said.get(language, 0), 1):
        why = f"it reads like the language '{closest}', and letters of this folder go to those who read '{language}'"
        yield Finding(Severity.ERROR, "(the language)", why, f"write it in '{language}', or move it to '{closest}/'")


def _said(language: str, seen: str) -> int:
    rules = courtesy_of(language)
    return sum(1 for pattern in rules.must.values() if pattern.search(seen)) if rules else 0


def _must(must: _Must, rule: str, text: str, what: str, example: str) -> Iterator[Finding]:
    if rule in must and not must[rule].search(plain(" ".join(text.split()))):
        yield _missing(what, example, f"the letter does not say {what}")


def _missing(what: str, better: str, why: str) -> Finding:
    return Finding(Severity.ERROR, f"({what} is missing)", why, better)


def _plain(value: str | bool) -> str:
    """For comparing: spaces, dashes and accents as a text message may have had to change them."""
    return fold_accents(fold(" ".join(str(value).split())))


__all__ = ["Finding", "Kind", "Severity", "check_letter", "own_words", "refuse_unfit"]
