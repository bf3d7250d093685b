"""The business's books, and their export: the CSV files that the bot reads."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from reminderbot.demo.evidence import Booked
from reminderbot.demo.people import ZONE, Person
from reminderbot.ledger.csv_customers import CUSTOMERS
from reminderbot.ledger.csv_invoices import INVOICES, PAYMENTS
from reminderbot.ledger.csv_out import write_sheet

# The accounting program exports every morning, and whenever something is booked.
_EXPORTS_AT = time(6)
_CREDIT_DAYS = timedelta(days=30)


class Books:
    """What Harbor & Pine knows about its money; an invoice shows from the day it was issued."""

    def __init__(self, folder: Path, people: tuple[Person, ...]) -> None:
        self._folder, self._people = folder, people
        self.booked: list[Booked] = []
        self._exported_at: datetime | None = None
        self._taken_at: datetime | None = None

    def is_new(self) -> bool:
        """Whether there is an export that was not asked about before, as the daemon sees by the files' times."""
        new, self._taken_at = self._taken_at != self._exported_at, self._exported_at
        return new

    def book(self, entry: Booked) -> None:
        """Enter money, and export at once."""
        self.booked.append(entry)
        self._write(entry.at)

    def export(self, now: datetime) -> None:
        """This morning's export, unless there is a newer one."""
        local = now.astimezone(ZoneInfo(ZONE))
        morning = datetime.combine(local.date(), _EXPORTS_AT, local.tzinfo)
        if morning > local:
            morning -= timedelta(days=1)
        if self._exported_at is None or morning > self._exported_at:
            self._write(morning)

    def _write(self, at: datetime) -> None:
        self._sheet("customers.csv", CUSTOMERS.columns, map(_customer, self._people), at)
        self._sheet("invoices.csv", INVOICES.columns, self._invoices(at), at)
        self._sheet("payments.csv", PAYMENTS.columns, self._payments(), at)
        self._exported_at = at

    def _sheet(self, name: str, columns: tuple[str, ...], rows: Iterable[Mapping[str, str]], at: datetime) -> None:
        path = self._folder / name
        write_sheet(path, columns, rows)
        os.utime(path, (at.timestamp(), at.timestamp()))

    def _invoices(self, at: datetime) -> Iterable[dict[str, str]]:
        today = at.astimezone(ZoneInfo(ZONE)).date()
        for person in self._people:
            for bill in person.party.bills:
                issued_on = bill.due_on - _CREDIT_DAYS
                if issued_on <= today:
                    yield {
                        "number": bill.number,
                        "customer_id": person.party.customer_id,
                        "issued_on": issued_on.isoformat(),
                        "due_on": bill.due_on.isoformat(),
                        "currency": person.party.currency,
                        "total": str(bill.total),
                        "status": "open",
                    }

    def _payments(self) -> Iterable[dict[str, str]]:
        currency = {person.party.customer_id: person.party.currency for person in self._people}
        for number, entry in enumerate(self.booked, 1):
            yield {
                "payment_id": f"P-{number:04}",
                "customer_id": entry.customer_id,
                "invoice": entry.invoice,
                "paid_on": entry.at.astimezone(ZoneInfo(ZONE)).date().isoformat(),
                "currency": currency[entry.customer_id],
                "amount": str(entry.amount),
                "kind": entry.kind,
            }


def _customer(person: Person) -> dict[str, str]:
    party = person.party
    row = {
        "customer_id": party.customer_id,
        "name": party.name,
        "contact_name": person.contact,
        "email": party.email,
        "phone": party.phone,
        "time_zone": party.zone,
        "country": party.country,
    }
    if party.consent_on:
        how = "ticked on the order form"
        row |= {"sms_consent": "yes", "sms_consent_on": party.consent_on.isoformat(), "sms_consent_how": how}
    return row
