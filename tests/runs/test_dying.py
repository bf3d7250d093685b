"""Real deaths: the process that delivers ends as by SIGKILL, and the next one goes on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reminderbot.core.ladder import Channel
from tests.runs.dying import POINTS, Wire
from tests.stories.world import World

ROOT = Path(__file__).parents[2]
# What is left behind at each point: never claimed beyond the point of no return, never unclaimed after it.
LEFT = {
    "opening": "claimed",
    "before the log": "onwire",
    "after the log": "onwire",
    "before the bytes": "onwire",
    "after the bytes": "onwire",
    "at the end": "accepted",
}


@pytest.mark.parametrize("point", POINTS)
def test_nobody_gets_two_copies_whenever_the_process_dies(make_world: Callable[..., World], point: str) -> None:
    world = make_world(*[f"C{n}" for n in range(5)])
    command = [sys.executable, "-m", "tests.runs.dying", str(world.folder), world.now.isoformat(), point]
    assert subprocess.run(command, cwd=ROOT).returncode == 9
    assert set(world.states()) == {LEFT[point]}
    again, uncertain = world.restart()
    assert (again, uncertain) == ((5 if point == "opening" else 0), (5 if LEFT[point] == "onwire" else 0))
    assert len(world.case_kinds()) == uncertain
    wire = Wire(world.folder / "wire.txt")
    world.house.channels[Channel.EMAIL] = lambda: wire  # type: ignore[index]  # a dict in this world
    world.tick()
    written = world.folder / "wire.txt"
    reminders = written.read_text().split() if written.exists() else []
    assert len(reminders) == len(set(reminders)), "somebody got two copies"
    assert len(reminders) == {"opening": 5, "before the bytes": 2, "after the bytes": 3, "at the end": 5}.get(point, 0)
