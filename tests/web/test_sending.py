"""The batch that waits for a yes, and the switch that stops everything, at the desk."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reminderbot.core.stop import Mode
from reminderbot.core.user import Role
from reminderbot.desk.door import look_at
from reminderbot.desk.sending import go_live
from reminderbot.house import House
from reminderbot.runs.plan import plan_once
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.store import outbox
from tests.web.browser import signed_in


@pytest.fixture
def approving(house: House) -> House:
    """An installation in which each batch waits for a person, with one letter planned."""
    made = replace(house, ceiling=Mode.APPROVE)
    take_ledger(made)
    go_live(made, "test")
    plan_once(made)
    return made


def stops(house: House) -> list[str]:
    with house.store.reading() as connection:
        return [stop.kind for stop in look_at(house, connection).stops]


def test_a_letter_leaves_only_after_a_yes_and_the_yes_is_given_once(approving: House) -> None:
    owner = signed_in(approving)
    page = owner.get("/sending/")
    assert "One letter may be given a yes" in page.text
    assert "ada@bakery.example" in page.text
    assert "1 letters may leave." in owner.send(page, "/sending/approve").text
    with approving.store.reading() as connection:
        assert [row.approved_by for row in outbox.planned(connection)] == ["olive"]
    assert "Nothing waits for a yes." in owner.get("/sending/").text


def test_a_collector_may_stop_everything_and_only_an_owner_lets_it_go_on(approving: House) -> None:
    owner, carl = signed_in(approving), signed_in(approving, "carl", Role.COLLECTOR)
    page = carl.get("/sending/")
    assert "An owner gives the yes." in page.text
    assert "These may leave" not in page.text
    page = carl.send(page, "/sending/stop", why="the prices are wrong")
    assert "All sending is stopped." in page.text
    assert "stopped" in stops(approving)
    assert carl.get("/sending/go-on").status == 403
    before = owner.get("/sending/go-on")
    assert "message" in before.text
    owner.send(before, "/sending/go-on")
    assert "stopped" not in stops(approving)


def test_in_draft_mode_there_is_nothing_to_let_go(house: House) -> None:
    take_ledger(house)
    owner = signed_in(house)
    assert "Nothing waits for a yes." in owner.get("/sending/").text
    page = owner.send(owner.get("/sending/go-on"), "/sending/go-on")
    assert page.status == 422
    assert "draft" in page.text
