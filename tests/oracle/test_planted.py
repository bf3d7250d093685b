"""The bugs that the oracle must notice can be planted."""

from __future__ import annotations

from tests.faults.mutants import stale
from tests.oracle.bugs import BUGS


def test_every_bug_of_the_list_can_still_be_planted() -> None:
    assert stale(BUGS) == []


def test_no_two_bugs_are_the_same() -> None:
    assert len({bug.name for bug in BUGS}) == len({(bug.path, bug.gone) for bug in BUGS}) == len(BUGS)
