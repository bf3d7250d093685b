"""`calls` and `case call`: whom to telephone, and what came of it."""

from __future__ import annotations

import pytest

from reminderbot.core.case import CaseKind
from reminderbot.store import case
from tests.installation import MONDAY, Installation


@pytest.fixture
def ringing(shop: Installation) -> Installation:
    """Acme is to be called."""
    shop.ok("import")
    with shop.house() as house, house.store.writing() as connection:
        case.open_one(connection, CaseKind.CALL, "C1", "'call' is due", MONDAY, invoices=("INV-1",))
        connection.exec_driver_sql("UPDATE customer SET phone = '+12125550100' WHERE customer_id = 'C1'")
    return shop


def test_the_list_and_the_sheet_say_who_when_why_and_what_to_keep_in_mind(ringing: Installation) -> None:
    assert "+12125550100" in ringing.ok("calls")
    told = ringing.ok("calls", "acme")
    for words in ("Acme Ltd (C1): +12125550100", "Our letters about INV-1", "Keep in mind:", "Assume nothing"):
        assert words in told
    (found,) = ringing.json("calls")
    assert (found["customer_id"], found["reasons"][0]["why"], found["phone"]) == ("C1", "ladder", "+12125550100")
    assert "listen" in [point["point"] for point in found["points"]]


def test_a_promise_on_the_telephone_is_noted_told_and_taken_back(ringing: Installation) -> None:
    told = ringing.ok("case", "call", "acme", "promise", "--date", "2026-12-04")
    assert "They pay by Fri 04 Dec 2026" in told and "Resolved: 1 case (1)." in told
    assert "Nobody needs to be called." in ringing.ok("calls")
    ringing.ok("case", "undo", told.rsplit(" ", 1)[1].strip())
    assert [found["customer_id"] for found in ringing.json("calls")] == ["C1"]


def test_a_call_back_is_told_in_our_own_time_and_waits(ringing: Installation) -> None:
    told = ringing.ok("case", "call", "acme", "call_back", "--at", "2026-12-04 18:30")
    assert "nothing is written to them before somebody has" in told
    (found,) = ringing.json("calls")
    assert (found["when"]["code"], found["when"]["now"]) == ("asked", False)


@pytest.mark.parametrize("hour", ["tomorrow", "2026-12-04", "2026-12-04 25:00", "9999-01-01 10:00"])
def test_an_hour_that_is_none_is_refused(ringing: Installation, hour: str) -> None:
    assert ringing.run("case", "call", "acme", "call_back", "--at", hour).exit_code == 2


def test_nobody_to_call_is_said(shop: Installation) -> None:
    shop.ok("import")
    assert "Nobody needs to be called." in shop.ok("calls")
    assert "Nobody needs to call Acme Ltd now." in shop.ok("calls", "acme")
    assert shop.json("calls") == []
