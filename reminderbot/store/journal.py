"""The journal: every decision, message, reply and action, in order, for ever."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from reminderbot.core.event import Event, EventKind
from reminderbot.store.tables import journal

# Put together once: that costs as much as writing the line.
_INSERT = insert(journal)


def record(connection: Connection, event: Event) -> int:
    """Write one line; its sequence number orders it among all others, whatever the clock did."""
    result = connection.execute(_INSERT, _row(event))
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0])


def record_all(connection: Connection, events: Iterable[Event]) -> None:
    """Write several lines at once."""
    if rows := [_row(event) for event in events]:
        connection.execute(_INSERT, rows)


def _row(event: Event) -> dict[str, Any]:
    return {
        "at": event.at,
        "kind": event.kind.value,
        "actor": event.actor,
        "customer_id": event.customer_id,
        "data": dict(event.data),
    }


def read(connection: Connection, customer_id: str | None = None, limit: int = 200) -> list[tuple[int, Event]]:
    """The newest lines first, of one customer or of all."""
    query = select(journal).order_by(journal.c.seq.desc()).limit(limit)
    if customer_id is not None:
        query = query.where(journal.c.customer_id == customer_id)
    return [_line(row) for row in connection.execute(query)]


def of_kinds(connection: Connection, customer_id: str, kinds: Collection[EventKind], limit: int) -> list[Event]:
    """The newest lines of these kinds about a customer, the newest first."""
    query = select(journal).where(journal.c.customer_id == customer_id, journal.c.kind.in_([k.value for k in kinds]))
    return [_line(row)[1] for row in connection.execute(query.order_by(journal.c.seq.desc()).limit(limit))]


def since(connection: Connection, seq: int, customer_id: str | None = None) -> Iterator[tuple[int, Event]]:
    """The lines after number `seq`, oldest first, of one customer or of all; fetched little by little."""
    query = select(journal).where(journal.c.seq > seq).order_by(journal.c.seq)
    if customer_id is not None:
        query = query.where(journal.c.customer_id == customer_id)
    yield from map(_line, connection.execution_options(yield_per=500).execute(query))


def _line(row: Row[Any]) -> tuple[int, Event]:
    return row.seq, Event(EventKind(row.kind), row.at, row.actor, row.customer_id, row.data)
