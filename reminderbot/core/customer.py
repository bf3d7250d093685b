"""Who owes, and the people there whom we may write to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Consent:
    """Agreement to get text messages: since when and how it was given (47 CFR 64.1200: kept as proof)."""

    given_on: date
    how: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at the customer: where they can be reached, and in which language and time zone."""

    name: str
    email: str | None
    # E.164 (ITU-T), e.g. +14155550123.
    phone: str | None
    sms_consent: Consent | None = None


@dataclass(frozen=True, slots=True)
class Preference:
    """What the house has settled for one customer; where it says nothing, the ledger's word counts."""

    # BCP 47; empty: the ledger's.
    language: str = ""
    # They are never sent a text message, whatever they agreed to.
    never_sms: bool = False
    # Who takes care of what needs a person; empty: nobody in particular.
    collector: str = ""
    # The segment whose ladder they climb, whatever the settings say of them; empty: as the settings say.
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Customer:
    """Who owes."""

    customer_id: str
    name: str
    contact: Contact
    # BCP 47, e.g. en or en-GB; empty: the business's own.
    language: str = ""
    # IANA zone name; empty: the candidates of country and phone number.
    time_zone: str = ""
    # ISO 3166-1 alpha-2; empty: unknown.
    country: str = ""
    group: str = ""
    # Whose holidays they keep within the country, as ISO 3166-2 writes it: "BY"; empty: unknown.
    region: str = ""

    @property
    def place(self) -> str:
        """Where their holidays are looked up: the country, and its region where that is known."""
        return f"{self.country}-{self.region}" if self.country and self.region else self.country
