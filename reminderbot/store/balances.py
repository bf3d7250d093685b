"""What a reminder said was owed, as the outbox keeps it: each invoice's balance, and what was taken off without one."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from reminderbot.core.account import OpenItem
from reminderbot.core.money import Money


def kept(items: Iterable[OpenItem], taken_off: Iterable[Money]) -> list[list[str]]:
    """Rows of (invoice number, sum, currency); money that belongs to no invoice is below zero and has no number."""
    rows = [[item.invoice.number, str(item.balance.amount), item.balance.currency] for item in items]
    return rows + [["", str(-money.amount), money.currency] for money in taken_off]


def said(row: Row[Any]) -> tuple[dict[str, Money], tuple[Money, ...]]:
    """The balances that reminder `row` listed, and the money not yet matched that it took off."""
    sums = [(number, Money(Decimal(amount), currency)) for number, amount, currency in row.balances or ()]
    taken_off = tuple(Money(-money.amount, money.currency) for number, money in sums if not number)
    return {number: money for number, money in sums if number}, taken_off
