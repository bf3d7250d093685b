"""The list of guards is kept up: `make mutants` takes each away and sees a test fail."""

from __future__ import annotations

from tests.change import stale
from tests.faults.guards import GUARDS


def test_every_guard_of_the_list_stands_in_the_code_once() -> None:
    assert stale(GUARDS) == []
