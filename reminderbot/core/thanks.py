"""Thank-yous: what a customer is thanked for, and until when it still sounds like thanks.

Pure. Off unless the owner wants them; somebody with anything open between us is never thanked by a machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from reminderbot.core.beside import THANKS, Occasion
from reminderbot.core.calendar import BusinessDays
from reminderbot.core.hold import HoldKind

# Later it would only remind them of the bill.
WITHIN_BUSINESS_DAYS = 5
# As long as an invoice's number may be: what was said is kept in the same place.
LONGEST_KEY = 200

# What may stand while somebody is thanked: their own word, and the pause that it or a plan has placed.
HARMLESS = frozenset({HoldKind.PROMISE, HoldKind.PLAN, HoldKind.ACK, HoldKind.RESUMING})


class ThanksFor(StrEnum):
    PROMISE = "promise"
    PLAN = "plan"
    # An invoice that was reminded about and is paid.
    INVOICE = "invoice"


@dataclass(frozen=True, slots=True)
class Thanks:
    """Something to thank a customer for."""

    what: ThanksFor
    # Which promise, plan or invoice.
    name: str
    invoices: tuple[str, ...]
    on: date

    @property
    def key(self) -> str:
        return f"{self.what} {self.name}"[:LONGEST_KEY]


def occasion(owed: Sequence[Thanks], today: date, business_days: BusinessDays) -> Occasion | None:
    """One thank-you for all that it is not too late to thank for; None where there is nothing."""
    fresh = [each for each in owed if _lapses_on(each, business_days) > today]
    if not fresh:
        return None
    invoices = tuple(dict.fromkeys(number for each in fresh for number in each.invoices))
    keys = tuple(each.key for each in fresh)
    why = f"a thank-you for {', '.join(keys)}"
    lapses_on = min(_lapses_on(each, business_days) for each in fresh)
    return Occasion(THANKS, keys, invoices, min(each.on for each in fresh), lapses_on, why)


def _lapses_on(thanks: Thanks, business_days: BusinessDays) -> date:
    return business_days.add(thanks.on, WITHIN_BUSINESS_DAYS) + timedelta(days=1)
