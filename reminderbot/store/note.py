"""Notes: what people wrote down about customers and cases, in the journal as well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select

from reminderbot.core.call import Attempt
from reminderbot.core.event import Event, EventKind
from reminderbot.core.note import CallResult, Note
from reminderbot.store import journal
from reminderbot.store.ledger import chunks
from reminderbot.store.tables import note

_CALLS = (
    select(note).where(note.c.call.is_not(None), note.c.written_at > bindparam("since")).order_by(note.c.note_id.desc())
)
# Asked at every plan; it is put together once: that costs as much as asking it.
_HEARD = select(note.c.customer_id, note.c.number_hash, note.c.written_at).where(
    or_(
        note.c.customer_id.in_(bindparam("ids", expanding=True)),
        note.c.number_hash.in_(bindparam("hashes", expanding=True)),
    ),
    note.c.call.in_([result.value for result in CallResult if result.is_heard]),
    note.c.written_at > bindparam("since"),
)


def write(
    connection: Connection,
    words: str,
    now: datetime,
    actor: str,
    *,
    customer_id: str | None = None,
    case_id: int | None = None,
    call: CallResult | None = None,
    again_at: datetime | None = None,
    number_hash: str = "",
) -> int:
    """Keep a note, or a call; gives its number."""
    values: dict[str, Any] = {
        "customer_id": customer_id,
        "case_id": case_id,
        "call": call.value if call else None,
        "words": words,
    }
    values |= {"again_at": again_at, "number_hash": number_hash or None}
    result = connection.execute(insert(note).values(written_at=now, written_by=actor, **values))
    assert result.inserted_primary_key is not None
    number = int(result.inserted_primary_key[0])
    data = {"note": number, "case": case_id, "call": values["call"], "words": words}
    if again_at is not None:
        data["again_at"] = again_at.isoformat()
    journal.record(connection, Event(EventKind.NOTED, now, actor, customer_id, data))
    return number


def forget(connection: Connection, note_id: int, now: datetime, actor: str) -> None:
    """Have a note be as if it had never been written; the journal keeps that it was."""
    row = connection.execute(select(note).where(note.c.note_id == note_id)).one()
    connection.execute(delete(note).where(note.c.note_id == note_id))
    data = {"note": note_id, "case": row.case_id, "call": row.call, "taken_back": True}
    journal.record(connection, Event(EventKind.NOTED, now, actor, row.customer_id, data))


def of_customer(connection: Connection, customer_id: str, limit: int = 60) -> list[Note]:
    """What was written about a customer, the newest first."""
    query = select(note).where(note.c.customer_id == customer_id)
    return [_note_of(row) for row in connection.execute(query.order_by(note.c.note_id.desc()).limit(limit))]


def of_case(connection: Connection, case_id: int, customer_id: str | None) -> list[Note]:
    """What was written in a case or about its customer, the oldest first."""
    mine = note.c.case_id == case_id
    query = select(note).where(or_(mine, note.c.customer_id == customer_id) if customer_id else mine)
    return [_note_of(row) for row in connection.execute(query.order_by(note.c.note_id))]


def calls_of(connection: Connection, customer_ids: Collection[str], since: datetime) -> dict[str, list[Attempt]]:
    """The calls to these customers since then, the newest first."""
    found: dict[str, list[Attempt]] = defaultdict(list)
    for some in chunks(sorted(customer_ids)):
        for row in connection.execute(_CALLS.where(note.c.customer_id.in_(some)), {"since": since}):
            found[row.customer_id].append(_attempt_of(row))
    return found


def heard(
    connection: Connection, customer_ids: Sequence[str], number_hashes: Sequence[str], since: datetime
) -> list[tuple[str, str, datetime]]:
    """(customer, hash of the number, when) of each call since then by which somebody heard from us."""
    rows = connection.execute(_HEARD, {"ids": customer_ids, "hashes": number_hashes, "since": since})
    return [(row.customer_id, row.number_hash or "", row.written_at) for row in rows]


def _attempt_of(row: Row[Any]) -> Attempt:
    return Attempt(row.written_at, CallResult(row.call), row.again_at, row.number_hash or "")


def _note_of(row: Row[Any]) -> Note:
    call = CallResult(row.call) if row.call else None
    return Note(
        row.note_id,
        row.customer_id,
        row.case_id,
        row.written_at,
        row.written_by,
        row.words,
        call,
        row.again_at,
        row.number_hash or "",
    )
