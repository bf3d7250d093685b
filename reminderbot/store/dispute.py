"""Disputes: what customers contest, as people marked it, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from reminderbot.core.dispute import Dispute
from reminderbot.core.event import Event, EventKind
from reminderbot.core.understanding import DisputeReason
from reminderbot.store import journal
from reminderbot.store.session import upsert
from reminderbot.store.tables import dispute


def mark(
    connection: Connection,
    case_id: int,
    customer_id: str,
    reason: DisputeReason,
    invoices: Sequence[str],
    hold_id: int,
    now: datetime,
    actor: str,
) -> None:
    """Keep why and what a customer contests; a later word takes its place."""
    values = {"case_id": case_id, "customer_id": customer_id, "reason": reason.value, "invoices": list(invoices)}
    upsert(connection, dispute, [values | {"hold_id": hold_id, "marked_by": actor, "marked_at": now, "note": ""}])
    data = {"case": case_id, "reason": reason.value, "invoices": list(invoices)}
    journal.record(connection, Event(EventKind.DISPUTED, now, actor, customer_id, data))


def settle(
    connection: Connection, known: Dispute, hold_id: int, *, upheld: bool, note: str, now: datetime, actor: str
) -> None:
    """Note what became of a dispute, and the pause that stands on it from now on."""
    values = {"hold_id": hold_id, "upheld": upheld, "settled_by": actor, "settled_at": now, "note": note}
    connection.execute(update(dispute).where(dispute.c.case_id == known.case_id).values(**values))
    data = {"case": known.case_id, "upheld": upheld, "note": note}
    journal.record(connection, Event(EventKind.DISPUTED, now, actor, known.customer_id, data))


def unsettle(connection: Connection, case_id: int, hold_id: int) -> None:
    """Have a dispute stand as before it was settled, by this pause."""
    values = {"hold_id": hold_id, "upheld": None, "settled_by": None, "settled_at": None, "note": ""}
    connection.execute(update(dispute).where(dispute.c.case_id == case_id).values(**values))


def forget(connection: Connection, case_id: int) -> None:
    """Have a case be no dispute, as before it was marked."""
    connection.execute(delete(dispute).where(dispute.c.case_id == case_id))


def get(connection: Connection, case_id: int) -> Dispute | None:
    """The dispute of a case; None where it is none."""
    row = connection.execute(select(dispute).where(dispute.c.case_id == case_id)).first()
    return None if row is None else _dispute_of(row)


def of_customer(connection: Connection, customer_id: str) -> list[Dispute]:
    """All disputes of a customer, the newest first."""
    query = select(dispute).where(dispute.c.customer_id == customer_id).order_by(dispute.c.case_id.desc())
    return [_dispute_of(row) for row in connection.execute(query)]


def _dispute_of(row: Row[Any]) -> Dispute:
    return Dispute(
        row.case_id,
        row.customer_id,
        DisputeReason(row.reason),
        tuple(row.invoices),
        row.hold_id,
        row.marked_by,
        row.marked_at,
        row.upheld,
        row.settled_by or "",
        row.settled_at,
        row.note,
    )
