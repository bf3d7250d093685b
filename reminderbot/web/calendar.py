"""The calendar: what the next weeks bring if nobody answers, pays or steps in."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from reminderbot.desk.calendar import HORIZON, span
from reminderbot.desk.outlook import outlook
from reminderbot.house import House
from reminderbot.web.kept import Kept

if TYPE_CHECKING:
    from flask import Blueprint

_VIEWS = {"week": 1, "month": 5}


def pages(house: House) -> Blueprint:
    """/calendar/, by week or by month."""
    from flask import Blueprint, render_template, request

    # Three months of thousands of customers.
    kept = Kept(house, lambda house, connection: outlook(house, connection, HORIZON))
    blueprint = Blueprint("calendar", __name__, url_prefix="/calendar")

    @blueprint.get("/")
    def page() -> str:
        view = request.args.get("view", "month")
        weeks = _VIEWS.get(view, _VIEWS["month"])
        seen, at = kept.seen()
        shown = span(house, seen, _day(request.args.get("from", "")), weeks)
        return render_template("calendar.html", span=shown, view=view if view in _VIEWS else "month", at=at)

    return blueprint


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
