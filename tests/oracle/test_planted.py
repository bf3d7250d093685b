"""The oracle notices what a programmer could get wrong; `python -m tests.oracle.planted` plants all of it."""

from __future__ import annotations

import pytest

from tests.change import stale
from tests.oracle.bugs import BUGS
from tests.oracle.planted import hunt, seeds

# Shows in nearly every business.
QUICK = ("the window of our own zone",)


def test_every_bug_of_the_list_can_still_be_planted() -> None:
    assert stale(BUGS) == []


def test_no_two_bugs_are_the_same() -> None:
    assert len({bug.name for bug in BUGS}) == len({(bug.path, bug.gone) for bug in BUGS}) == len(BUGS)


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_bug_is_noticed(name: str) -> None:
    bug = next(bug for bug in BUGS if bug.name == name)
    assert hunt(bug, seeds(12)).said
