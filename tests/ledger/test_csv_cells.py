"""Each cell is either read right or refused with its cure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.core.money import Money
from reminderbot.ledger import csv_addresses, csv_cells
from reminderbot.ledger.csv_cells import BadCell
from reminderbot.ledger.csv_report import seen

# Without a deadline, which a busy machine would miss.
LAW = settings(max_examples=100)


def cure(read: Callable[..., object], *args: object) -> str:
    with pytest.raises(BadCell) as refused:
        read(*args)
    return str(refused.value)


@LAW
@given(st.dates(min_value=date(1970, 1, 1), max_value=date(2100, 12, 31)))
def test_every_day_written_as_iso_is_that_day(day: date) -> None:
    assert csv_cells.day(day.isoformat()) == day


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("03/04/2026", "write 2026-04-03 or 2026-03-04, whichever is meant"),
        ("3.4.2026", "write 2026-04-03 or 2026-03-04, whichever is meant"),
        ("31.03.2026", "write 2026-03-31"),
        ("03/03/2026", "write 2026-03-03"),
        ("31/31/2026", "correct it"),
        ("2026-3-4", "write 2026-03-31 for the last of March"),
        ("20260304", "write 2026-03-31 for the last of March"),
        ("2026-03-04 00:00:00", "write 2026-03-31 for the last of March"),
        ("2026-W10-3", "write 2026-03-31 for the last of March"),
        ("46085", "write 2026-03-31 for the last of March"),
        ("٢٠٢٦-٠٣-٠٤", "write 2026-03-31 for the last of March"),
        ("", "is not a date"),
        ("2026-02-29", "is not a day of the calendar"),
        ("2026-13-01", "is not a day of the calendar"),
        ("1969-12-31", "outside the years"),
        ("2101-01-01", "outside the years"),
        ("0026-03-04", "outside the years"),
    ],
)
def test_a_day_in_any_other_form_is_refused(cell: str, words: str) -> None:
    assert words in cure(csv_cells.day, cell)


@LAW
@given(st.decimals(min_value=0, max_value=Decimal("999999999999.99"), places=2))
def test_every_sum_with_a_decimal_point_is_that_sum(amount: Decimal) -> None:
    assert csv_cells.money(f"{amount:f}", "EUR") == Money(amount, "EUR")


@pytest.mark.parametrize(
    ("cell", "currency", "words"),
    [
        ("1.234,56", "EUR", "write 1234.56"),
        ("1,234.56", "EUR", "write 1234.56"),
        ("1,234", "EUR", "write 1234.56"),
        ("12,5", "EUR", "write 1234.56"),
        ("1 234.56", "EUR", "write 1234.56"),
        ("1'234.50", "CHF", "write 1234.56"),
        ("€12.00", "EUR", "write 1234.56"),
        ("12.00 EUR", "EUR", "write 1234.56"),
        ("1.234", "EUR", "leave the point out if it divides thousands"),
        ("1.5", "JPY", "1 decimal places where JPY has 0"),
        ("1.2345", "KWD", "4 decimal places where KWD has 3"),
        ("-5.00", "EUR", "kind credit_note"),
        ("−5.00", "EUR", "kind credit_note"),
        ("", "EUR", "write 0.00"),
        ("NaN", "EUR", "is not a number"),
        ("Infinity", "EUR", "is not a number"),
        ("1e5", "EUR", "write 1234.56"),
        ("+5", "EUR", "write 1234.56"),
        (".5", "EUR", "write 1234.56"),
        ("5.", "EUR", "write 1234.56"),
        ("٥", "EUR", "is not a number"),
        ("=1+1", "EUR", "write 1234.56"),
        ("1000000000000000", "EUR", "larger than any sum"),
        ("9" * 400, "EUR", "larger than any sum"),
    ],
)
def test_a_sum_in_any_other_form_is_refused(cell: str, currency: str, words: str) -> None:
    assert words in cure(csv_cells.money, cell, currency)


@pytest.mark.parametrize(("cell", "currency"), [("1.234", "KWD"), ("1234", "JPY"), ("0", "EUR"), ("007.50", "EUR")])
def test_a_sum_may_have_as_many_places_as_its_currency(cell: str, currency: str) -> None:
    assert csv_cells.money(cell, currency) == Money(Decimal(cell), currency)


def test_the_largest_sum_is_just_below_ten_to_the_fifteenth() -> None:
    assert csv_cells.money("999999999999999.99", "EUR").amount == Decimal("999999999999999.99")


@pytest.mark.parametrize("length", [99, 100])
def test_an_id_may_be_a_hundred_characters_long(length: int) -> None:
    assert csv_cells.identifier("x" * length) == "x" * length


@pytest.mark.parametrize("cell", ["", "x" * 101, "INV\n1", "INV\x071", "INV\u202e1", "=?utf-8?q?x?="])
def test_an_id_that_could_not_be_written_by_others_is_refused(cell: str) -> None:
    assert cure(csv_cells.identifier, cell)


@LAW
@given(st.text(max_size=500))
def test_free_words_never_carry_what_could_break_out_of_a_line_or_header(words: str) -> None:
    found = csv_cells.text(words)
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029\u202e\u2066" for c in found)
    assert "=?" not in found


def test_words_too_long_for_a_letter_are_refused() -> None:
    assert csv_cells.text("x" * 500) == "x" * 500
    assert "longer than 500" in cure(csv_cells.text, "x" * 501)


@pytest.mark.parametrize(
    ("cell", "tag"),
    [("en", "en"), ("EN", "en"), ("en-gb", "en-GB"), ("zh-hant-tw", "zh-Hant-TW"), ("es-419", "es-419"), ("", "")],
)
def test_a_language_tag_is_brought_into_its_usual_spelling(cell: str, tag: str) -> None:
    assert csv_cells.language(cell) == tag


@pytest.mark.parametrize("cell", ["english", "en_GB", "e", "en-", "deutsch"])
def test_what_is_no_language_tag_is_refused(cell: str) -> None:
    assert "BCP 47" in cure(csv_cells.language, cell)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("Europe/Berln", "did you mean Europe/Berlin?"),
        ("CEST", "is not a time zone"),
        ("+01:00", "Europe/Berlin"),
        ("localtime", "is not a time zone"),
        ("../../etc/passwd", "is not a time zone"),
        ("Europe", "is not a time zone"),
    ],
)
def test_what_is_no_time_zone_is_refused(cell: str, words: str) -> None:
    assert words in cure(csv_cells.time_zone, cell)


@pytest.mark.parametrize("cell", ["Europe/Berlin", "America/Argentina/Ushuaia", "UTC", ""])
def test_a_zone_of_the_iana_list_is_taken(cell: str) -> None:
    assert csv_cells.time_zone(cell) == cell


@pytest.mark.parametrize(("cell", "words"), [("UK", "write GB"), ("gb", "capital"), ("GBR", "two"), ("Germany", "two")])
def test_what_is_no_country_code_is_refused(cell: str, words: str) -> None:
    assert words in cure(csv_cells.country, cell)


@pytest.mark.parametrize("cell", ["usd", "US", "EURO", "€", "U5D"])
def test_what_is_no_currency_code_is_refused(cell: str) -> None:
    assert "three capital letters" in cure(csv_cells.currency, cell)


@pytest.mark.parametrize(
    "cell",
    ["javascript:alert(1)", "pay.example/1", "https://", "https://pay example", "https://x\nBcc: y", "ftp://x/y"],
)
def test_what_is_no_web_address_is_refused(cell: str) -> None:
    assert "write https://" in cure(csv_cells.web_address, cell)


@pytest.mark.parametrize("cell", ["", "https://pay.example/i?x=1#y", "http://localhost:8080", "https://pay.example"])
def test_a_web_address_is_kept_as_it_is(cell: str) -> None:
    assert csv_cells.web_address(cell) == cell


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("ida@birch.example", "ida@birch.example"),
        ("ida@birch.test", "ida@birch.test"),
        ("Ida.Birch@BIRCH.example", "Ida.Birch@birch.example"),
        ("ida@bäckerei.example", "ida@xn--bckerei-5wa.example"),
        ("", None),
    ],
)
def test_an_address_is_taken_as_it_goes_on_the_wire(cell: str, address: str | None) -> None:
    assert csv_addresses.email(cell) == address


@pytest.mark.parametrize(
    "cell",
    [
        "ida",
        "ida@",
        "Ida <ida@birch.example>",
        "a@x.example;b@x.example",
        "a@x.example\r\nBcc: b@x",
        "=?utf-8?q?x?=@x.com",
    ],
)
def test_what_is_no_single_address_is_refused(cell: str) -> None:
    assert "is no e-mail address" in cure(csv_addresses.email, cell)


@pytest.mark.parametrize(
    ("cell", "country", "number"),
    [
        ("+1 (415) 555-0123", "", "+14155550123"),
        ("(415) 555-0123", "US", "+14155550123"),
        ("0049 30 123456", "DE", "+4930123456"),
        ("030 123456", "DE", "+4930123456"),
        # Set aside by Ofcom for stories and examples.
        ("+44 7700 900123", "", "+447700900123"),
        ("", "", None),
    ],
)
def test_a_number_is_brought_into_its_international_form(cell: str, country: str, number: str | None) -> None:
    assert csv_addresses.phone(cell, country) == number


@pytest.mark.parametrize(
    ("cell", "country", "words"),
    [
        ("030 123456", "", "has no country"),
        ("4.41632E+11", "GB", "is no phone number"),
        ("+44 12", "", "cannot be a phone number"),
        ("12", "DE", "cannot be a phone number in DE"),
        ("+1 415 555 0123 ext 5", "", "has an extension"),
        ("call Ida", "US", "is no phone number"),
        ("030 123456", "XX", "is no phone number"),
    ],
)
def test_a_number_no_message_could_reach_is_refused(cell: str, country: str, words: str) -> None:
    assert words in cure(csv_addresses.phone, cell, country)


def test_a_cell_is_shown_short_and_with_what_cannot_be_seen() -> None:
    assert seen("a\x07\r\n\u202eb") == r'"a\x07\r\n\u202eb"'
    assert seen("x" * 40) == f'"{"x" * 40}"'
    assert seen("x" * 41) == f'"{"x" * 37}..."'
