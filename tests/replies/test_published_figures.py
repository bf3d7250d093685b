"""docs/understanding.md says what the reader of this very tree does on the replies that it was not written from."""

from __future__ import annotations

import pytest

from benchmarks.replies import Score
from benchmarks.understand import BEGIN, DOC, END, by_kind, held_back, in_sum


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    return held_back()


def published(name: str) -> list[str]:
    """The lines between the marks of `name`."""
    text = DOC.read_text(encoding="utf-8")
    return text.partition(BEGIN.format(name))[2].partition(END.format(name))[0].strip().splitlines()


def test_the_sums_are_those_of_this_reader(scores: dict[str, Score]) -> None:
    assert published("sums") == in_sum(scores), "python -m benchmarks.understand --write renews the page"


def test_the_kinds_are_those_of_this_reader(scores: dict[str, Score]) -> None:
    assert published("kinds") == by_kind(scores), "python -m benchmarks.understand --write renews the page"


def test_nobody_who_needs_a_person_is_passed_over_more_often_than_promised(scores: dict[str, Score]) -> None:
    everybody = scores["all"]
    # promises.md and the goals: 99.5 % of those who need a person, and none of the grave kinds.
    assert everybody.flagged >= 0.995 * everybody.needed - 1
    assert everybody.grave_missed == 0
    assert everybody.read > 250
