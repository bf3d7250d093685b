"""A customer's word that they will pay: kept, broken or still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


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
