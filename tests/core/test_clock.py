from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.core.clock import Belief, Reading, believe, compare, hear, in_doubt, judge, tick
from tests.core.facts import MONDAY, at

NOON = at(MONDAY, 12)
TICK = 5.0
HOUR = 3600.0
SMALL, LARGE = 120.0, 600.0


@dataclass
class Machine:
    """A machine whose wall clock is what somebody sets it to."""

    true: float = 0.0
    offset: float = 0.0
    boot_id: str = "a"
    belief: Belief = field(default_factory=Belief)

    def read(self) -> Reading:
        return Reading(NOON + timedelta(seconds=self.true + self.offset), self.true, self.boot_id)

    def live(self, seconds: float = TICK) -> Machine:
        self.true += seconds
        return self

    def tick(self, slept: str = "") -> Machine:
        self.belief = tick(self.belief, self.live().read(), slept)
        return self

    def start(self, off: float = 60.0, lost: float = 0.0) -> Machine:
        """It is started anew after so many seconds off; its clock has lost some meanwhile."""
        self.boot_id += "a"
        self.offset -= lost
        return self.live(off)

    @property
    def doubt(self) -> str:
        return in_doubt(self.belief, self.read())


def running() -> Machine:
    return Machine().tick().tick()


# ---- steps


@pytest.mark.parametrize(
    ("step", "doubted", "lasts"),
    [
        (0, False, False), (-2, False, False), (-3, True, False), (119, False, False), (121, True, False),
        (-121, True, False), (599, True, False), (601, True, True), (-601, True, True), (HOUR, True, True),
        (-HOUR, True, True), (10 * 365 * 24 * HOUR, True, True), (-56 * 365 * 24 * HOUR, True, True),
    ],
)  # fmt: skip
def test_a_step_is_seen_at_once_and_a_large_one_is_not_waited_out(step: float, doubted: bool, lasts: bool) -> None:
    machine = running()
    machine.offset = step
    assert bool(machine.live().doubt) is doubted
    machine.tick()
    assert bool(machine.doubt) is doubted, "one full tick is held"
    machine.tick()
    assert bool(machine.doubt) is lasts
    for _ in range(50):
        machine.tick()
    assert bool(machine.doubt) is lasts


@pytest.mark.parametrize("step", [HOUR, -HOUR, 10 * 365 * 24 * HOUR])
def test_a_large_step_that_is_undone_is_over_after_a_full_tick(step: float) -> None:
    machine = running()
    machine.offset = step
    machine.tick().live(3 * HOUR).tick()
    machine.offset = 0
    assert machine.doubt
    assert machine.tick().doubt
    assert not machine.tick().doubt


@pytest.mark.parametrize("step", [LARGE + 1, -LARGE - 1, 12 * 60, -12 * 60])
def test_a_large_step_that_nobody_undoes_never_wears_off(step: float) -> None:
    machine = running()
    machine.offset = step
    # Three days, a minute at a time.
    for _ in range(3 * 24 * 60):
        assert machine.live(60 - TICK).tick().doubt
    machine.offset = 0
    assert machine.tick().doubt
    assert not machine.tick().doubt


def test_a_leap_second_or_a_slow_correction_is_nothing() -> None:
    machine = running()
    for n in range(400):
        machine.offset = -0.005 * n - (n > 200)
        assert not machine.tick().doubt
    # A week between two runs, half a second in a thousand slewed.
    machine.offset += 0.0005 * 7 * 24 * HOUR
    assert not machine.live(7 * 24 * HOUR).tick().doubt


def test_a_person_can_say_that_the_clock_is_right() -> None:
    machine = running()
    machine.offset = HOUR
    machine.tick()
    machine.belief = believe(machine.read())
    assert not machine.doubt
    assert not machine.tick().doubt


# ---- starts of the machine, and sleep


@pytest.mark.parametrize(
    ("days", "offset", "doubted"),
    [(0.01, 0, False), (365, 0, False), (399, 0, False), (401, 0, True), (1, -2 * 24 * HOUR, True), (1, 300, False)],
)
def test_after_a_start_only_the_past_and_the_far_future_are_doubted(days: float, offset: float, doubted: bool) -> None:
    machine = running()
    machine.live(days * 24 * HOUR)
    machine.boot_id, machine.offset = "b", offset
    assert bool(machine.doubt) is doubted


@pytest.mark.parametrize("off", [0, 5 * HOUR])
@pytest.mark.parametrize(
    ("lost", "lasts"), [(LARGE, False), (LARGE + TICK + 1, True), (HOUR, True), (3 * 24 * HOUR, True)]
)
def test_a_clock_behind_what_it_was_before_the_start_is_not_waited_out(lost: float, lasts: bool, off: float) -> None:
    machine = running().start(off, off + lost)
    assert machine.tick().doubt
    # A week, in which it passes what it was before.
    for _ in range(7 * 24):
        assert bool(machine.live(HOUR - TICK).tick().doubt) is lasts
    if lasts:
        machine.offset = 0
        machine.tick().tick()
    assert not machine.doubt


@pytest.mark.parametrize("step", [HOUR, -HOUR])
@pytest.mark.parametrize("off", [1, 5 * HOUR])
def test_a_large_step_outlives_starts_until_a_server_agrees(step: float, off: float) -> None:
    machine = running()
    machine.offset = step
    machine.tick()
    for _ in range(3):
        assert machine.start(off).doubt
        for _ in range(5):
            assert machine.tick().doubt
    machine.offset = 0
    # Put right while it was off, for all that the ticks can tell.
    assert machine.start(off).tick().tick().doubt
    machine.belief = hear(machine.belief, machine.read(), "")
    assert machine.tick().doubt
    assert not machine.tick().doubt


def test_a_clock_behind_at_one_start_is_not_believed_for_being_further_at_the_next() -> None:
    machine = running().start(0, lost=HOUR).tick()
    assert machine.start(5 * HOUR).tick().tick().doubt
    machine.belief = believe(machine.read())
    assert not machine.tick().doubt


def test_a_small_step_before_a_start_is_over_after_it() -> None:
    machine = running()
    machine.offset = 300
    assert machine.tick().doubt
    assert not machine.start().tick().doubt


def test_a_sleep_is_held_for_one_full_tick_though_the_clock_is_right() -> None:
    machine = running()
    machine.live(10 * 60)
    assert not machine.doubt
    machine.tick(slept="the machine slept")
    assert machine.doubt == "the machine slept"
    assert not machine.tick().doubt


# ---- the word of a server


@pytest.mark.parametrize(("minutes", "said"), [(-11, "ahead"), (-10, ""), (0, ""), (10, ""), (11, "behind")])
def test_ten_minutes_off_a_trusted_server_are_too_many(minutes: int, said: str) -> None:
    found = compare(NOON + timedelta(minutes=minutes), NOON, NOON, "Twilio")
    assert found is not None
    assert (said in found) if said else found == ""


def test_a_moment_known_only_within_hours_proves_nothing_but_a_contradiction() -> None:
    first, last = NOON - timedelta(hours=2), NOON
    assert compare(NOON - timedelta(hours=1), first, last, "x") is None
    assert compare(NOON - timedelta(hours=3), first, last, "x")


def test_a_server_that_disagrees_stops_until_one_agrees_whatever_the_ticks_say() -> None:
    machine = running()
    machine.belief = hear(machine.belief, machine.read(), "the clock is 20 minutes behind that of Twilio")
    for _ in range(10):
        assert "Twilio" in machine.tick().doubt
    machine.belief = hear(machine.belief, machine.read(), "")
    assert machine.tick().doubt
    assert not machine.tick().doubt


def test_a_server_that_agrees_settles_a_large_step_after_full_ticks() -> None:
    machine = running()
    machine.offset = 2 * HOUR
    machine.tick()
    machine.belief = hear(machine.belief, machine.read(), "")
    assert machine.doubt
    machine.tick().tick()
    assert not machine.doubt


def test_a_server_that_agrees_with_what_nobody_doubts_changes_nothing() -> None:
    machine = running()
    assert hear(machine.belief, machine.read(), "") == machine.belief


# ---- whatever happens

steps = st.sampled_from(
    [1.0, -3.0, 60.0, 150.0, -150.0, 500.0, HOUR, -HOUR, 9 * HOUR, -30 * 24 * HOUR, 3650 * 24 * HOUR]
)
events = st.lists(
    st.one_of(
        st.tuples(st.just("tick"), st.just(0.0)),
        st.tuples(st.just("tick"), st.just(0.0)),
        st.tuples(st.just("step"), steps),
        st.tuples(st.just("undo"), st.just(0.0)),
        st.tuples(st.just("sleep"), st.floats(60, 40 * HOUR)),
        st.tuples(st.just("word"), st.just(0.0)),
        st.tuples(st.just("start"), st.floats(0, 40 * HOUR)),
    ),
    min_size=5,
    max_size=60,
)


@settings(derandomize=True, max_examples=400)
@given(events)
def test_a_wrong_clock_is_never_believed_and_a_right_one_always_in_the_end(story: list[tuple[str, float]]) -> None:
    """Wrong: further off than one small step a tick can carry it, with no server ever having agreed."""
    machine, carried = running(), 0.0
    for name, value in story:
        match name:
            case "tick":
                machine.tick()
            case "step":
                machine.offset += value
                carried += abs(value) if abs(value) <= LARGE else 0.0
            case "undo":
                machine.offset = 0.0
            case "sleep":
                machine.live(value).tick(slept="slept")
            case "start":
                # Nobody sets a clock that is not looked at.
                machine.tick().start(value).tick()
            case "word":
                wall = machine.read().wall
                wrong = compare(wall - timedelta(seconds=machine.offset), wall, wall, "x")
                machine.belief = hear(machine.belief, machine.read(), wrong or "")
        if abs(machine.offset) > LARGE + carried + SMALL:
            assert machine.doubt, "a clock that is wrong by far is not believed"
    machine.offset = 0.0
    machine.belief = hear(machine.belief, machine.read(), "")
    for _ in range(3):
        machine.tick()
    assert not machine.doubt


def test_nothing_is_judged_before_the_first_tick() -> None:
    assert judge(None, Machine().read()) is None
    assert in_doubt(Belief(), Machine().read()) == ""


def test_a_doubt_keeps_the_moment_at_which_it_came_up() -> None:
    machine = running()
    machine.offset = HOUR
    machine.tick()
    since: datetime | None = machine.belief.since
    machine.tick().tick()
    assert machine.belief.since == since is not None
    assert replace(machine.belief, since=None).since is None
