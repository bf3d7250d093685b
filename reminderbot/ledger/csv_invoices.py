"""invoices.csv and payments.csv: what is billed and what was paid on it."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from reminderbot.core.invoice import Invoice, Payment, PaymentKind, Status
from reminderbot.core.money import Money
from reminderbot.ledger import csv_cells
from reminderbot.ledger.csv_report import Report, seen
from reminderbot.ledger.csv_row import Lines, Row
from reminderbot.ledger.csv_table import Sheet, Table

INVOICES = Sheet(
    required=("number", "customer_id", "issued_on", "due_on", "currency", "total", "status"),
    optional=("pay_url", "po_number", "pdf", "terms_days", "retained", "retained_until", "replaces"),
)
PAYMENTS = Sheet(
    required=("payment_id", "customer_id", "invoice", "paid_on", "currency", "amount", "kind"),
    optional=(),
)
_STATUSES = tuple(status.value for status in Status)
_KINDS = tuple(kind.value for kind in PaymentKind)
# Stands in for a cell that could not be read; such an export is refused, so it goes nowhere.
_NO_DAY = date.min
_ReadMoney = Callable[[str, str], Money]


@dataclass(frozen=True, slots=True)
class Known:
    """What the other files say; customers are None where not all of customers.csv could be read."""

    customers: Container[str] | None
    default_currency: str
    # From an invoice's day to its due date where its row names none; 0: it has none then.
    terms_days: int = 0


def read_invoices(table: Table, known: Known, report: Report) -> tuple[Invoice, ...]:
    """The invoices; each has its own number and a customer of customers.csv."""
    numbers = Lines()
    columns = INVOICES.columns
    rows = [(Row(table.name, n, columns, cells, report), n) for n, cells in table.rows]
    found = tuple((row, _invoice(row, n, numbers, known)) for row, n in rows)
    replaced = {invoice.replaces: invoice for _, invoice in found if invoice.replaces}
    return tuple(_in_force(row, invoice, replaced) for row, invoice in found)


def _in_force(row: Row, invoice: Invoice, replaced: Mapping[str, Invoice]) -> Invoice:
    """The invoice as it counts: one in whose place another was issued is cancelled, whatever its row still says."""
    other = replaced.get(invoice.number)
    if other is None or invoice.status not in (Status.OPEN, Status.DISPUTED):
        return invoice
    if other.customer_id != invoice.customer_id or other.number == invoice.number:
        row.mistake("number", f"is replaced by {seen(other.number)}, which is itself or another customer's; correct it")
    row.note("status", f"counts as cancelled: {seen(other.number)} takes the place of this invoice")
    return replace(invoice, status=Status.CANCELLED)


def _invoice(row: Row, line: int, numbers: Lines, known: Known) -> Invoice:
    number = row.get("number", "", csv_cells.identifier)
    if number:
        numbers.claim(row, "number", line, number)
    issued_on = row.get("issued_on", _NO_DAY, csv_cells.day)
    due_on = _due_on(row, issued_on, known)
    total = _money(row, "total", known.default_currency)
    retained, retained_until = _retained(row, total, due_on)
    return Invoice(
        number=number,
        customer_id=_customer_id(row, known),
        issued_on=issued_on,
        due_on=due_on,
        total=total,
        status=Status(row.get("status", "open", csv_cells.one_of, _STATUSES)),
        pay_url=row.get("pay_url", "", csv_cells.web_address),
        po_number=row.text("po_number"),
        pdf=row.text("pdf"),
        retained=retained,
        retained_until=retained_until,
        replaces=row.get("replaces", "", csv_cells.identifier) if row.cell("replaces") else "",
    )


def _due_on(row: Row, issued_on: date, known: Known) -> date | None:
    """The due date; where its row names none, by the terms of payment that were agreed."""
    due_on = row.get("due_on", None, csv_cells.day_or_none)
    own = row.get("terms_days", None, csv_cells.days)
    if due_on and due_on < issued_on:
        row.note("due_on", f"is before the invoice was issued ({issued_on}); check it")
    terms = known.terms_days or None if own is None else own
    return issued_on + timedelta(days=terms) if due_on is None and terms is not None and not row.mistaken else due_on


def _retained(row: Row, total: Money, due_on: date | None) -> tuple[Decimal, date | None]:
    """The part that is due only later by agreement, and from when."""
    until = row.get("retained_until", None, csv_cells.day_or_none)
    if not row.cell("retained"):
        return Decimal(0), None
    kept = row.get("retained", Money(Decimal(0), total.currency), csv_cells.money, total.currency)
    if kept > total and not row.mistaken:
        row.mistake("retained", f"is more than the invoice's {total}; correct either")
    if until and due_on and until < due_on:
        row.mistake("retained_until", f"is before the invoice's due date ({due_on}); correct either")
    if kept.amount > 0 and until is None:
        row.note("retained_until", "is blank: the part retained is not reminded of until its day stands there")
    return kept.amount, until


def read_payments(
    table: Table, known: Known, invoices: Mapping[str, Invoice] | None, report: Report
) -> tuple[Payment, ...]:
    """The payments; `invoices` is None where not all of invoices.csv could be read.

    A payment that names an invoice which is not listed is kept as unapplied cash of its customer, and told.
    """
    ids = Lines()
    columns = PAYMENTS.columns
    found = []
    back = _TakenBack()
    for line, cells in table.rows:
        row = Row(table.name, line, columns, cells, report)
        payment_id = row.get("payment_id", "", csv_cells.identifier)
        if payment_id:
            ids.claim(row, "payment_id", line, payment_id)
        found.append(_payment(row, payment_id, known, invoices))
        back.count(row, found[-1])
    back.refuse_more_than_came()
    return tuple(found)


class _TakenBack:
    """Sees that no more is taken back than came in before.

    A program that writes what comes in with a minus would otherwise have us ask for what has been paid.
    """

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str, str], Decimal] = {}
        self._rows: dict[tuple[str, str, str], Row] = {}

    def count(self, row: Row, payment: Payment) -> None:
        key = (payment.customer_id, payment.amount.currency, payment.invoice or payment.unlisted_invoice)
        self._sums[key] = self._sums.get(key, Decimal(0)) + payment.amount.amount
        if payment.amount.amount < 0:
            self._rows[key] = row

    def refuse_more_than_came(self) -> None:
        for key, row in self._rows.items():
            if self._sums[key] < 0:
                what = f"takes back more than is listed for {f'invoice {key[2]}' if key[2] else 'no invoice'}"
                cure = "list what it takes back too, with the same invoice, or take the minus away if it came in"
                row.mistake("amount", f"{what}; {cure}")


def _payment(row: Row, payment_id: str, known: Known, invoices: Mapping[str, Invoice] | None) -> Payment:
    customer_id = _customer_id(row, known)
    named = row.get("invoice", "", csv_cells.identifier) if row.cell("invoice") else ""
    invoice = invoices.get(named) if invoices and named else None
    # A payment speaks the language of the bill it pays, where it does not say otherwise.
    currency = invoice.total.currency if invoice else known.default_currency
    amount = _money(row, "amount", currency, csv_cells.money_or_back)
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


def _money(row: Row, column: str, default_currency: str, read: _ReadMoney = csv_cells.money) -> Money:
    code = row.get("currency", default_currency, csv_cells.currency) if row.cell("currency") else default_currency
    return row.get(column, Money(Decimal(0), code), read, code)
