"""What the desk shows of promises: before a talk about a broken one, and on a customer's page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from reminderbot.core.promise import PromiseState
from reminderbot.core.talking_points import Point
from reminderbot.core.user import Role
from reminderbot.sentences.words import words_for
from reminderbot.store import promise
from tests.stories.world import World
from tests.web.browser import Browser, signed_in

FOUND = "/customers/ACME"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Acme promised three hundred for Friday 12 March."""
    made = World(tmp_path / "world").invoice("INV-1", "ACME", "2027-03-04", "300.00").begin()
    (letter,) = made.at("2027-03-08 10:00")
    made.answer("I will pay on Friday.", letter)
    made.at("2027-03-08 10:05")
    yield made
    made.close()


def carl(world: World) -> Browser:
    return signed_in(world.house, "carl", Role.COLLECTOR)


def test_before_a_talk_the_case_says_what_was_promised_what_came_in_and_how_it_was_before(world: World) -> None:
    world.at("2027-03-12 10:00")
    world.pay("INV-1", "120.00")
    world.until("2027-03-18", "11:00")
    (matter,) = world.cases("ACME")
    page = carl(world).get(f"/cases/{matter.case_id}").text
    for told in (
        "Before you talk", "“I will pay on Friday.”", "That was GBP 300.00 by Fri Mar 12, 2027, for INV-1.",
        "GBP 120.00 of it has come in, and GBP 180.00 is missing.", "It is the first promise of theirs",
        "Thank them for what has come in.", "Assume nothing: ask whether the bill is right",
    ):  # fmt: skip
        assert told in page, told


def test_a_customers_page_says_how_far_their_word_has_held_and_how_late_it_was(world: World) -> None:
    assert "They have promised nothing yet" not in carl(world).get(FOUND).text
    world.until("2027-03-22", "11:00")
    world.pay("INV-1")
    world.at("2027-03-23 11:00")
    page = signed_in(world.house).get(FOUND).text
    assert (
        "So far 0 kept, 0 kept in part, 1 not kept. What they promise is typically there 10 days after its day." in page
    )
    assert "not kept, all of it came 10 days after its day" in page


def test_the_day_of_a_promise_is_put_right_on_the_page_and_taken_back(world: World) -> None:
    browser = carl(world)
    page = browser.send(browser.get(FOUND), "/customers/promise/1/ACME", due_on="2027-03-19")
    assert "The promise is for 19 Mar 2027 now." in page.text or "2027-03-19" in page.text
    with world.house.store.reading() as connection:
        found = [(word.due_on, word.state) for word in promise.of_customer(connection, "ACME")]
    assert found == [(date(2027, 3, 19), PromiseState.OPEN), (date(2027, 3, 12), PromiseState.CLOSED)]
    page = browser.send(browser.get(FOUND), "/customers/promise/2/ACME", due_on="2027-03-01")
    assert "has passed already" in page.text


def test_a_promise_of_somebody_else_is_not_to_be_had_under_a_name(world: World) -> None:
    world.invoice("INV-9", "BOLT", "2027-03-04")
    world.at("2027-03-08 11:00")
    browser = carl(world)
    shown = browser.get(FOUND)
    form = shown.form("/customers/promise/1/ACME")
    assert form is not None
    answer = browser.send(shown, "/customers/promise/1/ACME", due_on="")
    assert "Say for which day" in answer.text


def test_every_promise_of_the_year_is_in_a_sheet_with_its_days_late(world: World) -> None:
    world.until("2027-03-22", "11:00")
    world.pay("INV-1")
    world.at("2027-03-23 11:00")
    browser = signed_in(world.house)
    page = browser.get("/reports/")
    assert "0 of the promises" not in page.text
    assert "0 were kept in part, 1 not." in page.text
    (row,) = csv.DictReader(io.StringIO(browser.get("/reports/promises.csv").html))
    assert (row["customer_id"], row["state"], row["due_on"], row["paid_on"], row["days_late"]) == (
        "ACME", "broken", "2027-03-12", "2027-03-22", "10",
    )  # fmt: skip


@pytest.mark.parametrize("point", Point)
def test_every_point_of_a_talk_has_its_sentence(point: Point) -> None:
    assert words_for("en").or_none(f"points.{point}")


@pytest.mark.parametrize("state", PromiseState)
def test_every_state_of_a_promise_has_its_words(state: PromiseState) -> None:
    assert words_for("en").or_none(f"promise_state.{state}")
