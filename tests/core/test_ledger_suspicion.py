"""Which exports wait for a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from reminderbot.core.customer import Customer
from reminderbot.core.invoice import Invoice, Status
from reminderbot.core.ledger_change import compare
from reminderbot.core.ledger_suspicion import suspicions
from reminderbot.core.money import Money
from reminderbot.core.snapshot import Snapshot
from tests.core.test_ledger_change import BIRCH, DAY, NOON, invoice, ledger, payment


def invoices(count: int) -> list[Invoice]:
    return [invoice(f"INV-{i}") for i in range(count)]


def changing(rows: list[Invoice], how_many: int, change: Callable[[Invoice], Invoice]) -> Snapshot:
    return ledger(*(change(row) if i < how_many else row for i, row in enumerate(rows)))


def dearer(row: Invoice) -> Invoice:
    return replace(row, total=Money(row.total.amount + 1, "EUR"))


@pytest.mark.parametrize(
    ("changed", "of", "held"),
    [
        # One row below the limit's reach, at it, one above it.
        (19, 19, False), (20, 20, True), (21, 21, True),
        # Just below, at and just above 30 %.
        (5, 20, False), (6, 20, False), (7, 20, True),
        (6, 21, False), (7, 21, True),
        (29, 100, False), (30, 100, False), (31, 100, True),
    ],
)  # fmt: skip
def test_more_than_thirty_percent_of_open_invoices_changed_is_held(changed: int, of: int, held: bool) -> None:
    rows = invoices(of)
    told = suspicions(compare(ledger(*rows), changing(rows, changed, dearer)))
    assert told == ([f"{changed} of {of} open invoices would change (more than 30 %)."] if held else [])


@pytest.mark.parametrize(
    ("dropped", "of", "held"),
    [
        (19, 19, False), (20, 20, True), (21, 21, True),
        (1, 20, False), (2, 20, False), (3, 20, True),
        (2, 21, False), (3, 21, True),
        (9, 100, False), (10, 100, False), (11, 100, True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("what", ["customers", "invoices", "payments"])
def test_more_than_ten_percent_of_a_list_dropped_is_held(what: str, dropped: int, of: int, held: bool) -> None:
    if what == "customers":
        people = tuple(replace(BIRCH, customer_id=f"C{i}") for i in range(of))
        old, new = ledger(customers=people), ledger(customers=people[dropped:])
    elif what == "invoices":
        old, new = ledger(*invoices(of)), ledger(*invoices(of)[dropped:])
    else:
        # Paid on an invoice that is not listed any more: a single one of these would not be held.
        paid = [payment(f"P{i}", "INV-1") for i in range(of)]
        old, new = ledger(*paid), ledger(*paid[dropped:])
    told = suspicions(compare(old, new))
    assert told == ([f"{dropped} of {of} {what} are no longer listed (more than 10 %)."] if held else [])


def test_rows_replaced_by_others_are_dropped_all_the_same() -> None:
    others = [replace(row, number=f"X{row.number}") for row in invoices(20)]
    assert len(suspicions(compare(ledger(*invoices(20)), ledger(*others)))) == 1


def test_invoices_no_longer_open_do_not_count_among_the_open_ones() -> None:
    settled = [replace(row, number=f"S{row.number}", status=Status.PAID) for row in invoices(60)]
    rows = invoices(20)
    changed = changing(rows, 7, dearer)
    told = suspicions(compare(ledger(*rows, *settled), replace(changed, invoices=(*changed.invoices, *settled))))
    assert told == ["7 of 20 open invoices would change (more than 30 %)."]


def test_customers_paying_is_what_an_export_is_for() -> None:
    rows = invoices(20)
    paid = [payment(f"P{i}", row.number) for i, row in enumerate(rows)]
    assert suspicions(compare(ledger(*rows), ledger(*rows, *paid))) == []
    flagged = [replace(row, status=Status.PAID) for row in rows]
    assert suspicions(compare(ledger(*rows), ledger(*flagged, *paid))) == []


def test_many_invoices_called_paid_without_any_payment_are_held() -> None:
    rows = invoices(20)
    told = suspicions(compare(ledger(*rows), changing(rows, 7, lambda row: replace(row, status=Status.PAID))))
    assert told == ["7 of 20 open invoices would change (more than 30 %)."]


def test_due_dates_that_are_not_followed_do_not_hold_every_export_for_ever() -> None:
    rows = invoices(20)
    earlier = changing(rows, 20, lambda row: replace(row, due_on=row.due_on and row.due_on - DAY))
    assert suspicions(compare(ledger(*rows), earlier)) == []


@pytest.mark.parametrize(("moved", "held"), [(5, False), (6, False), (7, True)])
def test_addresses_that_slip_to_other_customers_are_held(moved: int, held: bool) -> None:
    def person(i: int, email: str) -> Customer:
        return replace(BIRCH, customer_id=f"C{i}", contact=replace(BIRCH.contact, email=email))

    old = ledger(customers=tuple(person(i, f"{i}@birch.example") for i in range(20)))
    new = ledger(customers=tuple(person(i, f"{i + (i < moved)}@birch.example") for i in range(20)))
    assert bool(suspicions(compare(old, new))) == held


def test_addresses_that_were_missing_may_be_filled_in() -> None:
    people = tuple(replace(BIRCH, customer_id=f"C{i}") for i in range(20))
    unknown = tuple(replace(person, contact=replace(person.contact, email=None)) for person in people)
    assert suspicions(compare(ledger(customers=unknown), ledger(customers=people))) == []
    assert suspicions(compare(ledger(customers=people), ledger(customers=unknown))) == [
        "20 of 20 customers would get another address or number, or none (more than 30 %)."
    ]


@pytest.mark.parametrize(("age", "held"), [(-1, True), (0, False), (1, False)])
def test_an_export_older_than_the_last_is_held(age: int, held: bool) -> None:
    told = suspicions(compare(ledger(), ledger(at=NOON + timedelta(seconds=60 * age))))
    assert told == (
        ["This export is older than the last one: it is of 2026-03-04 11:59 UTC, the last one of 2026-03-04 12:00 UTC."]
        if held
        else []
    )


def test_a_currency_that_changes_is_held_even_on_a_single_invoice() -> None:
    other = replace(invoice("INV-1"), total=Money(invoice("INV-1").total.amount, "USD"))
    told = suspicions(compare(ledger(invoice("INV-1")), ledger(other)))
    assert told == ["The currency of 1 invoice (INV-1) has changed."]


def test_a_paid_flag_that_is_lost_is_held() -> None:
    told = suspicions(compare(ledger(invoice("INV-1", status=Status.PAID)), ledger(invoice("INV-1"))))
    assert told == ["Settled before and open again: 1 invoice (INV-1)."]


def test_a_payment_that_vanishes_from_a_listed_invoice_is_held() -> None:
    told = suspicions(compare(ledger(invoice("INV-1"), payment("P1", "INV-1", "5")), ledger(invoice("INV-1"))))
    assert told == ["No longer listed, so that more seems to be owed: 1 payment (P1)."]


def test_a_payment_that_leaves_the_list_together_with_its_invoice_is_not_held() -> None:
    assert suspicions(compare(ledger(invoice("INV-1"), payment("P1", "INV-1")), ledger())) == []


@pytest.mark.parametrize(("amount", "held"), [("4.99", True), ("5.00", False), ("5.01", False)])
def test_a_payment_that_counts_for_less_is_held(amount: str, held: bool) -> None:
    old = ledger(invoice("INV-1"), payment("P1", "INV-1", "5.00"))
    told = suspicions(compare(old, ledger(invoice("INV-1"), payment("P1", "INV-1", amount))))
    assert told == (["Counts for less than before, or for somebody else: 1 payment (P1)."] if held else [])


def test_a_payment_matched_to_its_invoice_is_no_reason_to_ask() -> None:
    old = ledger(invoice("INV-1"), payment("P1", None))
    assert suspicions(compare(old, ledger(invoice("INV-1"), payment("P1", "INV-1")))) == []


def test_the_first_export_has_nothing_to_be_compared_with() -> None:
    assert suspicions(compare(None, ledger(*invoices(100)))) == []
