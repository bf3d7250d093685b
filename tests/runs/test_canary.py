"""Our own mail to our own inbox: once a business day, never an answer, and without its return nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reminderbot.core.delivery import Accepted, Blame, Deferred, Refused, Uncertain
from reminderbot.core.stop import Stop
from reminderbot.core.token import Purpose, make_token
from reminderbot.desk.check import Verdict, check
from reminderbot.desk.sending import go_live, stop
from reminderbot.door import standing_stops
from reminderbot.runs.alert import alert_once
from reminderbot.runs.canary import canary_once
from reminderbot.store import canary, inbox, listing
from tests.stories.world import OUR_ADDRESS, Killed, World

Make = Callable[..., World]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Monday 8 March 2027, ten in the morning, with a letter due."""
    made = World(tmp_path / "world", more='[alerts]\nemail = ["olivia@brightwater.example"]')
    made.invoice("INV-0", "ACME", "2027-03-05")
    made.begin()
    made.clock.move_to(made.clock.now().replace(day=8, hour=10))
    made.export()
    made.take_ledger()
    yield made
    made.close()


def day(world: World, when: str) -> bool:
    """What the daemon does on a day, as far as the canary goes; True where one left."""
    world.at(when)
    left = canary_once(world.house)
    world.look()
    return left


def silent(world: World) -> Stop | None:
    with world.house.store.reading() as connection:
        found = standing_stops(world.house, connection, world.now)
    return next((stop for stop in found if stop.kind == "canary"), None)


def came_back(world: World) -> object:
    with world.house.store.reading() as connection:
        return canary.get(connection).back_at


# ---- its way


def test_it_takes_the_way_of_every_letter_and_is_no_answer_when_it_comes_back(world: World) -> None:
    assert canary_once(world.house)
    (message,) = world.canaries
    assert message.recipient.startswith("accounts+c1.")
    assert message.recipient.endswith(OUR_ADDRESS.partition("@")[2])
    assert f"<{OUR_ADDRESS}>".encode() in message.body
    assert b"X-Reminderbot: canary" in message.body
    world.look()
    assert came_back(world) == world.now
    assert world.cases() == []
    with world.house.store.reading() as connection:
        assert inbox.unread(connection) == []
        assert listing.unmatched(connection, world.now - timedelta(days=30)) == []
        assert not listing.anything_heard(connection)
    assert len(world.tick()) == 1, "it counts against no cap and holds nobody"


def test_without_plus_addressing_it_is_known_by_its_message_id(world: World) -> None:
    world.house = replace(world.house, sender=replace(world.house.sender, plus_addressing=False))
    world.restart()
    assert canary_once(world.house)
    assert world.canaries[0].recipient == OUR_ADDRESS
    world.look()
    assert came_back(world) is not None


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@brightwater.example", "someone@elsewhere.example"])
def test_a_bounce_of_it_or_a_forgery_proves_nothing_and_opens_no_case(world: World, sender: str) -> None:
    world.canaries_return = False
    canary_once(world.house)
    world.deliver_raw(f"From: {sender}\r\nTo: {world.canaries[0].recipient}\r\nSubject: x\r\n\r\nx\r\n".encode())
    world.look()
    assert came_back(world) is None
    assert world.cases() == []


def test_one_that_was_late_proves_nothing_about_today(world: World) -> None:
    world.canaries_return = False
    day(world, "2027-03-08 10:10")
    day(world, "2027-03-09 10:10")
    world.deliver_raw(world.canaries[0].body)
    world.look()
    assert came_back(world) is None
    world.deliver_raw(world.canaries[1].body)
    world.look()
    assert came_back(world) is not None


# ---- once a business day


def test_one_leaves_on_each_business_day_and_none_at_the_weekend(world: World) -> None:
    days = [f"2027-03-{n:02}" for n in range(9, 16)]
    left = [on for on in days for hour in ("06:00", "12:00") if day(world, f"{on} {hour}")]
    assert left == ["2027-03-09", "2027-03-10", "2027-03-11", "2027-03-12", "2027-03-15"]


@pytest.mark.parametrize("outcome", [Uncertain("lost"), Refused("550 no", Blame.CHANNEL), Killed()])
def test_what_may_have_left_is_not_sent_again_that_day(world: World, outcome: object) -> None:
    world.email.next = [outcome]  # type: ignore[list-item]  # an outcome or a death
    if isinstance(outcome, Killed):
        with pytest.raises(Killed):
            canary_once(world.house)
        world.restart()
    else:
        assert not canary_once(world.house)
    for hour in range(11, 24):
        assert not day(world, f"2027-03-08 {hour}:00")
    assert day(world, "2027-03-09 08:00")


def test_what_provably_did_not_leave_is_tried_again_after_a_while(world: World) -> None:
    world.email.next = [Deferred("421 later")]
    assert not canary_once(world.house)
    assert not day(world, "2027-03-08 10:14")
    assert day(world, "2027-03-08 10:15")
    assert not day(world, "2027-03-08 10:40")


def test_none_leaves_before_go_live_while_stopped_or_from_a_copy(world: World) -> None:
    stop(world.house, "olivia")
    assert not canary_once(world.house)
    go_live(world.house, "olivia")
    copy = replace(world.house, instance="elsewhere")
    assert not canary_once(copy)
    assert not canary_once(replace(world.house, canary=False))
    assert not canary_once(replace(world.house, open_inbox=None))
    assert canary_once(world.house)


# ---- what its absence does


def test_once_one_came_back_a_business_day_without_one_stops_everything_and_its_return_cures_it(world: World) -> None:
    day(world, "2027-03-08 10:00")
    world.canaries_return = False
    world.invoice("INV-1", "BOLT", "2027-03-06")
    for when, stopped in (("2027-03-09 11:59", False), ("2027-03-09 12:00", False), ("2027-03-09 12:01", True)):
        world.at(when)
        assert (silent(world) is not None) is stopped
    found = silent(world)
    assert found is not None
    assert "spam folder" in found.cure
    assert found.since == world.now - timedelta(hours=26, minutes=1)
    world.invoice("INV-2", "COOK", "2027-03-06")
    assert world.at("2027-03-09 14:00") == []
    world.canaries_return = True
    day(world, "2027-03-09 14:05")
    assert silent(world) is None
    assert [sent.to for sent in world.tick()] == ["cook@customer.example"]


def test_a_weekend_without_one_is_nothing(world: World) -> None:
    day(world, "2027-03-12 09:00")
    world.at("2027-03-15 10:59")
    assert silent(world) is None
    world.at("2027-03-15 11:01")
    assert silent(world) is not None


def test_before_the_first_has_come_back_it_is_only_said_loudly(world: World) -> None:
    world.canaries_return = False
    for n in range(8, 12):
        day(world, f"2027-03-{n:02} 10:10")
    assert silent(world) is None
    told = [finding for finding in check(world.house, with_secrets=False) if finding.about == "canary"]
    assert [finding.verdict for finding in told] == [Verdict.WARN]
    assert "NEVER COME BACK" in told[0].what


def test_switched_off_it_stops_nothing_and_check_says_what_that_costs(world: World) -> None:
    day(world, "2027-03-08 10:10")
    world.house = replace(world.house, canary=False)
    world.at("2027-03-15 10:00")
    assert silent(world) is None
    told = [finding for finding in check(world.house, with_secrets=False) if finding.about == "canary"]
    assert [finding.verdict for finding in told] == [Verdict.WARN]
    assert "switched off" in told[0].what


def test_the_owner_is_told_by_mail_and_check_fails(world: World) -> None:
    day(world, "2027-03-08 10:10")
    world.at("2027-03-10 10:00")
    alert_once(world.house)
    world.clock.advance(timedelta(minutes=15))
    told: list[bytes] = []
    world.email.next = [lambda message: told.append(message.body) or Deferred("not into the story")]  # type: ignore[func-returns-value]  # append gives None, so the outcome counts
    alert_once(world.house)
    assert b"our own mail to the inbox" in told[0]
    failed = [f for f in check(world.house, with_secrets=False) if f.verdict is Verdict.FAIL]
    assert "canary" in [finding.about for finding in failed]


def test_a_canary_of_a_later_history_shows_that_the_store_is_old(world: World) -> None:
    token = make_token(world.house.keys, Purpose.CANARY, 9)
    world.deliver_raw(f"From: {OUR_ADDRESS}\r\nTo: accounts+{token}@brightwater.example\r\n\r\nx\r\n".encode())
    world.look()
    with world.house.store.reading() as connection:
        kinds = [found.kind for found in standing_stops(world.house, connection, world.now)]
    assert "lost history" in kinds
    assert not canary_once(world.house)
    go_live(world.house, "olivia", adopt=True)
    assert canary_once(world.house)
    assert world.canaries[0].recipient.startswith("accounts+ca.")
    assert isinstance(world.email.send(world.canaries[0]), Accepted)
