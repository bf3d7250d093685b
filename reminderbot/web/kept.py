"""What takes long to reckon is reckoned once in a few minutes, for everybody who looks; the page says when."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy import Connection

from reminderbot.house import House

_FRESH = timedelta(minutes=5)

Found = TypeVar("Found")


class Kept(Generic[Found]):
    """What one page shows, as it was a few minutes ago at most."""

    def __init__(self, house: House, reckon: Callable[[House, Connection], Found]) -> None:
        self._house, self._reckon = house, reckon
        self._lock = threading.Lock()
        self._found: tuple[Found, datetime] | None = None

    def seen(self) -> tuple[Found, datetime]:
        """What was found, and of which moment that is."""
        now = self._house.clock.now()
        with self._lock:
            if self._found is None or not timedelta(0) <= now - self._found[1] < _FRESH:
                with self._house.store.reading() as connection:
                    self._found = self._reckon(self._house, connection), now
            return self._found
