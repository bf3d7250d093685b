"""The sum in the letter is the sum in the ledger, to the last digit, in every language and country."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from babel.localedata import locale_identifiers
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reminderbot.compose.facts import letter_facts
from reminderbot.compose.render import Letters, TooLong
from reminderbot.core.account import OpenItem
from reminderbot.core.money import Money, minor_digits
from tests.compose.samples import LANGUAGES, LETTERS, SHIPPED, item, request
from tests.sums import Letter, in_html, in_text, sums_in

KEPT = Letters(SHIPPED)
# As the ledger writes them: language, script and region.
SPOKEN = sorted(
    name.replace("_", "-")
    for name in locale_identifiers()
    if name.split("_")[0] in LANGUAGES and not name.endswith("POSIX")
)
CURRENCIES = ("USD", "EUR", "GBP", "CHF", "JPY", "KWD", "TND", "BHD", "CLF", "HUF", "INR")
# ISO 4217, written down by hand.
DECIMALS = {"JPY": 0, "KWD": 3, "TND": 3, "BHD": 3, "CLF": 4}


@pytest.mark.parametrize("currency", CURRENCIES)
def test_a_currency_has_the_decimals_that_iso_4217_gives_it(currency: str) -> None:
    assert minor_digits(currency) == DECIMALS.get(currency, 2)


@st.composite
def debts(draw: st.DrawFn) -> tuple[list[OpenItem], list[Money]]:
    """Open items in a few currencies, some paid in part, and money that could settle none of them."""
    known = draw(st.lists(st.sampled_from(CURRENCIES), min_size=1, max_size=3, unique=True))
    items = []
    for number in range(draw(st.integers(1, 6))):
        currency = draw(st.sampled_from(known))
        units = draw(st.integers(2, 10**12) | st.integers(2, 10**5))
        part = draw(st.integers(0, 10**6))
        items.append(item(f"INV-{number}", money(units + part, currency), money(units, currency)))
    received = []
    for currency in sorted({one.balance.currency for one in items}):
        least = min(one.balance for one in items if one.balance.currency == currency)
        units = draw(st.integers(0, int(least.amount.scaleb(minor_digits(currency))) - 1))
        received += [money(units, currency)] if units else []
    return items, received


def money(units: int, currency: str) -> Money:
    return Money(Decimal(units).scaleb(-DECIMALS.get(currency, 2)), currency)


def left(items: list[OpenItem], received: list[Money]) -> dict[str, Decimal]:
    """What is to be paid, a sum a currency: worked out here, not by the program."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in items:
        sums[one.balance.currency] += one.balance.amount
    for one in received:
        sums[one.currency] -= one.amount
    return dict(sums)


def is_true(letter: Letter, items: list[OpenItem], received: list[Money]) -> None:
    for one in items:
        told = [(one.balance.currency, one.balance.amount)]
        if one.invoice.total != one.balance:
            told.append((one.invoice.total.currency, one.invoice.total.amount))
        assert letter.rows[one.invoice.number] == told
    assert dict(letter.totals) == left(items, received)
    assert dict(letter.taken_off) == {one.currency: -one.amount for one in received}
    assert letter.adds_up()
    assert set(letter.elsewhere) <= set(letter.totals) | {(one.currency, one.amount) for one in received}


@settings(max_examples=250)
@given(language=st.sampled_from(SPOKEN), letter=st.sampled_from(LETTERS), owed=debts())
@example("de-CH", "gentle", ([item("INV-0", money(123456789, "CHF"))], [money(5, "CHF")]))
@example("en-IN", "gentle", ([item("INV-0", money(123456789012, "INR"))], []))
@example("fr", "gentle", ([item("INV-0", money(1234567, "KWD"))], []))
def test_every_sum_of_a_letter_is_read_as_the_books_have_it(
    language: str, letter: str, owed: tuple[list[OpenItem], list[Money]]
) -> None:
    items, received = owed
    told = letter_facts(request(*items, letter=letter, language=language, unapplied=tuple(received)))
    mail = KEPT.render_email(told)
    numbers = [one.invoice.number for one in items]
    is_true(in_text(mail.text, numbers, language), items, received)
    is_true(in_html(mail.html, numbers, language), items, received)
    totals = left(items, received)
    assert all(totals[currency] == amount for currency, amount in sums_in(mail.subject, language))


@settings(max_examples=150)
@given(language=st.sampled_from(SPOKEN), letter=st.sampled_from(LETTERS), owed=debts())
def test_a_text_message_names_the_same_totals(
    language: str, letter: str, owed: tuple[list[OpenItem], list[Money]]
) -> None:
    items, received = owed
    told = letter_facts(request(*items, letter=letter, language=language, unapplied=tuple(received)))
    try:
        sms = KEPT.render_sms(told)
    except TooLong:
        return
    assert dict(sums_in(sms.text, language)) == left(items, received)


@pytest.mark.parametrize("language", ["en", "de-CH", "fr-CA"])
def test_what_is_left_out_of_a_long_list_is_summed_up_to_the_cent(language: str) -> None:
    items = [item(f"INV-{n:03}", money(10_000_01 + n, "EUR")) for n in range(70)]
    mail = KEPT.render_email(letter_facts(request(*items, language=language)))
    shown = [one.invoice.number for one in items if one.invoice.number in mail.text]
    letter = in_text(mail.text, shown, language)
    rest = sum(one.balance.amount for one in items) - sum(sums[0][1] for sums in letter.rows.values())
    assert ("EUR", rest) in set(sums_in(mail.text, language))
    assert dict(letter.totals) == left(items, [])
