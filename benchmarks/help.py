"""`reminderbot --help` against a Python that does nothing, each as a whole process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Goal, Missing, Result, Row, progress, ratios, seconds, spread

ROUNDS = 15


def measure(_folder: Path) -> list[Result]:
    program = Path(sys.executable).parent / "reminderbot"
    if not program.exists():
        return [Missing("help", f"{program} is not installed: make venv")]
    ours, theirs = [], []
    for number in range(ROUNDS + 2):
        progress(f"help: round {number} of {ROUNDS}")
        theirs.append(_run([sys.executable, "-c", "pass"]))
        ours.append(_run([str(program), "--help"]))
    # The first two rounds bring the files into memory.
    figures = ratios(ours[2:], theirs[2:])
    beside = f"{spread(ours[2:], 0)} ms against {spread(theirs[2:], 0)} ms of python3 -c pass"
    return [Row("help", "reminderbot --help", figures, beside, Goal(6))]


def _run(command: Sequence[str]) -> float:
    return seconds(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True)) * 1000
