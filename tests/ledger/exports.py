"""Small ledger folders for tests: invented businesses, written as the exports of a ledger program."""

from __future__ import annotations

from pathlib import Path

import pytest

from reminderbot.ledger.csv_folder import LedgerMistakes, LedgerReading, read_folder

CUSTOMERS = (
    "customer_id,name,contact_name,email,phone,language,time_zone,country,group,sms_consent,sms_consent_on,"
    "sms_consent_how\n"
    "C1,Birch Bakery,Ida Birch,ida@birch.example,+14155550123,en,America/New_York,US,retail,yes,2026-01-05,"
    "signed form\n"
    "C2,Fjord & Co,,office@fjord.example,,,,,,,,\n"
)
INVOICES = (
    "number,customer_id,issued_on,due_on,currency,total,status,pay_url,po_number,pdf\n"
    "INV-1,C1,2026-02-01,2026-03-03,USD,1200.00,open,https://pay.example/1,PO 7,\n"
    "INV-2,C2,2026-02-02,,EUR,80,paid,,,\n"
    "INV-3,C2,2026-02-03,2026-03-05,,19.90,disputed,,,\n"
)
PAYMENTS = (
    "payment_id,customer_id,invoice,paid_on,currency,amount,kind\n"
    "P1,C1,INV-1,2026-03-01,USD,200.00,payment\n"
    "P2,C2,,2026-03-02,EUR,5.00,credit_note\n"
)


def write_folder(
    folder: Path,
    customers: str | bytes = CUSTOMERS,
    invoices: str | bytes = INVOICES,
    payments: str | bytes | None = PAYMENTS,
) -> Path:
    """Write the three files into `folder`; text as UTF-8, payments=None leaves that file out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("customers.csv", customers), ("invoices.csv", invoices), ("payments.csv", payments)):
        if content is not None:
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def read(folder: Path) -> LedgerReading:
    return read_folder(folder, "EUR")


def mistakes(folder: Path) -> tuple[str, ...]:
    """The sentences with which the folder is refused."""
    with pytest.raises(LedgerMistakes) as refused:
        read(folder)
    return refused.value.sentences


def invoice_row(**cells: str) -> str:
    """One line of invoices.csv, sound but for the cells given."""
    row = {
        "number": "INV-9", "customer_id": "C1", "issued_on": "2026-02-01", "due_on": "2026-03-03", "currency": "USD",
        "total": "10.00", "status": "open", "pay_url": "", "po_number": "", "pdf": "",
    }  # fmt: skip
    return ",".join((row | cells).values()) + "\n"


def customer_row(**cells: str) -> str:
    """One line of customers.csv, sound but for the cells given."""
    row = {
        "customer_id": "C9", "name": "Nine Ltd", "contact_name": "", "email": "nine@nine.example", "phone": "",
        "language": "", "time_zone": "", "country": "", "group": "", "sms_consent": "", "sms_consent_on": "",
        "sms_consent_how": "",
    }  # fmt: skip
    return ",".join((row | cells).values()) + "\n"


def payment_row(**cells: str) -> str:
    """One line of payments.csv, sound but for the cells given."""
    row = {
        "payment_id": "P9", "customer_id": "C1", "invoice": "INV-1", "paid_on": "2026-03-02", "currency": "USD",
        "amount": "10.00", "kind": "payment",
    }  # fmt: skip
    return ",".join((row | cells).values()) + "\n"
