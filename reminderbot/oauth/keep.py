"""Keeps the refresh token that counts: the owner's own, or the newer one that the provider gave in its place."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reminderbot.disk import sync_folder

FILE = "oauth.json"


class CannotKeep(Exception):
    """The place of the refresh token cannot be used; the text says which and why."""


class KeptToken:
    """The refresh token in the state folder, and the one from the settings that it came from.

    A token that the owner has put into the settings since then counts before the kept one; and one that was given by
    another provider or to another client is never shown to this one.
    """

    def __init__(self, folder: Path, token_url: str, client_id: str, seed: str) -> None:
        self.path = folder / FILE
        self._seed = seed
        self._issuer = _digest(token_url, client_id)

    def current(self) -> str:
        """The refresh token to use, empty where there is none."""
        with self._told():
            if not self.path.exists():
                return self._seed
            kept = json.loads(self.path.read_text("ascii"))
            if kept["issuer"] != self._issuer or (self._seed and kept["seed"] != _digest(self._seed)):
                return self._seed
            return str(kept["refresh_token"])

    def keep(self, refresh_token: str) -> None:
        """Have it outlive a power cut before the one it replaces is forgotten, readable by its owner only."""
        kept = {"refresh_token": refresh_token, "issuer": self._issuer, "seed": _digest(self._seed)}
        new = self.path.with_suffix(".new")
        with self._told():
            new.unlink(missing_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(json.dumps(kept) + "\n")
                file.flush()
                os.fsync(file.fileno())
            new.replace(self.path)
            sync_folder(self.path.parent)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One process at a time: a provider may take a refresh token that is shown twice for a stolen one."""
        with self._told():
            handle = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with self._told():
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, KeyError, TypeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is damaged"
            raise CannotKeep(f"{self.path}, where the refresh token is kept, cannot be used ({reason})") from None


def _digest(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()
