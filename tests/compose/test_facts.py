"""What letters may say of a customer."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminderbot.compose.facts import NothingOwed, letter_facts
from reminderbot.compose.formats import money
from reminderbot.compose.listing import MOST_ROWS
from reminderbot.compose.schema import FACTS, SHORT_URL, Shown
from reminderbot.core.money import Money
from tests.compose.samples import BUSINESS, LINK, TODAY, customer, facts, item, request, usd


def test_every_name_of_the_schema_has_a_value_and_no_other_has() -> None:
    values = facts().values
    assert set(values) | {"items"} == set(FACTS)
    for name, value in values.items():
        assert isinstance(value, bool) == (FACTS[name].shown is Shown.FLAG), name


def test_a_person_is_greeted_by_name_and_nobody_as_nobody() -> None:
    assert facts().values["greeting"] == "Hello Jane Roe,"
    assert facts(who=customer(contact="")).values["greeting"] == "Hello,"


def test_a_name_with_braces_is_only_a_name() -> None:
    assert facts(who=customer(contact="{name} {0} {{ total }}")).values["greeting"] == "Hello {name} {0} {{ total }},"


def test_invoices_are_named_by_the_oldest_and_counted() -> None:
    newer, older = item("INV-2"), item("INV-1", due_on=date(2026, 3, 1))
    assert facts(newer).values["invoice"] == "INV-2"
    several = facts(newer, older, item("INV-3"))
    assert several.values["invoice"] == "INV-1 and 2 more"
    assert several.values["oldest_due_on"] == "1 Mar 2026"
    assert [row.invoice for row in several.listing.rows] == ["INV-1", "INV-2", "INV-3"]


@pytest.mark.parametrize(
    ("days", "since", "late"),
    [(-1, "", False), (0, "", False), (1, "1 day", True), (2, "2 days", True), (12, "12 days", True)],
)
def test_days_past_due_are_told_with_their_unit(days: int, since: str, late: bool) -> None:
    values = facts(item(due_on=TODAY - timedelta(days=days))).values
    assert (values["days_past_due"], values["is_past_due"]) == (since, late)


def test_two_currencies_are_two_subtotals() -> None:
    told = facts(item("A", usd("100")), item("B", usd("50.5", "EUR")), item("C", usd("1200")))
    assert told.values["total"] == "EUR 50.50 and USD 1,300.00"
    assert [row.amount for row in told.listing.totals] == ["EUR 50.50", "USD 1,300.00"]


def test_money_received_is_shown_and_taken_off_the_total() -> None:
    told = facts(item(total=usd("1250")), unapplied=(usd("250.50"),))
    assert told.values["total"] == "USD 999.50"
    assert told.values["unapplied"] == "USD 250.50"
    assert [row.amount for row in told.listing.taken_off] == ["-USD 250.50"]


def test_money_received_in_another_currency_is_not_taken_off() -> None:
    told = facts(item(total=usd("1250")), unapplied=(usd("250", "EUR"),))
    assert (told.values["total"], told.values["has_unapplied"]) == ("USD 1,250.00", False)


@pytest.mark.parametrize(("received", "asks"), [("1249.99", True), ("1250.00", False), ("1250.01", False)])
def test_nothing_is_asked_for_once_money_received_covers_it(received: str, asks: bool) -> None:
    asked = request(item(total=usd("1250")), unapplied=(usd(received),))
    if asks:
        assert letter_facts(asked).values["total"] == "USD 0.01"
    else:
        with pytest.raises(NothingOwed, match="owes nothing"):
            letter_facts(asked)


def test_a_letter_about_no_invoice_is_refused() -> None:
    with pytest.raises(NothingOwed):
        letter_facts(replace(request(), items=()))


def test_another_customers_invoice_is_refused() -> None:
    strange = item()
    strange = replace(strange, invoice=replace(strange.invoice, customer_id="C2"))
    with pytest.raises(ValueError, match="another customer's"):
        letter_facts(replace(request(), items=(item(), strange)))


def test_a_bill_paid_in_part_says_so() -> None:
    row = facts(item(total=usd("99.50"), balance=usd("50"), po_number="77")).listing.rows[0]
    assert (row.amount, row.note) == ("USD 50.00", "part of USD 99.50, your order 77")


def test_one_link_for_everything_is_the_pay_link() -> None:
    values = facts(item("A", pay_url=LINK), item("B", pay_url=LINK)).values
    assert (values["pay_url"], values["has_pay_url"], values["has_pay_links"]) == (LINK, True, False)


def test_links_that_differ_stand_beside_their_invoices() -> None:
    told = facts(item("A", pay_url=LINK), item("B"))
    assert (told.values["pay_url"], told.values["has_pay_links"]) == ("", True)
    assert [row.pay_url for row in told.listing.rows] == [LINK, ""]


@pytest.mark.parametrize(("length", "short"), [(SHORT_URL - 1, True), (SHORT_URL, True), (SHORT_URL + 1, False)])
def test_a_long_link_is_not_for_text_messages(length: int, short: bool) -> None:
    url = LINK + "x" * (length - len(LINK))
    values = facts(item(pay_url=url)).values
    assert (values["pay_url"], values["short_pay_url"]) == (url, url if short else "")


@pytest.mark.parametrize(
    ("count", "rows"), [(MOST_ROWS - 1, MOST_ROWS - 1), (MOST_ROWS, MOST_ROWS), (MOST_ROWS + 1, MOST_ROWS + 1)]
)
def test_a_list_beyond_fifty_is_summed_up(count: int, rows: int) -> None:
    listing = facts(*(item(f"INV-{n:03}", usd("10")) for n in range(count))).listing
    assert len(listing.rows) == rows
    assert (listing.rows[-1].invoice == "and 1 more") == (count > MOST_ROWS)
    assert listing.totals[0].amount == f"USD {count * 10}.00"


@pytest.mark.parametrize(
    ("language", "due", "total"),
    [
        ("en-GB", "2 Apr 2026", "USD 1,250.00"),
        ("en-US", "Apr 2, 2026", "USD 1,250.00"),
        ("en", "Apr 2, 2026", "USD 1,250.00"),
        ("en-IN", "2 Apr 2026", "USD 1,250.00"),
        ("de", "02.04.2026", "1.250,00 USD"),
        ("de-CH", "02.04.2026", "USD 1’250.00"),
        ("es", "2 abr 2026", "1.250,00 USD"),
        ("es-MX", "2 abr 2026", "USD 1,250.00"),
        ("fr", "2 avr. 2026", "1\u202f250,00 USD"),
        ("fr-CA", "2 avr. 2026", "1\u00a0250,00 USD"),
        ("it", "2 apr 2026", "1.250,00 USD"),
        ("nl-BE", "2 apr 2026", "USD 1.250,00"),
        ("pt-BR", "2 de abr. de 2026", "USD 1.250,00"),
        ("pt-PT", "2 de abr. de 2026", "1\u00a0250,00 USD"),
    ],
)
def test_days_and_sums_follow_the_readers_locale(language: str, due: str, total: str) -> None:
    values = facts(language=language).values
    assert (values["oldest_due_on"], values["total"]) == (due, total)


# CLDR: 04/02/2026 in es-PR, 2/04/2026 in es-CO.
@pytest.mark.parametrize("language", ["es-PR", "es-CO", "es-CL", "pt-AO", "en-MV"])
def test_no_day_can_be_taken_for_another(language: str) -> None:
    assert re.search("[a-z]", str(facts(language=language).values["oldest_due_on"]))


@pytest.mark.parametrize(
    ("language", "greeting", "nobody", "two", "three"),
    [
        ("de", "Guten Tag Jane Roe,", "Guten Tag,", "A und 1 weitere", "A und 2 weitere"),
        ("es", "Buenos días, Jane Roe:", "Buenos días:", "A y 1 más", "A y 2 más"),
        ("fr", "Bonjour Jane Roe,", "Bonjour,", "A et 1 autre", "A et 2 autres"),
        ("it", "Buongiorno Jane Roe,", "Buongiorno,", "A e 1 altra", "A e altre 2"),
        ("nl", "Beste Jane Roe,", "Goedendag,", "A en nog 1", "A en nog 2"),
        ("pt", "Olá, Jane Roe,", "Olá,", "A e mais 1", "A e mais 2"),
    ],
)
def test_a_greeting_and_a_number_of_invoices_are_told_in_every_language(
    language: str, greeting: str, nobody: str, two: str, three: str
) -> None:
    assert facts(language=language).values["greeting"] == greeting
    assert facts(language=language, who=customer(contact="")).values["greeting"] == nobody
    assert facts(item("A"), item("B"), language=language).values["invoice"] == two
    assert facts(item("A"), item("B"), item("C"), language=language).values["invoice"] == three


@pytest.mark.parametrize(("days", "since"), [(1, "1 Tag"), (2, "2 Tage")])
def test_one_day_and_more_are_told_apart(days: int, since: str) -> None:
    assert facts(item(due_on=TODAY - timedelta(days=days)), language="de").values["days_past_due"] == since


@pytest.mark.parametrize(
    ("written", "languages"),
    [
        ({"en", "fr"}, ("fr-CA", "fr")),
        ({"en", "fr-CA"}, ("fr-CA", "fr")),
        ({"en", "fr-CH"}, ("en-GB", "en")),
        ({"en"}, ("en-GB", "en")),
        ({"en-GB"}, ("en-GB", "en")),
        ({"es", "en"}, ("en-GB", "en")),
        (set(), ("fr-CA", "fr")),
    ],
)
def test_a_customer_whose_language_the_letter_is_not_written_in_gets_it_whole_in_the_houses_own(
    written: set[str], languages: tuple[str, ...]
) -> None:
    told = letter_facts(replace(request(who=customer(language="fr-CA")), written=written))
    assert told.languages == languages
    assert told.values["greeting"] == ("Bonjour Jane Roe," if languages[0] == "fr-CA" else "Hello Jane Roe,")


def test_a_language_without_letters_is_spoken_to_in_the_business_own() -> None:
    told = facts(language="xh")
    assert told.languages == ("en-GB", "en")
    assert told.values["oldest_due_on"] == "2 Apr 2026"


def test_an_unheard_of_region_falls_back_to_its_language() -> None:
    assert facts(language="en-ZZ9x").values["oldest_due_on"] == "Apr 2, 2026"


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (Money(Decimal("1234567.5"), "JPY"), "JPY 1,234,567.5"),
        (Money(Decimal("1250"), "JPY"), "JPY 1,250"),
        (Money(Decimal("1.5"), "KWD"), "KWD 1.500"),
        (Money(Decimal("100.005"), "IQD"), "IQD 100.005"),
        (Money(Decimal("1E+3"), "USD"), "USD 1,000.00"),
        (Money(Decimal("0.005"), "USD"), "USD 0.005"),
    ],
)
def test_a_sum_is_never_rounded(amount: Money, written: str) -> None:
    assert money(amount, "en") == written


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["en", "en-GB", "de", "de-CH", "fr", "pl", "hi", "es"]))
def test_a_written_sum_reads_back_as_the_ledgers(amount: Decimal, language: str) -> None:
    written = money(Money(amount, "EUR"), language)
    assert written.count("EUR") == 1
    assert Decimal("".join(char for char in written if char.isdigit())).scaleb(-2) == amount


def test_the_facts_speak_of_this_customer_only() -> None:
    told = facts(who=customer("Roe\nLtd", "J\x00ane"), business=replace(BUSINESS, phone=""))
    assert told.values["customer_name"] == "Roe Ltd"
    assert told.values["contact_name"] == "J ane"
    assert told.values["has_business_phone"] is False
