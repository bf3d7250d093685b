"""What people did that can be taken back, with what it takes to put everything back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from reminderbot.core.delivery import SAID
from reminderbot.core.event import Event, EventKind
from reminderbot.core.undo import Doing, Undo, UndoKind, happened
from reminderbot.store import journal
from reminderbot.store.tables import journal as journal_table
from reminderbot.store.tables import outbox, undo

_JOURNAL_END = select(func.max(journal_table.c.seq))


def remember(
    connection: Connection,
    kind: UndoKind,
    actor: str,
    now: datetime,
    data: Mapping[str, Any],
    *,
    customer_id: str | None = None,
    case_id: int | None = None,
) -> Undo:
    """Keep what takes back what was just done; the last thing that an action does."""
    values = {"kind": kind.value, "actor": actor, "done_at": now, "customer_id": customer_id, "case_id": case_id}
    seq = connection.execute(_JOURNAL_END).scalar() or 0
    result = connection.execute(insert(undo).values(**values, seq=seq, data=dict(data)))
    assert result.inserted_primary_key is not None
    return Undo(kind, int(result.inserted_primary_key[0]))


def get(connection: Connection, undo_id: int) -> Doing | None:
    row = connection.execute(select(undo).where(undo.c.undo_id == undo_id)).first()
    if row is None:
        return None
    found = Undo(UndoKind(row.kind), row.undo_id)
    return Doing(found, row.actor, row.done_at, row.customer_id, row.case_id, row.seq, row.data, row.undone_by)


def since(connection: Connection, done: Doing) -> str:
    """What has happened with the customer since that keeps this from being taken back; empty: nothing."""
    if done.customer_id is None:
        return ""
    lines = journal.since(connection, done.seq, done.customer_id)
    # A letter that the server put off has not been said, though it was taken once.
    taken = (outbox.c.claim_seq > done.seq) & outbox.c.state.in_([state.value for state in SAID])
    mine = select(outbox.c.reminder_id).where(outbox.c.customer_id == done.customer_id, taken)
    return happened([event.kind for _, event in lines], written=connection.execute(mine.limit(1)).first() is not None)


def done(connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    """Note that it was taken back."""
    changed = update(undo).where(undo.c.undo_id == doing.undo.undo_id)
    connection.execute(changed.values(undone_at=now, undone_by=actor))
    data = {"undo": doing.undo.undo_id, "what": doing.undo.kind.value, "case": doing.case_id}
    journal.record(connection, Event(EventKind.UNDONE, now, actor, doing.customer_id, data))
