"""The books of a simulated business say to the oracle what an accountant would: else it would judge by wrong sums."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from tests.simulate.books import Books

NOON = datetime(2029, 9, 18, 12, tzinfo=UTC)


def billed(number: str, paid: str = "0") -> Books:
    """Books with one bill over EUR 1,263.13, and what came in for it."""
    books = Books()
    books.issue(number, "C03", date(2029, 5, 3), date(2029, 7, 2), "EUR", Decimal("1263.13"))
    if Decimal(paid):
        books.receive("C03", number, date(2029, 6, 29), "EUR", Decimal(paid), "payment")
    return books


def loose(books: Books) -> dict[tuple[str, str], Decimal]:
    return dict(books.ledger(NOON, NOON).unallocated)


def test_a_part_paid_on_a_bill_belongs_to_it() -> None:
    books = billed("INV-1", "421.04")
    assert books.owed("INV-1") == Decimal("842.09")
    assert loose(books) == {}


def test_a_part_paid_on_a_cancelled_bill_is_the_customers() -> None:
    """Seed 93 once: the program took EUR 421.04 off, and the oracle knew nothing of it."""
    books = billed("INV-1", "421.04")
    books.change("INV-1", status="cancelled")
    assert books.owed("INV-1") == 0
    assert loose(books) == {("C03", "EUR"): Decimal("421.04")}


def test_what_was_paid_too_much_is_the_customers() -> None:
    assert loose(billed("INV-1", "1300.00")) == {("C03", "EUR"): Decimal("36.87")}


def test_what_was_given_up_is_nobodys_money() -> None:
    books = billed("INV-1")
    books.receive("C03", "INV-1", date(2029, 7, 9), "EUR", Decimal("1263.13"), "write_off")
    books.change("INV-1", status="cancelled")
    assert loose(books) == {}
