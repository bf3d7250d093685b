"""How new conversations are begun a few a day: the day on which each begins, and on which all have begun.

Pure. Whoever writes to hundreds of strangers on one morning cannot read what hundreds of them answer.
"""

from __future__ import annotations

from datetime import date

from reminderbot.core.calendar import BusinessDays


def begins_on(place: int, a_day: int, today: date, working: BusinessDays) -> date:
    """The day on which the conversation at `place` of the queue begins (0 is the first): so many a working day."""
    return working.add(today, place // a_day)


def through_on(waiting: int, room_today: int, a_day: int, today: date, working: BusinessDays) -> date:
    """The day on which the last of so many begins, where today has room for `room_today` more."""
    # A day of rest begins nothing, whatever room it has.
    late = max(0, waiting - (room_today if working.contains(today) else 0))
    return working.add(today, -(-late // a_day))
