"""Made-up facts for the tests of the core: one customer, some invoices, a ladder, a Monday."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from reminderbot.config.settings import DEFAULT_LADDER
from reminderbot.core.account import Account, OpenItem, Progress
from reminderbot.core.calendar import BusinessDays, IsHoliday, SendingHours, no_holidays
from reminderbot.core.contact import Reach
from reminderbot.core.customer import Consent, Contact, Customer
from reminderbot.core.facts import Facts
from reminderbot.core.hold import Hold, HoldKind
from reminderbot.core.invoice import Invoice, Status
from reminderbot.core.ladder import Channel, Ladder, Tier
from reminderbot.core.money import Money
from reminderbot.core.rules import Rules

LONDON = ZoneInfo("Europe/London")
LADDER = DEFAULT_LADDER
# Monday 4 January 2027, winter time in London.
MONDAY = date(2027, 1, 4)


def at(day: date, hour: int = 10, minute: int = 0, second: int = 0, zone: ZoneInfo = LONDON) -> datetime:
    """That local time as an instant in UTC."""
    return datetime.combine(day, time(hour, minute, second), zone).astimezone(UTC)


def days(count: int) -> timedelta:
    return timedelta(days=count)


def gbp(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")


def item(
    number: str = "INV-1",
    due_on: date | None = MONDAY,
    balance: Money | None = None,
    progress: Progress | None = None,
    status: Status = Status.OPEN,
) -> OpenItem:
    owed = balance or gbp("120")
    return OpenItem(Invoice(number, "ACME", date(2026, 12, 1), due_on, owed, status), owed, progress)


def reached(tier: str, on: date, ladder: Ladder = LADDER) -> Progress:
    """The invoice came to this tier at noon of that day."""
    return Progress(tier, ladder.tiers[ladder.index(tier)].days, at(on, 12))


def customer(
    email: str | None = "ann@acme.example", phone: str | None = None, consent: bool = False, zone: str = "Europe/London"
) -> Customer:
    agreed = Consent(date(2026, 1, 1), "signed form") if consent else None
    return Customer("ACME", "Acme Ltd", Contact("Ann Archer", email, phone, agreed), time_zone=zone, country="GB")


TEXTS = {"email": "ann@acme.example", "phone": "+447700900123", "consent": True}


def facts(
    *items: OpenItem,
    who: Customer | None = None,
    unapplied: Sequence[Money] = (),
    holds: Sequence[Hold] = (),
    contacted_at: Sequence[datetime] = (),
    closed: Sequence[tuple[Channel, str]] = (),
    zones: Sequence[ZoneInfo] = (LONDON,),
    sms_enabled: bool = True,
    **more: Any,
) -> Facts:
    reach = Reach(tuple(zones), tuple(closed), tuple(contacted_at), sms_enabled)
    return Facts(Account(who or customer(), items or (item(),), tuple(unapplied)), reach, tuple(holds), **more)


def rules(ladder: Ladder = LADDER, **more: Any) -> Rules:
    return Rules(ladder, LONDON, "GB", **more)


def hold(
    until: datetime | None = None, invoices: tuple[str, ...] = (), kind: HoldKind = HoldKind.REPLY, number: int = 1
) -> Hold:
    return Hold(number, "ACME", kind, at(date(2026, 12, 1)), "they answered", invoices, until)


def weekdays(is_holiday: IsHoliday = no_holidays) -> BusinessDays:
    return BusinessDays(SendingHours().days, "GB", is_holiday)


def ladder_of(*steps: int) -> Ladder:
    """A ladder of e-mail tiers at these days."""
    return Ladder(tuple(Tier(f"t{n}", at_day, letter=f"t{n}") for n, at_day in enumerate(steps)))
