"""Businesses lived through years by the real program, judged by the oracle; the long run is in `make soak`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from itertools import count

import pytest

from tests.figures import Figures
from tests.simulate.kept import FAILED_ONCE, MUST_HAPPEN, SHARE
from tests.simulate.run import Judged, judged

ROUNDS = float(os.environ.get("N", "1"))
# Each is lived by one worker.
SHARDS = 20


def told(found: list[Judged]) -> list[str]:
    """Every violation, with the seed that replays it."""
    return [f"seed {one.seed}: {violation}" for one in found for violation in one.violations]


def note(figures: Figures, found: list[Judged]) -> None:
    figures.note("customer-years", sum(one.years for one in found))
    figures.note("simulated messages", sum(one.messages for one in found))


# A machine at work on much else needs more than the usual five minutes.
@pytest.mark.timeout(900)
def test_businesses_over_years_break_no_promise_and_meet_everything_there_is(figures: Figures) -> None:
    found = [judged(seed) for seed in SHARE]
    note(figures, found)
    assert told(found) == []
    happened = sum((one.counts for one in found), Counter())
    assert [what for what in MUST_HAPPEN if not happened[what]] == []


@pytest.mark.timeout(900)
def test_a_seed_that_failed_once_fails_no_more() -> None:
    # Those that every run lives anyhow are judged above.
    assert told([judged(seed) for seed in sorted(FAILED_ONCE.keys() - set(SHARE))]) == []


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
@pytest.mark.parametrize("shard", range(SHARDS))
def test_twenty_thousand_customer_years_break_no_promise(figures: Figures, shard: int) -> None:
    found: list[Judged] = []
    for seed in count(1_000_000 + shard, SHARDS):
        if sum(one.years for one in found) >= 20_000 * ROUNDS / SHARDS:
            break
        found.append(judged(seed))
    note(figures, found)
    assert told(found) == []
