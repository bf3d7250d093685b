"""A customer's page says in sentences what happens next and why, and what was decided before."""

from __future__ import annotations

from reminderbot.core.stop import Mode
from reminderbot.desk.find import Exactly
from reminderbot.desk.hold import place
from reminderbot.house import House
from reminderbot.runs.plan import plan_once
from reminderbot.runs.take_ledger import take_ledger
from tests.web.browser import signed_in


def test_the_page_says_what_we_wait_for_and_who_must_act(house: House) -> None:
    take_ledger(house)
    plan_once(house)
    place(house, "olivia", Exactly("EXAMPLE-1"), why="the roof leaks")
    plan_once(house)

    page = signed_in(house).get("/customers/EXAMPLE-1").text

    assert "We wait: olivia paused reminders about" in page
    assert "A person must lift that pause before anything goes out." in page
    assert "Everything that was asked" in page
    assert "What was decided before" in page
    assert "A letter about" in page
    assert house.ceiling is Mode.DRAFT
