"""The calendar: what the next weeks bring, day by day, for people without scripts too."""

from __future__ import annotations

from datetime import timedelta

from reminderbot.core.user import Role
from reminderbot.desk.outlook import outlook
from reminderbot.house import House
from reminderbot.runs.take_ledger import take_ledger
from tests.web.browser import signed_in


def test_every_message_ahead_stands_on_its_day_with_its_customer_to_open(house: House) -> None:
    take_ledger(house)
    with house.store.reading() as connection:
        seen = outlook(house, connection, 27)
    assert seen.messages

    page = signed_in(house, "carl", Role.COLLECTOR).get("/calendar/")

    assert "role" in page.all("svg")[0].attributes
    for one in seen.messages:
        assert f"/customers/{one.customer.customer_id}" in page.links()
        assert one.why in page.text


def test_one_leafs_week_by_week_and_not_into_the_past(house: House) -> None:
    take_ledger(house)
    browser = signed_in(house)
    today = house.clock.now().date()

    first = browser.get("/calendar/?view=week&from=1999-01-01")
    far = browser.get(f"/calendar/?view=week&from={today + timedelta(days=400)}")

    assert ("Earlier" in first.text, "Later" in first.text) == (False, True)
    assert ("Earlier" in far.text, "Later" in far.text) == (True, False)


def test_an_empty_house_has_an_empty_calendar_and_a_wrong_day_is_no_error(house: House) -> None:
    assert "Nothing would leave in these weeks." in signed_in(house).get("/calendar/?from=soon&view=year").text
