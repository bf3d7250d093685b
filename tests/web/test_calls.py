"""The telephone at the desk: whom to call, what to know before, and one form for each thing that may come of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reminderbot.core.case import CaseKind
from reminderbot.core.hold import active
from reminderbot.core.user import Role
from reminderbot.house import House
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.store import case, hold, people
from tests.web.browser import Browser, Page, signed_in


@pytest.fixture
def carl(house: House) -> Browser:
    """Two customers are to be called, at three in the afternoon."""
    take_ledger(house)
    with house.store.writing() as connection:
        for key in ("EXAMPLE-1", "EXAMPLE-2"):
            numbers = people.open_numbers(connection, key)
            case.open_one(connection, CaseKind.CALL, key, "'call' is due", house.clock.now(), invoices=numbers)
            connection.exec_driver_sql(
                "UPDATE customer SET phone = '+442079460001', time_zone = 'Europe/London', country = 'GB'"
                " WHERE customer_id = ?",
                (key,),
            )
    return signed_in(house, "carl", Role.COLLECTOR)


def holds(house: House, customer_id: str) -> list[str]:
    with house.store.reading() as connection:
        found = hold.of_customers(connection, [customer_id]).get(customer_id, [])
    return [one.kind.value for one in active(found, house.clock.now())]


def back(browser: Browser, page: Page) -> Page:
    (action,) = [form.action for form in page.forms() if form.action.startswith("/undo/")]
    return browser.send(page, action)


def test_the_list_says_who_why_and_when_and_leads_to_what_one_should_know(carl: Browser) -> None:
    page = carl.get("/calls/")
    rows = [row.text() for row in page.all(".rows > li")]
    assert len(rows) == 2
    assert "Now is a good time." in rows[0] and "+442079460001" in rows[0] and "were not answered" in rows[0]
    one = carl.get("/calls/EXAMPLE-1")
    assert "It is 15:00 where they are." in one.text
    assert "Let them finish, and write down what they say." in one.text
    assert "tel:+442079460001" in one.links()


def test_today_names_whom_one_may_call_now_and_leads_there(carl: Browser, house: House) -> None:
    page = carl.get("/")
    assert "2 calls can be made now" in page.text
    assert {"/calls/EXAMPLE-1", "/calls/EXAMPLE-2", "/calls/"} <= set(page.links())
    # It is half past five where they are.
    house.clock.move_to(house.clock.now() + timedelta(hours=2, minutes=30))
    carl.sign_in("carl")
    later = carl.get("/").text
    assert "How it is going" in later
    assert "can be made now" not in later


@pytest.mark.parametrize(
    ("result", "fields", "told", "kinds"),
    [
        ("no_answer", {}, "Nobody answered at", []),
        ("message_left", {}, "A message was left for", []),
        ("wrong_number", {}, "is called and texted no more", []),
        ("reached", {"words": "She looks into it"}, "The call to", []),
        ("promise", {"due_on": "2026-12-04"}, "promised to pay by", ["promise"]),
        ("paid", {"words": "by cheque"}, "Rests now at", ["paid"]),
        ("dispute", {"reason": "defective"}, "Rests now at", ["dispute"]),
        ("call_back", {"on": "2026-11-26", "hour": "18:30"}, "is called back", ["call_back"]),
    ],
)
def test_each_result_is_one_form_leads_to_the_next_call_and_is_taken_back(
    house: House, carl: Browser, result: str, fields: dict[str, str], told: str, kinds: list[str]
) -> None:
    page = carl.send(carl.get("/calls/EXAMPLE-1"), f"/calls/{result}/EXAMPLE-1", **fields)
    assert told in page.text
    assert page.path == "/calls/EXAMPLE-2"
    assert holds(house, "EXAMPLE-1") == kinds
    back(carl, page)
    assert holds(house, "EXAMPLE-1") == []
    assert len(carl.get("/calls/").all(".rows > li")) == 2


def test_a_second_message_on_one_day_is_refused_with_the_cure(carl: Browser) -> None:
    carl.send(carl.get("/calls/EXAMPLE-1"), "/calls/message_left/EXAMPLE-1")
    page = carl.send(carl.get("/calls/EXAMPLE-1"), "/calls/message_left/EXAMPLE-1")
    assert "one a day is enough" in page.text and "note that nobody answered" in page.text


def test_who_called_us_is_noted_where_nobody_needed_to_call_them(house: House, carl: Browser) -> None:
    carl.send(carl.get("/calls/EXAMPLE-1"), "/calls/reached/EXAMPLE-1", words="She will call us")
    page = carl.get("/calls/EXAMPLE-1")
    assert "Nobody needs to call them now." in page.text
    carl.send(page, "/calls/promise/EXAMPLE-1", due_on="2026-12-04")
    assert holds(house, "EXAMPLE-1") == ["promise"]


@pytest.mark.parametrize("hour", ["", "half past six", "25:00"])
def test_an_hour_that_is_none_is_refused_and_nothing_is_noted(house: House, carl: Browser, hour: str) -> None:
    page = carl.send(carl.get("/calls/EXAMPLE-1"), "/calls/call_back/EXAMPLE-1", on="2026-11-26", hour=hour)
    assert "write it as 10:00" in page.text
    assert holds(house, "EXAMPLE-1") == []


def test_the_call_stands_in_the_story_with_how_it_went(carl: Browser) -> None:
    carl.send(carl.get("/calls/EXAMPLE-1"), "/calls/reached/EXAMPLE-1", words="She looks into it")
    assert "A call (reached): She looks into it" in carl.get("/customers/EXAMPLE-1").text


def test_a_case_leads_to_the_telephone(carl: Browser) -> None:
    assert "/calls/EXAMPLE-1" in carl.get("/cases/1").links()
