"""The forecast at the desk: a picture that says its figures in words, a table, a sheet."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from reminderbot.core.user import Role
from reminderbot.desk.forecast import forecast
from reminderbot.house import House
from reminderbot.runs.take_ledger import take_ledger
from tests.web.browser import signed_in


def test_what_is_expected_is_a_picture_that_says_its_figures_in_words(house: House) -> None:
    take_ledger(house)
    browser = signed_in(house)
    assert "/forecast/" in browser.get("/reports/").links()

    page = browser.get("/forecast/")
    picture = page.all("svg")[0]
    assert picture.attributes["role"] == "img"
    with house.store.reading() as connection:
        (one,) = forecast(house, connection).currencies
    first = one.weeks[0].range
    assert f"GBP {first.expected:,.0f} (GBP {first.low:,.0f} to GBP {first.high:,.0f})" in picture.text()
    assert "Expected from GBP 609.90" in page.text
    assert "trust the ranges little" in page.text


def test_the_sheet_has_every_week(house: House) -> None:
    take_ledger(house)
    page = signed_in(house).get("/forecast/forecast.csv")
    assert page.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(page.html)))
    assert [row["week_of"] for row in rows][:2] == ["2026-11-24", "2026-11-30"]
    for row in rows:
        assert Decimal(row["expected"]) == sum(Decimal(row[name]) for name in ("promise", "instalment", "habit"))


def test_a_house_where_nothing_is_open_expects_nothing(house: House) -> None:
    assert "there is nothing to expect" in signed_in(house).get("/forecast/").text


def test_the_forecast_is_an_owners(house: House) -> None:
    assert signed_in(house, "carl", Role.COLLECTOR).get("/forecast/").status == 403
