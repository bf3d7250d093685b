"""Channels that are closed for good to an address or number: opted out of, or dead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select

from reminderbot.core.event import Event, EventKind
from reminderbot.core.ladder import Channel
from reminderbot.store import journal
from reminderbot.store.tables import closed_channel

OPTED_OUT = "opted_out"
DEAD = "dead"

_CLOSED = select(closed_channel).where(
    or_(
        closed_channel.c.recipient_hash.in_(bindparam("hashes", expanding=True)),
        closed_channel.c.customer_id.in_(bindparam("ids", expanding=True)),
    )
)
_EVENTS = {OPTED_OUT: EventKind.OPTED_OUT, DEAD: EventKind.SUPPRESSED}


def close(
    connection: Connection,
    recipient_hash: str,
    channel: Channel,
    kind: str,
    why: str,
    customer_id: str,
    now: datetime,
    actor: str = "reminderbot",
) -> bool:
    """Use this address or number no more; False where this customer's was closed already, no less firmly."""
    same = (closed_channel.c.recipient_hash == recipient_hash) & (closed_channel.c.channel == channel.value)
    same &= closed_channel.c.customer_id == customer_id
    known = connection.execute(select(closed_channel.c.kind).where(same)).scalar()
    # Whoever asks for silence is heard, whatever became of the address before: only that goes with the person.
    if known in (kind, OPTED_OUT):
        return False
    row = {"kind": kind, "why": why, "closed_at": now}
    if known is None:
        key = {"recipient_hash": recipient_hash, "channel": channel.value, "customer_id": customer_id}
        connection.execute(closed_channel.insert().values(**key, **row))
    else:
        connection.execute(closed_channel.update().where(same).values(**row))
    data = {"channel": channel.value, "why": why, "recipient_hash": recipient_hash}
    journal.record(connection, Event(_EVENTS[kind], now, actor, customer_id, data))
    return True


def open_again(
    connection: Connection, recipient_hash: str, channel: Channel, customer_id: str, now: datetime, actor: str
) -> None:
    """Have a channel be open that a person closed by mistake."""
    same = (closed_channel.c.recipient_hash == recipient_hash) & (closed_channel.c.channel == channel.value)
    connection.execute(closed_channel.delete().where(same, closed_channel.c.customer_id == customer_id))
    data = {"channel": channel.value, "opened_again": True, "recipient_hash": recipient_hash}
    journal.record(connection, Event(EventKind.CONTACT_CHANGED, now, actor, customer_id, data))


def closed(
    connection: Connection, customer_ids: Sequence[str], recipient_hashes: Sequence[str]
) -> tuple[dict[str, list[tuple[Channel, str, str]]], dict[str, list[tuple[Channel, str, str]]]]:
    """Closed channels (channel, kind, why), by recipient hash and by customer who opted out.

    An opt-out goes with the person: it stays when their address in the ledger changes. A dead address does not.
    """
    by_hash: dict[str, list[tuple[Channel, str, str]]] = defaultdict(list)
    by_customer: dict[str, list[tuple[Channel, str, str]]] = defaultdict(list)
    for row in connection.execute(_CLOSED, {"hashes": recipient_hashes, "ids": customer_ids}):
        entry = (Channel(row.channel), str(row.kind), str(row.why))
        by_hash[row.recipient_hash].append(entry)
        if row.kind == OPTED_OUT and row.customer_id:
            by_customer[row.customer_id].append(entry)
    return by_hash, by_customer
