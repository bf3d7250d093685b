"""The office: what happens in the books, when they are exported, and what the program makes of each export."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from reminderbot.runs.take_ledger import take_ledger
from tests.oracle.evidence import Ledger, Party
from tests.simulate.books import Books

if TYPE_CHECKING:
    from tests.simulate.life import Life

# From so many rows on half an export is sure to be more than a tenth of the invoices.
_ENOUGH_TO_TELL = 24


class Office:
    """Keeps the books, and the oracle's copy of every version that the program was given."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self.books = Books()
        self.ledgers: list[Ledger] = []
        self.is_late = False
        self.breaks_next_export = False
        # What the files say, and their newer date where they were not written anew yet.
        self._exported = self.books.ledger(life.business.begins, life.business.begins)
        self._dated: datetime | None = None
        # An export waits for a person.
        self._held = False
        self._tidied, self._is_known = life.business.begins, False

    def party(self, customer: str) -> Party | None:
        """A customer as the program knows them."""
        taken = next((book for book in reversed(self.ledgers) if book.suspicious_until is None), None)
        return taken.customers.get(customer) if taken else None

    def receive(self, customer: str, number: str, amount: Decimal, kind: str) -> str:
        """Money, or a credit, is entered; gives the payment's number, or nothing where it is none."""
        currency = self.books.invoices[number]["currency"] if number else self._life.business.currency
        amount = round(amount, 2)
        if amount <= 0:
            return ""
        self._life.tell(f"money: {kind if number else 'unmatched'}")
        return self.books.receive(customer, number, self._today(), currency, amount, kind)

    def take_back(self, payment: str) -> bool:
        """The bank takes back what came in; False where that is no longer in the books, or nothing is owed there."""
        row = self.books.payments.get(payment)
        if row is None or row["invoice"] not in self.books.invoices:
            return False
        if self.books.invoices[row["invoice"]]["status"] in ("cancelled", "disputed"):
            return False
        self.books.take_back(payment, self._today())
        self._life.tell("money: taken back")
        return True

    def match_money(self, customer: str) -> None:
        """Somebody finds out which invoices the unmatched money was for."""
        for key, row in list(self.books.payments.items()):
            if row["customer_id"] == customer and not row["invoice"]:
                fitting = [
                    n for n in self.books.open_of(customer) if self.books.invoices[n]["currency"] == row["currency"]
                ]
                if fitting:
                    self.books.match(key, fitting[0])
                    self._life.tell("money: matched")

    def cancel(self, number: str) -> None:
        if self.books.owed(number) > 0:
            self.books.change(number, status="cancelled")
            self._life.tell("ledger: cancelled")

    def dispute(self, number: str) -> None:
        """The books themselves say that it is disputed, for some weeks."""
        if self.books.owed(number) > 0:
            self.books.change(number, status="disputed")
            self._life.tell("ledger: disputed")
            self._life.at(
                self._life.clock.now() + timedelta(days=self._life.dice.uniform(5, 40)), lambda: self._undispute(number)
            )

    def _undispute(self, number: str) -> None:
        if number in self.books.invoices and self.books.invoices[number]["status"] == "disputed":
            self.books.change(number, status="open")

    def extend(self, number: str, due: date) -> None:
        """More time is given."""
        if self.books.owed(number) > 0:
            self.books.change(number, due_on=f"{due}")
            if (until := self.books.invoices[number]["retained_until"]) and until < f"{due}":
                self.books.change(number, retained_until=f"{due}")
            self._life.tell("ledger: due later")

    def _today(self) -> date:
        return self._life.clock.now().astimezone(self._life.business.zone).date()

    def export(self, at: datetime) -> None:
        """The books are written out, or, where nothing changed, the files get a new date when that next matters."""
        if self.ledgers and (self.is_late or (self._life.business.luck and self._life.dice.random() < 0.03)):
            self._life.tell("ledger: export left out")
            return
        if not self._held and at - self._tidied > timedelta(days=5) and self._is_known:
            # Only what the program has seen since: much at once would look wrong.
            self._tidied, self._is_known = at, False
            self.books.tidy()
        half = self.breaks_next_export and len(self.books.invoices) >= _ENOUGH_TO_TELL
        if not (self.books.changed or half or self._held):
            self._dated = at
            self._exported = replace(self._exported, exported_at=at)
            return
        self.books.export(self._life.house.ledger_folder, at, half=half)
        self._exported = self.books.ledger(at, at)
        self._dated = None
        if half:
            self.breaks_next_export = False
            self._life.tell("ledger: half an export")
        if self._life.is_off:
            self._dated = at
        else:
            self.take(half=half)

    def take(self, *, half: bool = False) -> None:
        """The program takes the export in, or holds it back for a person."""
        now = self._life.clock.now()
        self._life.asks_again()
        taken = take_ledger(self._life.house)
        self._settle_held(now)
        version = replace(self._exported, taken_at=now)
        if half or taken.held:
            self._life.tell("ledger: held back" if taken.held else "ledger: half taken")
            self._held = True
            version = replace(version, suspicious_until=self._life.business.ends + timedelta(days=1))
            if not half:
                self._life.at(now + self._life.business.attention * self._life.dice.uniform(0.3, 2), self._says_yes)
        self._is_known = not self._held
        self.ledgers.append(version)

    def _settle_held(self, now: datetime) -> None:
        if self._held:
            self._held = False
            self.ledgers[-1] = replace(self.ledgers[-1], suspicious_until=now)

    def _says_yes(self) -> None:
        """A person has looked at the ledger, and it is right."""
        if self._held and not self._life.is_off:
            now = self._life.clock.now()
            take_ledger(self._life.house, even_if_suspicious=True, actor="olivia")
            self._settle_held(now)
            self.ledgers.append(replace(self._exported, taken_at=now))
            self._life.tell("ledger: a person said yes")

    def date_files(self) -> None:
        """The export that changed nothing is shown to the program: its date matters now."""
        if self._dated is not None:
            self.books.date(self._life.house.ledger_folder, self._dated)
            self._dated = None
            self.take()

    def back_again(self) -> None:
        """The program runs again, and finds what was exported meanwhile."""
        if self._dated is not None:
            self._dated = None
            self.take()
