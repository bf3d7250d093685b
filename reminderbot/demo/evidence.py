"""What the judge of the demo is shown: what the servers really received, and what really happened in the world.

Nothing here comes from the bot: its servers write down the messages, the script of the demo writes down the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

EMAIL, SMS = "email", "sms"


@dataclass(frozen=True, slots=True)
class Message:
    """A mail or a text that a server took from the bot, and when by the demo's clock."""

    at: datetime
    channel: str
    # The envelope's.
    sender: str
    recipient: str
    # The mail's bytes as they crossed the wire; a text's words.
    raw: bytes


@dataclass(frozen=True, slots=True)
class Turned:
    """A recipient that the mail server refused."""

    at: datetime
    recipient: str


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice as the books have it."""

    number: str
    due_on: date
    total: Decimal


@dataclass(frozen=True, slots=True)
class Party:
    """A customer as the world has them."""

    customer_id: str
    name: str
    email: str
    phone: str
    zone: str
    # ISO 3166-1 alpha-2: whose public holidays are theirs.
    country: str
    currency: str
    # Since when they agree to text messages; None: they do not.
    consent_on: date | None
    bills: tuple[Bill, ...]
    # Invoices too old to be written about before a person has said so.
    parked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Booked:
    """Money, or a credit note, and the moment from which the books show it."""

    at: datetime
    customer_id: str
    invoice: str
    amount: Decimal
    kind: str = "payment"


@dataclass(frozen=True, slots=True)
class Word:
    """Something a customer, or their machine, answered; nothing may be sent until the day it allows."""

    at: datetime
    customer_id: str
    channel: str
    text: str
    # The first day, by the customer's calendar, on which a reminder may come again; None: once a person said so.
    quiet_until: date | None = None
    # The channel on which nothing may ever come again.
    closes: str = ""
    # Who wrote it: they themselves, or a machine of theirs.
    by: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """A person has looked at a customer's matter and lets the reminders go on."""

    at: datetime
    customer_id: str


@dataclass(frozen=True, slots=True)
class Called:
    """A person has spoken to a customer on the telephone: they have heard from us."""

    at: datetime
    customer_id: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """Instalments that were agreed on: their days and sums, together what was open on the invoices."""

    at: datetime
    customer_id: str
    invoices: tuple[str, ...]
    parts: tuple[tuple[date, Decimal], ...]
    # None: nobody has ended it.
    ended_at: datetime | None = None


@dataclass
class Evidence:
    """Everything the judge may know."""

    # The business's name and its own time zone.
    business: str
    zone: str
    parties: tuple[Party, ...]
    messages: list[Message] = field(default_factory=list)
    turned: list[Turned] = field(default_factory=list)
    booked: list[Booked] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)
    plans: list[Agreed] = field(default_factory=list)

    def party(self, customer_id: str) -> Party:
        return next(party for party in self.parties if party.customer_id == customer_id)

    def reached_at(self, recipient: str) -> Party | None:
        """Whose address or number it is."""
        return next((p for p in self.parties if recipient and recipient in (p.email, p.phone)), None)

    def owed(self, bill: Bill, at: datetime) -> Decimal:
        """What the books showed as open on `bill` at `at`."""
        paid = (b.amount for b in self.booked if b.invoice == bill.number and b.at <= at)
        return bill.total - sum(paid, Decimal(0))


def to_party(evidence: Evidence, messages: Iterable[Message]) -> dict[str, list[Message]]:
    """Messages by customer, oldest first; those to nobody we know stand under the empty name."""
    found: dict[str, list[Message]] = {}
    for message in sorted(messages, key=lambda m: m.at):
        party = evidence.reached_at(message.recipient)
        found.setdefault(party.customer_id if party else "", []).append(message)
    return found
