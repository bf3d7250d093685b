"""The calendar: what the next weeks bring if nobody answers, pays or steps in."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from reminderbot.desk.calendar import HORIZON, span
from reminderbot.desk.outlook import Outlook, outlook
from reminderbot.house import House

if TYPE_CHECKING:
    from flask import Blueprint

_FRESH = timedelta(minutes=5)
_VIEWS = {"week": 1, "month": 5}


class _Kept:
    """Three months of thousands of customers are reckoned once in a few minutes; the page says when."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.Lock()
        self._seen: Outlook | None = None

    def seen(self) -> Outlook:
        now = self._house.clock.now()
        with self._lock:
            if self._seen is None or not timedelta(0) <= now - self._seen.now < _FRESH:
                with self._house.store.reading() as connection:
                    self._seen = outlook(self._house, connection, HORIZON)
            return self._seen


def pages(house: House) -> Blueprint:
    """/calendar/, by week or by month."""
    from flask import Blueprint, render_template, request

    kept = _Kept(house)
    blueprint = Blueprint("calendar", __name__, url_prefix="/calendar")

    @blueprint.get("/")
    def page() -> str:
        view = request.args.get("view", "month")
        weeks = _VIEWS.get(view, _VIEWS["month"])
        seen = kept.seen()
        shown = span(house, seen, _day(request.args.get("from", "")), weeks)
        at: datetime = seen.now
        return render_template("calendar.html", span=shown, view=view if view in _VIEWS else "month", at=at)

    return blueprint


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
