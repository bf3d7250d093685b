"""Raw messages on disk: written and forced down before anybody reads them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from reminderbot.store.sendlog import sync_folder


class Spool:
    """One file a message, named by the SHA-256 of its bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, raw: bytes) -> str:
        """Put `raw` on the disk, durably; gives its SHA-256 in hex. The same bytes are kept once."""
        digest = hashlib.sha256(raw).hexdigest()
        path = self.path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            partial = path.with_suffix(".part")
            with partial.open("wb") as file:
                partial.chmod(0o600)
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
            sync_folder(path.parent)
        return digest

    def path(self, digest: str) -> Path:
        """Where the message with this SHA-256 lies."""
        return self._folder / digest[:2] / f"{digest}.eml"

    def read(self, digest: str) -> bytes:
        return self.path(digest).read_bytes()
