"""What the house has settled for one customer beside what the ledger says of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from reminderbot.core.customer import Preference
from reminderbot.core.event import Event, EventKind
from reminderbot.store import journal
from reminderbot.store.session import upsert
from reminderbot.store.tables import customer, preference

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_OF_CUSTOMERS = select(preference).where(preference.c.customer_id.in_(_IDS))


def of_customers(connection: Connection, customer_ids: Sequence[str]) -> dict[str, Preference]:
    """What was settled for these customers, where anything was."""
    rows = connection.execute(_OF_CUSTOMERS, {"ids": customer_ids})
    return {row.customer_id: Preference(row.language, row.never_sms, row.collector, row.segment) for row in rows}


def get(connection: Connection, customer_id: str) -> Preference:
    return of_customers(connection, [customer_id]).get(customer_id, Preference())


def segments(connection: Connection) -> dict[str, int]:
    """The segments that people chose, each with for how many customers."""
    query = select(preference.c.segment, func.count()).where(preference.c.segment != "").group_by(preference.c.segment)
    return {name: int(number) for name, number in connection.execute(query)}


def groups(connection: Connection) -> list[str]:
    """The groups of the customers in the ledger."""
    query = select(customer.c.group).where(customer.c.listed, customer.c.group != "").distinct()
    return list(connection.execute(query).scalars())


def put(connection: Connection, customer_id: str, chosen: Preference, now: datetime, actor: str) -> None:
    values = {"language": chosen.language, "never_sms": chosen.never_sms, "collector": chosen.collector}
    values |= {"segment": chosen.segment}
    upsert(connection, preference, [{"customer_id": customer_id, **values}])
    journal.record(connection, Event(EventKind.PREFERRED, now, actor, customer_id, values))
