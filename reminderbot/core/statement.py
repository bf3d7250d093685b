"""A statement of account: what was billed, what came in, what is open and how old it is, one part a currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reminderbot.core.customer import Customer
from reminderbot.core.invoice import Invoice, Payment, days_past_due
from reminderbot.core.money import Money

NO_DUE_DATE, NOT_YET_DUE, OLDEST = "no due date", "not yet due", 90
BUCKETS = (NO_DUE_DATE, NOT_YET_DUE, "1-30", "31-60", "61-90", f"over {OLDEST}")
"""Aging buckets, in days past due."""


@dataclass(frozen=True, slots=True)
class Item:
    """An open invoice."""

    invoice: Invoice
    balance: Money
    # None: it has no due date.
    days_late: int | None

    @property
    def settled(self) -> Money:
        """What was paid or credited on it."""
        return self.invoice.total - self.balance


@dataclass(frozen=True, slots=True)
class Part:
    """The account in one currency."""

    currency: str
    items: tuple[Item, ...]
    # What came in, the oldest first: on invoices that are settled by now as well.
    payments: tuple[Payment, ...]
    # Received and not matched to an invoice, credit balances included.
    unmatched: Money
    # (bucket, sum), those that hold something.
    aging: tuple[tuple[str, Money], ...]

    @property
    def open(self) -> Money:
        return Money(sum((item.balance.amount for item in self.items), Decimal(0)), self.currency)

    @property
    def balance(self) -> Money:
        """What is owed if the unmatched money is counted; below zero: the customer has a credit."""
        return self.open - self.unmatched


@dataclass(frozen=True, slots=True)
class Statement:
    """One customer's account as of the end of a day."""

    customer: Customer
    on: date
    parts: tuple[Part, ...]
    # Invoices that are settled in the books, which do not say since when: left out of a day before.
    unknown: tuple[str, ...] = ()


def bucket(due_on: date | None, today: date) -> str:
    """The aging bucket of an invoice."""
    if due_on is None:
        return BUCKETS[0]
    late = days_past_due(due_on, today)
    if late <= 0:
        return BUCKETS[1]
    return BUCKETS[2 + min((late - 1) // 30, 3)]


def state(
    customer: Customer,
    balances: Iterable[tuple[Invoice, Money]],
    payments: Iterable[Payment],
    on: date,
    unknown: Iterable[str] = (),
) -> Statement:
    """Put the account together from each invoice with its balance on that day, and what had come in by then."""
    standing = tuple(balances)
    items = [
        Item(bill, balance, days_past_due(bill.due_on, on) if bill.due_on else None)
        for bill, balance in standing
        if balance.amount > 0
    ]
    # Paid or credited beyond a total, or paid on a bill that is cancelled.
    over = [Money(-balance.amount, balance.currency) for _, balance in standing if balance.amount < 0]
    came = sorted(payments, key=lambda p: (p.paid_on, p.payment_id))
    first = min((item.invoice.issued_on for item in items), default=None)
    currencies = sorted({item.balance.currency for item in items} | {p.amount.currency for p in came})
    parts = tuple(_part(one, items, came, over, on, first) for one in currencies)
    return Statement(customer, on, parts, tuple(unknown))


def _part(
    currency: str,
    items: Iterable[Item],
    payments: Iterable[Payment],
    over: Iterable[Money],
    on: date,
    first: date | None,
) -> Part:
    mine = sorted(
        (item for item in items if item.balance.currency == currency),
        key=lambda item: (item.invoice.due_on or date.max, item.invoice.number),
    )
    came = tuple(p for p in payments if p.amount.currency == currency)
    loose = sum((p.amount.amount for p in came if _is_loose(p, first)), Decimal(0))
    loose += sum((money.amount for money in over if money.currency == currency), Decimal(0))
    sums = {name: Decimal(0) for name in BUCKETS}
    for item in mine:
        sums[bucket(item.invoice.due_on, on)] += item.balance.amount
    aging = tuple((name, Money(amount, currency)) for name, amount in sums.items() if amount)
    return Part(currency, tuple(mine), came, Money(loose, currency), aging)


def _is_loose(paid: Payment, first: date | None) -> bool:
    """Whether it is matched to no invoice; what named one that has left the books before all of these settled that."""
    settled_another = paid.unlisted_invoice and first is not None and paid.paid_on < first
    return paid.invoice is None and not settled_another
