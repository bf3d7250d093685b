"""Delivery failures of real servers, collected by another project: a floor under what is found and how it is judged."""

from __future__ import annotations

import pytest

from benchmarks import bounces

ABSENT = "the corpus is not on this machine: nothing is measured here, see benchmarks/bounces.py"


@pytest.fixture(scope="module")
def counts() -> dict[str, int]:
    """What was found; empty where the corpus is absent."""
    return dict(bounces.measure()[0]) if bounces.CORPUS.exists() else {}


def at_least(counts: dict[str, int], part: str, whole: str, percent: int) -> bool:
    if not counts:
        print(ABSENT)
        return True
    return 100 * counts[part] >= percent * counts[whole]


def test_nearly_every_failure_is_found(counts: dict[str, int]) -> None:
    assert at_least(counts, "found", "bounce", 97)


def test_more_are_found_than_by_the_best_library(counts: dict[str, int]) -> None:
    assert at_least(counts, "found", "found, flufl.bounce", 100)


@pytest.mark.parametrize("kind", ["hard", "soft"])
def test_a_dead_address_is_told_from_a_passing_obstacle(counts: dict[str, int], kind: str) -> None:
    assert at_least(counts, f"{kind} right", kind, 80)


def test_an_address_that_the_corpus_calls_dead_is_never_taken_for_alive(counts: dict[str, int]) -> None:
    assert at_least(counts, "hard as labelled, right", "hard as labelled", 97)


@pytest.mark.parametrize("kind", ["complaint", "auto_reply", "delivered", "human"])
def test_what_is_no_failure_is_taken_for_none(counts: dict[str, int], kind: str) -> None:
    assert at_least(counts, f"{kind} right", kind, 100)


def test_no_person_is_taken_for_a_machine() -> None:
    alarms, people = bounces.false_alarms(bounces.ROOT / "tests" / "replies" / "corpus")
    assert people > 200
    assert alarms * 100 <= people
