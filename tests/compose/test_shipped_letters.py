"""The letters that come with reminderbot read well whatever is known of a customer."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.compose.email import build_email, guard
from reminderbot.compose.render import Letters
from tests.compose.samples import BUSINESS, LETTERS, LINK, SHIPPED, TODAY, customer, facts, headers, item, usd

KEPT = Letters(SHIPPED)
DAYS = {"heads-up": -3, "gentle": 3, "check-in": 10, "options": 18, "firm": 28, "last": 42}


def test_there_is_no_mistake_in_them() -> None:
    assert KEPT.mistakes() == []


@settings(max_examples=150)
@given(
    letter=st.sampled_from(LETTERS),
    contact=st.sampled_from(["", "Jane Roe", "Łukasz O'Neil"]),
    phone=st.sampled_from(["", BUSINESS.phone]),
    links=st.lists(st.sampled_from(["", LINK, LINK + "/2"]), min_size=1, max_size=4),
    currencies=st.lists(st.sampled_from(["USD", "EUR"]), min_size=4, max_size=4),
    unapplied=st.booleans(),
    late=st.integers(0, 30),
)
def test_every_letter_reads_naturally_with_any_value_missing(
    letter: str, contact: str, phone: str, links: list[str], currencies: list[str], unapplied: bool, late: int
) -> None:
    due_on = TODAY - timedelta(days=DAYS[letter] + late * (letter != "heads-up"))
    items = [
        item(f"INV-{n}", usd("1250", currency), due_on=due_on + timedelta(days=n), pay_url=link)
        for n, (link, currency) in enumerate(zip(links, currencies, strict=False))
    ]
    received = (usd("10", currencies[0]),) if unapplied else ()
    told = facts(
        *items,
        letter=letter,
        who=customer(contact=contact),
        business=replace(BUSINESS, phone=phone),
        unapplied=received,
    )
    mail, sms = KEPT.render_email(told), KEPT.render_sms(told)
    # In paragraphs as they are read, not as they are wrapped; the list keeps its columns.
    prose = mail.text.replace(told.listing.as_text(), "LIST").replace("-- \n", "")
    prose = re.sub(r"(?<!\n)\n *(?!\n)", " ", prose)
    for text in (mail.subject, prose, sms.text):
        assert not re.search(r"  | [.,;:?)]|\(\s|\.\.|,\.|,,|None|True|False|[{}]|q7", text), text
    assert "\n\n\n" not in mail.text
    assert max(map(len, mail.text.split("\n"))) <= 78
    assert sms.segments <= 2
    for number in (row.invoice for row in told.listing.rows):
        assert number in mail.text
        assert number in mail.html
    several = len(items) > 1
    assert bool(re.search(r"\b(?:these invoices|invoices below)\b", prose)) == several
    assert bool(re.search(r"\b(?:this invoice|invoice below)\b", prose)) != several
    if phone:
        assert phone in prose
    guard(build_email(mail, headers()), headers())


@pytest.mark.parametrize("letter", LETTERS)
def test_the_page_fetches_nothing_and_reads_in_dark_and_light(letter: str) -> None:
    html = KEPT.render_email(facts(item(pay_url=LINK), letter=letter)).html
    assert not re.search(r"src=|url\(|@import|<link|<script|http-equiv", html, re.IGNORECASE)
    assert 'name="color-scheme" content="light dark"' in html
    # No colour of ours that a dark page could swallow.
    assert not re.search(r"[^-]color:|background", html)
    assert f'href="{LINK}"' in html


@pytest.mark.parametrize("letter", LETTERS)
def test_the_sum_and_dates_of_the_ledger_are_in_both_parts(letter: str) -> None:
    mail = KEPT.render_email(facts(item(total=usd("1234.56"), due_on=date(2026, 4, 2)), letter=letter))
    for part in (mail.text, mail.html):
        for shown in ("INV-1042", "USD 1,234.56", "3 Mar 2026", "2 Apr 2026", "already paid", "Alder"):
            assert shown in part


def test_the_talking_points_name_the_customer_and_the_list() -> None:
    notes = KEPT.render_notes(facts(item(), letter="call", unapplied=(usd("10"),)))
    assert " ".join(notes.split()).startswith(
        "Call Roe Ltd, ask for Jane Roe: USD 1,240.00 open, the oldest 18 days past its due date"
    )
    assert "INV-1042" in notes
    assert "USD 10.00 came in that is not matched yet." in notes
