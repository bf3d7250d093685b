"""The daemon's ticks go on after any jump of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reminderbot.ticks import Ticks

MORNING = datetime(2027, 3, 8, 9, tzinfo=UTC)


@pytest.mark.parametrize("jump", [timedelta(0), timedelta(seconds=4), timedelta(hours=3), timedelta(days=3650)])
def test_after_a_jump_ahead_the_next_tick_is_not_one_gone_by(jump: timedelta) -> None:
    ticks = Ticks(seconds=5, timezone=UTC, start_date=MORNING)
    following = ticks.get_next_fire_time(MORNING, MORNING + jump)
    assert following is not None
    assert MORNING + jump <= following <= MORNING + jump + timedelta(seconds=5)
