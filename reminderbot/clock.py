"""The only reader of the time; everybody else is handed a clock or a moment."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from reminderbot.core.clock import Reading

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """Where a program learns what time it is."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def read(self) -> Reading:
        """The present moment, and what the machine's own clock says beside it."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def read(self) -> Reading:
        return Reading(self.now(), since_boot(), _boot_id())


class SteppedClock:
    """A clock that stands still until it is moved: for the demo and for tests."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock needs an aware moment")
        self._now = start.astimezone(UTC)
        self._boot, self._boot_id = 0.0, ""
        self.reboot()

    def now(self) -> datetime:
        return self._now

    def read(self) -> Reading:
        return Reading(self._now, self._boot, self._boot_id)

    def move_to(self, moment: datetime) -> None:
        """Live on until `moment`; where it lies in the past, somebody sets the clock back."""
        moment = moment.astimezone(UTC)
        self._boot += max(0.0, (moment - self._now).total_seconds())
        self._now = moment

    def set_to(self, moment: datetime) -> None:
        """Somebody sets the clock; no time passes."""
        self._now = moment.astimezone(UTC)

    def reboot(self) -> None:
        """The machine is started anew."""
        self._boot, self._boot_id = 0.0, uuid.uuid4().hex

    def advance(self, by: timedelta) -> None:
        self.move_to(self._now + by)


def elapsed() -> float:
    """Seconds on a clock that never steps, for measuring how long something took."""
    return time.monotonic()


def since_boot() -> float:
    """Seconds since this machine was started, asleep or awake, whatever the wall clock is set to."""
    # Where there is no such clock, time asleep is not seen.
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _boot_id() -> str:
    return _BOOT_ID.read_text("ascii").strip() if _BOOT_ID.exists() else ""
