"""What is expected to come in, from one event to the next: a date on every step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from reminderbot.core.forecast import LeftOut, Source
from reminderbot.core.lane import Reason
from reminderbot.desk.dispute import mark, settle
from reminderbot.desk.forecast import Ahead, forecast
from reminderbot.desk.promise import note
from tests.stories.world import World

Make = Callable[..., World]


def pounds(world: World) -> Ahead:
    with world.house.store.reading() as connection:
        (found,) = forecast(world.house, connection, tries=0).currencies
    return found


def promised(found: Ahead) -> list[Decimal]:
    return [week.by_source[Source.PROMISE] for week in found.weeks]


def test_a_word_counts_until_it_is_broken_and_the_next_one_counts_less(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", "300.00").begin()
    (letter,) = world.at("2027-03-08 10:00")
    assert sum(promised(pounds(world))) == 0
    # Monday, five past ten: "on Friday" is in this week.
    world.answer("I will pay on Friday.", letter)
    world.at("2027-03-08 10:05")
    first = promised(pounds(world))
    assert first[0] > 200
    # Thursday after: it has not come, and by books of that day it is broken.
    world.until("2027-03-18", "11:00")
    assert world.case_kinds("ACME") == ["broken_promise"]
    assert promised(pounds(world)) == [0] * 8
    # Friday, on the telephone: on Thursday of next week.
    world.at("2027-03-19 10:00")
    note(world.house, "jane", "ACME", date(2027, 3, 25))
    second = promised(pounds(world))
    assert 0 < second[1] < first[0] - 50
    # Wednesday: half of it comes, and only the other half is expected on the day after.
    world.at("2027-03-24 10:00")
    world.pay("INV-1", "150.00")
    world.at("2027-03-24 11:00")
    assert pounds(world).open == Decimal("150.00")
    assert second[1] / 2 - 1 < promised(pounds(world))[0] < second[1] / 2 + 1


def test_what_they_dispute_is_counted_on_again_once_it_is_settled(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04").invoice("INV-2", "ACME", "2027-03-04").begin()
    (letter,) = world.at("2027-03-08 10:00")
    world.answer("The amount on INV-1 is wrong.", letter)
    world.at("2027-03-08 10:05")
    case = world.cases("ACME")[0].case_id
    mark(world.house, "jane", case, Reason.WRONG_AMOUNT, ["INV-1"])
    assert pounds(world).left_out == {LeftOut.CONTESTED: Decimal("120.00")}
    # Thursday: the price list says so.
    world.at("2027-03-11 10:00")
    settle(world.house, "jane", case, upheld=False, note="the price list says so")
    assert pounds(world).left_out == {}
    assert pounds(world).open == Decimal("240.00")
