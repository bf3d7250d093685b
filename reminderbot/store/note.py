"""Notes: what people wrote down about customers and cases, in the journal as well."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select

from reminderbot.core.event import Event, EventKind
from reminderbot.core.note import CallResult, Note
from reminderbot.store import journal
from reminderbot.store.tables import note


def write(
    connection: Connection,
    words: str,
    now: datetime,
    actor: str,
    *,
    customer_id: str | None = None,
    case_id: int | None = None,
    call: CallResult | None = None,
) -> int:
    """Keep a note; gives its number."""
    values = {"customer_id": customer_id, "case_id": case_id, "call": call.value if call else None, "words": words}
    result = connection.execute(insert(note).values(written_at=now, written_by=actor, **values))
    assert result.inserted_primary_key is not None
    number = int(result.inserted_primary_key[0])
    data = {"note": number, "case": case_id, "call": values["call"], "words": words}
    journal.record(connection, Event(EventKind.NOTED, now, actor, customer_id, data))
    return number


def of_customer(connection: Connection, customer_id: str, limit: int = 60) -> list[Note]:
    """What was written about a customer, the newest first."""
    query = select(note).where(note.c.customer_id == customer_id)
    return [_note_of(row) for row in connection.execute(query.order_by(note.c.note_id.desc()).limit(limit))]


def of_case(connection: Connection, case_id: int, customer_id: str | None) -> list[Note]:
    """What was written in a case or about its customer, the oldest first."""
    mine = note.c.case_id == case_id
    query = select(note).where(or_(mine, note.c.customer_id == customer_id) if customer_id else mine)
    return [_note_of(row) for row in connection.execute(query.order_by(note.c.note_id))]


def _note_of(row: Row[Any]) -> Note:
    call = CallResult(row.call) if row.call else None
    return Note(row.note_id, row.customer_id, row.case_id, row.written_at, row.written_by, row.words, call)
