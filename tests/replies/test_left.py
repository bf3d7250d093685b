"""Replies that are known and not read right: each says why it is left, and none of them is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.replies.test_corpus import understood

LEFT = Path(__file__).parent / "left"
NAMES = sorted(path.stem for path in LEFT.glob("*.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_read_right_says_why_and_calls_a_person_where_one_is_needed(name: str) -> None:
    want, got = understood(name, LEFT)
    assert want["left"]
    assert got.needs_human or not want["needs_human"]
