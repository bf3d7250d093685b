from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.core.token import Purpose, make_token, message_id, read_token, recipient_hash

KEY = b"k" * 32
numbers = st.integers(0, 2**62)
purposes = st.sampled_from(Purpose)


@settings(derandomize=True, max_examples=200)
@given(numbers, purposes)
def test_a_token_is_read_back_whatever_its_letters_were_made_of(number: int, purpose: Purpose) -> None:
    token = make_token(KEY, purpose, number)
    assert read_token(KEY, purpose, token) == read_token(KEY, purpose, token.upper()) == number
    # RFC 5321 4.5.3.1.1: a local part has 64 octets, and "accounts+" stands before it.
    assert len(token) <= 36


@settings(derandomize=True, max_examples=200)
@given(numbers, purposes, st.integers(0, 35), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_one_letter_changed_makes_a_token_worthless(number: int, purpose: Purpose, place: int, letter: str) -> None:
    token = make_token(KEY, purpose, number)
    place %= len(token)
    forged = token[:place] + letter + token[place + 1 :]
    assert forged == token or read_token(KEY, purpose, forged) is None


@settings(derandomize=True, max_examples=100)
@given(numbers, purposes, purposes)
def test_a_token_serves_one_purpose_and_one_key(number: int, made: Purpose, wanted: Purpose) -> None:
    token = make_token(KEY, made, number)
    assert made is wanted or read_token(KEY, wanted, token) is None
    assert read_token(b"another", made, token) is None


@settings(derandomize=True, max_examples=300)
@given(st.text(max_size=80), purposes)
def test_reading_any_text_never_raises_and_finds_nothing(text: str, purpose: Purpose) -> None:
    assert read_token(KEY, purpose, text) is None


def test_a_number_written_with_leading_zeros_is_not_ours() -> None:
    head, _, mac = make_token(KEY, Purpose.REPLY, 5).partition(".")
    assert read_token(KEY, Purpose.REPLY, f"{head[0]}0{head[1:]}.{mac}") is None


def test_the_message_id_is_the_same_at_every_attempt_and_tells_no_token() -> None:
    assert message_id(KEY, 42, "shop.example") == message_id(KEY, 42, "shop.example")
    assert message_id(KEY, 42, "shop.example") != message_id(KEY, 43, "shop.example")
    assert make_token(KEY, Purpose.REPLY, 42).partition(".")[2] not in message_id(KEY, 42, "shop.example")


def test_an_address_is_known_again_whatever_its_case_and_spaces() -> None:
    assert recipient_hash(KEY, " Ann@ACME.example ") == recipient_hash(KEY, "ann@acme.example")
    assert recipient_hash(KEY, "ann@acme.example") != recipient_hash(b"another", "ann@acme.example")
