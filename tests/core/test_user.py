"""Roles, the life of a session, and the growing wait after wrong passwords."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reminderbot.core.user import Role, Session, User, next_try_at

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
JANE = User(1, "jane", Role.COLLECTOR)


def failures(count: int, every: int = 1) -> list[datetime]:
    return [NOW + timedelta(seconds=every * number) for number in range(count)]


def test_an_owner_may_what_a_collector_may_and_not_the_other_way() -> None:
    assert Role.OWNER.includes(Role.COLLECTOR)
    assert not Role.COLLECTOR.includes(Role.OWNER)


@pytest.mark.parametrize(
    ("began", "seen", "alive"),
    [(29, 29, True), (30, 30, False), (11 * 60 + 59, 0, True), (12 * 60, 0, False)],
)
def test_a_session_ends_after_half_an_hour_of_nothing_or_twelve_hours(began: int, seen: int, alive: bool) -> None:
    session = Session(JANE, NOW - timedelta(minutes=began), NOW - timedelta(minutes=seen))
    assert session.is_alive(NOW) is alive


@pytest.mark.parametrize(("count", "wait"), [(1, None), (3, None), (4, 2), (5, 4), (9, 64)])
def test_slips_cost_nothing_and_then_each_doubles_the_wait(count: int, wait: int | None) -> None:
    tried = failures(count)
    assert next_try_at(tried) == (None if wait is None else tried[-1] + timedelta(seconds=wait))


def test_ten_failures_close_the_door_for_a_quarter_of_an_hour_after_the_first_of_them() -> None:
    tried = failures(10, every=30)
    assert next_try_at(tried) == tried[0] + timedelta(minutes=15)
    assert next_try_at([*tried, tried[-1]]) == tried[1] + timedelta(minutes=15)
