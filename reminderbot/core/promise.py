"""A customer's word that they will pay: kept, broken or still open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from reminderbot.core.calendar import BusinessDays, start_of_day


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    # Taken back or corrected by a person.
    CLOSED = "closed"


# Banks take up to two business days to clear (promises.md, invariant 14).
GRACE_BUSINESS_DAYS = 2


@dataclass(frozen=True, slots=True)
class Promise:
    """The customer's word: what will be paid, and the last day of it."""

    promise_id: int
    customer_id: str
    promised_on: date
    due_on: date
    # None: all that was open on these invoices.
    amount: Decimal | None
    # Empty: all invoices open when it was given.
    invoices: tuple[str, ...]
    # Given by the reply's words, or recorded by a person.
    words: str
    state: PromiseState = PromiseState.OPEN


def end_of_grace(due_on: date, business_days: BusinessDays, zone: ZoneInfo) -> datetime:
    """When a promise for `due_on` counts as broken unless it was kept: at the end of two business days for the bank."""
    return start_of_day(business_days.add(due_on, GRACE_BUSINESS_DAYS) + timedelta(days=1), zone)


def judge(
    promise: Promise, open_now: Mapping[str, Decimal], received: Decimal, now: datetime, last_moment: datetime
) -> PromiseState:
    """Whether the customer's word was kept: all of it paid, or the promised part received since it was given.

    `open_now` holds the open balances of the promised invoices, `received` what has come in since on all of them;
    it counts as broken only from `last_moment` on, the end of the days given for the bank.
    """
    if all(balance <= 0 for balance in open_now.values()):
        return PromiseState.KEPT
    if promise.amount is not None and received >= promise.amount:
        return PromiseState.KEPT
    return PromiseState.BROKEN if now >= last_moment else PromiseState.OPEN
