"""invoices.csv and payments.csv: what is billed and what was paid on it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reminderbot.core.invoice import Invoice, Payment, PaymentKind, Status
from reminderbot.core.money import Money
from reminderbot.ledger import csv_cells
from reminderbot.ledger.csv_report import Report, seen
from reminderbot.ledger.csv_row import Lines, Row
from reminderbot.ledger.csv_table import Sheet, Table

INVOICES = Sheet(
    required=("number", "customer_id", "issued_on", "due_on", "currency", "total", "status"),
    optional=("pay_url", "po_number", "pdf"),
)
PAYMENTS = Sheet(
    required=("payment_id", "customer_id", "invoice", "paid_on", "currency", "amount", "kind"),
    optional=(),
)
_STATUSES = tuple(status.value for status in Status)
_KINDS = tuple(kind.value for kind in PaymentKind)
# Stands in for a cell that could not be read; such an export is refused, so it goes nowhere.
_NO_DAY = date.min


@dataclass(frozen=True, slots=True)
class Known:
    """What the other files say; customers are None where not all of customers.csv could be read."""

    customers: Container[str] | None
    default_currency: str


def read_invoices(table: Table, known: Known, report: Report) -> tuple[Invoice, ...]:
    """The invoices; each has its own number and a customer of customers.csv."""
    numbers = Lines()
    columns = INVOICES.columns
    return tuple(_invoice(Row(table.name, n, columns, cells, report), n, numbers, known) for n, cells in table.rows)


def _invoice(row: Row, line: int, numbers: Lines, known: Known) -> Invoice:
    number = row.get("number", "", csv_cells.identifier)
    if number:
        numbers.claim(row, "number", line, number)
    issued_on = row.get("issued_on", _NO_DAY, csv_cells.day)
    due_on = row.get("due_on", None, csv_cells.day_or_none)
    if due_on and due_on < issued_on:
        row.note("due_on", f"is before the invoice was issued ({issued_on}); check it")
    return Invoice(
        number=number,
        customer_id=_customer_id(row, known),
        issued_on=issued_on,
        due_on=due_on,
        total=_money(row, "total", known.default_currency),
        status=Status(row.get("status", "open", csv_cells.one_of, _STATUSES)),
        pay_url=row.get("pay_url", "", csv_cells.web_address),
        po_number=row.text("po_number"),
        pdf=row.text("pdf"),
    )


def read_payments(
    table: Table, known: Known, invoices: Mapping[str, Invoice] | None, report: Report
) -> tuple[Payment, ...]:
    """The payments; `invoices` is None where not all of invoices.csv could be read.

    A payment that names an invoice which is not listed is kept as unapplied cash of its customer, and told.
    """
    ids = Lines()
    columns = PAYMENTS.columns
    found = []
    for line, cells in table.rows:
        row = Row(table.name, line, columns, cells, report)
        payment_id = row.get("payment_id", "", csv_cells.identifier)
        if payment_id:
            ids.claim(row, "payment_id", line, payment_id)
        found.append(_payment(row, payment_id, known, invoices))
    return tuple(found)


def _payment(row: Row, payment_id: str, known: Known, invoices: Mapping[str, Invoice] | None) -> Payment:
    customer_id = _customer_id(row, known)
    named = row.get("invoice", "", csv_cells.identifier) if row.cell("invoice") else ""
    invoice = invoices.get(named) if invoices and named else None
    # A payment speaks the language of the bill it pays, where it does not say otherwise.
    amount = _money(row, "amount", invoice.total.currency if invoice else known.default_currency)
    if invoice:
        _refuse_mismatch(row, customer_id, amount, invoice)
    elif named and invoices is not None:
        row.note("invoice", "is not listed in invoices.csv; the payment is kept as unapplied cash of the customer")
    return Payment(
        payment_id=payment_id,
        customer_id=customer_id,
        invoice=invoice.number if invoice else None,
        paid_on=row.get("paid_on", _NO_DAY, csv_cells.day),
        amount=amount,
        kind=PaymentKind(row.get("kind", "payment", csv_cells.one_of, _KINDS)),
        unlisted_invoice="" if invoice else named,
    )


def _refuse_mismatch(row: Row, customer_id: str, amount: Money, invoice: Invoice) -> None:
    if customer_id and customer_id != invoice.customer_id:
        row.mistake("invoice", f"belongs to customer {seen(invoice.customer_id)}; correct invoice or customer_id")
    if amount.currency != invoice.total.currency:
        row.mistake("invoice", f"is in {invoice.total.currency} and the payment in {amount.currency}; correct either")


def _customer_id(row: Row, known: Known) -> str:
    customer_id = row.get("customer_id", "", csv_cells.identifier)
    if customer_id and known.customers is not None and customer_id not in known.customers:
        row.mistake("customer_id", "is not in customers.csv; add the customer there or correct the id")
    return customer_id


def _money(row: Row, column: str, default_currency: str) -> Money:
    code = row.get("currency", default_currency, csv_cells.currency) if row.cell("currency") else default_currency
    return row.get(column, Money(Decimal(0), code), csv_cells.money, code)
