"""Every zone there is, at every change of its clocks from 2024 to 2037: nothing leaves outside the window.

What decides is the very function that plan and claim ask; what it says is judged by offsets alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import pytest

from reminderbot.core.calendar import SendingHours
from reminderbot.core.contact import in_their_day
from tests.core.facts import weekdays

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
AROUND = timedelta(days=2)
HOURS, WEEK = SendingHours(), weekdays()
# The full sweep in eight parts, so that the workers share it.
PARTS = 8


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Each zone once: of names for the same one, the first."""
    return tuple(sorted(name for name in available_timezones() if name not in ("Factory", "localtime")))


def changes(zone: ZoneInfo) -> Iterator[datetime]:
    """The moments at which the offset changes, to the second."""
    before, day = zone.utcoffset(FIRST.astimezone(zone)), FIRST
    while day < LAST:
        after = (day + timedelta(days=1)).astimezone(zone).utcoffset()
        if after != before:
            low, high = day, day + timedelta(days=1)
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) / 2
                low, high = (low, middle) if middle.astimezone(zone).utcoffset() == after else (middle, high)
            yield high.replace(microsecond=0)
        before, day = after, day + timedelta(days=1)


def outside(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether a letter that leaves now, and takes up to a quarter of an hour, may arrive when it should not."""
    for at in (moment, moment + QUARTER):
        offset = at.astimezone(zone).utcoffset()
        assert offset is not None
        # Monday 1 January 2024 began the count.
        seconds = int((at + offset - FIRST).total_seconds())
        days, second = divmod(seconds, 86400)
        if days % 7 > 4 or not 9 * 3600 <= second <= 17 * 3600:
            return True
    return False


def sweep(names: tuple[str, ...]) -> tuple[int, list[str]]:
    """(how many moments were asked about, the letters that would have left at a wrong one)."""
    asked, wrong = 0, []
    for name in names:
        zone = ZoneInfo(name)
        for change in changes(zone):
            moment, end = change - AROUND, change + AROUND
            while moment <= end:
                asked += 1
                gate = in_their_day(moment, (zone,), HOURS, WEEK)
                leaves = moment if gate.passed else gate.until
                if leaves is None or outside(leaves, zone):
                    wrong.append(f"{name} {moment}")
                moment += QUARTER
    return asked, wrong


@pytest.mark.parametrize("part", range(PARTS))
def test_no_letter_leaves_outside_the_window_around_any_change_of_any_clock(part: int) -> None:
    asked, wrong = sweep(zones()[part::PARTS])
    print(f"{asked} moments, {len(wrong)} outside the window (95 % upper bound of the share: {3 / asked:.1e})")
    assert wrong == []
    assert asked > 2_000_000 / PARTS / 2


def test_the_sweep_sees_every_zone_and_every_change() -> None:
    assert len(zones()) > 590
    assert len(list(changes(ZoneInfo("Europe/London")))) == 28
    assert list(changes(ZoneInfo("Asia/Kolkata"))) == []


def test_the_judge_knows_the_window_by_itself() -> None:
    london = ZoneInfo("Europe/London")
    monday = datetime(2027, 7, 5, tzinfo=UTC)
    for hour, minute, expected in ((7, 59, True), (8, 0, False), (15, 45, False), (15, 46, True)):
        assert outside(monday.replace(hour=hour, minute=minute), london) is expected
    assert outside(datetime(2027, 7, 4, 10, tzinfo=UTC), london)
