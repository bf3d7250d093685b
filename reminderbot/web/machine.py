"""How the bot is doing, for scripts and supervisors on its own machine; no customer's name, address or words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from reminderbot.core.delivery import unquoted
from reminderbot.desk.door import look_at
from reminderbot.desk.status import Status, status
from reminderbot.house import House

if TYPE_CHECKING:
    from flask import Blueprint, Response


def pages(house: House) -> Blueprint:
    """/healthz for a supervisor, /status.json for scripts; the second not under the public name."""
    from flask import Blueprint, abort, jsonify, request

    blueprint = Blueprint("machine", __name__)
    public = urlsplit(house.public_url).hostname

    @blueprint.get("/status.json")
    def as_json() -> Response:
        if urlsplit(f"//{request.host}").hostname == public:
            abort(404)
        return jsonify(summary(_status(house)))

    @blueprint.get("/healthz")
    def health() -> tuple[str, int, dict[str, str]]:
        stopped = bool(_status(house).stops)
        plain = {"Content-Type": "text/plain; charset=utf-8"}
        return ("stopped\n", 503, plain) if stopped else ("ok\n", 200, plain)

    return blueprint


def _status(house: House) -> Status:
    """How things stand, without a server's own words, which may name a customer."""
    with house.store.reading() as connection:
        found = status(house, connection, look_at(house, connection))
    return replace(found, stops=tuple(replace(stop, why=unquoted(stop.why)) for stop in found.stops))


def summary(found: Status) -> dict[str, Any]:
    """What the page says, as plain values."""
    return {
        "mode": found.mode.value,
        "ceiling": found.ceiling.value,
        "stops": [{"kind": s.kind, "why": s.why, "cure": s.cure} for s in found.stops],
        "planned": found.planned,
        "next_at": found.next_at.isoformat() if found.next_at else None,
        "to_approve": found.to_approve,
        "cases": found.cases,
        "holds": found.holds,
        "uncertain": len(found.uncertain),
        "promised": [str(money) for money in found.promised],
        "ledger_at": found.ledger_at.isoformat() if found.ledger_at else None,
        "inbox_at": found.inbox_at.isoformat() if found.inbox_at else None,
        "calls_accepted": found.calls.accepted if found.calls else None,
        "calls_turned_away": found.calls.turned_away if found.calls else None,
    }
