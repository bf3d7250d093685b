"""How collecting goes: pictures for people, and the same figures as sheets for whoever wants to reckon on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from reminderbot.core.statement import BUCKETS
from reminderbot.desk.figures import Figures, gather
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.ledger.csv_out import Cell, sheet
from reminderbot.web.kept import Kept

if TYPE_CHECKING:
    from flask import Blueprint, Response

Rows = Iterable[Mapping[str, Cell]]


def _aging(found: Figures) -> Rows:
    for one in found.books.customers:
        key = {"customer_id": one.customer_id, "customer": one.customer, "currency": one.currency}
        yield {**key, **{name: one.buckets[name] for name in BUCKETS}, "total": one.total}


def _weeks(found: Figures) -> Rows:
    for week in found.weeks:
        for money in week.money:
            yield {"week_of": str(week.begins_on), "currency": money.currency, "promised": money.amount}


def _promises(found: Figures) -> Rows:
    for word, name in found.ended:
        yield {
            "customer_id": word.customer_id,
            "customer": name,
            "promised_on": str(word.promised_on),
            "due_on": str(word.due_on),
            "state": word.state.value,
            "paid_on": str(word.paid_on or ""),
            "days_late": "" if word.days_late is None else word.days_late,
        }


def _pace(found: Figures) -> Rows:
    for one in found.pace:
        yield {"month": one.name, "invoices": one.invoices, "days_late": f"{one.days_late:.1f}"}


def _slowest(found: Figures) -> Rows:
    for one in found.slowest:
        key = {"customer_id": one.customer_id, "customer": one.name}
        yield {**key, "invoices": one.invoices, "days_late": f"{one.days_late:.1f}"}


def _effects(found: Figures) -> Rows:
    for one in found.effects:
        yield {"tier": one.tier, "invoices": one.spoke_of, "paid_within_14_days": one.paid}


def _replies(found: Figures) -> Rows:
    for kind, number in found.replies:
        yield {"kind": kind, "replies": number}


def _messages(found: Figures) -> Rows:
    for one in found.months:
        month = f"{one.year}-{one.month:02}"
        yield {"month": month, "channel": one.channel, "messages": one.messages, "segments": one.segments}


_SHEETS: dict[str, tuple[tuple[str, ...], Callable[[Figures], Rows]]] = {
    "aging": (("customer_id", "customer", "currency", *BUCKETS, "total"), _aging),
    "promised": (("week_of", "currency", "promised"), _weeks),
    "promises": (
        ("customer_id", "customer", "promised_on", "due_on", "state", "paid_on", "days_late"),
        _promises,
    ),
    "pace": (("month", "invoices", "days_late"), _pace),
    "slowest": (("customer_id", "customer", "invoices", "days_late"), _slowest),
    "effects": (("tier", "invoices", "paid_within_14_days"), _effects),
    "replies": (("kind", "replies"), _replies),
    "messages": (("month", "channel", "messages", "segments"), _messages),
}


def pages(house: House) -> Blueprint:
    """/reports/ and its sheets."""
    from flask import Blueprint, Response, render_template

    kept = Kept(house, gather)
    blueprint = Blueprint("reports", __name__, url_prefix="/reports")

    @blueprint.get("/")
    def page() -> str:
        found, at = kept.seen()
        return render_template("reports.html", found=found, buckets=BUCKETS, at=at)

    @blueprint.get("/<name>.csv")
    def as_sheet(name: str) -> Response:
        if name not in _SHEETS:
            raise Refused("There is no such sheet.")
        columns, rows = _SHEETS[name]
        text = sheet(columns, rows(kept.seen()[0]))
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return Response(text, mimetype="text/csv", headers=headers)

    return blueprint
