"""A customer's page says in sentences what happens next and why, and what was decided before."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from reminderbot.core.case import CaseKind
from reminderbot.core.hold import Hold, HoldKind
from reminderbot.core.stop import Mode
from reminderbot.desk.find import Exactly
from reminderbot.desk.hold import place
from reminderbot.house import House
from reminderbot.runs.plan import plan_once
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.store import case, hold
from tests.web.browser import signed_in


def test_the_page_says_what_we_wait_for_and_who_must_act(house: House) -> None:
    take_ledger(house)
    plan_once(house)
    place(house, "olivia", Exactly("EXAMPLE-1"), why="the roof leaks")
    plan_once(house)

    page = signed_in(house).get("/customers/EXAMPLE-1").text

    assert "We wait: Olivia paused reminders about" in page
    assert "A person must lift that pause before anything goes out." in page
    assert "Everything that was asked" in page
    assert "What was decided before" in page
    assert "A letter about" in page
    assert house.ceiling is Mode.DRAFT


def test_a_pause_for_a_week_is_one_click_and_is_taken_back(house: House) -> None:
    take_ledger(house)
    desk = signed_in(house)
    page = desk.send(desk.get("/customers/EXAMPLE-1"), "/customers/pause/EXAMPLE-1", **{"for": "7"})
    assert "Reminders are paused." in page.text
    assert [one.until for one in holds(house)] == [datetime(2026, 12, 2, tzinfo=ZoneInfo(house.business.time_zone))]
    desk.send(page, "/undo/1")
    assert holds(house) == []


def test_old_debts_begin_by_a_number_and_the_page_of_the_day_says_how_many_wait(house: House) -> None:
    take_ledger(house)
    park(house, "EXAMPLE-1", "EXAMPLE-2")
    desk = signed_in(house)
    assert "Old debts of 2 customers wait for your word" in desk.get("/").text
    page = desk.get("/cases/?kind=old_debt")
    assert "2 customers owed something long past due" in page.text
    page = desk.send(page, "/cases/parked", most="1")
    assert "1 may begin, from 2026-11-24 to 2026-11-24." in page.text
    assert "One customer's old debts wait for your word" in page.text
    assert "is no number" in desk.send(desk.get("/cases/?kind=old_debt"), "/cases/parked", most="x").text


def park(house: House, *customers: str) -> None:
    with house.store.writing() as connection:
        for key in customers:
            hold.place(connection, key, HoldKind.OLD_DEBT, "long past due", house.clock.now())
            case.open_one(connection, CaseKind.OLD_DEBT, key, "long past due", house.clock.now())


def holds(house: House) -> list[Hold]:
    with house.store.reading() as connection:
        return hold.of_customers(connection, ["EXAMPLE-1"]).get("EXAMPLE-1", [])
