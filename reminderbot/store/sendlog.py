"""The send log: one line an attempt, in a file of its own, on the disk before the first byte leaves.

A line whose reminder the database does not know as sent can only mean that the database lost history
(a restore, a copy, a rolled-back disk); then nothing is sent until a person has looked (invariant 30).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to send: which reminder, the how-manieth time, to whom (as a keyed hash), and when."""

    reminder_id: int
    attempt: int
    recipient_hash: str
    at: datetime


class SendLog:
    """An append-only file; a torn last line (power lost while writing) is left alone and ignored."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, attempts: Iterable[Attempt]) -> None:
        """Write the attempts and force them to the disk; OSError where that fails, and then nothing may be sent."""
        lines = "".join(f"{a.reminder_id} {a.attempt} {a.recipient_hash} {a.at.isoformat()}\n" for a in attempts)
        fresh = not self._path.exists()
        with self._path.open("ab") as file:
            file.write(lines.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        if fresh:
            sync_folder(self._path.parent)

    def read(self) -> Iterator[Attempt]:
        """Every whole line, oldest first."""
        if not self._path.exists():
            return
        with self._path.open("r", encoding="ascii", errors="replace") as file:
            for line in file:
                parts = line.split()
                if line.endswith("\n") and len(parts) == 4 and parts[0].isdigit() and parts[1].isdigit():
                    yield Attempt(int(parts[0]), int(parts[1]), parts[2], datetime.fromisoformat(parts[3]))

    def newest(self) -> int:
        """The highest reminder number ever tried; 0 where there is none."""
        return max((attempt.reminder_id for attempt in self.read()), default=0)


def sync_folder(folder: Path) -> None:
    """Force a folder's list of files to the disk, so that a new file survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
