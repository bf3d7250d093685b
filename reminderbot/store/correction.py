"""Corrections: what a person says a reply really meant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from reminderbot.core.event import Event, EventKind
from reminderbot.core.understanding import Kind
from reminderbot.store import journal
from reminderbot.store.session import upsert
from reminderbot.store.tables import correction, inbound


def keep(
    connection: Connection,
    inbound_id: int,
    kinds: tuple[Kind, ...],
    needs_human: bool,
    promise_on: date | None,
    actor: str,
    now: datetime,
) -> None:
    """Keep a person's reading of a reply; a later one takes its place."""
    values = {
        "inbound_id": inbound_id,
        "kinds": [kind.value for kind in kinds],
        "needs_human": needs_human,
        "promise_on": promise_on,
        "corrected_by": actor,
        "corrected_at": now,
    }
    upsert(connection, correction, [values])
    data = {"inbound": inbound_id, "kinds": values["kinds"], "needs_human": needs_human}
    journal.record(connection, Event(EventKind.CORRECTED, now, actor, None, data))


def every(connection: Connection) -> list[Row[Any]]:
    """All corrections with the messages they are about, oldest first."""
    about = (inbound.c.channel, inbound.c.digest, inbound.c.received_at, inbound.c.customer_id)
    query = select(correction, *about).join(inbound, inbound.c.inbound_id == correction.c.inbound_id)
    return list(connection.execute(query.order_by(correction.c.inbound_id)))
