"""Is this letter fit to send: courteous, complete, and true to the facts?

It looks at a letter as a customer would get it. Words are judged after the customer's own values were taken out, so
that a business called Court Hotel threatens nobody.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from reminderbot.compose.errors import UnfitLetter
from reminderbot.compose.facts import LetterFacts
from reminderbot.compose.render import RenderedEmail, RenderedSms
from reminderbot.compose.sms import MOST_SEGMENTS, fold, fold_accents
from reminderbot.compose.words import WORDS, base

_GONE = "…"
_NO_LINK = "\0"
# Written in capitals by everybody, or by the carriers' rules.
_NOT_SHOUTED = frozenset(("STOP", "HELP", "IBAN", "SEPA", "BACS", "SWIFT", "GMBH"))
_MOST_WORDS = 260
_MOST_SUBJECT = 120
_WRITTEN_SUM = re.compile(
    r"(?:\b[A-Z]{3} ?|[$€£¥] ?)\d[\d.,]{0,20}|\b\d[\d.,]{0,20} ?(?:[$€£¥]|(?:USD|EUR|GBP|CHF|JPY)\b)"
)


class Severity(StrEnum):
    """An error makes a letter unfit to send; a warning is for the owner to think over."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in a letter: the words (or what is missing), why that matters, and what would be better."""

    severity: Severity
    words: str
    why: str
    better: str


@dataclass(frozen=True, slots=True)
class _Unfit:
    severity: Severity
    why: str
    better: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Courtesy:
    """What one language's letters must and must not say."""

    must: dict[str, re.Pattern[str]]
    unfit: tuple[_Unfit, ...]


def check_letter(letter: str, message: RenderedEmail | RenderedSms, facts: LetterFacts) -> list[Finding]:
    """Everything that speaks against sending `message` as `letter`; none: it is fit to send."""
    courtesy = _courtesy(base(facts.languages[0]))
    text = " ".join(message.text.split())
    own = _own_words(message, facts)
    found = [*_facts_missing(text, facts), *_unfit(own, courtesy), *_shouted(own), *_written_sums(own)]
    if isinstance(message, RenderedEmail):
        found += _email(message, text, own, facts, courtesy)
    else:
        found += _sms(message, own, facts, courtesy)
    return [*found, *_character(letter, message, own, courtesy)]


# What the first letter of each version showed: the words are the same for every customer.
_shown: dict[str, str] = {}


def refuse_unfit(letter: str, message: RenderedEmail | RenderedSms, facts: LetterFacts) -> None:
    """UnfitLetter where an error was found in this version of the letter, which is looked at once."""
    key = f"{letter}:{message.version}"
    if key not in _shown:
        errors = [found for found in check_letter(letter, message, facts) if found.severity is Severity.ERROR]
        _shown[key] = "; ".join(f"“{found.words}”: {found.why}; {found.better}" for found in errors)
    if _shown[key]:
        raise UnfitLetter(f"the letter '{letter}' is not fit to send ({_shown[key]})")


def _own_words(message: RenderedEmail | RenderedSms, facts: LetterFacts) -> str:
    """The letter without the customer's values, the list of invoices and the footer."""
    # Folded, for a letter has other spaces in its sums than the facts, and a text message other quotes and accents.
    text = fold(message.text.partition("\n-- \n")[0])
    if isinstance(message, RenderedEmail):
        text = f"{fold(message.subject)}\n\n{text.replace(fold(facts.listing.as_text()), _GONE)}"
    text = " ".join(text.split())
    told = {fold(" ".join(str(value).split())) for value in facts.values.values() if isinstance(value, str)}
    for value in sorted(told | {fold_accents(value) for value in told}, key=len, reverse=True):
        text = text.replace(value, _GONE) if len(value) > 2 else text
    return text


def _facts_missing(text: str, facts: LetterFacts) -> Iterator[Finding]:
    if _plain(facts.values["business_name"]) not in _plain(text):
        yield _missing("your name", "put {{ business_name }} into the letter", "the customer must see who writes")
    # A list of two currencies shows two totals, where {{ total }} joins them in one line.
    totals = [row.amount for row in facts.listing.totals]
    if any(_plain(amount) not in _plain(text) for amount in totals):
        yield _missing(
            "the sum", "put {{ total }} or {{ items }} into the letter", "the customer must see what is open"
        )


def _email(message: RenderedEmail, text: str, own: str, facts: LetterFacts, courtesy: _Courtesy) -> Iterator[Finding]:
    unnamed = [row.invoice for row in facts.listing.rows if row.invoice not in text]
    if unnamed:
        yield _missing("the list of invoices", "put {{ items }} into the letter", f"{unnamed[0]} is not named")
    if _plain(facts.values["business_address"]) not in _plain(text):
        yield _missing("your postal address", "put {{ business_address }} into footer.email.md", "the law asks for it")
    yield from _must(courtesy, "reply", own, "how to reach a person", "Just reply to this e-mail.")
    yield from _must(courtesy, "already_paid", own, "thanks for a payment that may have crossed", _ALREADY)
    yield from _must(courtesy, "opt_out_email", text, "how to stop reminders by e-mail", "put it into footer.email.md")
    if str(facts.values["pay_url"] or _NO_LINK) not in text:
        yield from _must(courtesy, "how_to_pay", own, "how to pay", "If you need our bank details, just reply.")
    if re.match(r"(?:re|fwd?|aw|wg)\s*:", message.subject, re.IGNORECASE):
        yield Finding(Severity.ERROR, message.subject, "the subject pretends to be an answer", "leave out the prefix")
    if len(message.subject) > _MOST_SUBJECT:
        yield Finding(
            Severity.WARNING, message.subject, "the subject is long and will be cut", "name the invoice first"
        )
    if len(own.split()) > _MOST_WORDS:
        yield Finding(Severity.WARNING, "", f"it has {len(own.split())} words of its own", "short letters are read")


_ALREADY = "If you have already paid, thank you, please ignore this."


def _sms(message: RenderedSms, own: str, facts: LetterFacts, courtesy: _Courtesy) -> Iterator[Finding]:
    if _plain(facts.values["invoice"]) not in _plain(message.text):
        yield _missing("the invoice number", "put {{ invoice }} into the text message", "the customer must see it")
    told = own.replace(WORDS[base(facts.languages[0])].reply_stop, "")
    yield from _must(courtesy, "reply", told, "how to reach a person", "Reply or call us.")
    yield from _must(courtesy, "already_paid", own, "thanks for a payment that may have crossed", "Paid? Thank you.")
    yield from _must(courtesy, "opt_out_sms", own, "how to opt out", "Reply STOP to opt out")
    if message.segments > MOST_SEGMENTS:
        why = f"it takes {message.segments} segments, and {MOST_SEGMENTS} are the most"
        yield Finding(Severity.ERROR, message.text, why, "shorten it")


def _character(letter: str, message: RenderedEmail | RenderedSms, own: str, courtesy: _Courtesy) -> Iterator[Finding]:
    body = own if isinstance(message, RenderedSms) else own.removeprefix(message.subject)
    if letter == "gentle" and "?" not in body:
        yield _missing(
            "a question", "Did the bill reach you, and is it right?", "the first contact asks, and assumes nothing"
        )
    if letter == "options":
        yield from _must(courtesy, "offer", own, "an offer", "You can pay in two or three instalments.")


def _unfit(own: str, courtesy: _Courtesy) -> Iterator[Finding]:
    for unfit in courtesy.unfit:
        for words in dict.fromkeys(match[0] for match in unfit.pattern.finditer(own)):
            yield Finding(unfit.severity, words, unfit.why, unfit.better)


def _shouted(own: str) -> Iterator[Finding]:
    for word in dict.fromkeys(re.findall(r"\b[A-Z]{4,}\b", own)):
        if word not in _NOT_SHOUTED:
            yield Finding(Severity.WARNING, word, "capitals shout", f"write {word.lower()}")
    if own.count("!") > 1 or "??" in own:
        yield Finding(Severity.WARNING, "!", "exclamation marks shout", "end the sentence with a full stop")


def _written_sums(own: str) -> Iterator[Finding]:
    for words in dict.fromkeys(_WRITTEN_SUM.findall(own)):
        why = "a sum is written into the letter itself, and will be wrong for most customers"
        yield Finding(Severity.ERROR, words, why, "use {{ total }} or {{ items }}")


def _must(courtesy: _Courtesy, rule: str, text: str, what: str, example: str) -> Iterator[Finding]:
    pattern = courtesy.must.get(rule)
    if pattern and not pattern.search(text):
        yield _missing(what, example, f"the letter does not say {what}")


def _missing(what: str, better: str, why: str) -> Finding:
    return Finding(Severity.ERROR, f"({what} is missing)", why, better)


def _plain(value: str | bool) -> str:
    """For comparing: spaces, dashes and accents as a text message may have had to change them."""
    return fold_accents(fold(" ".join(str(value).split())))


@lru_cache(maxsize=16)
def _courtesy(language: str) -> _Courtesy:
    """The rules of `language`; none where nobody has written them yet: facts are checked all the same."""
    source = files("reminderbot.compose") / "courtesy" / f"{language}.toml"
    if not source.is_file():
        return _Courtesy({}, ())
    rules = tomllib.loads(source.read_text("utf-8"))
    must = {name: _any(patterns) for name, patterns in rules["must"].items()}
    unfit = [_Unfit(Severity(u["severity"]), u["why"], u["better"], _any(u["patterns"])) for u in rules["unfit"]]
    return _Courtesy(must, tuple(unfit))


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
