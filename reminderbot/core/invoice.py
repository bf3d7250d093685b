"""Invoices, what was paid on them, and what is still open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from reminderbot.core.money import Money


class Status(StrEnum):
    """What the ledger says of an invoice; the open balance is computed from payments all the same."""

    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"
    DRAFT = "draft"
    DISPUTED = "disputed"


class PaymentKind(StrEnum):
    PAYMENT = "payment"
    CREDIT_NOTE = "credit_note"
    WRITE_OFF = "write_off"


@dataclass(frozen=True, slots=True)
class Invoice:
    """One bill, as the ledger has it."""

    number: str
    customer_id: str
    issued_on: date
    due_on: date | None
    total: Money
    status: Status = Status.OPEN
    pay_url: str = ""
    po_number: str = ""
    pdf: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money, a credit note or a write-off that lowers what is open; no invoice: unapplied cash."""

    payment_id: str
    customer_id: str
    invoice: str | None
    paid_on: date
    amount: Money
    kind: PaymentKind = PaymentKind.PAYMENT
    # The invoice its row names although the ledger does not list it (any more); then `invoice` is None.
    unlisted_invoice: str = field(default="", compare=False)


def open_balance(invoice: Invoice, payments: Iterable[Payment]) -> Money:
    """What is still owed on `invoice`: nothing where the ledger calls it settled, else its total less all payments.

    Payments of other invoices and in other currencies are left out; below zero is a credit balance.
    """
    currency = invoice.total.currency
    if invoice.status in (Status.PAID, Status.CANCELLED, Status.DRAFT):
        return Money(Decimal(0), currency)
    paid = sum(
        (p.amount.amount for p in payments if p.invoice == invoice.number and p.amount.currency == currency),
        Decimal(0),
    )
    return Money(invoice.total.amount - paid, currency)


def days_past_due(due_on: date, today: date) -> int:
    """Days since the due date; negative before it."""
    return (today - due_on).days
