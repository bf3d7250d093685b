"""The latest decision on each customer, with every gate it asked: what `reminderbot why` tells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from reminderbot.core.dunning import Decision
from reminderbot.store.session import upsert
from reminderbot.store.tables import customer, decision

_REVIEW_AT = update(customer).where(customer.c.customer_id == bindparam("k")).values(next_review_at=bindparam("at"))


def keep_all(connection: Connection, decisions: Mapping[str, Decision], now: datetime) -> None:
    """Keep these decisions and set when each customer is looked at again."""
    if not decisions:
        return
    rows = [{"customer_id": key, "decided_at": now, "body": to_json(made)} for key, made in decisions.items()]
    upsert(connection, decision, rows)
    connection.execute(_REVIEW_AT, [{"k": key, "at": made.review_at} for key, made in decisions.items()])


def latest(connection: Connection, customer_id: str) -> tuple[datetime, dict[str, Any]] | None:
    """When the customer was last decided on, and the decision as `to_json` wrote it."""
    row = connection.execute(select(decision).where(decision.c.customer_id == customer_id)).first()
    return None if row is None else (row.decided_at, row.body)


def to_json(made: Decision) -> dict[str, Any]:
    """A decision as plain values; the names are stable, scripts read them."""
    send = made.send
    return {
        "gates": [
            {
                "name": gate.name,
                "passed": gate.passed,
                "because": gate.because,
                "until": gate.until.isoformat() if gate.until else None,
            }
            for gate in made.gates
        ],
        "send": send
        and {
            "tier": send.tier,
            "channel": send.channel.value,
            "invoices": list(send.lists),
            "steps": [list(step) for step in send.steps],
            "not_before": send.not_before.isoformat(),
            "needs_approval": send.needs_approval,
        },
        "cases": [{"kind": c.kind.value, "why": c.why, "invoices": list(c.invoices)} for c in made.cases],
        "review_at": made.review_at.isoformat() if made.review_at else None,
    }
