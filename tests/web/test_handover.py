"""Handing over and taking back at the desk: an owner decides, everybody sees it."""

from __future__ import annotations

import pytest

from reminderbot.core.user import Role
from reminderbot.house import House
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.store import handover, listing
from tests.web.browser import signed_in


@pytest.fixture
def owing(house: House) -> tuple[House, str]:
    """The installation with its ledger read, and one customer who owes."""
    take_ledger(house)
    with house.store.reading() as connection:
        return house, listing.owing(connection)[0]


def standing(house: House) -> list[str]:
    with house.store.reading() as connection:
        return [one.kind.value for one in handover.standing(connection)]


def test_an_owner_hands_a_customer_over_and_it_shows_everywhere(owing: tuple[House, str]) -> None:
    house, who = owing
    owner = signed_in(house)
    page = owner.get(f"/hand-over/{who}")
    assert "Everything here stops" in page.text

    page = owner.send(page, f"/hand-over/{who}", kind="agency", note="to Fair & Co")

    assert "handed over. Nothing more leaves for it." in page.text
    assert "to Fair & Co" in page.text
    assert standing(house) == ["agency"]
    assert not [link for link in page.links() if link.startswith("/customers/lift/")]
    for path in ("/", "/reports/"):
        assert "With a collection agency" in owner.get(path).text


def test_it_is_taken_back_gently_and_both_can_be_undone(owing: tuple[House, str]) -> None:
    house, who = owing
    owner = signed_in(house)
    page = owner.send(owner.get(f"/hand-over/{who}"), f"/hand-over/{who}", kind="lawyer", note="to Ms Bright")
    (undo,) = [form.action for form in page.forms() if form.action.startswith("/undo/")]
    owner.send(page, undo)
    assert standing(house) == []

    owner.send(owner.get(f"/hand-over/{who}"), f"/hand-over/{who}", kind="lawyer", note="to Ms Bright")
    (back,) = [f.action for f in owner.get(f"/hand-over/{who}").forms() if f.action.startswith("/hand-over/back/")]
    page = owner.send(owner.get(f"/hand-over/{who}"), back, note="they pay us")

    assert "It is with us again; no reminder before" in page.text
    assert standing(house) == []


def test_a_collector_sees_it_and_cannot_do_it(owing: tuple[House, str]) -> None:
    house, who = owing
    carl = signed_in(house, "carl", Role.COLLECTOR)

    assert "An owner may hand this customer over." in carl.get(f"/customers/{who}").text
    assert carl.get(f"/hand-over/{who}").status == 403


def test_what_an_owner_decided_no_collector_takes_back(owing: tuple[House, str]) -> None:
    house, who = owing
    owner, carl = signed_in(house), signed_in(house, "carl", Role.COLLECTOR)
    page = owner.send(owner.get(f"/hand-over/{who}"), f"/hand-over/{who}", kind="lawyer", note="to Ms Bright")
    (undo,) = [form.action for form in page.forms() if form.action.startswith("/undo/")]

    answer = carl.post(undo, carl.get("/me/").form("/sign-out").fields)

    assert answer.status == 403
    assert standing(house) == ["lawyer"]


def test_without_a_word_on_why_nothing_is_handed_over(owing: tuple[House, str]) -> None:
    house, who = owing
    owner = signed_in(house)

    page = owner.send(owner.get(f"/hand-over/{who}"), f"/hand-over/{who}", kind="agency", note="")

    assert "Say in a sentence to whom it goes or why" in page.text
    assert standing(house) == []
