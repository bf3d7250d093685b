"""What the oracle says: that one promise was broken, when, towards whom, and how it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise, by its number in the list of invariants."""

    invariant: int
    at: datetime
    customer: str | None
    why: str
