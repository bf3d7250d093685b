"""What a person at the desk asks about everybody at once: who owes, what was sent, what came in and fits nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from reminderbot.core.delivery import SAID
from reminderbot.core.money import Money, subtotals
from reminderbot.store.inbox import CANARY
from reminderbot.store.tables import customer, inbound, invoice, outbox, payment
from reminderbot.store.types import storable

_SAID = [state.value for state in SAID]
_FETCH = 1000
# Comparing a word with a name costs some microseconds.
_MOST_NAMES = 20_000


@dataclass(frozen=True, slots=True)
class OpenRow:
    """One open invoice as a report counts it."""

    number: str
    customer_id: str
    customer: str
    due_on: date | None
    currency: str
    balance: Decimal


def owing(connection: Connection) -> list[str]:
    """Customers of the ledger with something open."""
    query = select(invoice.c.customer_id).join(customer).where(invoice.c.is_open, customer.c.listed).distinct()
    return list(connection.execute(query.order_by(invoice.c.customer_id)).scalars())


def open_invoices(connection: Connection, customer_ids: Collection[str] | None = None) -> Iterator[OpenRow]:
    """Every open invoice (of these customers) with its customer, oldest due first within each."""
    query = (
        select(
            invoice.c.number,
            invoice.c.customer_id,
            customer.c.name,
            invoice.c.due_on,
            invoice.c.currency,
            invoice.c.open_balance,
        )
        .join(customer)
        .where(invoice.c.is_open)
        .order_by(invoice.c.customer_id, invoice.c.due_on, invoice.c.number)
        .execution_options(yield_per=_FETCH)
    )
    if customer_ids is not None:
        query = query.where(invoice.c.customer_id.in_(customer_ids))
    for row in connection.execute(query):
        yield OpenRow(*row)


def known_names(connection: Connection) -> Iterator[str]:
    """Invoice numbers, customer numbers and customer names, up to some thousands: what a slip of the pen may mean."""
    for column in (invoice.c.number, customer.c.customer_id, customer.c.name):
        yield from connection.execute(select(column).limit(_MOST_NAMES)).scalars()


def invoice_like(connection: Connection, number: str) -> Row[Any] | None:
    """The invoice of this number, whatever the case of its letters."""
    exact = connection.execute(select(invoice).where(invoice.c.number == number)).first()
    if exact is not None:
        return exact
    return connection.execute(select(invoice).where(func.upper(invoice.c.number) == storable(number.upper()))).first()


def sent_by_tier(connection: Connection, since: datetime | None = None) -> list[tuple[str, str, int]]:
    """(tier, channel, how many) of what was said to customers."""
    query = select(outbox.c.tier, outbox.c.channel, func.count()).where(outbox.c.state.in_(_SAID))
    if since is not None:
        query = query.where(outbox.c.claimed_at >= since)
    return [(r[0], r[1], r[2]) for r in connection.execute(query.group_by(outbox.c.tier, outbox.c.channel))]


def unmatched(connection: Connection, since: datetime) -> list[Row[Any]]:
    """What came in since then and fits no customer, the newest first."""
    nobody = inbound.c.customer_id.is_(None) & (inbound.c.stored_at >= since) & (inbound.c.state != CANARY)
    return list(connection.execute(select(inbound).where(nobody).order_by(inbound.c.inbound_id.desc())))


def received(connection: Connection, since: date) -> list[tuple[str, Decimal]]:
    """(currency, sum) of the money the ledger, or a person, has noted as paid since that day."""
    query = select(payment.c.currency, payment.c.amount).where(
        payment.c.listed, payment.c.kind == "payment", payment.c.paid_on >= since
    )
    sums: dict[str, Decimal] = {}
    for currency, amount in connection.execute(query):
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    return sorted(sums.items())


def recent_messages(connection: Connection, customer_id: str, limit: int = 10) -> list[Row[Any]]:
    """What was said to a customer or came to nothing, the newest first; what is only planned is left out."""
    tried = or_(outbox.c.claimed_at.is_not(None), outbox.c.settled_at.is_not(None)) & (outbox.c.state != "withdrawn")
    query = select(outbox).where(outbox.c.customer_id == customer_id, tried)
    return list(connection.execute(query.order_by(outbox.c.reminder_id.desc()).limit(limit)))


def recent_replies(connection: Connection, customer_id: str, limit: int = 10) -> list[Row[Any]]:
    """What came from a customer, the newest first."""
    query = select(inbound).where(inbound.c.customer_id == customer_id)
    return list(connection.execute(query.order_by(inbound.c.inbound_id.desc()).limit(limit)))


def payments_of(connection: Connection, customer_id: str, limit: int = 10) -> list[Row[Any]]:
    """The customer's payments and credits that count, the newest first."""
    query = select(payment).where(payment.c.customer_id == customer_id, payment.c.listed)
    return list(connection.execute(query.order_by(payment.c.paid_on.desc(), payment.c.payment_id).limit(limit)))


def customers_like(connection: Connection, words: str, limit: int) -> list[Row[Any]]:
    """Customers whose number, name, address or telephone holds `words`, or who have such an invoice, by name."""
    words = storable(words)
    columns = (customer.c.customer_id, customer.c.name, customer.c.contact_name, customer.c.email, customer.c.phone)
    query = select(*columns)
    if words:
        by_invoice = select(invoice.c.customer_id).where(invoice.c.number.istartswith(words, autoescape=True))
        told = [column.icontains(words, autoescape=True) for column in columns]
        query = query.where(or_(*told, customer.c.customer_id.in_(by_invoice)))
    else:
        query = query.where(customer.c.customer_id.in_(select(invoice.c.customer_id).where(invoice.c.is_open)))
    return list(connection.execute(query.order_by(customer.c.name, customer.c.customer_id).limit(limit)))


def invoices_of(connection: Connection, customer_id: str, limit: int = 200) -> list[Row[Any]]:
    """The customer's invoices, open ones first, then the newest due first."""
    query = select(invoice).where(invoice.c.customer_id == customer_id)
    return list(connection.execute(query.order_by(invoice.c.is_open.desc(), invoice.c.due_on.desc()).limit(limit)))


def owed_by(connection: Connection, customer_ids: Collection[str]) -> dict[str, tuple[Money, ...]]:
    """What each of these customers owes, one sum a currency."""
    found: dict[str, list[Money]] = {}
    for row in open_invoices(connection, customer_ids) if customer_ids else ():
        found.setdefault(row.customer_id, []).append(Money(row.balance, row.currency))
    return {key: subtotals(sums) for key, sums in found.items()}


UNMATCHED_KEPT = timedelta(days=30)
"""How far back mail that belongs to nobody is listed (design section 7)."""


def anything_heard(connection: Connection) -> bool:
    """Whether any message of others ever came in."""
    others = select(inbound.c.inbound_id).where(inbound.c.state != CANARY)
    return connection.execute(others.limit(1)).first() is not None
