"""The reports: pictures that a screen reader can read, and sheets that calculate nothing."""

from __future__ import annotations

import csv
import io

import pytest

from reminderbot.core.user import Role
from reminderbot.house import House
from reminderbot.runs.take_ledger import take_ledger
from tests.web.browser import signed_in


def test_what_is_open_is_a_picture_that_says_its_figures_in_words(house: House) -> None:
    take_ledger(house)
    page = signed_in(house).get("/reports/")
    picture = page.all("svg")[0]
    assert picture.attributes["role"] == "img"
    assert "1 to 30 days: GBP 609.90" in picture.text()


def test_an_empty_house_has_empty_reports(house: House) -> None:
    assert "Nothing to show yet." in signed_in(house).get("/reports/").text


@pytest.mark.parametrize("name", ["aging", "promised", "pace", "slowest", "effects", "replies", "messages"])
def test_every_picture_has_its_sheet(house: House, name: str) -> None:
    take_ledger(house)
    browser = signed_in(house)
    assert f"/reports/{name}.csv" in browser.get("/reports/").links()
    page = browser.get(f"/reports/{name}.csv")
    assert page.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(page.html)))
    if name == "aging":
        owed = [(row["customer_id"], row["total"]) for row in rows]
        assert owed == [("EXAMPLE-1", "480.00"), ("EXAMPLE-2", "129.90")]


def test_there_is_no_other_sheet(house: House) -> None:
    assert "There is no such sheet" in signed_in(house).get("/reports/passwords.csv").text


def test_reports_are_an_owners(house: House) -> None:
    assert signed_in(house, "carl", Role.COLLECTOR).get("/reports/").status == 403
