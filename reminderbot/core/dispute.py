"""What stands in the way of an invoice or a customer, as a person put it into its lane, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reminderbot.core.lane import LANES, Lane, Reason


@dataclass(frozen=True, slots=True)
class Dispute:
    """One matter of a case: what they say, which invoices it is about, and what rests for it."""

    dispute_id: int
    case_id: int
    customer_id: str
    reason: Reason
    # Empty: all of the customer's.
    invoices: tuple[str, ...]
    # The pause on just these.
    hold_id: int
    marked_by: str
    marked_at: datetime
    # The order number, the person to ask, what they say.
    words: str = ""
    # None: nobody has settled it yet.
    upheld: bool | None = None
    settled_by: str = ""
    settled_at: datetime | None = None
    note: str = ""
    # Upheld: the credit that was agreed, and what had been credited on these invoices before.
    credit: Decimal | None = None
    credited_before: Decimal = Decimal(0)

    @property
    def lane(self) -> Lane:
        """What it pauses, who may end that, and what to do next."""
        return LANES[self.reason]

    def is_credited(self, credited: Decimal) -> bool:
        """Whether the agreed credit is in the books, where `credited` is all that was ever credited there."""
        return bool(self.upheld) and self.credit is not None and credited - self.credited_before >= self.credit
