"""The send log: one line an attempt, in a file of its own, on the disk before the first byte leaves.

A line whose attempt the database does not know can only mean that the database lost history (a restore, a copy, a
rolled-back disk); then nothing is sent until a person has looked (invariant 30). So that a person may go on from there
without saying anything twice, a line also tells which steps the reminder took.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote

from reminderbot.core.ladder import Channel
from reminderbot.disk import sync_folder

_END = 256
# One line may name thousands of invoices; a file of somebody else may have no line at all.
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Step:
    """One step that a reminder takes for one invoice."""

    invoice: str
    round: int
    tier: str
    days: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to send: which reminder, the how-manieth time, to whom (as a keyed hash), when, and what it says."""

    reminder_id: int
    attempt: int
    recipient_hash: str
    at: datetime
    channel: Channel = Channel.EMAIL
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class LogMark:
    """How long the log is, and when anything about the file was last changed: a copy never has both."""

    size: int = 0
    changed: int = 0
    # A hash of its last bytes: what merely grew still has them at that place.
    end: str = ""


class SendLog:
    """An append-only file; a torn last line (power lost while writing) is left alone and ignored."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # How far `newest` has read, and what it found: the file only grows.
        self._read_to = 0
        self._newest = 0

    def append(self, attempts: Iterable[Attempt]) -> None:
        """Write the attempts and force them to the disk; OSError where that fails, and then nothing may be sent."""
        lines = "".join(map(_line, attempts))
        fresh = not self.path.exists()
        self.path.touch(mode=0o600)
        with self.path.open("a+b") as file:
            if _is_torn(file):
                # Or the first of these lines would be taken for the rest of the torn one.
                file.write(b"\n")
            file.write(lines.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        if fresh:
            sync_folder(self.path.parent)

    def read(self) -> Iterator[Attempt]:
        """Every whole line, oldest first."""
        return self.after(0)

    def after(self, size: int) -> Iterator[Attempt]:
        """Every whole line from byte `size` on, oldest first."""
        for _, attempt in self._lines(size):
            yield attempt

    def trouble(self) -> str:
        """Why the log cannot be used, with its place; empty: it can, or there is none so far."""
        for path in (self.path, self._journal):
            if why := _unfit(path):
                return f"{path} {why}"
        return "" if self._is_ours() else f"{self.path} holds no line of ours"

    def _is_ours(self) -> bool:
        """Whether one of its first whole lines tells of an attempt; the very first may have been torn."""
        if not self.path.exists():
            return True
        with self.path.open("rb") as file:
            whole = [line for line in (file.readline(_LONGEST_LINE) for _ in range(3)) if line]
        return any(map(_attempt, whole)) or not any(line.endswith(b"\n") for line in whole)

    def mark(self) -> LogMark:
        """How the file stands now; an empty mark where there is none."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return LogMark()
        return LogMark(status.st_size, status.st_ctime_ns, self.end_at(status.st_size))

    def end_at(self, size: int) -> str:
        """The hash of the last bytes before byte `size`."""
        with self.path.open("rb") as file:
            file.seek(max(0, size - _END))
            return hashlib.sha256(file.read(min(size, _END))).hexdigest()[:16]

    def newest(self) -> int:
        """The highest reminder number ever tried; 0 where there is none. Only new lines are read each time."""
        if not self.path.exists() or self.path.stat().st_size < self._read_to:
            # Somebody removed or cut the log: what it knew still counts, and what it holds now is read anew.
            self._read_to = 0
        for end, attempt in self._lines(self._read_to):
            self._read_to, self._newest = end, max(self._newest, attempt.reminder_id)
        return self._newest

    @property
    def _journal(self) -> Path:
        return self.path.with_name("journal-end")

    def note_journal(self, seq: int) -> None:
        """Keep the number of the journal's last line outside the store, where a store put back does not reach."""
        partial = self._journal.with_suffix(".part")
        partial.touch(mode=0o600)
        partial.write_text(f"{seq}\n", "ascii")
        partial.replace(self._journal)

    def journal(self) -> int:
        """The number that was kept; 0 where there is none that can be read."""
        try:
            return int(self._journal.read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return 0

    def _lines(self, start: int) -> Iterator[tuple[int, Attempt]]:
        """Each whole line from byte `start` on, with the place of its end."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(start)
            for line in file:
                start += len(line)
                if (attempt := _attempt(line)) is not None:
                    yield start, attempt


def _unfit(path: Path) -> str:
    """Why a file cannot be read; empty: it can, or is not there."""
    try:
        kind = path.stat().st_mode
        if stat.S_ISREG(kind):
            path.open("rb").close()
            return ""
    except FileNotFoundError:
        return "is a link to nothing" if path.is_symlink() else ""
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return "is a folder" if stat.S_ISDIR(kind) else "is no file"


def _line(a: Attempt) -> str:
    # An invoice may be called anything.
    steps = "".join(f" {quote(s.invoice, safe='')}/{s.round}/{quote(s.tier, safe='')}/{s.days}" for s in a.steps)
    return f"{a.reminder_id} {a.attempt} {a.recipient_hash} {a.at.isoformat()} {a.channel}{steps}\n"


def _attempt(line: bytes) -> Attempt | None:
    """What a whole line says; None for one that was torn."""
    try:
        reminder_id, attempt, digest, at, channel, *steps = line.decode("ascii").split()
        if line[-1:] != b"\n":
            return None
        taken = tuple(map(_step, steps))
        return Attempt(int(reminder_id), int(attempt), digest, datetime.fromisoformat(at), Channel(channel), taken)
    except ValueError:
        return None


def _step(words: str) -> Step:
    invoice, taken_round, tier, days = words.split("/")
    return Step(unquote(invoice), int(taken_round), unquote(tier), int(days))


def _is_torn(file: BinaryIO) -> bool:
    """Whether the last line lacks its end; reading moves nothing, since appending always writes at the end."""
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"
