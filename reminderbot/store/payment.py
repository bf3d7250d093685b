"""Payments a person has noted until the ledger has them too: one row an invoice, with the whole sum paid so far."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, update

from reminderbot.store.session import upsert
from reminderbot.store.tables import payment

_PREFIX = "by-hand:"


def note(connection: Connection, bill: Row[Any], paid_so_far: Decimal, paid_on: date) -> None:
    """Note that `paid_so_far`, in all, has been paid on the invoice `bill`; a note of before is replaced."""
    row = {
        "payment_id": f"{_PREFIX}{bill.number}",
        "customer_id": bill.customer_id,
        "invoice": bill.number,
        "paid_on": paid_on,
        "currency": bill.currency,
        "amount": paid_so_far,
        "kind": "payment",
        "listed": True,
        "by_hand": True,
    }
    upsert(connection, payment, [row])


def take_back(connection: Connection, number: str) -> bool:
    """Let the note on this invoice count no more; False where there is none."""
    noted = (payment.c.payment_id == f"{_PREFIX}{number}") & payment.c.listed
    return bool(connection.execute(update(payment).where(noted).values(listed=False)).rowcount)
