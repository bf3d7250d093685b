"""A text of uncertain fate that the carrier's list has not got: looked for three times, never sent again by itself."""

from __future__ import annotations

import dataclasses
import random
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from reminderbot.clock import SteppedClock
from reminderbot.core.delivery import Outcome
from reminderbot.core.delivery_report import DeliveryReport
from reminderbot.core.event import EventKind
from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.text_lookup import TextList
from reminderbot.demo.twilio_standin import TwilioStandIn
from reminderbot.desk import case as desk_case
from reminderbot.desk import uncertain as desk
from reminderbot.runs.delivery_report import take_delivery_report
from reminderbot.runs.reconcile import reconcile_once
from reminderbot.store import journal, uncertain
from tests.runs.carrier import PHONE, TEXT_LADDER, TEXTS, carrier, connect
from tests.runs.conftest import Make
from tests.stories.world import OUR_NUMBER, Killed, World

MINUTE = timedelta(minutes=1)
on_sqlite = pytest.mark.parametrize("store_url", ["sqlite:///state/reminderbot.db"])


@pytest.fixture
def carried(make_world: Make) -> Iterator[tuple[World, TwilioStandIn]]:
    """A customer who is due a text today, the first that they hear, and the carrier."""
    world = make_world("ACME", sms=True)
    world.change_customer("ACME", **TEXTS)
    with carrier(world) as twilio:
        connect(world, twilio, ladder=TEXT_LADDER)
        yield world, twilio


@pytest.fixture
def world(carried: tuple[World, TwilioStandIn]) -> World:
    return carried[0]


@pytest.fixture
def twilio(carried: tuple[World, TwilioStandIn]) -> TwilioStandIn:
    return carried[1]


def lose(world: World, twilio: TwilioStandIn, *, taken: bool) -> None:
    """The text leaves, and its answer does not come."""
    twilio.drop_next(accepting=taken)
    world.at("2027-03-08 10:30")
    assert (the_text(world).state, posts(twilio)) == ("uncertain", 1)


def the_text(world: World) -> Any:
    with world.house.store.reading() as connection:
        (row,) = connection.exec_driver_sql("SELECT reminder_id FROM outbox WHERE attempts > 0 AND channel = 'sms'")
    return world.reminder(row.reminder_id)


def posts(twilio: TwilioStandIn) -> int:
    return sum(1 for method, _, _ in twilio.requests if method == "POST")


def look(world: World, minutes: float = 0) -> tuple[int, str]:
    """How many looks count so much later, and what is thought of the text."""
    world.clock.advance(minutes * MINUTE)
    reconcile_once(world.house)
    found = the_text(world)
    return len(uncertain.missed_at(found)), found.state


def give_up(world: World, twilio: TwilioStandIn) -> int:
    """A text that was never taken, looked for three times; gives its number."""
    lose(world, twilio, taken=False)
    assert [look(world, minutes) for minutes in (2, 3, 10)][-1] == (3, "not_sent")
    return int(the_text(world).reminder_id)


def listed(world: World) -> list[int]:
    with world.house.store.reading() as connection:
        return [found.row.reminder_id for found in desk.listed(connection)]


def settled(world: World) -> list[Any]:
    with world.house.store.reading() as connection:
        return [event for _, event in journal.read(connection) if event.kind is EventKind.SETTLED]


# ---- three looks


def test_a_text_counts_as_not_sent_after_looks_at_2_5_and_15_minutes(world: World, twilio: TwilioStandIn) -> None:
    lose(world, twilio, taken=False)
    began = world.now
    told = [look(world, 0.5) for _ in range(40)]
    rises = [(n + 1) / 2 for n, (count, _) in enumerate(told) if count > (told[n - 1][0] if n else 0)]
    assert rises == [2, 5, 15]
    assert [state for _, state in told] == ["uncertain"] * 29 + ["not_sent"] * 11
    [event] = [event for event in settled(world) if event.data["outcome"] == "not_sent"]
    assert event.data["looks"] == [(began + minutes * MINUTE).isoformat() for minutes in (2, 5, 15)]
    assert posts(twilio) == 1


def test_a_person_is_told_that_it_was_not_sent_in_place_of_the_doubt(world: World, twilio: TwilioStandIn) -> None:
    number = give_up(world, twilio)
    (case,) = world.cases("ACME")
    assert case.why.startswith(f"reminder {number} (check-in) was most likely not sent: the carrier's list")
    assert case.why.endswith("it is not sent again by itself")
    assert listed(world) == [number]


@pytest.mark.parametrize(("lag", "found_at"), [(1, 2), (4, 5), (14, 15)])
def test_a_text_that_is_listed_late_is_found_at_a_later_look(
    world: World, twilio: TwilioStandIn, lag: int, found_at: int
) -> None:
    twilio.list_lag(lag * MINUTE)
    lose(world, twilio, taken=True)
    ends = {at: look(world, minutes)[1] for at, minutes in ((2, 2), (5, 3), (15, 10))}
    assert ends == {at: "confirmed" if at >= found_at else "uncertain" for at in ends}
    assert the_text(world).reference == twilio.accepted[0].sid
    assert world.cases("ACME") == []


@pytest.mark.parametrize("lag", [16, 600])
def test_a_text_that_is_listed_after_all_looks_was_sent_after_all(
    world: World, twilio: TwilioStandIn, lag: int
) -> None:
    twilio.list_lag(lag * MINUTE)
    lose(world, twilio, taken=True)
    assert [look(world, minutes)[1] for minutes in (2, 3, 10)] == ["uncertain", "uncertain", "not_sent"]
    assert look(world, 45)[1] == ("confirmed" if lag < 60 else "not_sent")
    assert look(world, 1380)[1] == "confirmed"
    assert (world.cases("ACME"), listed(world)) == ([], [])


@on_sqlite
def test_after_a_day_the_list_is_asked_no_more(world: World, twilio: TwilioStandIn) -> None:
    give_up(world, twilio)
    look(world, 45)
    look(world, 1380)
    before = len(twilio.requests)
    assert look(world, 10_000) == (5, "not_sent")
    assert len(twilio.requests) == before


# ---- a look that does not count


@on_sqlite
def test_a_list_that_fails_or_breaks_off_is_no_look(world: World, twilio: TwilioStandIn) -> None:
    lose(world, twilio, taken=False)
    for minutes in (2, 3, 10, 60):
        twilio.break_next("body", "close", method="GET")
        assert look(world, minutes) == (0, "uncertain")
        twilio.fail_next(500, method="GET")
        assert look(world) == (0, "uncertain")
        twilio.junk_next(method="GET")
        assert look(world) == (0, "uncertain")
    # The looks keep their distance, however late they begin.
    assert [look(world, minutes)[0] for minutes in (0, 2.5, 0.5, 9.5, 0.5)] == [1, 1, 2, 2, 3]


@on_sqlite
def test_an_unknown_text_to_the_number_keeps_it_uncertain(world: World, twilio: TwilioStandIn) -> None:
    """A trial account puts words of its own before ours."""
    lose(world, twilio, taken=True)
    kept = twilio.messages.kept
    kept[0] = dataclasses.replace(kept[0], body=f"Sent from your Twilio trial account - {kept[0].body}")
    assert {look(world, 5) for _ in range(10)} == {(0, "uncertain")}
    kept[0] = dataclasses.replace(kept[0], body="")
    assert {look(world, 5) for _ in range(10)} == {(0, "uncertain")}


@on_sqlite
def test_a_text_of_hours_before_keeps_nothing_uncertain(world: World, twilio: TwilioStandIn) -> None:
    twilio.messages.create({"From": OUR_NUMBER, "To": PHONE, "Body": "Your parcel is on its way."})
    give_up(world, twilio)


@on_sqlite
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumped_makes_no_look_count(world: World, twilio: TwilioStandIn, hours: int) -> None:
    lose(world, twilio, taken=True)
    theirs = twilio.messages.clock = SteppedClock(world.now)
    twilio.list_lag(20 * MINUTE)
    world.clock.set_to(world.now + timedelta(hours=hours))
    for _ in range(8):
        theirs.advance(2 * MINUTE)
        assert look(world, 2) == (0, "uncertain")
    theirs.advance(4 * MINUTE)
    assert look(world, 4) == (0, "confirmed")


@on_sqlite
def test_the_looks_are_spread_by_the_carriers_clock(world: World, twilio: TwilioStandIn) -> None:
    lose(world, twilio, taken=False)
    theirs = twilio.messages.clock = SteppedClock(world.now)
    theirs.advance(2 * MINUTE)
    assert look(world, 2) == (1, "uncertain")
    # Ours runs ahead by less than what is called a jump.
    assert look(world, 4) == (1, "uncertain")
    theirs.advance(3 * MINUTE)
    assert look(world) == (2, "uncertain")


# ---- through crashes and restores


def test_a_crash_between_looks_forgets_none_and_adds_none(world: World, twilio: TwilioStandIn) -> None:
    lose(world, twilio, taken=False)
    told = []
    for minutes in (2, 1, 2, 5, 5):
        told.append(look(world, minutes))
        world.restart()
        told.append(look(world))
    assert [count for count, _ in told] == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3]
    assert [state for _, state in told[-2:]] == ["not_sent"] * 2
    assert world.restart() == (0, 0)
    assert (the_text(world).state, posts(twilio)) == ("not_sent", 1)


@on_sqlite
@pytest.mark.parametrize("taken", [True, False])
def test_a_text_in_whose_post_we_were_killed_is_looked_for_from_the_next_start_on(
    world: World, twilio: TwilioStandIn, taken: bool
) -> None:
    channels = world.house.channels

    class Dying:
        """Kills us in the middle of a text."""

        def __init__(self) -> None:
            self._real = channels[Channel.SMS]()

        def open(self) -> Any:
            return self._real.open()

        def send(self, message: OutgoingMessage) -> Outcome:
            if taken:
                self._real.send(message)
            raise Killed

        def close(self) -> None:
            self._real.close()

    world.house = dataclasses.replace(world.house, channels={**channels, Channel.SMS: Dying})
    with pytest.raises(Killed):
        world.at("2027-03-08 10:30")
    world.house = dataclasses.replace(world.house, channels=channels)
    world.clock.advance(timedelta(minutes=30))
    with world.house.store.writing() as connection:
        # As a kill leaves it, which lets nobody tidy up.
        connection.exec_driver_sql("UPDATE outbox SET state = 'onwire', settled_at = NULL WHERE state = 'uncertain'")
    assert world.restart() == (0, 1)
    state = "confirmed" if taken else "uncertain"
    assert look(world, 1) == (0, state)
    assert look(world, 1) == (not taken, state)
    assert look(world, 13)[1] == state
    assert look(world, 10)[1] == ("confirmed" if taken else "not_sent")
    assert posts(twilio) == taken


@on_sqlite
def test_a_store_from_before_the_looks_never_has_it_sent_again(world: World, twilio: TwilioStandIn) -> None:
    lose(world, twilio, taken=False)
    look(world, 2)
    state = world.folder / "state"
    world.house.store.close()
    shutil.copytree(state, world.folder / "backup")
    connect(world, twilio, ladder=TEXT_LADDER)
    look(world, 3)
    assert look(world, 10) == (3, "not_sent")
    number = the_text(world).reminder_id
    world.clock.advance(timedelta(days=1))
    desk.resend(world.house, "olivia", number)
    world.tick()
    assert (the_text(world).state, posts(twilio)) == ("accepted", 2)
    world.house.store.close()
    for name in (world.folder / "backup").glob("reminderbot.db*"):
        shutil.copy(name, state / name.name)
    connect(world, twilio, ladder=TEXT_LADDER)
    world.restart()
    # It is in the list by now: the person's copy.
    assert look(world, 20)[1] == "confirmed"
    world.until("2027-03-12", "11:00")
    assert posts(twilio) == 2


# ---- what follows


def test_it_is_not_sent_again_by_itself_and_the_next_tier_comes_in_its_turn(
    world: World, twilio: TwilioStandIn
) -> None:
    give_up(world, twilio)
    world.until("2027-03-18", "11:00", "15:00")
    assert posts(twilio) == 1
    world.until("2027-03-22", "11:00", "15:00")
    assert [row.tier for row in sorted(rows(world), key=lambda row: row.reminder_id) if row.attempts] == [
        "check-in",
        "firm",
    ]
    assert len(twilio.accepted) == 1


def rows(world: World) -> list[Any]:
    with world.house.store.reading() as connection:
        return list(connection.exec_driver_sql("SELECT reminder_id, tier, attempts FROM outbox"))


def test_a_persons_second_copy_waits_a_day_and_says_the_same(world: World, twilio: TwilioStandIn) -> None:
    number = give_up(world, twilio)
    left = the_text(world).claimed_at
    assert desk.resend(world.house, "olivia", number) == left + timedelta(days=1)
    world.tick()
    assert posts(twilio) == 1
    world.clock.move_to(left + timedelta(days=1))
    world.tick()
    first, second = [values for method, _, values in twilio.requests if method == "POST"]
    assert (first["To"], first["Body"]) == (second["To"], second["Body"])
    assert (the_text(world).state, world.cases("ACME"), listed(world)) == ("accepted", [], [])


def test_a_second_copy_that_is_lost_too_is_looked_for_anew(world: World, twilio: TwilioStandIn) -> None:
    number = give_up(world, twilio)
    desk.resend(world.house, "olivia", number)
    world.clock.advance(timedelta(days=1))
    twilio.drop_next(accepting=False)
    world.tick()
    assert look(world, 1) == (0, "uncertain")
    assert [look(world, minutes) for minutes in (1, 3, 10)] == [(1, "uncertain"), (2, "uncertain"), (3, "not_sent")]


def test_a_second_copy_that_may_not_leave_counts_as_not_sent_as_before(world: World, twilio: TwilioStandIn) -> None:
    number = give_up(world, twilio)
    desk.resend(world.house, "olivia", number)
    world.pay("INV-0", "20.00")
    world.export()
    world.take_ledger()
    world.clock.advance(timedelta(days=1))
    world.tick()
    assert (the_text(world).state, posts(twilio), listed(world)) == ("not_sent", 1, [number])
    assert "it was not sent again: what is owed on INV-0 has changed" in world.cases("ACME")[0].why


def test_a_look_says_nothing_of_a_copy_that_left_meanwhile(world: World, twilio: TwilioStandIn) -> None:
    lose(world, twilio, taken=False)
    assert [look(world, minutes) for minutes in (2, 3)] == [(1, "uncertain"), (2, "uncertain")]
    ask = world.house.list_texts
    assert ask is not None

    def a_person_is_quicker(number: str) -> TextList:
        listed = ask(number)
        desk.resend(world.house, "olivia", the_text(world).reminder_id)
        twilio.drop_next(accepting=True)
        world.tick()
        assert posts(twilio) == 2
        return listed

    world.clock.advance(timedelta(days=1) - 5 * MINUTE)
    reconcile_once(dataclasses.replace(world.house, list_texts=a_person_is_quicker))
    assert (the_text(world).state, uncertain.missed_at(the_text(world))) == ("uncertain", ())
    assert look(world)[1] == "confirmed"


@on_sqlite
def test_what_was_not_found_counts_against_the_contact_budget(world: World, twilio: TwilioStandIn) -> None:
    """The list may be wrong: another invoice is not spoken of on the same day."""
    give_up(world, twilio)
    world.invoice("INV-9", "ACME", "2027-03-05")
    world.until("2027-03-08", "12:00", "16:00")
    assert posts(twilio) == 1
    world.until("2027-03-09", "12:00", "16:00")
    assert posts(twilio) == 2


def test_a_report_on_what_was_thought_not_sent_proves_that_it_was_taken(world: World, twilio: TwilioStandIn) -> None:
    number = give_up(world, twilio)
    assert take_delivery_report(world.house, number, DeliveryReport("SM" + "f" * 32, "delivered"))
    assert (the_text(world).state, world.cases("ACME"), listed(world)) == ("confirmed", [], [])


@on_sqlite
def test_closing_its_case_leaves_it_as_it_is(world: World, twilio: TwilioStandIn) -> None:
    give_up(world, twilio)
    (case,) = world.cases("ACME")
    desk_case.resolve(world.house, "olivia", case.case_id, "we leave it")
    assert (the_text(world).state, listed(world)) == ("not_sent", [])


# ---- the law


@on_sqlite
@pytest.mark.parametrize("seed", range(12))
def test_whatever_the_carrier_does_no_text_arrives_twice_and_none_that_is_listed_counts_as_not_sent(
    world: World, twilio: TwilioStandIn, seed: int
) -> None:
    dice = random.Random(seed)
    lag, taken = dice.choice([0, 1, 4, 6, 12, 17, 50]), dice.random() < 0.6
    twilio.list_lag(lag * MINUTE)
    lose(world, twilio, taken=taken)
    left = world.now
    while world.now < left + timedelta(hours=26):
        match dice.randrange(6):
            case 0:
                twilio.fail_next(dice.choice([404, 500, 503]), method="GET")
            case 1:
                twilio.break_next(dice.choice(["answer", "head", "body"]), "close", method="GET")
            case 2:
                world.restart()
            case 3:
                world.plan()
        _, state = look(world, dice.choice([0.5, 1, 2, 2, 2, 5, 20, 120]))
        assert state != "not_sent" or not taken or lag >= 15
    assert len(twilio.accepted) == taken
    assert posts(twilio) == 1
    assert the_text(world).state == ("confirmed" if taken else "not_sent")
