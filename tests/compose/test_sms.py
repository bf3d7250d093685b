"""Text messages are counted as the carriers count them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminderbot.compose.sms import Size, fitted, fold, fold_accents, size


@pytest.mark.parametrize(
    ("text", "encoding", "segments"),
    [
        ("a" * 159, "GSM-7", 1), ("a" * 160, "GSM-7", 1), ("a" * 161, "GSM-7", 2),
        ("a" * 305, "GSM-7", 2), ("a" * 306, "GSM-7", 2), ("a" * 307, "GSM-7", 3),
        ("€" * 79, "GSM-7", 1), ("€" * 80, "GSM-7", 1), ("€" * 81, "GSM-7", 2),
        ("ł" * 69, "UCS-2", 1), ("ł" * 70, "UCS-2", 1), ("ł" * 71, "UCS-2", 2),
        ("ł" * 133, "UCS-2", 2), ("ł" * 134, "UCS-2", 2), ("ł" * 135, "UCS-2", 3),
        ("😀" * 35, "UCS-2", 1), ("😀" * 36, "UCS-2", 2),
        ("", "GSM-7", 1), ("ÄÖÜäöüßéèàùÆØ¿¡§", "GSM-7", 1), ("[x]{y}~|^\\", "GSM-7", 1),
        ("ç", "UCS-2", 1), ("`", "UCS-2", 1),
    ],
)  # fmt: skip
def test_segments_are_counted_at_their_edges(text: str, encoding: str, segments: int) -> None:
    assert size(text) == Size(encoding, segments)


def test_typography_is_folded_without_loss() -> None:
    assert fold("“It’s” – open… \u00a0\u202f5\u200b") == '"It\'s" - open...   5'


@given(st.text(alphabet=st.sampled_from("abc ABC 0123 @£$ äöü €{}[] éèù .,:!?"), max_size=80))
def test_what_gsm_7_can_say_is_left_alone(text: str) -> None:
    assert fold(text) == text
    assert fold_accents(text) == text


def test_accents_stay_while_there_is_room_and_go_before_a_message_is_lost() -> None:
    assert fitted("Łódź") == ("Łódź", Size("UCS-2", 1))
    assert fitted("Łódź " + "a" * 150) == ("Lodz " + "a" * 150, Size("GSM-7", 1))


def test_what_cannot_be_folded_is_counted_honestly() -> None:
    text, counted = fitted("株式会社" * 40)
    assert (text, counted) == ("株式会社" * 40, Size("UCS-2", 3))


@given(st.text(max_size=400))
def test_fitting_never_fails_and_never_makes_it_worse(text: str) -> None:
    made, counted = fitted(text)
    assert counted == size(made)
    assert counted.segments <= max(size(fold(text)).segments, 1)
