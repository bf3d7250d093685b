"""Money is conserved: over any books, and any order in which they change, nothing is asked for that is not owed."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from reminderbot.core.ladder import Channel
from reminderbot.store.tables import invoice, payment
from tests.stories.world import LONDON, Sent, World
from tests.sums import in_html, in_text, sums_in

PLACES = {"GBP": 2, "EUR": 2, "JPY": 0, "KWD": 3}
SPOKEN = ("en-GB", "de-CH", "fr", "es-MX", "it", "nl", "pt-BR")
CUSTOMERS = tuple(f"C{number}" for number in range(len(SPOKEN)))
# With a text message after each letter, and room for a few letters in a short life.
LADDER = "".join(
    f'[[ladder]]\nname = "{name}"\ndays = {days}\nchannels = ["email", "sms"]\n'
    for name, days in (("gentle", 1), ("check-in", 8), ("last", 30))
)
NOTHING = Decimal(0)
BEGAN = "2027-03-01 08:00"
# What the program may leave alone: the least sum that a letter is written about.
FLOOR = Decimal(1)


@dataclass
class Bill:
    """One invoice as an accountant keeps it, by hand."""

    customer: str
    currency: str
    total: Decimal
    status: str = "open"
    retained: Decimal = NOTHING
    retained_until: date | None = None
    money: Decimal = NOTHING
    credits: Decimal = NOTHING
    given_up: Decimal = NOTHING

    @property
    def is_live(self) -> bool:
        return self.status not in ("cancelled", "draft")

    @property
    def written_off(self) -> Decimal:
        """What of a write-off had anything left to end."""
        return max(NOTHING, min(self.given_up, self.total - self.money - self.credits))

    @property
    def open(self) -> Decimal:
        return max(NOTHING, self.total - self.money - self.credits - self.written_off) if self.is_live else NOTHING

    def asked(self, today: date) -> Decimal:
        """What may be asked for: not what is due only later."""
        is_later = self.retained_until is None or today < self.retained_until
        return max(NOTHING, self.open - self.retained) if is_later and self.open > self.retained else self.open


@dataclass
class Accountant:
    """The books of the world, and what follows from them."""

    world: World
    bills: dict[str, Bill] = field(default_factory=dict)
    # Money and credit that belong to no invoice.
    loose: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    # What came in since, whatever became of its invoice.
    money: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    loose_credits: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def issue(self, customer: str, currency: str, units: int, late: int, retained: int, replaces: str = "") -> None:
        total, kept = sum_of(units, currency), sum_of(min(retained, units), currency)
        number, due = f"INV-{len(self.bills)}", self.world.today - timedelta(days=late)
        until = due + timedelta(days=40) if kept else None
        self.bills[number] = Bill(customer, currency, total, "open", kept, until)
        cells = {"retained": f"{kept}", "retained_until": f"{until}"} if kept else {}
        self.world.invoice(number, customer, f"{due}", f"{total}", currency=currency, replaces=replaces, **cells)

    def pay(self, number: str, units: int, kind: str) -> None:
        bill, amount = self.bills[number], sum_of(units, self.bills[number].currency)
        if kind == "payment":
            bill.money += amount
            self.money[bill.currency] += amount
        elif kind == "credit_note":
            bill.credits += amount
        else:
            bill.given_up += amount
        self.world.pay(number, f"{amount}", kind)

    def take_back(self, number: str) -> None:
        """The bank takes all back that came in."""
        bill = self.bills[number]
        if bill.money > 0:
            self.world.pay(number, f"-{bill.money}")
            self.money[bill.currency] -= bill.money
            bill.money = NOTHING

    def receive(self, customer: str, currency: str, units: int, kind: str) -> None:
        amount = sum_of(units, currency)
        self.loose[customer, currency] += amount
        (self.money if kind == "payment" else self.loose_credits)[currency] += amount
        self.world.receive(customer, f"{amount}", currency, kind)

    def change(self, number: str, status: str) -> None:
        self.bills[number].status = status
        self.world.change(number, status=status)

    def credit(self, customer: str, currency: str) -> Decimal:
        """What is the customer's: matched to nothing, beyond a total, or paid on a bill that is none any more."""
        over = (
            max(NOTHING, bill.money + bill.credits - bill.total) if bill.is_live else max(NOTHING, bill.money)
            for bill in self.bills.values()
            if (bill.customer, bill.currency) == (customer, currency)
        )
        return sum(over, self.loose[customer, currency])


def sum_of(units: int, currency: str) -> Decimal:
    return Decimal(units).scaleb(-PLACES[currency])


# ---- what happens to the books

customers, currencies = st.sampled_from(CUSTOMERS), st.sampled_from(sorted(PLACES))
units = st.integers(1, 400_000)
parts = st.integers(1, 120)
places = st.integers(0, 1_000)
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("issue"), customers, currencies, units, st.integers(-2, 20), st.sampled_from([0, 0, 0, 500])),
        st.tuples(st.just("pay"), places, parts, st.sampled_from(["payment", "payment", "credit_note", "write_off"])),
        st.tuples(st.just("receive"), customers, currencies, units, st.sampled_from(["payment", "credit_note"])),
        st.tuples(st.just("take back"), places),
        st.tuples(st.just("cancel"), places, st.sampled_from(["cancelled", "draft", "paid"])),
        st.tuples(st.just("reissue"), places, units),
    ),
    min_size=4,
    max_size=14,
)  # fmt: skip


def happen(books: Accountant, change: tuple[object, ...]) -> None:
    match change:
        case ("issue", str(customer), str(currency), int(amount), int(late), int(retained)):
            books.issue(customer, currency, amount, late, retained)
        case ("pay", int(place), int(percent), str(kind)):
            number, bill = one_of(books, place)
            books.pay(number, max(1, int(bill.total.scaleb(PLACES[bill.currency])) * percent // 100), kind)
        case ("receive", str(customer), str(currency), int(amount), str(kind)):
            books.receive(customer, currency, amount, kind)
        case ("take back", int(place)):
            books.take_back(one_of(books, place)[0])
        case ("cancel", int(place), str(status)):
            number, bill = one_of(books, place)
            # What the books call paid, they have the money for.
            if status == "paid" and bill.is_live and bill.open > 0:
                books.pay(number, int(bill.open.scaleb(PLACES[bill.currency])), "payment")
            elif bill.is_live and status != "paid":
                books.change(number, status)
        case ("reissue", int(place), int(amount)):
            number, bill = one_of(books, place)
            if bill.is_live:
                books.change(number, "cancelled")
                books.issue(bill.customer, bill.currency, amount, 5, 0, replaces=number)


def one_of(books: Accountant, place: int) -> tuple[str, Bill]:
    return list(books.bills.items())[place % len(books.bills)]


# ---- what must hold


def is_conserved(books: Accountant) -> None:
    """Invoiced less settled is what is open less credit balances and unapplied cash, in every currency."""
    with books.world.house.store.reading() as connection:
        standing = list(connection.execute(select(invoice.c.number, invoice.c.currency, invoice.c.open_balance)))
        loose = connection.execute(
            select(payment.c.currency, payment.c.amount).where(payment.c.invoice.is_(None), payment.c.listed)
        ).all()
    for currency in PLACES:
        live = [bill for bill in books.bills.values() if bill.currency == currency and bill.is_live]
        settled = sum((bill.credits + bill.written_off for bill in live), NOTHING)
        settled += books.money[currency] + books.loose_credits[currency]
        invoiced = sum((bill.total for bill in live), NOTHING)
        ours = sum((row.open_balance for row in standing if row.currency == currency), NOTHING)
        ours -= sum((row.amount for row in loose if row.currency == currency), NOTHING)
        assert invoiced - settled == ours, currency
    for row in standing:
        assert max(row.open_balance, NOTHING) == books.bills[row.number].open, row.number


def is_owed(books: Accountant, sent: Sent) -> None:
    """What a message asks for is what the books have open for this customer at that moment, and no more."""
    customer = sent.to.partition("@")[0].upper() if "@" in sent.to else CUSTOMERS[int(sent.to[-2:])]
    language = SPOKEN[CUSTOMERS.index(customer)]
    today = sent.at.astimezone(LONDON).date()
    asked: dict[str, Decimal] = defaultdict(Decimal)
    for number in sent.lists:
        bill = books.bills[number]
        assert bill.customer == customer
        assert bill.is_live
        assert bill.asked(today) > FLOOR, f"{number} is paid, credited or too small"
        asked[bill.currency] += bill.asked(today)
    due = {currency: amount - books.credit(customer, currency) for currency, amount in asked.items()}
    assert all(amount > 0 for amount in due.values())
    if sent.message.channel is Channel.SMS:
        assert dict(sums_in(sent.text, language)) == due
        return
    page = sent.mail.get_body(("html",))
    assert page is not None
    for letter in (in_text(sent.text, sent.lists, language), in_html(page.get_content(), sent.lists, language)):
        told = {number: sums[0] for number, sums in letter.rows.items()}
        assert told == {n: (books.bills[n].currency, books.bills[n].asked(today)) for n in sent.lists}
        assert dict(letter.totals) == due
        assert letter.adds_up()


def live(folder: Path, steps: list[tuple[int, list[tuple[object, ...]]]]) -> list[Sent]:
    """Let the books change at every step, and see at each that nothing is lost and only what is owed is asked for."""
    world = World(folder, BEGAN, sms=True, more=LADDER)
    for place, name in enumerate(CUSTOMERS):
        consent = {"sms_consent": "yes", "sms_consent_on": "2027-01-05", "sms_consent_how": "order form"}
        world.customer(name, language=SPOKEN[place], phone=f"+4477009001{place:02}", **consent)
    books = Accountant(world)
    for place, name in enumerate(CUSTOMERS):
        books.issue(name, sorted(PLACES)[place % len(PLACES)], 50_000 + place, 3, 0)
    world.begin()
    try:
        for days, changes in steps:
            for change in changes:
                happen(books, change)
            for hour in hours(world, days):
                for sent in world.at(hour):
                    is_owed(books, sent)
                is_conserved(books)
        return world.sent
    finally:
        world.close()


def hours(world: World, days: int) -> Iterator[str]:
    start = world.today
    for day in range(1, days + 1):
        yield f"{start + timedelta(days=day)} 10:00"


STEPS = st.lists(st.tuples(st.integers(1, 4), CHANGES), min_size=2, max_size=5)


def test_over_any_books_money_is_conserved_and_nothing_is_asked_for_that_is_not_owed() -> None:
    messages: list[Sent] = []

    @settings(max_examples=8, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(steps=STEPS)
    def over(steps: list[tuple[int, list[tuple[object, ...]]]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            messages.extend(live(Path(folder) / "world", steps))

    over()
    # A life in which nobody is written to proves little.
    assert len(messages) >= 40
    assert {sent.message.channel for sent in messages} == set(Channel)


@pytest.mark.soak
def test_over_hundreds_of_books_money_is_conserved() -> None:
    @settings(max_examples=200, suppress_health_check=list(HealthCheck))
    @given(steps=STEPS)
    def over(steps: list[tuple[int, list[tuple[object, ...]]]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            live(Path(folder) / "world", steps)

    over()
