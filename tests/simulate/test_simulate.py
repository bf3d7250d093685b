"""Businesses lived through years by the real program, judged by the oracle; the long run is in `make soak`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from itertools import count, islice

import pytest

from tests.simulate.business import invent
from tests.simulate.kept import FAILED_ONCE, MUST_HAPPEN, SHARE
from tests.simulate.run import Judged, judge_all, judged

ROUNDS = int(os.environ.get("N", "1"))


def told(found: list[Judged]) -> list[str]:
    """Every violation, with the seed that replays it."""
    return [f"seed {one.seed}: {violation}" for one in found for violation in one.violations]


def test_businesses_over_years_break_no_promise_and_meet_everything_there_is() -> None:
    found = [judged(seed) for seed in SHARE]
    assert told(found) == []
    happened = sum((one.counts for one in found), Counter())
    assert [what for what in MUST_HAPPEN if not happened[what]] == []


@pytest.mark.parametrize("seed", sorted(set(FAILED_ONCE) - set(SHARE)))
def test_a_seed_that_failed_once_fails_no_more(seed: int) -> None:
    assert told([judged(seed)]) == []


def test_a_seed_lives_the_same_life_in_every_process() -> None:
    def marks(hash_seed: str) -> str:
        command = [sys.executable, "-m", "tests.simulate", "--digest", "--seed", "4", "--businesses", "2"]
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    first = marks("1")
    assert first == marks("2")
    assert len(set(first.split())) == 4


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_twenty_thousand_customer_years_break_no_promise() -> None:
    years, seeds = 0.0, []
    for seed in islice(count(1_000_000), 20_000):
        if years >= 20_000 * ROUNDS:
            break
        years += invent(seed).years
        seeds.append(seed)
    assert told(list(judge_all(seeds, os.cpu_count() or 1))) == []
