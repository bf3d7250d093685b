"""What an export changes, and what of it we do not follow."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.core.customer import Contact, Customer
from reminderbot.core.invoice import Invoice, Payment, Status
from reminderbot.core.ledger_change import compare, settle
from reminderbot.core.ledger_words import NAMED, describe, to_json
from reminderbot.core.money import Money
from reminderbot.core.snapshot import Snapshot

# Without a deadline, which a busy machine would miss.
LAW = settings(max_examples=60)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
DUE = date(2026, 3, 3)
DAY = timedelta(days=1)
BIRCH = Customer("C1", "Birch Bakery", Contact("Ida Birch", "ida@birch.example", None))


def invoice(number: str, total: str = "100", due_on: date | None = DUE, status: Status = Status.OPEN) -> Invoice:
    return Invoice(number, "C1", date(2026, 2, 1), due_on, Money(Decimal(total), "EUR"), status)


def payment(payment_id: str, on: str | None, amount: str = "100", unlisted: str = "") -> Payment:
    return Payment(payment_id, "C1", on, DUE, Money(Decimal(amount), "EUR"), unlisted_invoice=unlisted)


def ledger(*rows: Invoice | Payment, customers: tuple[Customer, ...] = (BIRCH,), at: datetime = NOON) -> Snapshot:
    invoices = tuple(row for row in rows if isinstance(row, Invoice))
    payments = tuple(row for row in rows if isinstance(row, Payment))
    return Snapshot(customers, invoices, payments, at)


def test_the_same_export_again_changes_nothing() -> None:
    same = ledger(invoice("INV-1"), payment("P1", "INV-1", "5"))
    assert describe(compare(same, replace(same, exported_at=NOON + DAY))) == ["nothing has changed"]


def test_in_the_first_export_everything_is_new() -> None:
    first = ledger(invoice("INV-1"), payment("P1", "INV-1"))
    changes = compare(None, first)
    assert changes.before is None
    assert changes.new_invoices == first.invoices
    assert changes.new_payments == first.payments
    assert changes.customers_added == first.customers
    assert describe(changes) == ["new: 1 invoice (INV-1)", "new: 1 payment (P1)", "new: 1 customer (C1)"]


def test_new_changed_and_unlisted_invoices_are_told_apart() -> None:
    old = ledger(invoice("KEPT"), invoice("CHANGED"), invoice("GONE"))
    changes = compare(old, ledger(invoice("KEPT"), invoice("CHANGED", "90"), invoice("NEW")))
    assert [i.number for i in changes.new_invoices] == ["NEW"]
    assert [(c.before.total.amount, c.after.total.amount) for c in changes.changed_invoices] == [(100, 90)]
    assert [i.number for i in changes.unlisted_invoices] == ["GONE"]


@pytest.mark.parametrize(("paid", "is_paid"), [("99.99", False), ("100.00", True), ("100.01", True)])
def test_an_invoice_is_newly_paid_once_nothing_is_owed_on_it(paid: str, is_paid: bool) -> None:
    changes = compare(ledger(invoice("INV-1")), ledger(invoice("INV-1"), payment("P1", "INV-1", paid)))
    assert bool(changes.newly_paid) == is_paid


@pytest.mark.parametrize("status", [Status.PAID, Status.CANCELLED])
def test_an_invoice_called_settled_is_newly_paid_without_a_payment(status: Status) -> None:
    changes = compare(ledger(invoice("INV-1")), ledger(invoice("INV-1", status=status)))
    assert [i.number for i in changes.newly_paid] == ["INV-1"]


def test_an_invoice_paid_before_is_not_newly_paid() -> None:
    paid = ledger(invoice("INV-1", status=Status.PAID))
    assert compare(paid, paid).newly_paid == ()


@pytest.mark.parametrize("status", [Status.PAID, Status.CANCELLED])
def test_an_invoice_settled_before_and_owed_again_is_reopened(status: Status) -> None:
    changes = compare(ledger(invoice("INV-1", status=status)), ledger(invoice("INV-1")))
    assert [c.after.number for c in changes.reopened] == ["INV-1"]


def test_a_paid_invoice_that_turns_open_but_is_paid_by_payments_is_not_reopened() -> None:
    old = ledger(invoice("INV-1", status=Status.PAID))
    assert compare(old, ledger(invoice("INV-1"), payment("P1", "INV-1"))).reopened == ()


@pytest.mark.parametrize(
    ("moved_to", "settled"),
    [
        (DUE - DAY, DUE),
        (DUE, DUE),
        (DUE + DAY, DUE + DAY),
        # Without a due date nobody is reminded: the quieter reading.
        (None, None),
    ],
)
def test_a_due_date_moved_later_counts_and_one_moved_earlier_does_not(
    moved_to: date | None, settled: date | None
) -> None:
    old, new = ledger(invoice("INV-1")), ledger(invoice("INV-1", due_on=moved_to))
    assert settle(old, new).invoices[0].due_on == settled


def test_an_invoice_that_gets_its_due_date_later_has_it() -> None:
    assert settle(ledger(invoice("INV-1", due_on=None)), ledger(invoice("INV-1"))).invoices[0].due_on == DUE


def test_a_due_date_moved_earlier_is_reported_and_changes_nothing() -> None:
    changes = compare(ledger(invoice("INV-1")), ledger(invoice("INV-1", due_on=DUE - DAY)))
    assert changes.changed_invoices == ()
    assert describe(changes) == ["due earlier (the later day is kept): 1 invoice (INV-1: 2026-03-03 to 2026-03-02)"]


def test_a_due_date_moved_later_is_reported() -> None:
    changes = compare(ledger(invoice("INV-1")), ledger(invoice("INV-1", due_on=DUE + DAY)))
    assert "due later: 1 invoice (INV-1: 2026-03-03 to 2026-03-04)" in describe(changes)


def test_a_payment_that_vanishes_is_never_silent() -> None:
    changes = compare(ledger(invoice("INV-1"), payment("P1", "INV-1")), ledger(invoice("INV-1")))
    assert [p.payment_id for p in changes.vanished_payments] == ["P1"]
    assert describe(changes) == ["no longer listed: 1 payment (P1)"]


@pytest.mark.parametrize(
    ("on", "listed", "missed"),
    [("INV-1", True, True), ("INV-1", False, False), (None, True, True), (None, False, True)],
)
def test_a_vanished_payment_is_missed_unless_its_invoice_went_with_it(
    on: str | None, listed: bool, missed: bool
) -> None:
    new = ledger(invoice("INV-1")) if listed else ledger()
    assert bool(compare(ledger(invoice("INV-1"), payment("P1", on)), new).missed_payments) == missed


def test_money_applied_stays_applied_when_only_its_invoice_leaves_the_list() -> None:
    before = ledger(invoice("INV-1"), payment("P1", "INV-1"))
    exported = ledger(payment("P1", None, unlisted="INV-1"))
    kept = settle(before, exported)
    assert kept.payments[0].invoice == "INV-1"
    assert compare(before, exported).changed_payments == ()
    # And so it stays with every later export.
    assert settle(kept, exported).payments == kept.payments


@pytest.mark.parametrize("exported", [payment("P1", None), payment("P1", None, unlisted="INV-2")])
def test_money_taken_off_its_invoice_by_the_ledger_is_unapplied(exported: Payment) -> None:
    before = ledger(invoice("INV-1"), payment("P1", "INV-1"))
    assert settle(before, ledger(exported)).payments[0].invoice is None


def test_a_payment_that_came_before_its_invoice_is_applied_when_the_invoice_comes() -> None:
    before = ledger(payment("P1", None, unlisted="INV-1"))
    changes = compare(before, ledger(invoice("INV-1"), payment("P1", "INV-1")))
    assert [c.after.invoice for c in changes.changed_payments] == ["INV-1"]


def test_customers_added_changed_and_removed_are_told_apart() -> None:
    fjord = Customer("C2", "Fjord & Co", Contact("", "office@fjord.example", None))
    moved = replace(BIRCH, contact=replace(BIRCH.contact, email="new@birch.example"))
    changes = compare(ledger(customers=(BIRCH, fjord)), ledger(customers=(moved, replace(fjord, customer_id="C3"))))
    assert [c.customer_id for c in changes.customers_added] == ["C3"]
    assert [c.contact.email for c in changes.customers_changed] == ["new@birch.example"]
    assert [c.customer_id for c in changes.customers_removed] == ["C2"]
    assert changes.moved_contacts == 1


@pytest.mark.parametrize(("count", "ending"), [(NAMED - 1, "N3)"), (NAMED, "N4)"), (NAMED + 1, "N4, and 1 more)")])
def test_a_line_names_a_few_and_counts_the_others(count: int, ending: str) -> None:
    changes = compare(ledger(), ledger(*(invoice(f"N{i}") for i in range(count))))
    assert describe(changes)[0].startswith(f"new: {count} invoices (N0, ")
    assert describe(changes)[0].endswith(ending)


def test_the_difference_can_be_written_as_json() -> None:
    old = ledger(invoice("INV-1"), invoice("INV-2"), payment("P1", "INV-1"))
    new = ledger(invoice("INV-1", "90", DUE + DAY), payment("P1", "INV-1", "20"), payment("P2", None), at=NOON + DAY)
    written = json.loads(json.dumps(to_json(compare(old, new))))
    assert written["first"] is False
    assert written["exported_at"] == "2026-03-05T12:00:00+00:00"
    assert written["listed"] == {"customers": 1, "invoices": 1, "payments": 2}
    assert written["changed_invoices"] == [
        {"id": "INV-1", "fields": {"due_on": ["2026-03-03", "2026-03-04"], "total": ["100.00 EUR", "90.00 EUR"]}}
    ]
    assert written["changed_payments"] == [{"id": "P1", "fields": {"amount": ["100.00 EUR", "20.00 EUR"]}}]
    assert written["unlisted_invoices"] == ["INV-2"]
    assert written["new_payments"] == ["P2"]
    assert json.loads(json.dumps(to_json(compare(None, new))))["listed_before"] is None


dates = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 9))
ledgers = st.builds(
    lambda invoices, payments: ledger(*invoices, *payments),
    st.lists(
        st.builds(invoice, st.sampled_from("ABC"), st.sampled_from(["0", "50", "100"]), dates, st.sampled_from(Status)),
        unique_by=lambda i: i.number,
    ),
    st.lists(
        st.builds(
            payment, st.sampled_from("PQ"), st.none() | st.sampled_from("ABC"), st.just("50"), st.sampled_from("ABC")
        ),
        unique_by=lambda p: p.payment_id,
    ),
)


@LAW
@given(ledgers, ledgers)
def test_what_is_kept_never_makes_a_bill_due_earlier_than_the_customer_was_told(old: Snapshot, new: Snapshot) -> None:
    due = {i.number: i.due_on for i in old.invoices}
    for kept in settle(old, new).invoices:
        before = due.get(kept.number)
        assert before is None or kept.due_on is None or kept.due_on >= before


@LAW
@given(ledgers, ledgers)
def test_settling_twice_is_settling_once(old: Snapshot, new: Snapshot) -> None:
    assert settle(old, settle(old, new)) == settle(old, new)


@LAW
@given(ledgers, ledgers)
def test_once_kept_the_same_export_brings_nothing_new(old: Snapshot, new: Snapshot) -> None:
    again = compare(settle(old, new), new)
    assert (again.new_invoices, again.changed_invoices, again.unlisted_invoices) == ((), (), ())
    assert (again.new_payments, again.changed_payments, again.vanished_payments) == ((), (), ())
