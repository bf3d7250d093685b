"""What is due only later, by which terms, and in whose place a bill was issued: read, or refused with the cure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from reminderbot.core.invoice import Invoice, Status
from reminderbot.ledger.csv_folder import read_folder
from tests.ledger.exports import mistakes, payment_row, read, write_folder

HEADER = "number,customer_id,issued_on,due_on,currency,total,status,terms_days,retained,retained_until,replaces\n"
PAID = "payment_id,customer_id,invoice,paid_on,currency,amount,kind\n"


def bill(number: str = "INV-1", customer: str = "C1", due: str = "2026-03-03", **cells: str) -> str:
    row = {"status": "open", "terms_days": "", "retained": "", "retained_until": "", "replaces": ""} | cells
    return ",".join((number, customer, "2026-02-01", due, "USD", "100.00", *row.values())) + "\n"


def only(folder: Path, row: str, terms_days: int = 0) -> Invoice:
    write_folder(folder, invoices=HEADER + row, payments=None)
    (found,) = read_folder(folder, "EUR", terms_days).snapshot.invoices
    return found


@pytest.mark.parametrize(
    ("row", "house", "due_on"),
    [
        (bill(), 30, date(2026, 3, 3)),
        (bill(due=""), 30, date(2026, 3, 3)),
        (bill(due="", terms_days="14"), 30, date(2026, 2, 15)),
        (bill(due="", terms_days="0"), 30, date(2026, 2, 1)),
        (bill(due=""), 0, None),
    ],
)
def test_a_blank_due_date_follows_the_terms_of_the_bill_and_else_of_the_house(
    tmp_path: Path, row: str, house: int, due_on: date | None
) -> None:
    assert only(tmp_path, row, house).due_on == due_on


def test_a_retained_part_has_its_sum_and_its_day(tmp_path: Path) -> None:
    found = only(tmp_path, bill(retained="5.00", retained_until="2026-09-01"))
    assert (found.retained, found.retained_until) == (Decimal("5.00"), date(2026, 9, 1))


def test_a_retained_part_without_its_day_is_told(tmp_path: Path) -> None:
    write_folder(tmp_path, invoices=HEADER + bill(retained="5.00"), payments=None)
    assert any("is not reminded of until its day stands there" in note for note in read(tmp_path).notes)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (bill(retained="100.01", retained_until="2026-09-01"), "is more than the invoice's 100.00 USD"),
        (bill(retained="5.00", retained_until="2026-03-02"), "is before the invoice's due date"),
        (bill(retained="-5.00"), "is below zero"),
        (bill(terms_days="soon"), "is not a number of days"),
        (bill(terms_days="400"), "from 0 to 365"),
        (bill(replaces="INV-1"), "is itself or another customer's"),
        (bill() + bill("INV-2", "C2", replaces="INV-1"), "is itself or another customer's"),
    ],
)
def test_what_cannot_be_is_refused_with_its_cure(tmp_path: Path, row: str, words: str) -> None:
    told = mistakes(write_folder(tmp_path, invoices=HEADER + row, payments=None))
    assert [sentence for sentence in told if words in sentence], told


def test_a_bill_in_whose_place_another_stands_is_cancelled_and_told(tmp_path: Path) -> None:
    write_folder(tmp_path, invoices=HEADER + bill() + bill("INV-2", replaces="INV-1"), payments=None)
    found = read(tmp_path)
    assert [each.status for each in found.snapshot.invoices] == [Status.CANCELLED, Status.OPEN]
    assert any('"INV-2" takes the place of this invoice' in note for note in found.notes)


@pytest.mark.parametrize(("back", "right"), [("-100.00", True), ("-60.00", True), ("-100.01", False)])
def test_no_more_is_taken_back_than_came_in(tmp_path: Path, back: str, right: bool) -> None:
    rows = payment_row(amount="100.00") + payment_row(payment_id="P10", amount=back)
    write_folder(tmp_path, invoices=HEADER + bill(), payments=PAID + rows)
    if right:
        assert sum(paid.amount.amount for paid in read(tmp_path).snapshot.payments) == 100 + Decimal(back)
    else:
        assert any("takes back more than is listed for invoice INV-1" in told for told in mistakes(tmp_path))
