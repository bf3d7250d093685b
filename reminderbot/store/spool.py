"""Raw messages on disk: written and forced down before anybody reads them."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

from reminderbot.disk import sync_folder


class Spool:
    """One file a message, named by the SHA-256 of its bytes."""

    def __init__(self, folder: Path, ending: str = ".eml") -> None:
        self._folder, self._ending = folder, ending
        # Two who say the same at the same moment: the call of one and the list with the other.
        self._one_at_a_time = threading.Lock()

    def keep(self, raw: bytes) -> str:
        """Put `raw` on the disk, durably; gives its SHA-256 in hex. The same bytes are kept once."""
        digest = hashlib.sha256(raw).hexdigest()
        path = self.path(digest)
        with self._one_at_a_time:
            if not path.exists():
                _write(path, raw)
        return digest

    def path(self, digest: str) -> Path:
        """Where the message with this SHA-256 lies."""
        return self._folder / digest[:2] / f"{digest}{self._ending}"

    def read(self, digest: str) -> bytes:
        return self.path(digest).read_bytes()


def _write(path: Path, raw: bytes) -> None:
    """The whole file or none, and its name in the folder, durably."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        partial.chmod(0o600)
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)
