"""Markdown becomes two parts, and a customer's values are never read as Markdown or HTML."""

from __future__ import annotations

import html
import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminderbot.compose.letter import read_wording
from reminderbot.compose.markdown import WIDTH, Misplaced, Mould, mould
from reminderbot.compose.slots import Values, fill_html

VALUES = {
    "invoice": "INV-1",
    "pay_url": "https://pay.example/1?a=1&b=2",
    "business_email": "hello@alder.example",
    "total": "USD 1,250.00",
    "contact_name": "Jane Roe",
    "items": "LIST",
}


def read(source: str, values: Values = VALUES) -> Mould:
    return mould(read_wording(source).variant(values))


def text(source: str, values: Values = VALUES) -> str:
    return read(source, values).text(values)


def page(source: str, values: Values = VALUES) -> str:
    return fill_html(read(source, values).html, values)


def test_emphasis_is_for_html_and_plain_words_for_text() -> None:
    assert text("Pay **{{ total }}**, _please_ and `now`.") == "Pay USD 1,250.00, please and now.\n"
    assert "<strong>USD 1,250.00</strong>, <em>please</em>" in page("Pay **{{ total }}**, _please_.")


def test_a_link_is_told_with_its_address() -> None:
    source = "[Pay now]({{ pay_url }}) or [write](mailto:{{ business_email }})"
    assert text(source) == "Pay now (https://pay.example/1?a=1&b=2) or write (hello@alder.example)\n"
    assert '<a href="https://pay.example/1?a=1&amp;b=2">Pay now</a>' in page(source)
    assert '<a href="mailto:hello@alder.example">write</a>' in page(source)


def test_an_address_by_itself_can_be_clicked() -> None:
    source = "Pay: {{ pay_url }} or [{{ pay_url }}]({{ pay_url }})"
    link = '<a href="https://pay.example/1?a=1&amp;b=2">https://pay.example/1?a=1&amp;b=2</a>'
    assert page(source) == f"<p>Pay: {link} or {link}</p>\n"
    assert text(source).count("https://") == 2


def test_lists_quotes_and_broken_lines_read_well_as_text() -> None:
    source = "One of:\n\n- pay\n- reply\n\n1. first\n2. second\n\n> said\n\nKind regards,\\\nAlder\n\n***\n"
    assert text(source) == (
        "One of:\n\n- pay\n- reply\n\n1. first\n2. second\n\n> said\n\nKind regards,\nAlder\n\n* * *\n"
    )


def test_long_lines_are_wrapped_and_hang_under_their_bullet() -> None:
    lines = text("- " + "word " * 40).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert lines[0].startswith("- word")
    assert all(line.startswith("  word") for line in lines[1:])


def test_a_sum_is_not_broken_over_two_lines_nor_a_link_at_all() -> None:
    for before in range(60, 75):
        assert "USD 1,250.00" in text("x" * before + " {{ total }}")
    long = {**VALUES, "pay_url": "https://pay.example/" + "x" * 200}
    assert str(long["pay_url"]) in text("Please pay here: {{ pay_url }} today", long).splitlines()


def test_pictures_and_html_of_the_owner_stay_words() -> None:
    made = page('![x](https://evil.example/p.gif)\n\n<img src="https://evil.example/p.gif"><script>x()</script>')
    assert "<img" not in made
    assert "<script" not in made


@pytest.mark.parametrize("source", ["Your {{ items }}", "- {{ items }}", "# {{ items }}", "**{{ items }}**"])
def test_the_list_of_invoices_must_stand_alone(source: str) -> None:
    with pytest.raises(Misplaced, match="must stand alone"):
        read(source)


@pytest.mark.parametrize("source", ["[x]({{ contact_name }})", "[x](/{{ pay_url }})", '[x](/a "{{ invoice }}")'])
def test_no_name_can_become_where_a_link_leads(source: str) -> None:
    with pytest.raises(Misplaced, match="cannot be a link"):
        read(source)


def test_a_link_that_would_run_something_stays_words() -> None:
    assert 'href="javascript' not in page("[x](javascript:{{ pay_url }}) [y](javascript:alert)")


class _Tags(HTMLParser):
    """Notes every tag and attribute, and gathers the words."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


PIECES = [
    "<script>",
    "</p>",
    '"',
    "'",
    "&lt;",
    "*",
    "_",
    "`",
    "[x](http://e)",
    "](",
    "<b",
    "\\",
    "#",
    "{{",
    "q7slot000x7q",
    "a",
]
HOSTILE = st.one_of(st.text(min_size=1, max_size=60), st.lists(st.sampled_from(PIECES), min_size=1).map("".join))


@given(HOSTILE)
def test_a_value_comes_out_as_it_is_and_changes_nothing_around_it(name: str) -> None:
    source = "Hello **{{ contact_name }}**,\n\n- [{{ contact_name }}]({{ pay_url }})"
    plain, hostile = _Tags(), _Tags()
    plain.feed(page(source))
    hostile.feed(made := page(source, {**VALUES, "contact_name": name}))
    assert hostile.tags == plain.tags
    assert made.count(html.escape(name)) >= 2
    if name.isprintable() and name == name.strip():
        assert re.sub(r"\s+", " ", name) in re.sub(r"\s+", " ", text(source, {**VALUES, "contact_name": name}))


@pytest.mark.parametrize(
    "piece", ["[", "*a **a ", "> ", "- ", "`", "![](", "<a ", "_a", "1. ", "&#", "\\", "[a](", "***", "~~~\n", "    - "]
)
def test_no_markdown_costs_more_than_a_second(piece: str) -> None:
    started = time.process_time()
    mould((piece * 16000)[:16000])
    assert time.process_time() - started < 1
