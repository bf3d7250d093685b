"""A folder of CSV files becomes one snapshot, or sentences."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from reminderbot.core.customer import Consent, Contact, Customer
from reminderbot.core.invoice import Invoice, Payment, PaymentKind, Status
from reminderbot.core.money import Money
from tests.ledger.exports import (
    CUSTOMERS,
    INVOICES,
    PAYMENTS,
    customer_row,
    invoice_row,
    mistakes,
    payment_row,
    read,
    write_folder,
)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def test_every_cell_of_an_export_arrives_as_its_value(tmp_path: Path) -> None:
    reading = read(write_folder(tmp_path))

    assert reading.notes == ()
    assert reading.snapshot.customers == (
        Customer(
            "C1",
            "Birch Bakery",
            Contact("Ida Birch", "ida@birch.example", "+14155550123", Consent(date(2026, 1, 5), "signed form")),
            "en",
            "America/New_York",
            "US",
            "retail",
        ),
        Customer("C2", "Fjord & Co", Contact("", "office@fjord.example", None)),
    )
    assert reading.snapshot.invoices == (
        Invoice(
            "INV-1",
            "C1",
            date(2026, 2, 1),
            date(2026, 3, 3),
            usd("1200"),
            pay_url="https://pay.example/1",
            po_number="PO 7",
        ),
        Invoice("INV-2", "C2", date(2026, 2, 2), None, eur("80"), Status.PAID),
        Invoice("INV-3", "C2", date(2026, 2, 3), date(2026, 3, 5), eur("19.90"), Status.DISPUTED),
    )
    assert reading.snapshot.payments == (
        Payment("P1", "C1", "INV-1", date(2026, 3, 1), usd("200")),
        Payment("P2", "C2", None, date(2026, 3, 2), eur("5"), PaymentKind.CREDIT_NOTE),
    )


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_same_export_reads_the_same_in_every_dialect_taken_in(
    tmp_path: Path, line_end: str, delimiter: str, mark: bytes
) -> None:
    def dialect(content: str) -> bytes:
        return mark + content.replace(",", delimiter).replace("\n", line_end).encode()

    plain = read(write_folder(tmp_path / "plain"))
    other = read(write_folder(tmp_path / "other", dialect(CUSTOMERS), dialect(INVOICES), dialect(PAYMENTS)))
    assert other.snapshot.customers == plain.snapshot.customers
    assert other.snapshot.invoices == plain.snapshot.invoices
    assert other.snapshot.payments == plain.snapshot.payments


def test_the_columns_may_stand_in_any_order_and_optional_ones_may_be_absent(tmp_path: Path) -> None:
    customers = "email,customer_id,name\nida@birch.example,C1,Birch Bakery\n"
    invoices = (
        "status,total,currency,due_on,issued_on,customer_id,number\nopen,5.00,USD,2026-03-03,2026-02-01,C1,INV-1\n"
    )
    snapshot = read(write_folder(tmp_path, customers, invoices, None)).snapshot
    assert snapshot.customers == (Customer("C1", "Birch Bakery", Contact("", "ida@birch.example", None)),)
    assert snapshot.invoices == (Invoice("INV-1", "C1", date(2026, 2, 1), date(2026, 3, 3), usd("5")),)


def test_without_payments_csv_nothing_was_paid(tmp_path: Path) -> None:
    assert read(write_folder(tmp_path, payments=None)).snapshot.payments == ()


@pytest.mark.parametrize("name", ["customers.csv", "invoices.csv"])
def test_customers_and_invoices_are_asked_for_where_they_are_missing(tmp_path: Path, name: str) -> None:
    (write_folder(tmp_path) / name).unlink()
    assert mistakes(tmp_path)[0].startswith(f"{name} is missing in ")


def test_lists_without_entries_are_an_empty_ledger(tmp_path: Path) -> None:
    headers = [content.splitlines(keepends=True)[0] for content in (CUSTOMERS, INVOICES, PAYMENTS)]
    snapshot = read(write_folder(tmp_path, *headers)).snapshot
    assert (snapshot.customers, snapshot.invoices, snapshot.payments) == ((), (), ())


def test_the_ledger_is_as_old_as_its_newest_file_and_touching_one_counts(tmp_path: Path) -> None:
    write_folder(tmp_path)
    for hour, name in enumerate(("customers.csv", "payments.csv", "invoices.csv")):
        at = datetime(2026, 3, 4, 9 + hour, 30, tzinfo=timezone(timedelta(hours=2))).timestamp()
        os.utime(tmp_path / name, (at, at))
    exported_at = read(tmp_path).snapshot.exported_at
    assert exported_at == datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
    assert exported_at.utcoffset() == timedelta(0)


def test_a_payment_without_currency_is_in_that_of_its_invoice(tmp_path: Path) -> None:
    extra = payment_row(currency="") + payment_row(payment_id="P10", invoice="", currency="")
    payments = read(write_folder(tmp_path, payments=PAYMENTS + extra)).snapshot.payments
    assert [p.amount for p in payments[-2:]] == [usd("10"), eur("10")]


def test_a_payment_for_an_invoice_not_listed_is_unapplied_cash_and_is_told(tmp_path: Path) -> None:
    reading = read(write_folder(tmp_path, payments=PAYMENTS + payment_row(invoice="INV-77")))
    assert reading.snapshot.payments[-1].invoice is None
    assert reading.snapshot.payments[-1].unlisted_invoice == "INV-77"
    assert reading.notes == (
        'payments.csv, line 4, column invoice: "INV-77" is not listed in invoices.csv; '
        "the payment is kept as unapplied cash of the customer.",
    )


def test_both_lines_of_a_duplicate_are_named(tmp_path: Path) -> None:
    customers = CUSTOMERS + customer_row(customer_id="C1")
    invoices = INVOICES + invoice_row(number="INV-2")
    payments = PAYMENTS + payment_row(payment_id="P2")
    assert mistakes(write_folder(tmp_path, customers, invoices, payments)) == (
        'customers.csv, line 4, column customer_id: "C1" is already on line 2; keep one of the two.',
        'invoices.csv, line 5, column number: "INV-2" is already on line 3; keep one of the two.',
        'payments.csv, line 4, column payment_id: "P2" is already on line 3; keep one of the two.',
    )


def test_an_address_that_cannot_be_used_leaves_the_customer_without_it_and_is_told(tmp_path: Path) -> None:
    rows = customer_row(email="nine at nine") + customer_row(customer_id="C10", phone="12", country="DE")
    reading = read(write_folder(tmp_path, CUSTOMERS + rows))
    assert [c.contact.email for c in reading.snapshot.customers[-2:]] == [None, "nine@nine.example"]
    assert [c.contact.phone for c in reading.snapshot.customers[-2:]] == [None, None]
    assert [note.partition(":")[0] for note in reading.notes] == [
        "customers.csv, line 4, column email",
        "customers.csv, line 5, column phone",
    ]
    assert all("taken in without it" in note for note in reading.notes)


@pytest.mark.parametrize(("on", "how"), [("", ""), ("2026-01-05", ""), ("", "signed form")])
def test_consent_without_its_day_and_how_it_was_given_does_not_count(tmp_path: Path, on: str, how: str) -> None:
    row = customer_row(phone="+14155550123", sms_consent="yes", sms_consent_on=on, sms_consent_how=how)
    reading = read(write_folder(tmp_path, CUSTOMERS + row))
    assert reading.snapshot.customers[-1].contact.sms_consent is None
    assert "does not count without when and how it was given" in reading.notes[0]


@pytest.mark.parametrize("said", ["no", ""])
def test_consent_not_given_is_no_consent_whatever_else_is_filled_in(tmp_path: Path, said: str) -> None:
    row = customer_row(sms_consent=said, sms_consent_on="2026-01-05", sms_consent_how="by phone")
    reading = read(write_folder(tmp_path, CUSTOMERS + row))
    assert reading.snapshot.customers[-1].contact.sms_consent is None
    assert reading.notes == ()


def test_a_line_break_in_a_name_never_gets_further_than_here(tmp_path: Path) -> None:
    row = customer_row(name='"Nine\r\nBcc: all@nine.example"', contact_name="=?utf-8?q?x=0D=0ABcc:_evil@x?=")
    reading = read(write_folder(tmp_path, CUSTOMERS + row))
    nine = reading.snapshot.customers[-1]
    assert nine.name == "Nine Bcc: all@nine.example"
    assert "=?" not in nine.contact.name
    assert len(reading.notes) == 2


def test_columns_of_other_programs_are_left_out_and_told(tmp_path: Path) -> None:
    invoices = "".join(line + ",x\n" for line in INVOICES.splitlines()).replace("pdf,x", "pdf,warehouse", 1)
    reading = read(write_folder(tmp_path, invoices=invoices))
    assert len(reading.snapshot.invoices) == 3
    assert reading.notes == ('invoices.csv, line 1: the column "warehouse" is not known and was left out.',)


def test_mistakes_in_all_files_are_told_at_once_and_nothing_is_taken_in(tmp_path: Path) -> None:
    told = mistakes(
        write_folder(
            tmp_path,
            CUSTOMERS + customer_row(time_zone="Europe/Berln"),
            INVOICES + invoice_row(due_on="03/04/2026", total="1.234"),
            PAYMENTS + payment_row(kind="refund"),
        )
    )
    assert [sentence.partition(":")[0] for sentence in told] == [
        "customers.csv, line 4, column time_zone",
        "invoices.csv, line 5, column due_on",
        "invoices.csv, line 5, column total",
        "payments.csv, line 4, column kind",
    ]


@pytest.mark.parametrize(("wrong", "told"), [(49, 49), (50, 50), (51, 51), (120, 51)])
def test_the_first_fifty_mistakes_are_shown_and_the_others_counted(tmp_path: Path, wrong: int, told: int) -> None:
    rows = "".join(invoice_row(number=f"N{i}", total="1,5").replace("1,5", '"1,5"') for i in range(wrong))
    sentences = mistakes(write_folder(tmp_path, invoices=INVOICES + rows))
    assert len(sentences) == told
    assert (sentences[-1] == f"And {wrong - 50} more mistakes.") == (wrong > 50)


def test_a_file_that_cannot_be_read_is_not_blamed_on_the_others(tmp_path: Path) -> None:
    told = mistakes(write_folder(tmp_path, CUSTOMERS[:-20]))
    assert len(told) == 1
    assert "half-written" in told[0]


def test_a_hundred_thousand_invoices_do_not_keep_anybody_waiting(tmp_path: Path) -> None:
    rows = "".join(invoice_row(number=f"N{i}", total=f"{i}.25") for i in range(100_000))
    began = os.times()
    snapshot = read(write_folder(tmp_path, invoices=INVOICES + rows)).snapshot
    ended = os.times()
    assert len(snapshot.invoices) == 100_003
    # Processor time, so that a busy machine does not count; about 2 s of it are used.
    assert ended.user - began.user < 15
