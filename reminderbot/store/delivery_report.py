"""The carrier's delivery reports on text messages: the furthest word on each message, and which are still open."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update

from reminderbot.core.delivery import State
from reminderbot.core.delivery_report import FINAL, DeliveryReport, is_news
from reminderbot.core.ladder import Channel
from reminderbot.store.session import upsert
from reminderbot.store.tables import delivery_report, outbox

_TAKEN = (State.ACCEPTED.value, State.CONFIRMED.value)
_OPEN = or_(delivery_report.c.status.is_(None), delivery_report.c.status.not_in(sorted(FINAL)))


def note(connection: Connection, reminder_id: int, report: DeliveryReport, now: datetime) -> bool:
    """Keep a report, and that somebody looked; False where it tells nothing new."""
    own = delivery_report.c.reference == report.reference
    known = connection.execute(select(delivery_report.c.status).where(own)).scalar()
    if not is_news(report, known):
        connection.execute(update(delivery_report).where(own).values(looked_at=now))
        return False
    row = {
        "reference": report.reference,
        "reminder_id": reminder_id,
        "status": report.status,
        "code": report.code,
        "looked_at": now,
    }
    upsert(connection, delivery_report, [row])
    return True


def newest_codes(connection: Connection, recipient_hash: str, limit: int) -> list[int | None]:
    """The error numbers of the newest texts to this number whose end is known, newest first; None: it came."""
    query = (
        select(delivery_report.c.code)
        .join(outbox, outbox.c.reminder_id == delivery_report.c.reminder_id)
        .where(outbox.c.recipient_hash == recipient_hash, delivery_report.c.status.in_(sorted(FINAL)))
        .order_by(delivery_report.c.reminder_id.desc(), delivery_report.c.looked_at.desc())
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def unfinished(connection: Connection, since: datetime, until: datetime) -> list[Row[Any]]:
    """Texts that were taken between these moments and whose end is not known, oldest first."""
    known = delivery_report.c.reference == outbox.c.reference
    columns = (outbox.c.reminder_id, outbox.c.reference, outbox.c.claimed_at, delivery_report.c.looked_at)
    taken = and_(
        outbox.c.claimed_at.between(since, until),
        outbox.c.channel == Channel.SMS.value,
        # By the time alone: SQLite would look up the state instead, and walk through all that was ever sent.
        outbox.c.state.concat("").in_(_TAKEN),
        outbox.c.reference.is_not(None),
    )
    query = select(*columns).join(delivery_report, known, isouter=True).where(taken, _OPEN)
    return list(connection.execute(query.order_by(outbox.c.claimed_at, outbox.c.reminder_id)))


def of_reminders(connection: Connection, reminder_ids: Collection[int]) -> dict[int, Row[Any]]:
    """The newest word of the carrier on each of these texts."""
    query = select(delivery_report).where(delivery_report.c.reminder_id.in_(reminder_ids))
    found = connection.execute(query.order_by(delivery_report.c.looked_at))
    return {row.reminder_id: row for row in found}
