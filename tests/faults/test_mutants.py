"""The list of guards is kept up: `make mutants` takes each away and sees a test fail."""

from __future__ import annotations

from tests.faults.mutants import stale


def test_every_guard_of_the_list_stands_in_the_code_once() -> None:
    assert stale() == []
