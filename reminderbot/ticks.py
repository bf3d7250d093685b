"""When the ticks of the daemon come: at an interval, and never for a time gone by."""

from __future__ import annotations

from datetime import datetime

from apscheduler.triggers.interval import IntervalTrigger


class Ticks(IntervalTrigger):  # type: ignore[misc]  # APScheduler 3 has no types
    """An interval that begins anew after a jump ahead.

    APScheduler lists every tick that was missed before it leaves out all but one: of ten years, sixty million.
    """

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        following: datetime | None = super().get_next_fire_time(previous_fire_time, now)
        if previous_fire_time is None or following is None or following > now:
            return following
        again: datetime | None = super().get_next_fire_time(None, now)
        return again
