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
from typing import BinaryIO


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
        # How far `newest` has read, and what it found: the file only grows.
        self._read_to = 0
        self._newest = 0

    def append(self, attempts: Iterable[Attempt]) -> None:
        """Write the attempts and force them to the disk; OSError where that fails, and then nothing may be sent."""
        lines = "".join(f"{a.reminder_id} {a.attempt} {a.recipient_hash} {a.at.isoformat()}\n" for a in attempts)
        fresh = not self._path.exists()
        with self._path.open("a+b") as file:
            if _is_torn(file):
                # Or the first of these lines would be taken for the rest of the torn one.
                file.write(b"\n")
            file.write(lines.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        if fresh:
            sync_folder(self._path.parent)

    def read(self) -> Iterator[Attempt]:
        """Every whole line, oldest first."""
        for _, attempt in self._lines(0):
            yield attempt

    def newest(self) -> int:
        """The highest reminder number ever tried; 0 where there is none. Only new lines are read each time."""
        if not self._path.exists() or self._path.stat().st_size < self._read_to:
            # Somebody removed or cut the log: what it knew still counts, and what it holds now is read anew.
            self._read_to = 0
        for end, attempt in self._lines(self._read_to):
            self._read_to, self._newest = end, max(self._newest, attempt.reminder_id)
        return self._newest

    def _lines(self, start: int) -> Iterator[tuple[int, Attempt]]:
        """Each whole line from byte `start` on, with the place of its end."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(start)
            for line in file:
                start += len(line)
                if (attempt := _attempt(line)) is not None:
                    yield start, attempt


def _attempt(line: bytes) -> Attempt | None:
    """What a whole line says; None for one that was torn."""
    try:
        reminder_id, attempt, digest, at = line.decode("ascii").split()
        return (
            Attempt(int(reminder_id), int(attempt), digest, datetime.fromisoformat(at)) if line[-1:] == b"\n" else None
        )
    except ValueError:
        return None


def _is_torn(file: BinaryIO) -> bool:
    """Whether the last line lacks its end; reading moves nothing, since appending always writes at the end."""
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def sync_folder(folder: Path) -> None:
    """Force a folder's list of files to the disk, so that a new file survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
