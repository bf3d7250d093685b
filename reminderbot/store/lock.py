"""One daemon a store: the second is refused at once."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection, text

from reminderbot.store.session import Store

_ADVISORY = 0x7265_6D64
# Whoever only looks whether somebody is at work holds the lock for a moment.
_TRIES, _PAUSE = 10, 0.02
# A connection that broke took its lock with it, and another machine may have it by now.
_HELD_BY_ANYBODY = text(
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = :key"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_HELD = text(
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = :session AND classid = 0 AND objid = :key"
)


class AlreadyRunning(Exception):
    """Another reminderbot is at work on this store."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """The lock that this process holds: its file, and on PostgreSQL the session that it belongs to."""

    path: Path
    inode: int
    session: int | None = None

    def stands(self, connection: Connection) -> bool:
        """Whether nobody else can have got the lock meanwhile."""
        try:
            if self.path.stat().st_ino != self.inode:
                return False
        except FileNotFoundError:
            return False
        asked = {"session": self.session, "key": _ADVISORY}
        return self.session is None or connection.execute(_HELD, asked).first() is not None


@contextmanager
def only_one(store: Store) -> Iterator[Ownership]:
    """Hold the store's lock for as long as the block runs; AlreadyRunning where somebody else does.

    The lock goes with the process, so that a crash leaves none behind. `store.owner` tells whether it still stands.
    """
    path = _file(store)
    with path.open("a+") as file:
        if not _locked(file):
            file.seek(0)
            who = file.read().strip()
            raise AlreadyRunning(
                f"another reminderbot{f' (process {who})' if who else ''} is at work on this store: stop it first,"
                " or let it do the work"
            )
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        with _elsewhere(store) as session:
            store.owner = Ownership(path, os.fstat(file.fileno()).st_ino, session)
            try:
                yield store.owner
            finally:
                store.owner = None


def who_is_at_work(store: Store, connection: Connection) -> str:
    """Which process holds the store's lock, in words; empty: none does."""
    if store.owner is not None:
        return "this process"
    with suppress(FileNotFoundError), _file(store).open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return f"process {file.read().strip() or 'unknown'}"
    if connection.dialect.name == "postgresql" and connection.execute(_HELD_BY_ANYBODY, {"key": _ADVISORY}).first():
        return "a process on another machine"
    return ""


def _file(store: Store) -> Path:
    return store.folder / "daemon.lock"


def _locked(file: TextIO) -> bool:
    for _ in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
        else:
            return True
    return False


@contextmanager
def _elsewhere(store: Store) -> Iterator[int | None]:
    """On PostgreSQL the same for daemons on other machines; gives the session that holds the lock there."""
    if store.engine.dialect.name != "postgresql":
        yield None
        return
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY}).scalar():
            raise AlreadyRunning("another reminderbot on another machine is at work on this store: stop it first")
        yield int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
