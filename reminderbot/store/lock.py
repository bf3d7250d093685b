"""One daemon a store: the second is refused at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from reminderbot.store.session import Store

_ADVISORY = 0x7265_6D64


class AlreadyRunning(Exception):
    """Another reminderbot is at work on this store."""


@contextmanager
def only_one(store: Store) -> Iterator[None]:
    """Hold the store's lock for as long as the block runs; AlreadyRunning where somebody else does.

    The lock goes with the process, so that a crash leaves none behind.
    """
    path = store.folder / "daemon.lock"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            who = file.read().strip()
            raise AlreadyRunning(
                f"another reminderbot{f' (process {who})' if who else ''} is at work on this store: stop it first,"
                " or let it do the work"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        with _elsewhere(store):
            yield


@contextmanager
def _elsewhere(store: Store) -> Iterator[None]:
    """On PostgreSQL the same for daemons on other machines."""
    if store.engine.dialect.name != "postgresql":
        yield
        return
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY}).scalar():
            raise AlreadyRunning("another reminderbot on another machine is at work on this store: stop it first")
        yield
