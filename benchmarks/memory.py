"""The memory of a daemon with nothing to do, against its bare imports, and over a day of ticks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import mailservers
from benchmarks.installation import NOW, SECRETS, build, fill
from benchmarks.measure import Goal, Missing, Result, Row, progress, resident
from reminderbot.clock import Clock, SteppedClock, SystemClock
from tests.servers.ports import wait_until

CUSTOMERS = 1000
IDLE_SECONDS = 60
_IMPORTS = """
import importlib, json, pathlib, sys, time
for name in json.loads(pathlib.Path(sys.argv[1]).read_text()):
    try:
        importlib.import_module(name)
    except ImportError:
        pass
print(flush=True)
time.sleep(600)
"""


def measure(folder: Path) -> list[Result]:
    """Everything against an smtp-sink and an empty mailbox, on loopback."""
    try:
        with mailservers.sink(folder / "sink.log") as smtp_port, mailservers.empty_mailbox() as imap_port:
            return [_idle(folder, smtp_port, imap_port), _day(folder, smtp_port, imap_port)]
    except mailservers.Lacking as lacking:
        return [Missing("memory", str(lacking))]


def _idle(folder: Path, smtp_port: int, imap_port: int) -> Row:
    _prepare(folder / "idle", smtp_port, imap_port, SystemClock())
    names = folder / "modules.json"
    with _Child(folder, "-m", "benchmarks.daemon", "idle", str(folder / "idle"), str(names)) as daemon:
        for second in range(IDLE_SECONDS):
            progress(f"memory: an idle daemon, second {second} of {IDLE_SECONDS}")
            time.sleep(1)
        daemon.say()
        wait_until(names.exists, "the daemon tells what it has imported")
        working = resident(daemon.pid)
    with _Child(folder, "-c", _IMPORTS, str(names)) as imports:
        imports.hear()
        bare = resident(imports.pid)
    beside = f"{working:.1f} MiB against {bare:.1f} MiB of the same {len(json.loads(names.read_text()))} modules"
    return Row("memory", f"the daemon after {IDLE_SECONDS} s with nothing to do", (working / bare,), beside, Goal(1.3))


def _day(folder: Path, smtp_port: int, imap_port: int) -> Row:
    _prepare(folder / "day", smtp_port, imap_port, SteppedClock(NOW))
    progress("memory: a day of ticks")
    with _Child(folder, "-m", "benchmarks.daemon", "day", str(folder / "day")) as daemon:
        before, after, ticks = json.loads(daemon.hear())
    beside = f"{before:.1f} MiB after the first hour, {after:.1f} MiB after 24 more, {ticks:,} ticks"
    return Row("memory", "the same after a day of ticks, against before it", (after / before,), beside, Goal(1.02))


def _prepare(folder: Path, smtp_port: int, imap_port: int, clock: Clock) -> None:
    """An installation that is live and has nothing to say for the next two weeks."""
    house = build(folder, smtp_port=smtp_port, imap_port=imap_port, clock=clock)
    fill(house, CUSTOMERS, days_late=-20)
    house.store.close()


class _Child:
    """A Python of its own, for as long as the block runs."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._log = (folder / "child.log").open("w+")
        command = [sys.executable, *arguments]
        environment = {**os.environ, **SECRETS}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, env=environment
        )
        self.pid = self._process.pid

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._log.close()

    def say(self) -> None:
        """Let it go on."""
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def hear(self) -> str:
        """Its next line; AssertionError where it ended without one."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._log.seek(0)
            raise AssertionError(f"it ended before it had anything to tell:\n{self._log.read()}")
        return line
