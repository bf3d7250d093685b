"""Payment plans at the desk: an offer that adds up, what was agreed, and what becomes of it; without any script."""

from __future__ import annotations

import pytest

from reminderbot.core.user import Role
from reminderbot.desk.case import resolve
from reminderbot.house import House
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.store import listing, plan
from tests.web.browser import signed_in
from tests.web.test_cases import answers


@pytest.fixture
def owing(house: House) -> tuple[House, str]:
    """The installation with its ledger read, and one customer who owes."""
    take_ledger(house)
    with house.store.reading() as connection:
        return house, listing.owing(connection)[0]


def states(house: House, who: str) -> list[str]:
    with house.store.reading() as connection:
        return [one.state.value for one in plan.of_customer(connection, who)]


def test_a_collector_works_out_an_offer_notes_it_and_takes_it_back(owing: tuple[House, str]) -> None:
    house, who = owing
    collector = signed_in(house, "cora", Role.COLLECTOR)
    page = collector.get(f"/instalments/{who}?parts=2&every=week")
    assert "Sum 2" in page.text

    page = collector.send(page, f"/instalments/agree/{who}")

    assert "are noted." in page.text
    assert "to come" in page.text
    assert states(house, who) == ["agreed"]
    (undo,) = [form.action for form in page.forms() if form.action.startswith("/undo/")]
    collector.send(page, undo)
    assert states(house, who) == []


def test_what_does_not_add_up_is_said_and_what_was_typed_stays(owing: tuple[House, str]) -> None:
    house, who = owing
    collector = signed_in(house, "cora", Role.COLLECTOR)
    page = collector.get(f"/instalments/{who}?parts=1")

    page = collector.send(page, f"/instalments/agree/{who}", amount_1="1.00")

    assert "short of" in page.text
    assert 'value="1.00"' in page.html
    assert states(house, who) == []


def test_a_plan_is_ended_at_the_desk_and_reminders_go_on_gently(owing: tuple[House, str]) -> None:
    house, who = owing
    owner = signed_in(house)
    owner.send(owner.get(f"/instalments/{who}?parts=2"), f"/instalments/agree/{who}")
    page = owner.get(f"/instalments/{who}")
    assert "is covered by plan" not in page.text
    (end,) = [form.action for form in page.forms() if form.action.startswith("/instalments/end/")]

    page = owner.send(page, end, why="they pay at once")

    assert "no reminder before" in page.text
    assert states(house, who) == ["ended"]


HUGE = "9" * 5000


@pytest.mark.parametrize("number", ["99999999999999999999", HUGE])
def test_a_number_that_no_case_has_is_none(owing: tuple[House, str], number: str) -> None:
    house, who = owing
    collector = signed_in(house, "cora", Role.COLLECTOR)

    page = collector.get(f"/instalments/{who}?parts=2&case={number}")
    assert page.status == 200
    assert collector.send(page, f"/instalments/agree/{who}", case=number).status == 200

    assert states(house, who) == ["agreed"]


def test_a_sum_with_more_digits_than_anybody_owes_is_said_and_nothing_is_agreed(owing: tuple[House, str]) -> None:
    house, who = owing
    collector = signed_in(house, "cora", Role.COLLECTOR)

    page = collector.get(f"/instalments/{who}?parts=1")
    page = collector.send(page, f"/instalments/agree/{who}", amount_1="1e999999")

    assert "1E+999999 is more than the" in page.text
    assert states(house, who) == []


def test_an_old_page_of_a_closed_case_keeps_what_was_typed(owing: tuple[House, str]) -> None:
    house, who = owing
    answers(house, "EXAMPLE-1", "Could we pay this in instalments?")
    collector = signed_in(house, "cora", Role.COLLECTOR)
    page = collector.get(f"/instalments/{who}?case=1")
    resolve(house, "carl", 1, "they pay at once")

    page = collector.send(page, f"/instalments/agree/{who}", amount_1="1.23")

    assert "Case 1 was resolved already" in page.text
    assert 'value="1.23"' in page.html
    assert states(house, who) == []
