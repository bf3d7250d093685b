"""Finds customers by what a message says of its writer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, or_, select, update

from reminderbot.core.customer import Customer
from reminderbot.core.event import Event, EventKind
from reminderbot.core.ladder import Channel
from reminderbot.store import journal, outbox
from reminderbot.store.ledger import chunks, customer_of
from reminderbot.store.tables import customer, invoice
from reminderbot.store.types import storable


def by_address(connection: Connection, channel: Channel, address: str) -> tuple[str, ...]:
    """Everybody with this e-mail address (whatever its case) or number."""
    if channel is Channel.EMAIL:
        lower = storable(address.lower())
        # Theirs is also the address of before a person put in another one.
        same = or_(func.lower(customer.c.email) == lower, func.lower(customer.c.email_by_hand) == lower)
    else:
        same = or_(customer.c.phone == address, customer.c.phone_by_hand == address)
    query = select(customer.c.customer_id).where(same)
    return tuple(connection.execute(query.order_by(customer.c.customer_id)).scalars())


def everybody_at(connection: Connection, channel: Channel, address: str, recipient_hash: str) -> tuple[str, ...]:
    """Everybody with this address or number, and those we wrote to there before the ledger gave them another."""
    written_to = outbox.customers_at(connection, recipient_hash)
    return tuple(dict.fromkeys((*by_address(connection, channel, address), *written_to)))


def by_invoices(connection: Connection, words: Sequence[str]) -> tuple[str, ...]:
    """The owners of the invoices whose numbers are among `words` (upper case)."""
    query = select(invoice.c.customer_id).where(func.upper(invoice.c.number).in_(map(storable, words))).distinct()
    return tuple(connection.execute(query.order_by(invoice.c.customer_id)).scalars())


def get(connection: Connection, customer_id: str) -> Customer | None:
    row = connection.execute(select(customer).where(customer.c.customer_id == customer_id)).first()
    return None if row is None else customer_of(row)


def names(connection: Connection, customer_ids: Iterable[str | None]) -> dict[str, str]:
    """The names of these customers, by their numbers."""
    wanted = sorted({key for key in customer_ids if key})
    found: dict[str, str] = {}
    for some in chunks(wanted):
        query = select(customer.c.customer_id, customer.c.name).where(customer.c.customer_id.in_(some))
        found |= {row.customer_id: row.name for row in connection.execute(query)}
    return found


def listed_address(connection: Connection, customer_id: str, channel: Channel) -> str:
    """The address or number that the ledger has; empty where it has none."""
    query = select(_LISTED[channel]).where(customer.c.customer_id == customer_id)
    return connection.execute(query).scalar() or ""


def address_by_hand(connection: Connection, customer_id: str, channel: Channel) -> str:
    """What a person put in its place; empty: nothing."""
    query = select(_BY_HAND[channel]).where(customer.c.customer_id == customer_id)
    return connection.execute(query).scalar() or ""


def write_to(
    connection: Connection, customer_id: str, channel: Channel, address: str, now: datetime, actor: str
) -> None:
    """Put an address or number in the place of the ledger's; an empty one: the ledger's counts again."""
    changed = update(customer).where(customer.c.customer_id == customer_id)
    connection.execute(changed.values({_BY_HAND[channel]: address or None}))
    data = {"channel": channel.value, "by_hand": bool(address)}
    journal.record(connection, Event(EventKind.CONTACT_CHANGED, now, actor, customer_id, data))


_LISTED = {Channel.EMAIL: customer.c.email, Channel.SMS: customer.c.phone}
_BY_HAND = {Channel.EMAIL: customer.c.email_by_hand, Channel.SMS: customer.c.phone_by_hand}


def owner_of(connection: Connection, number: str) -> str | None:
    """The customer whose invoice has this number."""
    return connection.execute(select(invoice.c.customer_id).where(invoice.c.number == number)).scalar()


def open_numbers(connection: Connection, customer_id: str) -> tuple[str, ...]:
    """The customer's open invoices, oldest due first."""
    query = select(invoice.c.number).where(invoice.c.customer_id == customer_id, invoice.c.is_open)
    return tuple(connection.execute(query.order_by(invoice.c.due_on, invoice.c.number)).scalars())


def find(connection: Connection, words: str) -> list[Customer]:
    """Customers whose number or name is `words`, else those whose name holds it, whatever the case."""
    # What passes through a function of the database has lost the column's type.
    words = storable(words)
    exact = select(customer).where((customer.c.customer_id == words) | (func.lower(customer.c.name) == words.lower()))
    found = [customer_of(row) for row in connection.execute(exact.order_by(customer.c.customer_id))]
    if found:
        return found
    part = select(customer).where(customer.c.name.icontains(words, autoescape=True))
    return [customer_of(row) for row in connection.execute(part.order_by(customer.c.customer_id).limit(20))]
