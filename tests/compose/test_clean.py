"""Values are neutralised before any letter sees them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminderbot.compose.clean import LONGEST, clean, clean_lines, clean_text, clean_url


@given(st.text(max_size=300))
def test_whatever_comes_in_one_line_of_visible_characters_comes_out(text: str) -> None:
    cleaned = clean(text)
    assert "\n" not in cleaned
    assert "=?" not in cleaned
    assert len(cleaned) <= LONGEST
    assert not {unicodedata.category(char) for char in cleaned} & {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert cleaned == cleaned.strip()


@given(st.text(max_size=300))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    "name", ["Jane Roe", "Zoë Ångström", "Nguyễn Văn An", "محمد علی", "株式会社 山田", "O'Neil & Söhne *"]
)
def test_a_real_name_stays_as_it_is(name: str) -> None:
    assert clean(name) == name


def test_a_line_end_in_a_name_becomes_a_space() -> None:
    assert clean("Jane\r\nBcc: eve@evil.example") == "Jane Bcc: eve@evil.example"


def test_characters_that_turn_text_around_or_hide_are_taken_out() -> None:
    assert clean("INV\u202e-1\u200b042") == "INV-1042"


def test_a_postal_address_of_several_lines_is_told_in_one() -> None:
    assert clean_lines("1 High Street,\r\n\n Leeds LS1 1AA ") == "1 High Street, Leeds LS1 1AA"


@pytest.mark.parametrize(
    "url", ["https://pay.example/i/1?a=b&c=d", "http://pay.example:8080/x", "HTTPS://pay.example/#1"]
)
def test_a_web_address_is_kept(url: str) -> None:
    assert clean_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "", "pay.example/1", "javascript:alert(1)", "data:text/html,x", "ftp://pay.example/", "https://", "https://bank@evil.example/",
        "https://pay.example/\r\nBcc: x", 'https://pay.example/"onclick=', "https://pay.example/ <b>", "https://[::1", "https://pay.exämple/",
        "https://pay.example/" + "a" * 500,
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_as_good_as_none(url: str) -> None:
    assert clean_url(url) == ""


def test_more_accents_in_a_row_than_any_writing_has_are_dropped() -> None:
    shown = clean_text("a" + "\u0301\u0323" * 20_000)
    assert len(shown) <= 31
    assert clean_text(shown) == shown
