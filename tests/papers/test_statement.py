"""A statement of account is written in the customer's language, by the ways of writing that go with it."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from string import Formatter

import pytest

from reminderbot.compose.words import WORDS
from reminderbot.core.invoice import Invoice, Payment, PaymentKind
from reminderbot.core.statement import BUCKETS, Statement, state
from reminderbot.papers.statement import draw
from reminderbot.papers.words import Words, languages, words_for
from tests.compose.samples import BUSINESS, LANGUAGES, customer, usd
from tests.servers import poppler

ON = date(2027, 3, 8)
# Days past due on that day, one for each age.
LATE = (None, -5, 4, 40, 70, 200)


def statement(language: str) -> Statement:
    """One invoice of every age, one payment of every kind, and an invoice that the books know no day of."""
    invoices = [
        Invoice(
            f"INV-{place}", "C1", date(2026, 7, 1), late and date.fromordinal(ON.toordinal() - late), usd("1250.00")
        )
        for place, late in enumerate(LATE)
    ]
    payments = [
        Payment(f"P{place}", "C1", number, date(2027, 3, 1), usd("1000.50"), kind)
        for place, (number, kind) in enumerate([("INV-5", one) for one in PaymentKind] + [(None, PaymentKind.PAYMENT)])
    ]
    return state(customer(language=language), [(one, usd("1250.00")) for one in invoices], payments, ON, ("INV-9",))


def printed(language: str) -> tuple[bytes, str]:
    pdf = draw(BUSINESS, statement(language)).pdf
    return pdf, " ".join(poppler.text(pdf, "-layout").split())


def texts(words: Words) -> dict[str, str]:
    return {name: getattr(words, name) for name in Words.__slots__ if name not in ("tag", "file")}


def test_papers_are_written_in_every_language_that_letters_are() -> None:
    assert languages() == set(WORDS) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word_with_the_same_blanks(language: str) -> None:
    english, own = ({**texts(words), **words.file} for words in (words_for("en"), words_for(language)))
    assert english.keys() == own.keys()
    for name, text in english.items():
        assert own[name].strip(), name
        blanks = [sorted(field for _, field, _, _ in Formatter().parse(one) if field) for one in (text, own[name])]
        assert blanks[0] == blanks[1], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_statement_speaks_the_customers_language_and_no_other(language: str) -> None:
    pdf, text = printed(language)
    words = words_for(language)

    rare = {"nothing", "nothing_open", "unprintable", "as_code"}
    for name, told in texts(words).items():
        # Headings of narrow columns stand on two lines.
        if name not in rare and (" " not in told or "{" in told):
            filled = re.sub(r"\\\{\w+\\\}", ".+", re.escape(told))
            assert re.search(filled, text), name
    assert f"/Lang ({language})".encode() in pdf
    if language != "en":
        english = texts(words_for("en"))
        assert [name for name in ("statement", "settled", "not_matched", "over") if english[name] in text] == []


@pytest.mark.parametrize(
    ("language", "sums", "day"),
    [
        ("en", "USD 1,250.00", "8 Mar 2027"),
        ("en-US", "USD 1,250.00", "Mar 8, 2027"),
        ("de", "1.250,00 USD", "08.03.2027"),
        ("fr", "1 250,00 USD", "8 mars 2027"),
        ("nl", "USD 1.250,00", "8 mrt 2027"),
    ],
)
def test_sums_and_days_are_written_as_the_customer_writes_them(language: str, sums: str, day: str) -> None:
    _, text = printed(language)
    assert sums in text.replace("\u202f", " ").replace("\xa0", " ")
    assert day in text


def test_who_speaks_what_no_paper_is_written_in_is_told_in_the_language_of_the_house() -> None:
    german = dataclasses.replace(BUSINESS, language="de-AT", country="AT")
    assert words_for("sv", german.language).statement == words_for("de").statement
    assert words_for("sv").statement == "Statement of account"
    assert words_for("", german.language).tag == "de-AT"


def test_every_age_has_its_words() -> None:
    found = statement("en").parts[0]
    assert [name for name, _ in found.aging] == list(BUCKETS)
    _, text = printed("en")
    for told in ("No due date", "Not yet due", "1 to 30 days past due", "61 to 90 days past due", "More than 90 days"):
        assert told in text
