"""The forecast: what money the next weeks are expected to bring, as a picture, a table and a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from reminderbot.desk.forecast import Forecast, forecast
from reminderbot.house import House
from reminderbot.ledger.csv_out import Cell, sheet
from reminderbot.web.kept import Kept

if TYPE_CHECKING:
    from flask import Blueprint, Response

_COLUMNS = ("week_of", "until", "currency", "expected", "low", "high", "promise", "instalment", "habit")


def pages(house: House) -> Blueprint:
    """/forecast/ and its sheet."""
    from flask import Blueprint, Response, render_template

    kept = Kept(house, forecast)
    blueprint = Blueprint("forecast", __name__, url_prefix="/forecast")

    @blueprint.get("/")
    def page() -> str:
        found, at = kept.seen()
        return render_template("forecast.html", found=found, at=at)

    @blueprint.get("/forecast.csv")
    def as_sheet() -> Response:
        headers = {"Content-Disposition": 'attachment; filename="forecast.csv"'}
        return Response(sheet(_COLUMNS, _rows(kept.seen()[0])), mimetype="text/csv", headers=headers)

    return blueprint


def _rows(found: Forecast) -> Iterable[Mapping[str, Cell]]:
    for one in found.currencies:
        for week in one.weeks:
            days = {"week_of": str(week.begins_on), "until": str(week.ends_on), "currency": one.currency}
            span = {"expected": week.range.expected, "low": week.range.low, "high": week.range.high}
            yield {**days, **span, **{source.value: amount for source, amount in week.by_source.items()}}
