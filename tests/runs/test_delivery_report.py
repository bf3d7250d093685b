"""What the carrier says of a text after it took it: proof, and its failures' consequences (promises.md 1.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from reminderbot.core.delivery_report import DeliveryReport
from reminderbot.core.event import EventKind
from reminderbot.core.ladder import Channel
from reminderbot.demo.twilio_standin import TwilioStandIn
from reminderbot.door import standing_stops
from reminderbot.runs.delivery_report import ask_for_delivery_reports_once, take_delivery_report, take_opt_out
from reminderbot.runs.reconcile import reconcile_once
from reminderbot.store import contact, journal
from reminderbot.store.tables import delivery_report
from tests.runs.carrier import PHONE, TEXT_DAY, TEXTS, carrier, connect, until_text
from tests.runs.conftest import Make
from tests.stories.world import OUR_NUMBER, World, moment

LATER = timedelta(minutes=10)
# Where nothing is asked of the store that others do not ask on both.
on_sqlite = pytest.mark.parametrize("store_url", ["sqlite:///state/reminderbot.db"])


@pytest.fixture
def carried(make_world: Make) -> Iterator[tuple[World, TwilioStandIn]]:
    """A customer who agreed to text messages, and the carrier."""
    world = make_world("ACME", sms=True)
    world.change_customer("ACME", **TEXTS)
    with carrier(world) as twilio:
        connect(world, twilio)
        yield world, twilio


@pytest.fixture
def world(carried: tuple[World, TwilioStandIn]) -> World:
    return carried[0]


@pytest.fixture
def twilio(carried: tuple[World, TwilioStandIn]) -> TwilioStandIn:
    return carried[1]


def asked(twilio: TwilioStandIn) -> int:
    """How many texts were asked about by their number."""
    return sum(1 for method, path, _ in twilio.requests if method == "GET" and "/Messages/" in path)


def text_of(world: World) -> int:
    """The number of the text message."""
    with world.house.store.reading() as connection:
        rows = list(connection.exec_driver_sql("SELECT reminder_id FROM outbox WHERE channel = 'sms'"))
    return max(row.reminder_id for row in rows)


def closed(world: World) -> str:
    """Why no text goes to the customer any more; empty: they may."""
    with world.house.store.reading() as connection:
        facts = world.house.gatherer.gather(connection, ["ACME"], world.now)["ACME"]
    return facts.reach.closed_because(Channel.SMS)


def stops(world: World) -> list[str]:
    with world.house.store.reading() as connection:
        return [stop.kind for stop in standing_stops(world.house, connection, world.now)]


def ask_later(world: World, after: timedelta = LATER) -> int:
    world.clock.advance(after)
    return ask_for_delivery_reports_once(world.house)


@on_sqlite
def test_a_text_nothing_was_heard_of_is_asked_about_until_its_last_word(world: World, twilio: TwilioStandIn) -> None:
    until_text(world)
    assert len(twilio.accepted) == 1
    assert ask_later(world, LATER - timedelta(seconds=1)) == 0
    assert asked(twilio) == 0
    assert ask_later(world, timedelta(seconds=1)) == 1
    assert world.reminder(text_of(world)).reason == "delivered"
    for _ in range(5):
        ask_later(world)
    assert asked(twilio) == 1


@on_sqlite
def test_one_that_stays_on_its_way_is_asked_about_ever_more_seldom(world: World, twilio: TwilioStandIn) -> None:
    twilio.lose_next(None, "sent")
    until_text(world)
    for _ in range(2 * 24 * 6):
        ask_later(world)
    # After 10, 20, 40, ... 1280 minutes, and no more after a day.
    assert asked(twilio) == 8


@pytest.mark.parametrize(
    ("code", "why"),
    [(30005, "the server refused the address"), (30004, "to stop our")],
)
def test_a_number_that_takes_no_texts_gets_none_any_more(
    world: World, twilio: TwilioStandIn, code: int, why: str
) -> None:
    twilio.lose_next(code)
    until_text(world)
    assert closed(world) == ""
    ask_later(world)
    assert why in closed(world)
    assert f"errors/{code}" in world.reminder(text_of(world)).reason
    # What was taken is not taken again, and letters go on.
    letters = len(world.sent)
    world.until("2027-04-12", "11:00")
    assert len(twilio.accepted) == 1
    assert len(world.sent) > letters if code != 30004 else True


@on_sqlite
def test_what_is_wrong_with_our_own_standing_halts_all_texts(world: World, twilio: TwilioStandIn) -> None:
    twilio.lose_next(30007)
    until_text(world)
    assert "sms halted" not in stops(world)
    ask_later(world)
    assert "sms halted" in stops(world)
    assert closed(world) == ""


def test_a_handset_out_of_reach_once_is_nobodys_fault_and_twice_in_a_row_gets_letters_only(
    world: World, twilio: TwilioStandIn
) -> None:
    for _ in range(2):
        twilio.lose_next(30003)
    until_text(world)
    ask_later(world)
    assert (closed(world), world.case_kinds("ACME"), world.hold_kinds("ACME")) == ("", [], [])
    world.until("2027-04-05", "11:00", "12:00")
    assert len(twilio.accepted) == 2
    ask_later(world)
    assert "did not reach their telephone" in closed(world)
    before = len(world.sent)
    world.until("2027-04-20", "11:00")
    assert (len(twilio.accepted), len(world.sent) > before) == (2, True)


@on_sqlite
def test_a_failure_nobody_knows_pauses_the_customer_and_calls_a_person(world: World, twilio: TwilioStandIn) -> None:
    twilio.lose_next(99999, "failed")
    until_text(world)
    ask_later(world)
    assert (world.case_kinds("ACME"), world.hold_kinds("ACME")) == (["delivery"], ["delivery"])


def test_a_report_proves_a_text_whose_answer_was_lost(world: World, twilio: TwilioStandIn) -> None:
    twilio.drop_next()
    until_text(world)
    number = text_of(world)
    assert world.reminder(number).state == "uncertain"
    assert take_delivery_report(world.house, number, DeliveryReport(twilio.accepted[0].sid, "queued"))
    found = world.reminder(number)
    assert (found.state, found.reference) == ("confirmed", twilio.accepted[0].sid)
    assert world.case_kinds("ACME") == []
    assert reconcile_once(world.house) == 0


def test_a_report_that_was_quicker_than_the_lost_answer_proves_it_too(world: World, twilio: TwilioStandIn) -> None:
    """The carrier calls while our own request still hangs."""
    twilio.drop_next()
    sids: list[bool] = []

    def calls_back() -> None:
        sids.append(take_delivery_report(world.house, text_of(world), DeliveryReport(twilio.accepted[-1].sid, "sent")))

    twilio.before_answer = calls_back
    until_text(world)
    assert sids == [True]
    assert world.reminder(text_of(world)).state == "confirmed"
    assert world.case_kinds("ACME") == []


def test_a_report_on_a_text_that_was_said_to_be_put_off_keeps_a_second_one_at_home(
    world: World, twilio: TwilioStandIn
) -> None:
    twilio.fail_next(429, 20429, accepting=True)
    until_text(world)
    number = text_of(world)
    assert world.reminder(number).state == "planned"
    assert take_delivery_report(world.house, number, DeliveryReport(twilio.accepted[0].sid, "sent"))
    assert world.reminder(number).state == "confirmed"
    world.until("2027-03-22", "11:00", "15:00")
    assert len(twilio.accepted) == 1


@on_sqlite
def test_a_stop_that_the_list_does_not_show_yet_is_learnt_from_the_carriers_refusal(
    world: World, twilio: TwilioStandIn
) -> None:
    """21610: Twilio has stopped them before we could see it in its list."""
    world.at("2027-03-08 10:30")
    world.at("2027-03-15 11:00")
    twilio.list_lag(timedelta(minutes=10))
    world.clock.move_to(moment("2027-03-16 11:59"))
    twilio.receive(PHONE, OUR_NUMBER, "STOP")
    world.at("2027-03-16 12:00")
    assert (twilio.accepted, world.reminder(text_of(world)).state) == ([], "refused")
    assert "told the carrier to stop" in closed(world)
    world.clock.advance(timedelta(minutes=10))
    world.look()
    world.until("2027-04-06", "11:00", "12:00")
    assert twilio.accepted == []


def test_reports_twice_late_and_out_of_order_change_nothing_more(world: World, twilio: TwilioStandIn) -> None:
    until_text(world)
    number, sid = text_of(world), twilio.accepted[0].sid
    told = [
        DeliveryReport(sid, "delivered"),
        DeliveryReport(sid, "sent"),
        DeliveryReport(sid, "failed", 30007),
        DeliveryReport(sid, "delivered"),
    ]
    for report in told * 3:
        take_delivery_report(world.house, number, report)
    with world.house.store.reading() as connection:
        assert [row.status for row in connection.execute(delivery_report.select())] == ["delivered"]
        told_of = [event for _, event in journal.read(connection) if event.kind is EventKind.REPORTED]
    assert len(told_of) == 1
    assert "sms halted" not in stops(world)


@on_sqlite
def test_a_report_on_what_is_no_text_of_ours_is_worth_nothing(world: World) -> None:
    world.tick()
    assert not take_delivery_report(world.house, 1, DeliveryReport("SM1", "delivered"))
    assert not take_delivery_report(world.house, 999, DeliveryReport("SM1", "delivered"))
    with world.house.store.reading() as connection:
        assert connection.execute(delivery_report.select()).all() == []


@on_sqlite
def test_a_carrier_that_cannot_be_asked_is_asked_again_at_the_next_turn(world: World, twilio: TwilioStandIn) -> None:
    until_text(world)
    twilio.fail_next(500, method="GET")
    assert ask_later(world) == 0
    assert ask_for_delivery_reports_once(world.house) == 1


@on_sqlite
def test_a_list_that_cannot_be_read_is_read_at_the_next_turn(world: World, twilio: TwilioStandIn) -> None:
    twilio.drop_next()
    until_text(world)
    twilio.fail_next(500, method="GET")
    assert reconcile_once(world.house) == 0
    assert reconcile_once(world.house) == 1


@on_sqlite
def test_a_text_the_carrier_has_forgotten_is_not_asked_about_for_ever(world: World, twilio: TwilioStandIn) -> None:
    until_text(world)
    twilio.messages.kept.clear()
    assert ask_later(world) == 1
    ask_later(world)
    assert asked(twilio) == 1


def told_by_the_carrier(world: World, _: TwilioStandIn) -> None:
    take_opt_out(world.house, PHONE)


def told_twice(world: World, _: TwilioStandIn) -> None:
    for _ in range(2):
        take_opt_out(world.house, PHONE)


def found_in_the_list(world: World, twilio: TwilioStandIn) -> None:
    twilio.receive(PHONE, OUR_NUMBER, "STOP")
    world.look()


def learnt_from_a_refusal(world: World, twilio: TwilioStandIn) -> None:
    twilio.fail_next(400, 21610)
    for day in TEXT_DAY[1:]:
        world.at(day)
    assert twilio.accepted == []


@pytest.mark.parametrize("heard", [told_by_the_carrier, told_twice, found_in_the_list, learnt_from_a_refusal])
def test_a_stop_from_a_shared_number_goes_with_each_who_has_it(
    make_world: Make, heard: Callable[[World, TwilioStandIn], None]
) -> None:
    world = make_world("ACME", "BOLT", sms=True)
    for who in ("ACME", "BOLT"):
        world.change_customer(who, **TEXTS)
    with carrier(world) as twilio:
        connect(world, twilio)
        world.at(TEXT_DAY[0])
        heard(world, twilio)
        with world.house.store.reading() as connection:
            _, by_customer = contact.closed(connection, ["ACME", "BOLT"], [])
    assert {who: len(entries) for who, entries in by_customer.items()} == {"ACME": 1, "BOLT": 1}
