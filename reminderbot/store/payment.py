"""Payments a person has noted until the ledger has them too: one row an invoice, with the whole sum paid so far."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, select, update

from reminderbot.core.invoice import PaymentKind
from reminderbot.store.session import upsert
from reminderbot.store.tables import payment

_PREFIX = "by-hand:"


def note(
    connection: Connection, bill: Row[Any], paid_so_far: Decimal, paid_on: date, kind: PaymentKind = PaymentKind.PAYMENT
) -> None:
    """Note that `paid_so_far`, in all, has been paid on the invoice `bill`; a note of before is replaced."""
    row = {
        "payment_id": f"{_PREFIX}{bill.number}",
        "customer_id": bill.customer_id,
        "invoice": bill.number,
        "paid_on": paid_on,
        "currency": bill.currency,
        "amount": paid_so_far,
        "kind": kind.value,
        "listed": True,
        "by_hand": True,
    }
    upsert(connection, payment, [row])


def noted(connection: Connection, number: str) -> Decimal | None:
    """What a person has noted as paid so far, in all, on this invoice; None: nothing."""
    row = (payment.c.payment_id == f"{_PREFIX}{number}") & payment.c.listed
    return connection.execute(select(payment.c.amount).where(row)).scalar()


def put_back(connection: Connection, number: str, before: Decimal | None) -> bool:
    """Have the note on this invoice say what it said before; False where there is none."""
    if before is None:
        return take_back(connection, number)
    noted = (payment.c.payment_id == f"{_PREFIX}{number}") & payment.c.listed
    return bool(connection.execute(update(payment).where(noted).values(amount=before)).rowcount)


def take_back(connection: Connection, number: str) -> bool:
    """Let the note on this invoice count no more; False where there is none."""
    noted = (payment.c.payment_id == f"{_PREFIX}{number}") & payment.c.listed
    return bool(connection.execute(update(payment).where(noted).values(listed=False)).rowcount)
