"""A customer's open items: what we decide on and what a letter lists.

An account holds the items of all currencies, since a customer gets one letter with a subtotal a currency
(two accounts would be two letters); sums are still never taken across currencies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from reminderbot.core.customer import Customer
from reminderbot.core.invoice import Invoice, days_past_due
from reminderbot.core.money import Money, subtotals


@dataclass(frozen=True, slots=True)
class Progress:
    """How far up the ladder an invoice has come: the tier reached and when."""

    tier: str
    # Kept beside the name, so that a renamed or re-cut ladder still knows where the invoice stands.
    days: int
    reached_at: datetime
    # Every tier that it has had, whichever ladder that was on.
    had: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An invoice with what is still owed on it and how far its reminders have come."""

    invoice: Invoice
    balance: Money
    # None: it was never mentioned to the customer.
    progress: Progress | None = None
    # Raised only by a person who restarts the invoice's clock.
    round: int = 1
    # What is left out of the balance because it is due only on the invoice's `retained_until`.
    withheld: Decimal = Decimal(0)
    # The day on which a person did so last: its tiers are counted from there, days past due never are.
    restarted_on: date | None = None
    # Letters that listed it lately, be it for the sake of other invoices: (tier, when).
    told: tuple[tuple[str, datetime], ...] = ()

    def days_past_due(self, today: date) -> int | None:
        """Days since the due date; None where the invoice has no due date."""
        return days_past_due(self.invoice.due_on, today) if self.invoice.due_on else None


@dataclass(frozen=True, slots=True)
class Account:
    """One customer and everything open there."""

    customer: Customer
    items: tuple[OpenItem, ...]
    # Money received that is not yet matched to an invoice, credit balances included, one sum a currency.
    unapplied: tuple[Money, ...] = ()
    # Where some of it lies: (an invoice on which too much was paid or credited, how much).
    credits: tuple[tuple[str, Money], ...] = ()

    def unapplied_in(self, currency: str) -> Money:
        """Unallocated money in `currency`, zero where there is none."""
        return next((m for m in self.unapplied if m.currency == currency), Money(Decimal(0), currency))

    def on(self, today: date) -> Account:
        """The same account on a later day: what was withheld until then is due too."""
        if not any(item.withheld for item in self.items):
            return self
        return replace(self, items=tuple(_ripe(item, today) for item in self.items))

    def taken_off(self, items: Iterable[OpenItem]) -> tuple[Money, ...]:
        """What a letter about `items` takes off their sums: unallocated money in their own currencies."""
        currencies = {item.balance.currency for item in items}
        return tuple(money for money in self.unapplied if money.amount > 0 and money.currency in currencies)


def _ripe(item: OpenItem, today: date) -> OpenItem:
    until = item.invoice.retained_until
    if until is None or today < until:
        return item
    balance = Money(item.balance.amount + item.withheld, item.balance.currency)
    return replace(item, balance=balance, withheld=Decimal(0))


def totals(items: tuple[OpenItem, ...]) -> tuple[Money, ...]:
    """What is owed on `items`, one subtotal a currency."""
    return subtotals(item.balance for item in items)


def numbers_of(items: Iterable[OpenItem]) -> tuple[str, ...]:
    """The numbers of their invoices."""
    return tuple(item.invoice.number for item in items)
