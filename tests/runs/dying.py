"""A delivery run in a process of its own that dies, as hard as SIGKILL, at the named point of the third message."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from reminderbot.clock import SteppedClock
from reminderbot.config import load_config
from reminderbot.core.delivery import Accepted, Deferred, Outcome
from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage
from reminderbot.runs.deliver import deliver_once
from reminderbot.store.sendlog import Attempt, SendLog
from reminderbot.wiring import build_house
from tests.stories.world import SECRETS

POINTS = ("opening", "before the log", "after the log", "before the bytes", "after the bytes", "at the end")


class Wire:
    """A server that writes down every message it was given, before it answers."""

    def __init__(self, path: Path, dies_at: str = "") -> None:
        self._path, self._dies_at = path, dies_at
        self._count = 0

    def _point(self, name: str) -> None:
        if self._dies_at == name and (self._count == 3 or name in ("opening", "at the end")):
            os._exit(9)

    def open(self) -> Deferred | None:
        self._point("opening")
        return None

    def send(self, message: OutgoingMessage) -> Outcome:
        self._count += 1
        self._point("before the bytes")
        with self._path.open("a") as file:
            file.write(f"{message.reminder_id}\n")
        self._point("after the bytes")
        return Accepted(f"q{self._count}")

    def close(self) -> None:
        self._point("at the end")


class Log(SendLog):
    def __init__(self, path: Path, dies_at: str) -> None:
        super().__init__(path)
        self._dies_at = dies_at

    def append(self, attempts: Iterable[Attempt]) -> None:
        if self._dies_at == "before the log":
            os._exit(9)
        super().append(attempts)
        if self._dies_at == "after the log":
            os._exit(9)


def main(folder: Path, now: str, dies_at: str) -> None:
    config = load_config(folder / "config.toml", SECRETS)
    house = build_house(config, SteppedClock(datetime.fromisoformat(now)))
    wire = Wire(folder / "wire.txt", dies_at)
    log = Log(house.folder / "send-log" / "sends.log", dies_at)
    deliver_once(replace(house, channels={Channel.EMAIL: lambda: wire}, send_log=log), lambda: None)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
