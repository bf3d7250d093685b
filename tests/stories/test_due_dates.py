"""A due date that is moved, filled in or lost: what was agreed is waited for, and nothing begins anew or all at once.

All in spring 2027, in London: 1 March is a Monday. Nothing was agreed with anybody unless the books say so.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.stories.test_courtesy import TEXTS
from tests.stories.world import World

Make = Callable[..., World]


def after_three_letters(make_world: Make, **options: object) -> World:
    """INV-1 fell due on 4 March; "options" has just been said."""
    world = make_world(**options).invoice("INV-1", "ACME", "2027-03-04").begin()
    for day in ("03-08", "03-15", "03-23"):
        world.at(f"2027-{day} 10:00")
    assert world.tiers() == ["03-08 gentle", "03-15 check-in", "03-23 options"]
    return world


# ---- moved later


def test_nobody_hears_of_it_before_the_agreed_day_and_no_letter_comes_twice(make_world: Make) -> None:
    world = after_three_letters(make_world)
    world.at("2027-03-24 10:00")
    world.change("INV-1", due_on="2027-04-30")
    # "firm" is 28 days past due, counted from the new day.
    assert world.until("2027-05-27", "11:00", step=4) == []
    assert [(s.day, s.tier) for s in world.until("2027-06-02", "11:00")] == [("05-28", "firm")]


@pytest.mark.parametrize(("moved_to", "next_on"), [("2027-03-08", "04-05"), ("2027-03-10", "04-07")])
def test_a_few_days_more_are_a_few_days_more(make_world: Make, moved_to: str, next_on: str) -> None:
    world = after_three_letters(make_world)
    world.change("INV-1", due_on=moved_to)
    world.at("2027-03-24 10:00")
    assert [(s.day, s.tier) for s in world.until("2027-04-08", "11:00")] == [(next_on, "firm")]


def test_time_given_again_and_again_is_waited_for_each_time(make_world: Make) -> None:
    world = after_three_letters(make_world)
    for day, moved_to in (("03-24", "03-31"), ("04-13", "04-30"), ("05-14", "06-15")):
        assert world.at(f"2027-{day} 10:00") == []
        world.change("INV-1", due_on=f"2027-{moved_to}")
    assert world.until("2027-07-12", "11:00", step=5) == []
    assert [s.tier for s in world.until("2027-07-14", "11:00")] == ["firm"]


def test_a_letter_that_lies_ready_stays_here_once_more_time_was_given(make_world: Make) -> None:
    world = make_world(sending="undo_minutes = 120").invoice("INV-1", "ACME", "2027-03-04").begin()
    assert world.at("2027-03-08 10:00") == []
    assert "planned" in world.states()
    world.change("INV-1", due_on="2027-03-25")
    assert world.until("2027-03-12", "11:00", "15:00") == []
    assert "planned" not in world.states()


@pytest.mark.parametrize(
    ("moved_to", "text"),
    [("2027-03-05", ["03-16 check-in"]), ("2027-03-06", []), ("2027-04-05", [])],
)
def test_no_text_follows_a_letter_that_by_the_new_day_would_have_come_too_soon(
    make_world: Make, moved_to: str, text: list[str]
) -> None:
    world = make_world(sms=True).customer("ACME", **TEXTS).invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-08 10:00")
    assert [s.tier for s in world.at("2027-03-15 10:00")] == ["check-in"]
    world.change("INV-1", due_on=moved_to)
    world.until("2027-03-19", "11:00")
    assert world.tiers(TEXTS["phone"]) == text


def test_what_was_given_time_is_in_no_letter_about_another_and_keeps_no_notice_back(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-08 10:00")
    world.change("INV-1", due_on="2027-04-20")
    world.invoice("INV-2", "ACME", "2027-03-19", "70.00")
    assert [(s.day, s.tier, s.lists) for s in world.until("2027-03-22", "11:00")] == [
        ("03-16", "heads-up", ("INV-2",)),
        ("03-22", "gentle", ("INV-2",)),
    ]


def test_while_it_is_overdue_by_the_new_day_too_notices_about_others_wait(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-08 10:00")
    world.change("INV-1", due_on="2027-03-10")
    world.invoice("INV-2", "ACME", "2027-03-22", "70.00")
    assert [(s.day, s.tier) for s in world.until("2027-03-19", "11:00")] == []


# ---- moved into the past, filled in, lost and found again


def test_a_day_in_the_past_brings_neither_a_backlog_nor_a_jump(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-08 10:00")
    world.change("INV-1", due_on="2026-12-01")
    assert [(s.day, s.tier) for s in world.until("2027-03-23", "11:00")] == [
        ("03-15", "check-in"),
        ("03-23", "options"),
    ]


def test_a_day_filled_in_that_has_long_passed_begins_gently_one_step_at_a_time(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "").begin()
    world.at("2027-03-02 10:00")
    world.change("INV-1", due_on="2026-12-20")
    assert [(s.day, s.tier) for s in world.until("2027-03-16", "11:00")] == [
        ("03-02", "gentle"),
        ("03-09", "check-in"),
    ]


@pytest.mark.parametrize(("due_on", "parked"), [("2026-12-02", False), ("2026-12-01", False), ("2026-11-30", True)])
def test_a_day_filled_in_that_passed_long_ago_waits_for_a_person(make_world: Make, due_on: str, parked: bool) -> None:
    world = make_world().invoice("INV-1", "ACME", "").begin()
    world.at("2027-03-01 10:00")
    world.change("INV-1", due_on=due_on)
    assert bool(world.at("2027-03-01 10:05")) is not parked
    assert ("old_debt" in world.case_kinds("ACME")) is parked


@pytest.mark.parametrize("lost", ["row", "day"])
def test_what_the_books_forgot_for_a_day_goes_on_where_it_stood(make_world: Make, lost: str) -> None:
    world = make_world().invoice("INV-1", "ACME", "2026-12-10").begin()
    world.at("2027-03-01 10:00")
    world.at("2027-03-08 10:00")
    assert world.tiers() == ["03-01 gentle", "03-08 check-in"]
    if lost == "row":
        world.unlist("INV-1")
    else:
        world.change("INV-1", due_on="")
    # By now more than ninety days have passed, and it is known all the same.
    assert world.at("2027-03-12 10:00") == []
    world.invoice("INV-1", "ACME", "2026-12-10")
    assert [(s.day, s.tier) for s in world.until("2027-03-16", "11:00")] == [("03-16", "options")]
    assert "old_debt" not in world.case_kinds("ACME")
