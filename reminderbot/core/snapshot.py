"""What a ledger says at one moment: the value every ledger source hands over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reminderbot.core.customer import Customer
from reminderbot.core.invoice import Invoice, Payment


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All customers, invoices and payments of one export; what is missing here is no longer in the ledger."""

    customers: tuple[Customer, ...]
    invoices: tuple[Invoice, ...]
    payments: tuple[Payment, ...]
    # When the newest of the exported files was written (UTC): the ledger's age counts from here.
    exported_at: datetime
