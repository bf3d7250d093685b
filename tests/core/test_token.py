from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.core.token import Keys, Purpose, make_token, message_id, read_token, recipient_hash

OLD, NEW, STRANGE = b"o" * 32, b"n" * 32, b"another" * 5
KEYS = Keys((OLD,))
BOTH = Keys((OLD, NEW))
ANOTHER = Keys((STRANGE,))
numbers = st.integers(0, 2**62)
purposes = st.sampled_from(Purpose)


@settings(derandomize=True, max_examples=200)
@given(numbers, purposes)
def test_a_token_is_read_back_whatever_its_letters_were_made_of(number: int, purpose: Purpose) -> None:
    token = make_token(KEYS, purpose, number)
    assert read_token(KEYS, purpose, token) == read_token(KEYS, purpose, token.upper()) == number
    # RFC 5321 4.5.3.1.1: a local part has 64 octets, and "accounts+" stands before it.
    assert len(token) <= 38


@settings(derandomize=True, max_examples=200)
@given(numbers, purposes, st.integers(0, 35), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_one_letter_changed_makes_a_token_worthless(number: int, purpose: Purpose, place: int, letter: str) -> None:
    token = make_token(KEYS, purpose, number)
    place %= len(token)
    forged = token[:place] + letter + token[place + 1 :]
    assert forged == token or read_token(KEYS, purpose, forged) is None


@settings(derandomize=True, max_examples=100)
@given(numbers, purposes, purposes)
def test_a_token_serves_one_purpose_and_one_key(number: int, made: Purpose, wanted: Purpose) -> None:
    token = make_token(KEYS, made, number)
    assert made is wanted or read_token(KEYS, wanted, token) is None
    assert read_token(ANOTHER, made, token) is None


@settings(derandomize=True, max_examples=300)
@given(st.text(max_size=80), purposes)
def test_reading_any_text_never_raises_and_finds_nothing(text: str, purpose: Purpose) -> None:
    assert read_token(KEYS, purpose, text) is None


def test_a_number_written_with_leading_zeros_is_not_ours() -> None:
    head, _, mac = make_token(KEYS, Purpose.REPLY, 5).partition(".")
    assert read_token(KEYS, Purpose.REPLY, f"{head[0]}0{head[1:]}.{mac}") is None


def test_the_message_id_is_the_same_at_every_attempt_and_tells_no_token() -> None:
    assert message_id(KEYS, 42, "shop.example") == message_id(KEYS, 42, "shop.example")
    assert message_id(KEYS, 42, "shop.example") != message_id(KEYS, 43, "shop.example")
    assert make_token(KEYS, Purpose.REPLY, 42).partition(".")[2] not in message_id(KEYS, 42, "shop.example")


def test_an_address_is_known_again_whatever_its_case_and_spaces() -> None:
    assert recipient_hash(KEYS, " Ann@ACME.example ") == recipient_hash(KEYS, "ann@acme.example")
    assert recipient_hash(KEYS, "ann@acme.example") != recipient_hash(ANOTHER, "ann@acme.example")


@settings(derandomize=True, max_examples=200)
@given(numbers, purposes)
def test_after_a_new_key_old_tokens_are_still_read_and_new_ones_are_made_with_it(number: int, purpose: Purpose) -> None:
    assert read_token(BOTH, purpose, make_token(KEYS, purpose, number)) == number
    fresh = make_token(BOTH, purpose, number)
    assert read_token(BOTH, purpose, fresh) == read_token(Keys((NEW,)), purpose, fresh) == number
    assert read_token(KEYS, purpose, fresh) is None


def test_what_must_stay_the_same_for_ever_survives_a_new_key() -> None:
    assert recipient_hash(BOTH, "ann@acme.example") == recipient_hash(KEYS, "ann@acme.example")
    assert message_id(BOTH, 42, "shop.example") == message_id(KEYS, 42, "shop.example")


def test_of_ten_thousand_tokens_with_one_bit_flipped_none_is_taken() -> None:
    dice = random.Random(10)
    taken = 0
    for _ in range(10_000):
        token = make_token(BOTH, dice.choice(list(Purpose)), dice.randrange(1_000_000))
        place, bit = dice.randrange(len(token)), 1 << dice.randrange(7)
        flipped = token[:place] + chr(ord(token[place]) ^ bit) + token[place + 1 :]
        # A capital letter means the same: mail servers change them.
        if flipped.lower() != token:
            taken += any(read_token(BOTH, purpose, flipped) is not None for purpose in Purpose)
    assert taken == 0


def test_no_token_of_one_purpose_is_taken_for_another() -> None:
    made = {purpose: make_token(BOTH, purpose, 42) for purpose in Purpose}
    for purpose, token in made.items():
        assert [wanted for wanted in Purpose if read_token(BOTH, wanted, token) is not None] == [purpose]
        # Nor when the letter of its purpose is changed by hand.
        swapped = [wanted + token[1:] for wanted in Purpose if wanted is not purpose]
        assert [t for t in swapped if any(read_token(BOTH, wanted, t) is not None for wanted in Purpose)] == []


def test_the_keys_never_show_themselves() -> None:
    assert "ooo" not in repr(BOTH)
