from __future__ import annotations

from datetime import timedelta

import pytest

from reminderbot.core.delivery import (
    MAY_HAVE_HEARD,
    SAID,
    Accepted,
    Blame,
    Deferred,
    Refused,
    State,
    Uncertain,
    after_attempt,
)
from tests.core.facts import MONDAY, at

NOW = at(MONDAY)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def test_each_outcome_leads_to_its_state_and_only_a_deferred_one_is_tried_again() -> None:
    assert after_attempt(Accepted("q1"), 1, NOW).state is State.ACCEPTED
    assert after_attempt(Refused("no", Blame.ADDRESS), 1, NOW).state is State.REFUSED
    assert after_attempt(Uncertain("timeout"), 1, NOW).state is State.UNCERTAIN
    assert after_attempt(Uncertain("timeout"), 1, NOW).not_before is None
    assert after_attempt(Deferred("421"), 1, NOW).state is State.PLANNED


@pytest.mark.parametrize(
    ("attempt", "wait"), [(1, 5), (2, 10), (3, 20), (4, 40), (5, 80), (6, 160), (7, 240), (8, 240), (500, 240)]
)
def test_the_wait_doubles_from_five_minutes_up_to_four_hours(attempt: int, wait: int) -> None:
    assert after_attempt(Deferred("421"), attempt, NOW).not_before == NOW + minutes(wait)


@pytest.mark.parametrize(("asked", "wait"), [(0, 5), (4, 5), (5, 5), (6, 6), (600, 600)])
def test_a_longer_pause_that_the_server_asks_for_is_kept(asked: int, wait: int) -> None:
    assert after_attempt(Deferred("429", wait=minutes(asked)), 1, NOW).not_before == NOW + minutes(wait)


def test_what_may_have_been_taken_counts_as_said() -> None:
    assert set(State) - SAID == {State.PLANNED, State.REFUSED, State.NOT_SENT, State.WITHDRAWN}
    assert set(State) - MAY_HAVE_HEARD == {State.PLANNED, State.REFUSED, State.WITHDRAWN}
