"""However the program dies: no second copy, no letter to whoever answered, no answer lost or acted on twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.figures import Figures

ROOT = Path(__file__).parents[2]
KILLS = 250
# Of promises.md: recovery within ten seconds.
RECOVERY_SECONDS = 10


def killed(*arguments: str) -> dict[str, Any]:
    """What a run of the harness came to; printed, for who reads the log."""
    command = [sys.executable, "-m", "tests.faults.kill", *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.stdout, run.stderr
    judged: dict[str, Any] = json.loads(run.stdout)
    print(f"{' '.join(arguments)}: {json.dumps({k: v for k, v in judged.items() if k != 'faults'})}")
    return judged


def assert_unharmed(judged: dict[str, Any]) -> None:
    assert judged["faults"] == []
    harm = ("duplicates", "wrongful", "unexplained", "lost_answers", "answers_twice")
    assert [judged[name] for name in harm] == [0] * len(harm)
    assert judged["slowest_recovery"] < RECOVERY_SECONDS


@pytest.mark.timeout(600)
def test_dying_at_any_side_effect_harms_nobody() -> None:
    judged = killed("--points")
    assert_unharmed(judged)
    # A life has some two hundred of them; far fewer would mean that they are no longer seen.
    assert judged["kills"] == judged["points"] > 150
    assert judged["survived"] == 1
    # Among the deaths are those between the mark and the answer, whose letters nobody may send again.
    assert judged["uncertain"] > 0


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("postgres")
def test_dying_at_a_side_effect_harms_nobody_on_postgresql() -> None:
    judged = killed("--points", "--every", "17", "--postgresql")
    assert_unharmed(judged)
    assert judged["kills"] == judged["points"] > 10
    assert judged["survived"] == 1
    assert judged["uncertain"] > 0


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(1, 5))
def test_a_thousand_random_deaths_harm_nobody(figures: Figures, seed: int) -> None:
    judged = killed("--random", str(KILLS), "--seed", str(seed))
    figures.note("random kills", judged["kills"])
    assert_unharmed(judged)
    assert judged["kills"] >= KILLS


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(101, 101 + max(1, int(20 * float(os.environ.get("N", "1"))))))
def test_five_thousand_random_deaths_harm_nobody(figures: Figures, seed: int) -> None:
    judged = killed("--random", str(KILLS), "--seed", str(seed))
    figures.note("random kills", judged["kills"])
    assert_unharmed(judged)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize("how", [("--points",), ("--random", str(KILLS), "--seed", "1")])
def test_dying_anywhere_harms_nobody_on_postgresql(how: tuple[str, ...]) -> None:
    assert_unharmed(killed(*how, "--postgresql"))
