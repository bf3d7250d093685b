"""The decisions on each customer, with every gate they asked: what `reminderbot why` tells, now and of any day before.

A decision is kept when it is another one than before; of one that stays the same only the last look moves on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from reminderbot.core.case import CaseKind
from reminderbot.core.decision import Decision, OpenCase, Send
from reminderbot.core.gate import Gate, GateCode
from reminderbot.core.ladder import Channel
from reminderbot.core.turn import Turn, TurnCode
from reminderbot.store.tables import customer, decision

_REVIEW_AT = update(customer).where(customer.c.customer_id == bindparam("k")).values(next_review_at=bindparam("at"))
_NEWEST = (
    select(func.max(decision.c.decision_id))
    .where(decision.c.customer_id.in_(bindparam("ids", expanding=True)), decision.c.place == bindparam("place"))
    .group_by(decision.c.customer_id)
)
LATEST = select(decision.c.decision_id, decision.c.customer_id, decision.c.gist).where(
    decision.c.decision_id.in_(_NEWEST)
)
_KEEP = insert(decision)
_SAME = update(decision).where(decision.c.decision_id == bindparam("n")).values(
    looked_at=bindparam("at"), body=bindparam("made")
)  # fmt: skip
_FORGET = delete(decision).where(
    decision.c.customer_id.in_(bindparam("ids", expanding=True)), decision.c.looked_at < bindparam("before")
)
MOST = 200


class Place(StrEnum):
    """Where it was decided: by the planning run, or again when a planned reminder had its turn."""

    PLAN = "plan"
    DOOR = "door"


@dataclass(frozen=True, slots=True)
class Kept:
    """One decision as it was kept."""

    place: Place
    # The first and the last look that came to it.
    decided_at: datetime
    looked_at: datetime
    made: Decision
    # What became of the reminder; None: it was decided by the planning run.
    turn: Turn | None


def keep_all(connection: Connection, decisions: Mapping[str, Decision], now: datetime, keep: timedelta) -> None:
    """Keep these decisions and set when each customer is looked at again; what is older than `keep` is forgotten."""
    if not decisions:
        return
    _keep(connection, Place.PLAN, {key: to_json(made) for key, made in decisions.items()}, now, keep)
    connection.execute(_REVIEW_AT, [{"k": key, "at": made.review_at} for key, made in decisions.items()])


def keep_turns(
    connection: Connection, turns: Sequence[tuple[str, Decision, Turn]], now: datetime, keep: timedelta
) -> None:
    """Keep what the gates said when planned reminders of these customers had their turn, and how that ended."""
    bodies = {key: to_json(made) | {"turn": _turn_json(turn)} for key, made, turn in turns}
    _keep(connection, Place.DOOR, bodies, now, keep)


def _keep(
    connection: Connection, place: Place, bodies: Mapping[str, dict[str, Any]], now: datetime, keep: timedelta
) -> None:
    gists = {key: _gist(body, now) for key, body in bodies.items()}
    known = {row.customer_id: row for row in connection.execute(LATEST, {"ids": list(bodies), "place": place.value})}
    same = {key: known[key].decision_id for key, gist in gists.items() if key in known and known[key].gist == gist}
    new = [key for key in bodies if key not in same]
    if same:
        connection.execute(_SAME, [{"n": number, "at": now, "made": bodies[key]} for key, number in same.items()])
    if new:
        fixed = {"place": place.value, "decided_at": now, "looked_at": now}
        connection.execute(
            _KEEP, [{"customer_id": key, "gist": gists[key], "body": bodies[key], **fixed} for key in new]
        )
        connection.execute(_FORGET, {"ids": new, "before": now - keep})


def _gist(body: dict[str, Any], now: datetime) -> str:
    """What a decision comes to: two looks at the same facts have the same, though "at once" is another moment."""
    send = body["send"]
    at_once = send is not None and send["not_before"] <= now.isoformat()
    told = body | {"send": send | {"not_before": ""}} if at_once else body
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def latest(connection: Connection, customer_id: str) -> Kept | None:
    """What the planning run decided last about a customer; None: it has not looked yet."""
    newest = _NEWEST.with_only_columns(func.max(decision.c.decision_id))
    query = select(decision).where(decision.c.decision_id.in_(newest))
    row = connection.execute(query, {"ids": [customer_id], "place": Place.PLAN.value}).first()
    return None if row is None else _kept(row)


def history(connection: Connection, customer_id: str, until: datetime | None = None, limit: int = MOST) -> list[Kept]:
    """The decisions about a customer that stood up to `until`, the newest first."""
    query = select(decision).where(decision.c.customer_id == customer_id)
    if until is not None:
        query = query.where(decision.c.decided_at < until)
    return [_kept(row) for row in connection.execute(query.order_by(decision.c.decision_id.desc()).limit(limit))]


def _kept(row: Row[Any]) -> Kept:
    turn = row.body.get("turn")
    return Kept(Place(row.place), row.decided_at, row.looked_at, from_json(row.body), turn and _turn_of(turn))


def to_json(made: Decision) -> dict[str, Any]:
    """A decision as plain values; the names are stable, scripts read them."""
    return {
        "gates": [_gate_json(gate) for gate in made.gates],
        "send": made.send and _send_json(made.send),
        "cases": [
            {"kind": c.kind.value, "why": c.why, "invoices": list(c.invoices), "tier": c.tier} for c in made.cases
        ],
        "told": [list(step) for step in made.told],
        "review_at": _iso(made.review_at),
    }


def from_json(body: Mapping[str, Any]) -> Decision:
    """The decision that `to_json` wrote."""
    return Decision(
        tuple(_gate_of(gate) for gate in body["gates"]),
        body["send"] and _send_of(body["send"]),
        tuple(OpenCase(CaseKind(c["kind"]), c["why"], tuple(c["invoices"]), c["tier"]) for c in body["cases"]),
        tuple((number, tier, days) for number, tier, days in body["told"]),
        _moment(body["review_at"]),
    )


def _gate_json(gate: Gate) -> dict[str, Any]:
    return {
        "name": gate.name,
        "code": gate.code.value,
        "passed": gate.passed,
        "because": gate.because,
        "until": _iso(gate.until),
        "invoices": list(gate.invoices),
        "values": dict(gate.values),
    }


def _gate_of(body: Mapping[str, Any]) -> Gate:
    return Gate(
        body["name"], body["passed"], body["because"], _moment(body["until"]), code=GateCode(body["code"]),
        invoices=tuple(body["invoices"]), values=body["values"],
    )  # fmt: skip


def _send_json(send: Send) -> dict[str, Any]:
    return {
        "tier": send.tier,
        "channel": send.channel.value,
        "invoices": list(send.lists),
        "steps": [list(step) for step in send.steps],
        "not_before": send.not_before.isoformat(),
        "needs_approval": send.needs_approval,
        "follows": send.follows,
    }


def _send_of(body: Mapping[str, Any]) -> Send:
    steps = tuple((number, tier, days) for number, tier, days in body["steps"])
    not_before = datetime.fromisoformat(body["not_before"])
    return Send(
        body["tier"], Channel(body["channel"]), tuple(body["invoices"]), steps, not_before,
        body["needs_approval"], body["follows"],
    )  # fmt: skip


def _turn_json(turn: Turn) -> dict[str, Any]:
    told = {"code": turn.code.value, "reminder_id": turn.reminder_id, "why": turn.why}
    return told | {"again_at": _iso(turn.again_at)}


def _turn_of(body: Mapping[str, Any]) -> Turn:
    return Turn(TurnCode(body["code"]), body["reminder_id"], _moment(body["again_at"]), body["why"])


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
