"""Who is owed: the business in whose name every message is written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Business:
    """The business as its customers know it."""

    name: str
    # Where a customer reaches a person.
    email: str
    phone: str
    # Postal address, as one line or several.
    address: str
    # IANA zone name.
    time_zone: str
    # ISO 3166-1 alpha-2.
    country: str
    # BCP 47.
    language: str
    # ISO 4217, used where a ledger row names none.
    currency: str
