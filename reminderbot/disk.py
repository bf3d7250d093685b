"""What it takes beyond writing a file to have it survive a power cut."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Force a folder's list of files to the disk, so that a new file survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def replacing(path: Path, content: bytes) -> Iterator[Callable[[], None]]:
    """Hand out what puts `content` whole in the place of the file, which gets back its own where what follows fails.

    The new file is on the disk before anything is replaced, with the rights of the old one: OSError where it cannot be.
    """
    before, new = path.read_bytes(), _beside(path, content)
    try:
        yield lambda: _put(new, path)
    except BaseException:
        if not new.exists() and path.read_bytes() == content:
            _put(_beside(path, before), path)
        raise
    finally:
        new.unlink(missing_ok=True)


def _beside(path: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            _same_rights(file.fileno(), path.stat())
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _same_rights(handle: int, was: os.stat_result) -> None:
    # Whoever may change it by their group still may; a group that is not ours cannot be given, and need not be.
    with suppress(OSError):
        os.fchown(handle, -1, was.st_gid)
    os.fchmod(handle, was.st_mode & 0o7777)


def _put(new: Path, path: Path) -> None:
    new.replace(path)
    sync_folder(path.parent)
