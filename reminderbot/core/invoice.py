"""Invoices, what was paid on them, and what is still open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
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
    # A part that is due only later by agreement, and the day from which it is; none: that day is not known yet.
    retained: Decimal = Decimal(0)
    retained_until: date | None = None
    # The invoice in whose place this one was issued.
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money, a credit note or a write-off that lowers what is open; no invoice: unapplied cash.

    Below zero it takes an earlier one back: a debit that the bank returned, a credit note that was cancelled.
    """

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

    Payments of other invoices and in other currencies are left out. Below zero is the customer's credit balance: what
    was paid or credited beyond the total, or the money that came in for a bill which is cancelled or only a draft.
    """
    currency = invoice.total.currency
    sums = dict.fromkeys(PaymentKind, Decimal(0))
    for payment in payments:
        if payment.invoice == invoice.number and payment.amount.currency == currency:
            sums[payment.kind] += payment.amount.amount
    return Money(_left(invoice, sums), currency)


def _left(invoice: Invoice, sums: Mapping[PaymentKind, Decimal]) -> Decimal:
    if invoice.status in (Status.CANCELLED, Status.DRAFT):
        # Its credit note only takes the bill back; money that was paid on it is the customer's.
        return min(-sums[PaymentKind.PAYMENT], Decimal(0))
    left = invoice.total.amount - sums[PaymentKind.PAYMENT] - sums[PaymentKind.CREDIT_NOTE]
    if left <= 0:
        return left
    # What we gave up is no money of the customer's.
    return Decimal(0) if invoice.status is Status.PAID else max(left - sums[PaymentKind.WRITE_OFF], Decimal(0))


def due_part(invoice: Invoice, balance: Money, today: date) -> tuple[Invoice, Money]:
    """The invoice and what may be asked for of it on `today`: without the part that is due only later by agreement.

    Where only that part is left, its own day takes the place of the due date.
    """
    until = invoice.retained_until
    kept = Decimal(0) if until is not None and until <= today else invoice.retained
    if 0 < balance.amount <= invoice.retained:
        return replace(invoice, due_on=until), balance
    return invoice, Money(balance.amount - kept, balance.currency)


def days_past_due(due_on: date, today: date) -> int:
    """Days since the due date; negative before it."""
    return (today - due_on).days
