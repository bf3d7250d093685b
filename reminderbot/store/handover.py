"""What people handed over to an agency or a lawyer, or wrote off, and what was taken back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from reminderbot.core.event import Event, EventKind
from reminderbot.core.handover import Handover, HandoverKind
from reminderbot.store import journal
from reminderbot.store.tables import handover


def mark(
    connection: Connection,
    customer_id: str,
    kind: HandoverKind,
    invoices: Sequence[str],
    note: str,
    hold_id: int,
    cases: Sequence[int],
    promises: Sequence[int],
    now: datetime,
    actor: str,
) -> int:
    """Keep what was handed over; gives its number."""
    result = connection.execute(
        insert(handover).values(
            customer_id=customer_id,
            kind=kind.value,
            invoices=list(invoices),
            note=note,
            hold_id=hold_id,
            cases=list(cases),
            promises=list(promises),
            marked_by=actor,
            marked_at=now,
            back_note="",
        )
    )
    assert result.inserted_primary_key is not None
    number = int(result.inserted_primary_key[0])
    data = {"handover": number, "kind": kind.value, "invoices": list(invoices), "note": note, "hold": hold_id}
    journal.record(connection, Event(EventKind.HANDED_OVER, now, actor, customer_id, data))
    return number


def mark_beside(connection: Connection, known: Handover, number: str, hold_id: int, now: datetime) -> None:
    """Invoice `number`, issued in the place of one that is handed over, is so too, until it is taken back itself."""
    mark(
        connection, known.customer_id, known.kind, (number,), known.note, hold_id, (), known.promises, now,
        known.marked_by,
    )  # fmt: skip


def take_back(connection: Connection, known: Handover, note: str, now: datetime, actor: str) -> None:
    """Note that it was taken back."""
    changed = update(handover).where(handover.c.handover_id == known.handover_id)
    connection.execute(changed.values(taken_back_by=actor, taken_back_at=now, back_note=note))
    data = {"handover": known.handover_id, "kind": known.kind.value, "invoices": list(known.invoices), "note": note}
    journal.record(connection, Event(EventKind.TAKEN_BACK, now, actor, known.customer_id, data))


def stand_again(connection: Connection, handover_id: int, hold_id: int) -> None:
    """Have it count as handed over again, by this pause."""
    values = {"hold_id": hold_id, "taken_back_by": None, "taken_back_at": None, "back_note": ""}
    connection.execute(update(handover).where(handover.c.handover_id == handover_id).values(**values))


def get(connection: Connection, handover_id: int) -> Handover | None:
    row = connection.execute(select(handover).where(handover.c.handover_id == handover_id)).first()
    return None if row is None else _handover_of(row)


def of_customer(connection: Connection, customer_id: str) -> list[Handover]:
    """All of a customer's, the oldest first; what was taken back among them."""
    query = select(handover).where(handover.c.customer_id == customer_id).order_by(handover.c.handover_id)
    return [_handover_of(row) for row in connection.execute(query)]


def standing(connection: Connection) -> list[Handover]:
    """What is handed over at this moment, the newest first."""
    query = select(handover).where(handover.c.taken_back_at.is_(None)).order_by(handover.c.handover_id.desc())
    return [_handover_of(row) for row in connection.execute(query)]


def by_holds(connection: Connection, hold_ids: Collection[int]) -> list[Handover]:
    """What stands handed over by one of these pauses."""
    stands = handover.c.hold_id.in_(hold_ids) & handover.c.taken_back_at.is_(None)
    return [_handover_of(row) for row in connection.execute(select(handover).where(stands))]


def _handover_of(row: Row[Any]) -> Handover:
    return Handover(
        row.handover_id,
        row.customer_id,
        HandoverKind(row.kind),
        tuple(row.invoices),
        row.note,
        row.hold_id,
        row.marked_by,
        row.marked_at,
        row.taken_back_by or "",
        row.taken_back_at,
        row.back_note,
        tuple(row.cases),
        tuple(row.promises),
    )
