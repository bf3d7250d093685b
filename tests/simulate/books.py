"""The books of an invented business: what they say, how they are exported, and how the oracle is told the same."""

from __future__ import annotations

import csv
import io
import os
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from tests.oracle.evidence import Bill, Ledger, Party
from tests.simulate.business import Client
from tests.stories.world import CUSTOMERS, INVOICES, PAYMENTS

_SETTLED = {"paid", "cancelled", "draft"}


class Books:
    """Customers, invoices and payments; every change marks what has to be written anew."""

    def __init__(self) -> None:
        self.customers: dict[str, dict[str, str]] = {}
        self.invoices: dict[str, dict[str, str]] = {}
        self.payments: dict[str, dict[str, str]] = {}
        self.parties: dict[str, Party] = {}
        self.changed = True
        self._bills: dict[str, Bill] = {}
        # What was paid or credited beyond an invoice.
        self._too_much: dict[str, Decimal] = {}
        self._paid: dict[str, list[str]] = {}
        self._number = 0
        self._texts: dict[str, dict[str, str]] = {"customers": {}, "invoices": {}, "payments": {}}

    # ---- what happens in the books

    def list_customer(self, client: Client, party: Party) -> None:
        """Enter a customer, or what is new about them."""
        self.parties[client.customer_id] = party
        row = dict.fromkeys(CUSTOMERS, "")
        row |= {"customer_id": client.customer_id, "name": party.name, "contact_name": client.contact}
        row |= {"email": min(party.emails, default=""), "phone": min(party.phones, default="")}
        row |= {"time_zone": party.zone, "country": party.country}
        row |= {"group": party.group}
        if party.sms_consent and client.consent_on:
            row |= {"sms_consent": "yes", "sms_consent_on": f"{client.consent_on}", "sms_consent_how": "order form"}
        self._write("customers", self.customers, client.customer_id, row)

    def issue(
        self,
        number: str,
        customer: str,
        issued: date,
        due: date | None,
        currency: str,
        total: Decimal,
        **cells: str,
    ) -> None:
        """Enter an invoice; `cells` are those that most have not got."""
        row = dict.fromkeys(INVOICES, "")
        row |= {"number": number, "customer_id": customer, "issued_on": f"{issued}", "due_on": f"{due or ''}"}
        row |= {"currency": currency, "total": f"{total}", "status": "open", **cells}
        self._write("invoices", self.invoices, number, row)
        self._settle(number)

    def change(self, number: str, **cells: str) -> None:
        """Change cells of an invoice."""
        self._write("invoices", self.invoices, number, self.invoices[number] | cells)
        self._settle(number)

    def receive(self, customer: str, number: str, on: date, currency: str, amount: Decimal, kind: str) -> str:
        """Enter money for an invoice, or for none; gives the payment's number."""
        self._number += 1
        key = f"P{self._number}"
        cells = (key, customer, number, f"{on}", currency, f"{amount}", kind)
        self._write("payments", self.payments, key, dict(zip(PAYMENTS, cells, strict=True)))
        if number:
            self._paid.setdefault(number, []).append(key)
            self._settle(number)
        return key

    def take_back(self, payment: str, on: date) -> None:
        """The bank takes back what came in with this payment."""
        row = self.payments[payment]
        amount = -Decimal(row["amount"])
        self.receive(row["customer_id"], row["invoice"], on, row["currency"], amount, "payment")

    def match(self, payment: str, number: str) -> None:
        """Money that belonged to no invoice is found to be for this one."""
        self._write("payments", self.payments, payment, self.payments[payment] | {"invoice": number})
        self._paid.setdefault(number, []).append(payment)
        self._settle(number)

    def owed(self, number: str) -> Decimal:
        """What is open on an invoice; 0 where it is no longer listed."""
        bill = self._bills.get(number)
        return bill.open_balance if bill else Decimal(0)

    def open_of(self, customer: str) -> list[str]:
        """The open invoices of a customer."""
        return [n for n, bill in self._bills.items() if bill.customer == customer and bill.open_balance > 0]

    def tidy(self) -> None:
        """Take the oldest settled invoices off the list, a few at a time, with what was paid on them."""
        done = [n for n, bill in self._bills.items() if bill.open_balance <= 0 and not bill.disputed]
        rows, sums = len(self.invoices) // 14, len(self.payments) // 14
        for number in done[:-3]:
            rows, sums = rows - 1, sums - len(self._paid.get(number, ()))
            if rows < 0 or sums < 0:
                break
            self._unlist(number)

    def _unlist(self, number: str) -> None:
        del self.invoices[number], self._bills[number], self._too_much[number], self._texts["invoices"][number]
        for key in self._paid.pop(number, ()):
            del self.payments[key], self._texts["payments"][key]
        self.changed = True

    def _write(self, file: str, rows: dict[str, dict[str, str]], key: str, row: dict[str, str]) -> None:
        rows[key] = row
        line = io.StringIO(newline="")
        csv.writer(line).writerow(row.values())
        self._texts[file][key] = line.getvalue()
        self.changed = True

    def _settle(self, number: str) -> None:
        row = self.invoices[number]
        sums = dict.fromkeys(("payment", "credit_note", "write_off"), Decimal(0))
        for key in self._paid.get(number, ()):
            sums[self.payments[key]["kind"]] += Decimal(self.payments[key]["amount"])
        paid = sum(sums.values(), Decimal(0))
        left = Decimal(0) if row["status"] in _SETTLED else max(Decimal(0), Decimal(row["total"]) - paid)
        # What came in for a bill that was cancelled is theirs; what was given up never is.
        is_void = row["status"] in _SETTLED
        beyond = sums["payment"] if is_void else sums["payment"] + sums["credit_note"] - Decimal(row["total"])
        self._too_much[number] = max(beyond, Decimal(0))
        due = date.fromisoformat(row["due_on"]) if row["due_on"] else None
        kept, until = Decimal(row["retained"] or 0), row["retained_until"]
        self._bills[number] = Bill(
            row["customer_id"], due, row["currency"], left, row["status"] == "disputed",
            retained=kept, retained_until=date.fromisoformat(until) if until else None,
            issued_on=date.fromisoformat(row["issued_on"]), paid_on=self._paid_on(number, sums),
        )  # fmt: skip

    def _paid_on(self, number: str, sums: dict[str, Decimal]) -> date | None:
        """The day of the last money, where nothing but money came in and it was enough."""
        rows = [self.payments[key] for key in self._paid.get(number, ())]
        is_clean = sums["payment"] > 0 and all(row["kind"] == "payment" and Decimal(row["amount"]) > 0 for row in rows)
        if not is_clean or sums["payment"] < Decimal(self.invoices[number]["total"]):
            return None
        return max(date.fromisoformat(row["paid_on"]) for row in rows)

    # ---- what others see of them

    def export(self, folder: Path, at: datetime, *, half: bool = False) -> None:
        """Write the three files, dated `at`; with `half` the disk was full in the middle of the invoices."""
        for file, columns in (("payments", PAYMENTS), ("customers", CUSTOMERS), ("invoices", INVOICES)):
            lines = list(self._texts[file].values())
            if half and file == "invoices":
                lines = lines[: len(lines) // 2]
            (folder / f"{file}.csv").write_text(",".join(columns) + "\r\n" + "".join(lines), "utf-8", newline="")
        self.date(folder, at)
        self.changed = half

    def date(self, folder: Path, at: datetime) -> None:
        """The same files were written once more at that time."""
        for path in folder.glob("*.csv"):
            os.utime(path, (at.timestamp(), at.timestamp()))

    def ledger(self, taken_at: datetime, exported_at: datetime) -> Ledger:
        """What the export says, as the oracle is told."""
        unallocated: dict[tuple[str, str], Decimal] = {}
        returns = {key: row["invoice"] for key, row in self.payments.items() if row["amount"].startswith("-")}
        for row in self.payments.values():
            if not row["invoice"]:
                key = (row["customer_id"], row["currency"])
                unallocated[key] = unallocated.get(key, Decimal(0)) + Decimal(row["amount"])
        for number, beyond in self._too_much.items():
            if beyond > 0:
                key = (self.invoices[number]["customer_id"], self.invoices[number]["currency"])
                unallocated[key] = unallocated.get(key, Decimal(0)) + beyond
        return Ledger(taken_at, exported_at, dict(self.parties), dict(self._bills), unallocated, returns)
