"""An installation to measure: real settings, real letters, an SQLite store, and a ledger of invented customers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from reminderbot.clock import Clock, elapsed
from reminderbot.config import load_config
from reminderbot.core.clock import Reading
from reminderbot.core.customer import Contact, Customer
from reminderbot.core.invoice import Invoice, Status
from reminderbot.core.money import Money
from reminderbot.core.snapshot import Snapshot
from reminderbot.desk.sending import go_live
from reminderbot.desk.setup import shipped_templates
from reminderbot.house import House
from reminderbot.store import ledger, setting
from reminderbot.wiring import build_house

# A Tuesday, in the middle of everybody's sending hours.
NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)

_CONFIG = """
mode = "live"
[business]
name = "Brightwater Gardens"
email = "office@brightwater.example"
phone = "+44 20 7946 0123"
address = "12 Mill Lane, Bath BA1 1AA, United Kingdom"
time_zone = "Europe/London"
country = "GB"
language = "en"
currency = "GBP"
[letters]
folder = "{letters}"
[email]
host = "127.0.0.1"
port = {smtp_port}
security = "none"
from = "accounts@brightwater.example"
[inbox]
host = "127.0.0.1"
port = {imap_port}
security = "none"
username = "{user}"
[sending]
max_per_day = 100000
max_per_hour = 100000
first_contacts_per_day = 100000
"""
USER, PASSWORD = "accounts@brightwater.example", "secret"
SECRETS = {"REMINDERBOT_IMAP_PASSWORD": PASSWORD}


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock that goes on from `start`, so that nothing depends on the hour at which one measures."""

    start: datetime
    began: float

    @staticmethod
    def at(start: datetime) -> RunningClock:
        return RunningClock(start, elapsed())

    def now(self) -> datetime:
        return self.start + timedelta(seconds=elapsed() - self.began)

    def read(self) -> Reading:
        return Reading(self.now(), elapsed(), "")


def build(folder: Path, *, smtp_port: int = 1, imap_port: int = 1, clock: Clock | None = None) -> House:
    """A new installation in `folder` that may send."""
    folder.mkdir(parents=True, exist_ok=True)
    ports = {"smtp_port": smtp_port, "imap_port": imap_port}
    (folder / "config.toml").write_text(_CONFIG.format(letters=shipped_templates(), user=USER, **ports))
    house = reopen(folder, clock or RunningClock.at(NOW))
    go_live(house, "benchmark")
    return house


def reopen(folder: Path, clock: Clock) -> House:
    """The installation that `build` made."""
    return build_house(load_config(folder / "config.toml", {**os.environ, **SECRETS}), clock)


def fill(house: House, count: int, days_late: int = 10) -> None:
    """`count` customers with one to three invoices, the youngest of which fell due `days_late` days ago."""
    now = house.clock.now()
    customers = tuple(customer(number) for number in range(count))
    invoices = tuple(
        invoice(number * 3 + more, who.customer_id, now.date() - timedelta(days=days_late + 2 - more))
        for number, who in enumerate(customers)
        for more in range(number % 3 + 1)
    )
    with house.store.writing() as connection:
        ledger.take_in(connection, None, Snapshot(customers, invoices, (), now), now)
        # A batch of this size is what this business sends every day.
        setting.put(connection, setting.BATCH_SIZES, [count])


def customer(number: int) -> Customer:
    """A customer as ledgers have them: a country and a telephone number, no time zone."""
    contact = Contact(f"Ines Ålund {number}", f"customer{number}@example.com", f"+4420{71_000_000 + number}")
    return Customer(f"C{number:07}", f"Workshop {number} Ltd", contact, "en", "", "GB")


def invoice(number: int, customer_id: str, due_on: date) -> Invoice:
    return Invoice(
        f"INV-{number:07}",
        customer_id,
        due_on - timedelta(days=30),
        due_on,
        Money(Decimal(10_000 + number % 90_000) / 100, "GBP"),
        Status.OPEN,
        f"https://pay.example.com/i/{number:07}",
    )
