"""A clock that cannot be believed: nothing leaves, nothing lapses, and all is looked at anew when it is right again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reminderbot.core.delivery import Accepted, Outcome
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.stop import Stop
from reminderbot.desk.sending import go_live
from reminderbot.door import standing_stops
from reminderbot.runs.canary import canary_once
from reminderbot.runs.clock import remember_time
from tests.stories.world import World

HOUR = timedelta(hours=1)
YEARS = timedelta(days=3650)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., World]]:
    worlds: list[World] = []

    def made(*customers: str, **options: bool) -> World:
        world = World(tmp_path / "world", **options)  # type: ignore[arg-type]  # of the named ones
        worlds.append(world)
        for number, name in enumerate(customers):
            world.invoice(f"INV-{number}", name, "2027-03-05")
        world.begin()
        world.clock.move_to(world.clock.now().replace(day=8, hour=10))
        world.export()
        world.take_ledger()
        live(world)
        return world

    yield made
    for world in worlds:
        world.close()


def live(world: World, ticks: int = 1) -> None:
    """The daemon's clock, tick after tick."""
    for _ in range(ticks):
        world.clock.advance(timedelta(seconds=5))
        remember_time(world.house)


def clock_stop(world: World) -> Stop | None:
    with world.house.store.reading() as connection:
        found = standing_stops(world.house, connection, world.now)
    return next((stop for stop in found if stop.kind == "clock"), None)


@pytest.mark.parametrize("step", [HOUR, -HOUR, YEARS, -YEARS])
def test_until_a_large_step_is_undone_nothing_leaves_and_no_promise_is_broken(
    make: Callable[..., World], step: timedelta
) -> None:
    world = make("ACME", "BOLT")
    world.answer("I'll pay on Friday.", sender="acme@customer.example")
    world.look()
    right = world.now
    world.clock.set_to(right + step)
    world.exports_daily = False
    for _ in range(3):
        assert world.tick() == []
        live(world)
    assert "broken_promise" not in world.case_kinds()
    assert world.reminder(1).state == "planned" if world.states() else True
    world.clock.set_to(right + timedelta(seconds=15))
    assert clock_stop(world) is not None
    live(world)
    assert world.tick() == [], "one full tick is held"
    live(world)
    assert clock_stop(world) is None
    world.exports_daily = True
    assert [sent.to for sent in world.tick()] == ["bolt@customer.example"]


def test_a_clock_that_lost_hours_while_the_machine_was_off_stops_until_it_is_put_right(
    make: Callable[..., World],
) -> None:
    world = make("ACME")
    before = world.now
    world.clock.advance(5 * HOUR)
    world.clock.reboot()
    world.clock.set_to(before - 2 * HOUR)
    for _ in range(30):
        live(world)
        assert clock_stop(world) is not None
        world.clock.advance(timedelta(minutes=10))
    world.clock.set_to(world.now + 7 * HOUR)
    live(world, 3)
    assert clock_stop(world) is None


def test_a_clock_set_while_messages_leave_keeps_the_rest_of_them_at_home(make: Callable[..., World]) -> None:
    world = make("ACME", "BOLT", "COOK")
    world.plan()

    def set_back(message: OutgoingMessage) -> Outcome:
        world.clock.set_to(world.now - 3 * HOUR)
        return Accepted("ok")

    world.email.next = [set_back]
    world.deliver()
    assert len(world.email.tried) == 1
    assert sorted(world.states()) == ["accepted", "planned", "planned"]


def test_a_sleep_while_messages_leave_keeps_the_rest_of_them_at_home(make: Callable[..., World]) -> None:
    world = make("ACME", "BOLT", "COOK")
    world.plan()

    def sleeping(message: OutgoingMessage) -> Outcome:
        world.clock.advance(timedelta(minutes=10))
        return Accepted("ok")

    world.email.next = [sleeping]
    look, looked = world._looked, []
    world._looked = lambda: (looked.append(len(world.email.tried)), look())[1]  # type: ignore[method-assign]  # watched, then done as before
    world.deliver()
    # Not even the inbox is asked while the clock is doubted: the next tick looks first.
    assert looked == [0]
    assert sorted(world.states()) == ["accepted", "planned", "planned"]


def test_a_person_may_say_that_the_clock_is_right(make: Callable[..., World]) -> None:
    world = make("ACME")
    world.clock.set_to(world.now + HOUR)
    live(world, 3)
    stop = clock_stop(world)
    assert stop is not None
    assert "set ahead by 60 minutes" in stop.why
    assert "go-live" in stop.cure
    go_live(world.house, "olivia")
    assert clock_stop(world) is None


def test_twilios_date_stops_and_settles(make: Callable[..., World]) -> None:
    world = make(sms=True)
    world.texts_in.said_at = world.now + timedelta(minutes=20)
    world.look()
    live(world, 5)
    stop = clock_stop(world)
    assert stop is not None
    assert "behind that of Twilio" in stop.why
    world.texts_in.said_at = world.now
    world.look()
    live(world, 2)
    assert clock_stop(world) is None


@pytest.mark.parametrize(("minutes", "word"), [(-30, "ahead"), (30, "behind"), (0, None)])
def test_the_mail_servers_date_of_our_own_mail_is_compared(
    make: Callable[..., World], minutes: int, word: str | None
) -> None:
    world = make()
    world.canaries_return = False
    canary_once(world.house)
    here = world.now
    world.clock.set_to(here + timedelta(minutes=minutes))
    world.deliver_raw(world.canaries[0].body)
    world.clock.set_to(here)
    world.look()
    stop = clock_stop(world)
    assert (stop is None) is (word is None)
    assert word is None or (stop and word in stop.why)


def test_yesterdays_canary_that_comes_after_todays_has_left_says_nothing_of_the_clock(
    make: Callable[..., World],
) -> None:
    world = make()
    world.canaries_return = False
    canary_once(world.house)
    world.deliver_raw(world.canaries[0].body)
    for _ in range(24):
        world.clock.advance(HOUR)
        remember_time(world.house)
    assert canary_once(world.house)
    world.look()
    assert clock_stop(world) is None


def test_a_mail_that_only_claims_to_be_a_canary_says_nothing_of_the_clock(make: Callable[..., World]) -> None:
    world = make()
    world.canaries_return = False
    world.deliver_raw(b"From: x@elsewhere.example\r\nX-Reminderbot: canary\r\n\r\nx\r\n")
    world.clock.advance(HOUR)
    remember_time(world.house)
    assert canary_once(world.house)
    world.look()
    assert clock_stop(world) is None
