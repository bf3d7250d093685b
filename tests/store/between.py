"""The places between two durable steps of the store's users: there the power may go, or somebody else may come in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from reminderbot.store.sendlog import Attempt, SendLog
from reminderbot.store.session import Store
from tests.stories.world import Killed


class Between:
    """Counts the places passed, and lets one thing happen at one of them."""

    def __init__(self) -> None:
        self._left = 0
        self._act: Callable[[], None] | None = None
        self._kills = False
        self._writing = 0
        self.dead = False

    def kill_at(self, place: int) -> None:
        """The power goes at this place, counted from here."""
        self._left, self._act, self._kills = place, None, True

    def come_in_at(self, place: int, act: Callable[[], None]) -> None:
        """Somebody else does `act` at this place, or at the next where no transaction is open."""
        self._left, self._act, self._kills = place, act, False

    def alone(self) -> None:
        """Nobody comes in any more."""
        self._act = None

    def restart(self) -> None:
        self.__init__()  # type: ignore[misc]  # as new

    def here(self) -> None:
        """One place."""
        if self.dead:
            raise Killed
        self._left -= 1
        if self._kills and self._left == 0:
            self.dead = True
            raise Killed
        if self._act is not None and self._left <= 0 and not self._writing:
            act, self._act = self._act, None
            act()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction: whoever else wants to write would wait for its end."""
        self._writing += 1
        try:
            yield
        finally:
            self._writing -= 1


class WatchedStore(Store):
    """The real store, with a place before each transaction, before its commit and after it."""

    def __init__(self, engine: Engine, folder: object, between: Between) -> None:
        super().__init__(engine, folder)  # type: ignore[arg-type]  # a Path
        self._between = between

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        self._between.here()
        with super().reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        self._between.here()
        with self._between.writing(), super().writing() as connection:
            yield connection
            self._between.here()
        self._between.here()


class WatchedLog(SendLog):
    """The real send log, with a place on either side of its line."""

    def __init__(self, log: SendLog, between: Between) -> None:
        super().__init__(log.path)
        self._between = between

    def append(self, attempts: Iterable[Attempt]) -> None:
        self._between.here()
        super().append(attempts)
        self._between.here()
