"""Reads the ledger's files into memory once, and notices when one of them is being written."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reminderbot.ledger.csv_report import Findings

REQUIRED = ("customers.csv", "invoices.csv")
FILES = (*REQUIRED, "payments.csv")
MAX_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Mark:
    """By what a file's next version is told from this one."""

    inode: int
    size: int
    written_ns: int


def marks(folder: Path, mistakes: Findings) -> dict[str, Mark]:
    """The files that are there and can be read as such; the others become mistakes."""
    found: dict[str, Mark] = {}
    for name in FILES:
        try:
            status = (folder / name).stat()
        except FileNotFoundError:
            if name in REQUIRED:
                mistakes.add(f"{name} is missing in {folder}; export it there (an empty list still has its header).")
            continue
        except OSError as error:
            mistakes.add(_unreadable(name, error))
            continue
        # Opening a pipe would wait for ever for its writer.
        if not stat.S_ISREG(status.st_mode):
            mistakes.add(f"{name} is not a file; put the exported file itself into {folder}.")
        elif status.st_size > MAX_BYTES:
            mistakes.add(f"{name} is larger than {MAX_BYTES // 1024**2} MB; export only what is still of interest.")
        else:
            found[name] = Mark(status.st_ino, status.st_size, status.st_mtime_ns)
    return found


def being_written(before: Mapping[str, Mark], after: Mapping[str, Mark]) -> list[str]:
    """The files that are not as they were, in the order of their names."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def read_files(folder: Path, mistakes: Findings) -> tuple[dict[str, bytes], datetime | None]:
    """The bytes of each file and when the newest was written (UTC; None without files); troubles go to `mistakes`."""
    if not folder.is_dir():
        mistakes.add(f"the ledger folder {folder} is not there; make it, or correct [ledger] folder in the config.")
        return {}, None
    # All files are marked before the first is read: an exporter writes them one after the other.
    before = marks(folder, mistakes)
    contents: dict[str, bytes] = {}
    for name in before:
        try:
            contents[name] = (folder / name).read_bytes()
        except OSError as error:
            mistakes.add(_unreadable(name, error))
    for name in being_written(before, marks(folder, Findings())):
        mistakes.add(f"{name} is being written just now; try again when the export has finished.")
    return contents, _newest(before)


def _newest(files: Mapping[str, Mark]) -> datetime | None:
    if not files:
        return None
    newest_ns = max(mark.written_ns for mark in files.values())
    # Whole microseconds: a float of nanoseconds would be off by some.
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=newest_ns // 1000)


def _unreadable(name: str, error: OSError) -> str:
    return f"{name} cannot be read ({error.strerror}); let the account reminderbot runs under read it."
