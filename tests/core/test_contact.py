from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminderbot.core.calendar import SendingHours
from reminderbot.core.contact import (
    Budget,
    Reach,
    candidate_zones,
    country_prefix,
    in_their_day,
    may_send,
    reachable,
    within_budget,
)
from reminderbot.core.ladder import Channel
from tests.core.facts import LONDON, MONDAY, TEXTS, at, customer, days, weekdays

NOW = at(MONDAY)
SECOND = timedelta(seconds=1)
OPEN = Reach((LONDON,), sms_enabled=True)


def ago(*spans: timedelta) -> list[datetime]:
    return [NOW - span for span in spans]


# ---- the budget


@pytest.mark.parametrize(("past", "free"), [(-SECOND, False), (timedelta(0), True), (SECOND, True)])
def test_one_message_in_twenty_four_hours(past: timedelta, free: bool) -> None:
    gate = within_budget(ago(days(1) + past), Budget(), NOW)
    assert gate.passed is free
    assert free or gate.until == NOW + SECOND


@pytest.mark.parametrize(("past", "free"), [(-SECOND, False), (timedelta(0), True), (SECOND, True)])
def test_two_messages_in_seven_days(past: timedelta, free: bool) -> None:
    gate = within_budget(ago(days(7) + past, days(2)), Budget(), NOW)
    assert gate.passed is free
    assert free or gate.until == NOW + SECOND


@pytest.mark.parametrize(("past", "free"), [(-SECOND, False), (timedelta(0), True), (SECOND, True)])
def test_seven_messages_in_thirty_days(past: timedelta, free: bool) -> None:
    others = [days(n) for n in (27, 24, 21, 18, 15, 12)]
    gate = within_budget(ago(days(30) + past, *others), Budget(), NOW)
    assert gate.passed is free
    assert free or gate.until == NOW + SECOND


@pytest.mark.parametrize(("count", "free"), [(0, True), (1, True), (2, False), (3, False)])
def test_the_week_is_full_with_two(count: int, free: bool) -> None:
    assert within_budget(ago(*[days(2 + n) for n in range(count)]), Budget(), NOW).passed is free


def test_when_several_stretches_are_full_the_last_to_open_counts() -> None:
    gate = within_budget(ago(days(6), timedelta(hours=3)), Budget(), NOW)
    assert gate.until == NOW + days(1)
    assert "7 days" in gate.because


def test_more_than_allowed_waits_until_enough_of_them_are_old() -> None:
    # A person wrote four times this week; those use up the budget too.
    gate = within_budget(ago(days(6), days(5), days(4), days(3)), Budget(), NOW)
    assert gate.until == NOW + days(3)


def test_the_budget_can_be_lowered() -> None:
    assert within_budget(ago(days(3)), Budget(), NOW).passed
    assert not within_budget(ago(days(3)), Budget(per_week=1), NOW).passed


# ---- their day


def test_a_message_that_waits_for_its_budget_is_asked_about_the_hour_at_which_it_could_leave() -> None:
    reach = replace(OPEN, contacted_at=(at(MONDAY - days(1), 20),))
    budget, day = may_send(reach, Budget(), SendingHours(), weekdays(), NOW)
    assert not budget.passed
    assert budget.until == at(MONDAY, 20)
    assert day.until == at(MONDAY + days(1), 9)


def test_outside_their_hours_says_when_they_open_in_their_own_time() -> None:
    gate = in_their_day(at(MONDAY, 20), [ZoneInfo("Asia/Tokyo")], SendingHours(), weekdays())
    assert not gate.passed
    assert gate.until == at(MONDAY + days(1), 9, zone=ZoneInfo("Asia/Tokyo"))
    assert "Tue 05 Jan 09:00 their time" in gate.because


def test_zones_that_never_share_an_hour_stay_shut_for_good_and_say_the_cure() -> None:
    gate = in_their_day(NOW, [LONDON, ZoneInfo("Asia/Tokyo")], SendingHours(), weekdays())
    assert not gate.passed
    assert gate.until is None
    assert "time_zone" in gate.because


# ---- reachable


def test_an_address_on_record_is_reachable() -> None:
    assert reachable(customer(), Channel.EMAIL, OPEN).passed
    assert reachable(customer(**TEXTS), Channel.SMS, OPEN).passed


@pytest.mark.parametrize(("channel", "told"), [(Channel.EMAIL, "no address"), (Channel.SMS, "no number")])
def test_without_an_address_nobody_is_reachable(channel: Channel, told: str) -> None:
    gate = reachable(customer(email=None), channel, OPEN)
    assert not gate.passed
    assert told in gate.because


def test_texts_need_consent_on_record_and_a_carrier() -> None:
    without = customer(**(TEXTS | {"consent": False}))
    assert "consent" in reachable(without, Channel.SMS, OPEN).because
    assert "not set up" in reachable(customer(**TEXTS), Channel.SMS, replace(OPEN, sms_enabled=False)).because


@pytest.mark.parametrize("channel", Channel)
def test_a_closed_channel_stays_closed_and_says_why(channel: Channel) -> None:
    gate = reachable(customer(**TEXTS), channel, replace(OPEN, closed=((channel, "they opted out"),)))
    assert not gate.passed
    assert gate.because == "they opted out"
    other = Channel.SMS if channel is Channel.EMAIL else Channel.EMAIL
    assert reachable(customer(**TEXTS), other, replace(OPEN, closed=((channel, "they opted out"),))).passed


# ---- where they may be


def zones(zone: str = "", country: str = "", phone: str | None = None, home_country: str = "GB") -> list[str]:
    who = replace(customer(zone=zone, phone=phone), country=country)
    return [found.key for found in candidate_zones(who, "Europe/London", home_country)]


def test_the_ledgers_own_zone_is_believed() -> None:
    assert zones("Asia/Tokyo", "US", "+14155550123") == ["Asia/Tokyo"]


def test_nothing_known_means_where_the_business_is_and_another_country_does_not() -> None:
    assert zones() == ["Europe/London"]
    assert zones(country="GB") == ["Europe/London"]
    assert zones(country="QQ") == []


def test_a_wide_country_has_all_its_zones_and_a_number_there_narrows_them() -> None:
    everywhere = zones(country="US")
    assert {"America/New_York", "America/Los_Angeles", "Pacific/Honolulu"} <= set(everywhere)
    assert zones(country="US", phone="+14155550123") == ["America/Los_Angeles"]


def test_a_number_that_contradicts_the_country_adds_its_zones() -> None:
    assert set(zones(country="JP", phone="+14155550123")) == {"Asia/Tokyo", "America/Los_Angeles"}


def test_a_number_that_is_none_tells_nothing() -> None:
    assert zones(country="JP", phone="call reception") == ["Asia/Tokyo"]


@pytest.mark.parametrize(
    ("number", "prefix"),
    [
        ("+447700900123", "+44"),
        ("+12125550100", "+1"),
        ("+14165550100", "+1"),
        ("+18765550123", "+1876"),
        ("+35312345678", "+353"),
        ("nonsense", "nonsense"),
    ],
)
def test_numbers_of_a_country_begin_alike(number: str, prefix: str) -> None:
    assert country_prefix(number) == prefix
