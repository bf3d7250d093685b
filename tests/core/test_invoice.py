from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from reminderbot.core.invoice import Invoice, Payment, PaymentKind, Status, days_past_due, open_balance
from reminderbot.core.money import Money
from tests.core.facts import MONDAY, days


def bill(total: str = "100", status: Status = Status.OPEN) -> Invoice:
    return Invoice("INV-1", "ACME", MONDAY, MONDAY, Money(Decimal(total), "EUR"), status)


def paid(
    amount: str, invoice: str | None = "INV-1", currency: str = "EUR", kind: PaymentKind = PaymentKind.PAYMENT
) -> Payment:
    return Payment("P", "ACME", invoice, MONDAY, Money(Decimal(amount), currency), kind)


@pytest.mark.parametrize(("amount", "left"), [("99.99", "0.01"), ("100", "0"), ("100.01", "-0.01")])
def test_a_payment_leaves_what_it_leaves_also_below_zero(amount: str, left: str) -> None:
    assert open_balance(bill(), [paid(amount)]).amount == Decimal(left)


@pytest.mark.parametrize("kind", PaymentKind)
def test_money_credit_notes_and_write_offs_all_lower_it(kind: PaymentKind) -> None:
    assert open_balance(bill(), [paid("30", kind=kind)]).amount == 70


def test_other_invoices_other_currencies_and_unmatched_money_do_not_count() -> None:
    others = [paid("30", "INV-2"), paid("30", None), paid("30", currency="USD")]
    assert open_balance(bill(), others).amount == 100


@pytest.mark.parametrize("status", [Status.PAID, Status.CANCELLED, Status.DRAFT])
def test_what_the_ledger_calls_settled_is_settled_whatever_the_payments_say(status: Status) -> None:
    assert open_balance(bill(status=status), []).amount == 0


def test_a_disputed_invoice_still_has_its_balance() -> None:
    assert open_balance(bill(status=Status.DISPUTED), []).amount == 100


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_days_past_due_are_counted_from_the_due_date(late: int) -> None:
    assert days_past_due(date(2028, 2, 29), date(2028, 2, 29) + days(late)) == late
