"""What customers have heard from us: how much was said lately, to whom for the first time, and in which thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, func, select

from reminderbot.core.delivery import SAID
from reminderbot.store.tables import outbox

_SAID = [state.value for state in SAID]

# What every window of a delivery asks is put together once: that costs as much as asking it.
_WAS_SAID = outbox.c.state.in_(_SAID)
# By the time alone: SQLite would look up the states instead, and walk through all that was ever said.
_SAID_SINCE = and_(outbox.c.claimed_at >= bindparam("since"), outbox.c.state.concat("").in_(_SAID))
_OF_CUSTOMERS = outbox.c.customer_id.in_(bindparam("ids", expanding=True))
_COUNT = func.count().filter
_SENT_SINCE = select(
    _COUNT(outbox.c.claimed_at >= bindparam("day")), _COUNT(outbox.c.claimed_at > bindparam("hour"))
).where(_SAID_SINCE)
_SEGMENTS_SINCE = select(func.sum(outbox.c.segments)).where(_SAID_SINCE)
_BEFORE = outbox.alias()
_FIRST_SINCE = select(func.count(outbox.c.customer_id.distinct())).where(
    _SAID_SINCE,
    ~select(_BEFORE.c.reminder_id)
    .where(
        _BEFORE.c.customer_id == outbox.c.customer_id,
        _BEFORE.c.claimed_at < bindparam("since"),
        _BEFORE.c.state.in_(_SAID),
    )
    .exists(),
)
_HEARD = select(outbox.c.customer_id).where(_OF_CUSTOMERS, _WAS_SAID).distinct()
_THREADS = (
    select(outbox.c.customer_id, outbox.c.message_id)
    .where(_OF_CUSTOMERS, outbox.c.message_id.is_not(None), _WAS_SAID)
    .order_by(outbox.c.reminder_id)
)


def sent_since(connection: Connection, day: datetime, hour: datetime) -> tuple[int, int]:
    """How many reminders have been said from the beginning of the day on, and how many after that hour ago."""
    asked = {"day": day, "hour": hour, "since": min(day, hour)}
    today, lately = connection.execute(_SENT_SINCE, asked).one()
    return int(today), int(lately)


def moments_since(connection: Connection, since: datetime) -> tuple[datetime, ...]:
    """When each reminder since `since` was said, in their order."""
    query = select(outbox.c.claimed_at).where(_SAID_SINCE).order_by(outbox.c.claimed_at)
    return tuple(connection.execute(query, {"since": since}).scalars())


def first_contacts_since(connection: Connection, since: datetime) -> int:
    """How many customers heard from us for the first time since `since`."""
    return int(connection.execute(_FIRST_SINCE, {"since": since}).scalar_one())


def strangers(connection: Connection, customer_ids: Sequence[str]) -> set[str]:
    """Those among these customers who have never heard from us."""
    return set(customer_ids) - set(connection.execute(_HEARD, {"ids": customer_ids}).scalars())


def segments_since(connection: Connection, since: datetime) -> int:
    """Text message segments said since `since`."""
    return int(connection.execute(_SEGMENTS_SINCE, {"since": since}).scalar() or 0)


def threads(connection: Connection, customer_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For each customer the Message-IDs of the first and the last reminder in their conversation."""
    found: dict[str, list[str]] = {}
    for customer_id, message_id in connection.execute(_THREADS, {"ids": customer_ids}):
        found.setdefault(customer_id, []).append(message_id)
    return {key: tuple(dict.fromkeys((ids[0], ids[-1]))) for key, ids in found.items()}
