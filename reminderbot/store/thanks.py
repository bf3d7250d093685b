"""What customers could be thanked for, and what they have been thanked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, select, update

from reminderbot.core.thanks import Thanks, ThanksFor
from reminderbot.store.tables import invoice, thanks

# Five business days lie within so many days wherever people rest for a week.
_LOOK_BACK = timedelta(days=21)
_OWED = (
    select(thanks)
    .where(
        thanks.c.customer_id.in_(bindparam("ids", expanding=True)),
        thanks.c.happened_on >= bindparam("since"),
        thanks.c.said_at.is_(None),
    )
    .order_by(thanks.c.happened_on, thanks.c.key)
)


def owe(connection: Connection, customer_id: str, found: Thanks) -> None:
    """Keep that a customer could be thanked; what they were thanked for, or could have been, is not kept again."""
    if connection.execute(select(thanks.c.key).where(thanks.c.key == found.key)).first() is None:
        values = {"key": found.key, "customer_id": customer_id, "what": found.what.value, "name": found.name}
        connection.execute(insert(thanks).values(**values, invoices=list(found.invoices), happened_on=found.on))


def settled_after_reminder(connection: Connection, numbers: Collection[str]) -> list[tuple[str, str]]:
    """Those of these invoices that are settled and were reminded about after their due date: (number, customer)."""
    query = select(invoice.c.number, invoice.c.customer_id).where(
        invoice.c.number.in_(numbers), invoice.c.listed, ~invoice.c.is_open, invoice.c.tier_days >= 0
    )
    return [(row.number, row.customer_id) for row in connection.execute(query.order_by(invoice.c.number))]


def owed(connection: Connection, customer_ids: Sequence[str], today: date) -> dict[str, tuple[Thanks, ...]]:
    """What these customers could be thanked for at the end of `today`'s last weeks."""
    found: dict[str, list[Thanks]] = defaultdict(list)
    for row in connection.execute(_OWED, {"ids": customer_ids, "since": today - _LOOK_BACK}):
        found[row.customer_id].append(Thanks(ThanksFor(row.what), row.name, tuple(row.invoices), row.happened_on))
    return {key: tuple(some) for key, some in found.items()}


def said(connection: Connection, keys: Collection[str], at: datetime) -> None:
    """They have been thanked for these, or may have been."""
    connection.execute(update(thanks).where(thanks.c.key.in_(keys)).values(said_at=at))
