"""The CSV ledger: a folder with customers.csv, invoices.csv and payments.csv becomes one snapshot, or none.

Everything wrong in all files is told at once, and then nothing of the export is taken in. payments.csv may be absent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reminderbot.core.snapshot import Snapshot
from reminderbot.ledger.csv_customers import CUSTOMERS, read_customers
from reminderbot.ledger.csv_files import read_files
from reminderbot.ledger.csv_invoices import INVOICES, PAYMENTS, Known, read_invoices, read_payments
from reminderbot.ledger.csv_report import LedgerMistakes, Report
from reminderbot.ledger.csv_table import Sheet, Table, read_table

__all__ = ["LedgerMistakes", "LedgerReading", "read_folder"]


@dataclass(frozen=True, slots=True)
class LedgerReading:
    """A snapshot, and sentences about what was left out of it or looks odd in it."""

    snapshot: Snapshot
    notes: tuple[str, ...] = ()


def read_folder(folder: Path, default_currency: str, terms_days: int = 0) -> LedgerReading:
    """Read the ledger in `folder`; `default_currency` (ISO 4217) and `terms_days` stand in for blank cells.

    Raises LedgerMistakes with a sentence for every mistake (file, line, column, what was seen, cure).
    """
    report = Report()
    contents, exported_at = read_files(folder, report.mistakes)
    snapshot = _read(contents, default_currency, terms_days, exported_at, report)
    report.refuse_if_mistaken()
    # Without a file there is a mistake: one of them is missing, or the folder is.
    assert snapshot is not None
    return LedgerReading(snapshot, report.notes.sentences("notes"))


def _read(
    contents: dict[str, bytes], default_currency: str, terms_days: int, exported_at: datetime | None, report: Report
) -> Snapshot | None:
    def table(name: str, sheet: Sheet) -> Table | None:
        return read_table(name, contents[name], sheet, report) if name in contents else None

    customer_rows = table("customers.csv", CUSTOMERS)
    invoice_rows = table("invoices.csv", INVOICES)
    payment_rows = table("payments.csv", PAYMENTS)
    customers, ids = read_customers(customer_rows, report) if customer_rows else ((), None)
    # Rows that could not be read may hold what the other files point to: one mistake is told once.
    known = Known(ids if customer_rows and customer_rows.whole else None, default_currency, terms_days)
    invoices = read_invoices(invoice_rows, known, report) if invoice_rows else ()
    by_number = {invoice.number: invoice for invoice in invoices} if invoice_rows and invoice_rows.whole else None
    payments = read_payments(payment_rows, known, by_number, report) if payment_rows else ()
    return Snapshot(customers, invoices, payments, exported_at) if exported_at else None
