"""What a statement of account is made of: every invoice with its balance on a day, and what had come in by then."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, select

from reminderbot.core.invoice import Invoice, Payment, Status
from reminderbot.core.money import Money
from reminderbot.store.ledger import balance_of, invoice_of, payment_of
from reminderbot.store.tables import invoice, payment

_SETTLED = (Status.PAID, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Books:
    """One customer's books as of the end of a day."""

    balances: tuple[tuple[Invoice, Money], ...]
    payments: tuple[Payment, ...]
    # Invoices that the ledger calls settled, without a payment that says since when.
    settled_sometime: tuple[str, ...]


def books(connection: Connection, customer_id: str, on: date) -> Books:
    """What the ledger and people have noted with a day up to `on`; what it no longer lists is left out."""
    bills = connection.execute(
        select(invoice)
        .where(invoice.c.customer_id == customer_id, invoice.c.listed, invoice.c.issued_on <= on)
        .order_by(invoice.c.number)
    ).all()
    paid = connection.execute(
        select(payment).where(payment.c.customer_id == customer_id, payment.c.listed, payment.c.paid_on <= on)
    ).all()
    by_invoice: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in paid:
        by_invoice[row.invoice or ""].append(row)
    return Books(
        tuple((invoice_of(row), Money(balance_of(row, by_invoice[row.number]), row.currency)) for row in bills),
        tuple(came for row in paid if (came := _came(row, by_invoice[row.invoice or ""])).amount.amount > 0),
        tuple(
            row.number
            for row in bills
            if Status(row.status) in _SETTLED and sum(p.amount for p in by_invoice[row.number]) < row.total
        ),
    )


def _came(row: Row[Any], known: list[Row[Any]]) -> Payment:
    """A payment; of one noted by hand, which is the whole sum paid so far, what the ledger has not got yet."""
    found = payment_of(row)
    if not row.by_hand:
        return found
    there = sum((other.amount for other in known if not other.by_hand), Decimal(0))
    return replace(found, amount=Money(row.amount - there, row.currency))
