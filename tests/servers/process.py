"""A server as a process group of its own, ended as a whole."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any


class Server:
    """A started server; its output goes to a file that explains a start that failed."""

    def __init__(self, command: Sequence[str], log: Path, **options: Any) -> None:
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, **options
            )

    def wait_for(self, ready: Callable[[], bool], seconds: float = 30) -> None:
        """Return once it is ready; AssertionError with its log when it ends or takes too long."""
        end = time.monotonic() + seconds
        while not ready():
            alive = self._process.poll() is None
            assert alive and time.monotonic() < end, f"{self._process.args!r} did not start:\n{self.log.read_text()}"
            time.sleep(0.02)

    def stop(self, gently: int = signal.SIGTERM, seconds: float = 5) -> None:
        """End the server and every process of its groups."""
        self._signal(gently)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self._signal(signal.SIGKILL)
        self._process.wait()
        end = time.monotonic() + seconds
        while self._signal(0) and time.monotonic() < end:
            time.sleep(0.01)

    def groups(self) -> list[int]:
        """The process groups to end; the first process's id is that of its group, also after it has gone."""
        return [self._process.pid]

    def _signal(self, number: int) -> bool:
        reached = False
        for group in self.groups():
            with suppress(ProcessLookupError):
                os.killpg(group, number)
                reached = True
        return reached
