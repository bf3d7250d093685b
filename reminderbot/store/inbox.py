"""What came in: each message once, whatever its server shows again, and how far each folder has been read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from reminderbot.core.inbound import Inbound, MailCursor
from reminderbot.store.session import upsert
from reminderbot.store.tables import case, inbound, mail_cursor

RECEIVED = "received"
UNDERSTOOD = "understood"
SET_ASIDE = "set_aside"
# What we had written to ourselves.
CANARY = "canary"
# Asked at every look; put together once: that costs as much as asking it.
_UNREAD = select(inbound).where(inbound.c.state == RECEIVED).order_by(inbound.c.inbound_id).limit(bindparam("most"))
_CURSOR = select(mail_cursor).where(mail_cursor.c.folder == bindparam("folder"))
_OPEN_CASE = select(case.c.case_id).where(case.c.inbound_id == inbound.c.inbound_id, case.c.resolved_at.is_(None))
_NOBODY = (inbound.c.state == SET_ASIDE) & inbound.c.customer_id.is_(None) & (inbound.c.sender == "")
_UNATTRIBUTED = (
    select(func.count())
    .select_from(inbound)
    .where(
        inbound.c.state.in_((RECEIVED, SET_ASIDE)),
        (inbound.c.state == RECEIVED) | (_NOBODY & _OPEN_CASE.exists()),
        inbound.c.stored_at < bindparam("before"),
    )
)


def keep(connection: Connection, message: Inbound, identity: str, digest: str, now: datetime) -> int | None:
    """Record a message that lies in the spool; None where it is known already.

    `identity` is the SHA-256 of a mail's raw bytes or a text message's MessageSid, `digest` its place in the spool.
    """
    known = (inbound.c.channel == message.channel.value) & (inbound.c.identity == identity)
    if connection.execute(select(inbound.c.inbound_id).where(known)).first():
        return None
    result = connection.execute(
        insert(inbound).values(
            channel=message.channel.value,
            identity=identity,
            digest=digest,
            external_id=message.external_id,
            received_at=min(message.received_at, now),
            stored_at=now,
            sender=message.sender,
            recipient=message.recipient,
            oversize=message.oversize,
            state=RECEIVED,
            attempts=0,
        )
    )
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0])


def unread(connection: Connection, limit: int = 100) -> list[Row[Any]]:
    """Messages that nobody has tried to understand to the end, oldest first."""
    return list(connection.execute(_UNREAD, {"most": limit}))


def set_aside(connection: Connection) -> list[Row[Any]]:
    """Messages that could not be read and wait for a person, oldest first."""
    return list(connection.execute(select(inbound).where(inbound.c.state == SET_ASIDE).order_by(inbound.c.inbound_id)))


def unattributed(connection: Connection, before: datetime) -> int:
    """How many that came before then nobody has read, or could not be laid to a sender while their case is open."""
    return int(connection.execute(_UNATTRIBUTED, {"before": before}).scalar_one())


def put_back(connection: Connection, inbound_id: int) -> bool:
    """Have a message read anew that was set aside; False where it is none of those."""
    aside = (inbound.c.inbound_id == inbound_id) & (inbound.c.state == SET_ASIDE)
    return connection.execute(update(inbound).where(aside).values(state=RECEIVED, attempts=0)).rowcount == 1


def count_attempt(connection: Connection, inbound_id: int) -> None:
    """Note that an attempt to read begins, so that a message that kills its reader is known by it."""
    changed = update(inbound).where(inbound.c.inbound_id == inbound_id)
    connection.execute(changed.values(attempts=inbound.c.attempts + 1))


def note_sender(connection: Connection, inbound_id: int, sender: str, message_id: str) -> None:
    """Keep who wrote it, lower case, and its own Message-ID, as soon as they are known."""
    values = {"sender": sender, "message_id": message_id}
    connection.execute(update(inbound).where(inbound.c.inbound_id == inbound_id).values(**values))


def settle(connection: Connection, inbound_id: int, state: str, **values: Any) -> None:
    """Record what a message was understood to be, or that it was set aside."""
    connection.execute(update(inbound).where(inbound.c.inbound_id == inbound_id).values(state=state, **values))


def get(connection: Connection, inbound_id: int) -> Row[Any] | None:
    return connection.execute(select(inbound).where(inbound.c.inbound_id == inbound_id)).first()


def of_customer(connection: Connection, customer_id: str) -> list[Row[Any]]:
    """What a customer wrote, oldest first."""
    query = select(inbound).where(inbound.c.customer_id == customer_id).order_by(inbound.c.inbound_id)
    return list(connection.execute(query))


def cursor(connection: Connection, folder: str) -> MailCursor | None:
    """How far `folder` has been read; None where it never was."""
    row = connection.execute(_CURSOR, {"folder": folder}).first()
    return None if row is None else MailCursor(row.folder, row.uidvalidity, row.uid)


def move_cursor(connection: Connection, to: MailCursor) -> None:
    upsert(connection, mail_cursor, [{"folder": to.folder, "uidvalidity": to.uidvalidity, "uid": to.uid}])
