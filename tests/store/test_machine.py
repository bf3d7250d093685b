"""Whatever happens to the store, in any order: nobody hears twice, or in spite of a stop, and nothing is lost."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests import memory
from tests.figures import Figures
from tests.servers.postgres import Postgres
from tests.store.machine import Machine, Stage

BOUNDED = settings(derandomize=True, stateful_step_count=50, suppress_health_check=list(HealthCheck))
# In one run of `make soak`; N=10 makes it ten times as many.
SOAKED, SHARDS = int(200_000 * float(os.environ.get("N", "1"))), 8
RUNS = 100


def run(stage: Stage, runs: int, how: settings = BOUNDED, number: int | None = None) -> None:
    """So many lives of a business; how many steps they took and what left is counted on the machine, and printed."""
    Machine.stage = stage
    machine = type("Machine", (Machine,), {})
    run_state_machine_as_test(seed(number)(machine) if number else machine, settings=settings(how, max_examples=runs))
    print(
        f"{Machine.steps} steps done, {Machine.sent} messages handed over, {Machine.died_on_the_wire} deaths meanwhile"
    )


@pytest.fixture(autouse=True)
def _from_nothing() -> None:
    Machine.steps = Machine.sent = Machine.died_on_the_wire = 0


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="machine-", dir=memory.FOLDER) as name:
        yield Path(name)


# A machine at work on much else needs more than the usual five minutes.
@pytest.mark.timeout(900)
def test_no_order_of_events_breaks_a_promise(folder: Path, figures: Figures) -> None:
    run(Stage(folder), 24)
    figures.note("steps of the state machine", Machine.steps)
    assert Machine.steps > 500
    assert Machine.sent > 50
    assert Machine.died_on_the_wire > 3


def test_no_order_of_events_breaks_a_promise_on_postgresql(tmp_path: Path, postgres: Postgres) -> None:
    run(Stage(tmp_path, postgres.create_database), 5)
    assert Machine.steps > 50


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_two_hundred_thousand_steps_in_any_order_break_no_promise(folder: Path, figures: Figures, shard: int) -> None:
    stage = Stage(folder)
    for turn in itertools.count(1):
        if Machine.steps >= SOAKED // SHARDS:
            break
        run(stage, RUNS, settings(BOUNDED, derandomize=False, database=None), number=1000 * turn + shard)
    figures.note("steps of the state machine", Machine.steps)
    figures.note("deaths while a message is on the wire", Machine.died_on_the_wire)
