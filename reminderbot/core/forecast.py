"""Expected money in by week, from what is open: promises and instalments first, then each customer's own habit.

Pure. Each invoice's open balance is cut into pieces, every piece with the chance of coming in in each week. Every
cent stands somewhere: in a week, later, or among what is not counted on. Invoices not written yet are no part of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from math import sqrt
from typing import TypeVar

from reminderbot.core.lateness import Bill, Habits, Lateness, sums_by
from reminderbot.core.money import minor_digits
from reminderbot.core.plan import PaymentPlan, PlanState
from reminderbot.core.promise import Promise, PromiseState

# A promise or an instalment is waited for so long after its day: two business days and a weekend.
WAITED = timedelta(days=4)
# Everybody's word weighs as much as so many promises of the customer's own.
_EVERYBODY = 3.0
# Where nothing is known, seven promises of ten hold.
_USUAL_WORD, _USUAL = 0.7, 3.0
_RUNS = (PlanState.AGREED, PlanState.KEPT)
_HELD = {PromiseState.KEPT: 1.0, PromiseState.PARTLY_KEPT: 0.5, PromiseState.BROKEN: 0.0}
_NOTHING = Decimal(0)


class Source(StrEnum):
    """What says that money comes."""

    PROMISE = "promise"
    INSTALMENT = "instalment"
    # How they have paid before.
    HABIT = "habit"


class LeftOut(StrEnum):
    """Why open money is not counted on."""

    # Disputed, with a lawyer or an agency, hardship, a bereavement: a person decides, no habit tells.
    CONTESTED = "contested"
    NO_DUE_DATE = "no_due_date"
    # Money is there already that nobody has matched yet.
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class Withheld:
    """Invoices of a customer, or all of them, that nobody counts on from one day until before another."""

    customer_id: str
    invoices: tuple[str, ...]
    since: date
    until: date | None = None

    def covers(self, bill: Bill, on: date) -> bool:
        if self.customer_id != bill.customer_id or on < self.since or (self.until is not None and on >= self.until):
            return False
        return not self.invoices or bill.number in self.invoices


@dataclass(frozen=True, slots=True)
class Books:
    """All that a forecast is made from."""

    bills: tuple[Bill, ...]
    promises: tuple[Promise, ...] = ()
    plans: tuple[PaymentPlan, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    # Unmatched money: customer, currency, day, sum.
    loose: tuple[tuple[str, str, date, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """From which day a forecast looks ahead, and the last day of each of its weeks."""

    # The books are whole up to the end of that day.
    known_on: date
    # What customers said and people decided is known up to that one.
    today: date
    ends: tuple[date, ...]

    def week_of(self, day: date) -> int | None:
        """In which of the weeks a day lies; None: after them."""
        return next((place for place, end in enumerate(self.ends) if day <= end), None)

    def back(self, days: int) -> Frame:
        """The same so many days before."""
        ago = timedelta(days=days)
        return Frame(self.known_on - ago, self.today - ago, tuple(end - ago for end in self.ends))


def frame(known_on: date, today: date, weeks: int) -> Frame:
    """The rest of this week, and as many weeks after it as make `weeks`, each from Monday to Sunday."""
    sunday = today + timedelta(days=6 - today.weekday())
    return Frame(known_on, today, tuple(sunday + timedelta(weeks=number) for number in range(weeks)))


@dataclass(frozen=True, slots=True)
class Piece:
    """Money of one customer with its chance to come in in each week."""

    customer_id: str
    currency: str
    amount: Decimal
    source: Source
    chances: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected in one currency."""

    currency: str
    weeks: tuple[Decimal, ...]
    by_source: Mapping[Source, tuple[Decimal, ...]]
    # How far each week, and all of them together, typically lie from that (one standard deviation).
    spread: tuple[float, ...]
    spread_in_all: float
    # Open, and not expected within these weeks.
    later: Decimal
    left_out: Mapping[LeftOut, Decimal] = field(default_factory=dict)

    @property
    def in_all(self) -> Decimal:
        """All weeks together."""
        return sum(self.weeks, _NOTHING)

    @property
    def open(self) -> Decimal:
        """All that is open."""
        return self.in_all + self.later + sum(self.left_out.values(), _NOTHING)


def expect(books: Books, at: Frame, *, is_now: bool, habits: Lateness | None = None) -> dict[str, Expected]:
    """What to expect, one answer a currency; `is_now` goes by the balances as they are, else by those of that day."""
    known = _Known(books, at, is_now=is_now, habits=habits or Habits(books.bills).on(at.known_on))
    for customer_id, bills in _by_customer(known.bills).items():
        known.customer(customer_id, bills)
    pieces: dict[str, list[Piece]] = defaultdict(list)
    for piece in known.pieces:
        pieces[piece.currency].append(piece)
    currencies = sorted({*pieces, *known.left_out})
    return {one: _together(one, pieces[one], known.left_out[one], len(at.ends)) for one in currencies}


class _Known:
    """One forecast in the making."""

    def __init__(self, books: Books, at: Frame, *, is_now: bool, habits: Lateness) -> None:
        self._at, self._habits, self._is_now = at, habits, is_now
        self.bills = [bill for bill in books.bills if self._open(bill) > 0]
        self.pieces: list[Piece] = []
        self.left_out: dict[str, dict[LeftOut, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self._words = _by_customer([word for word in books.promises if _stands(word, at, is_now=is_now)])
        self._holds = _word_shares(books.promises, at.known_on)
        self._plans = _by_customer([plan for plan in books.plans if plan.made_on <= at.today and plan.state in _RUNS])
        self._withheld = _by_customer(books.withheld)
        loose = ((f"{key}\n{currency}", amount) for key, currency, on, amount in books.loose if on <= at.today)
        self._loose = dict(sums_by(loose))

    def _open(self, bill: Bill) -> Decimal:
        return bill.open_now if self._is_now else bill.open_on(self._at.known_on)

    def customer(self, customer_id: str, bills: Sequence[Bill]) -> None:
        """Cut what one customer has open into pieces."""
        left = {bill.number: self._countable(bill) for bill in sorted(bills, key=lambda b: b.due_on or b.issued_on)}
        by_number = {bill.number: bill for bill in bills}
        for plan in self._plans.get(customer_id, ()):
            self._instalments(plan, left, by_number)
        for word in sorted(self._words.get(customer_id, ()), key=lambda w: w.due_on):
            self._promised(word, left, by_number)
        for number, amount in left.items():
            self._habitual(by_number[number], amount)

    def _countable(self, bill: Bill) -> Decimal:
        """What of a bill's balance is counted on; the rest is noted with why it is not."""
        amount, out = self._open(bill), self.left_out[bill.currency]
        if any(one.covers(bill, self._at.today) for one in self._withheld.get(bill.customer_id, ())):
            out[LeftOut.CONTESTED] += amount
            return _NOTHING
        purse = f"{bill.customer_id}\n{bill.currency}"
        covered = min(amount, max(self._loose.get(purse, _NOTHING), _NOTHING))
        if covered:
            self._loose[purse] -= covered
            out[LeftOut.UNMATCHED] += covered
            amount -= covered
        if bill.due_on is None:
            out[LeftOut.NO_DUE_DATE] += amount
            return _NOTHING
        return amount

    def _instalments(self, plan: PaymentPlan, left: dict[str, Decimal], bills: Mapping[str, Bill]) -> None:
        """What is open under a plan is expected on the days of its last instalments: the first ones are paid."""
        own = [number for number in plan.invoices if left.get(number) and bills[number].currency == plan.currency]
        rest = sum((left[number] for number in own), _NOTHING)
        for one in reversed(plan.instalments):
            amount = min(one.amount, rest)
            rest -= amount
            self._on_a_day(amount, one.due_on, Source.INSTALMENT, own, left, bills)

    def _promised(self, word: Promise, left: dict[str, Decimal], bills: Mapping[str, Bill]) -> None:
        meant = [number for number in word.invoices or tuple(left) if left.get(number)]
        currency = word.currency or (bills[meant[0]].currency if meant else "")
        if word.amount is not None:
            meant = [number for number in meant if bills[number].currency == currency]
        for one in sorted({bills[number].currency for number in meant}):
            own = [number for number in meant if bills[number].currency == one]
            there = sum((left[number] for number in own), _NOTHING)
            amount = there if word.amount is None else min(word.amount, there)
            self._on_a_day(amount, word.due_on, Source.PROMISE, own, left, bills)

    def _on_a_day(
        self,
        amount: Decimal,
        day: date,
        source: Source,
        own: Iterable[str],
        left: dict[str, Decimal],
        bills: Mapping[str, Bill],
    ) -> None:
        """Take so much from these bills: as their word holds it comes on that day, else by their habit after it."""
        if day + WAITED <= self._at.known_on:
            return
        day = max(day, self._at.known_on + timedelta(days=1))
        for number in own:
            part = min(amount, left[number])
            if part > 0:
                amount, left[number] = amount - part, left[number] - part
                self._piece(bills[number], part, source, self._by_word(bills[number], day))

    def _by_word(self, bill: Bill, day: date) -> list[float]:
        week = self._at.week_of(day)
        holds = self._holds.get(bill.customer_id, self._holds[""])
        chances = [(1 - holds) * chance for chance in self._by_habit(bill, bill.due_on, day)]
        if week is not None:
            chances[week] += holds
        return chances

    def _habitual(self, bill: Bill, amount: Decimal) -> None:
        is_later = bill.retained_until is None or bill.retained_until > self._at.known_on
        kept = min(bill.retained, amount) if is_later else _NOTHING
        for part, due_on in ((amount - kept, bill.due_on), (kept, bill.retained_until)):
            if part > 0:
                self._piece(bill, part, Source.HABIT, self._by_habit(bill, due_on, self._at.known_on))

    def _by_habit(self, bill: Bill, due_on: date | None, known_on: date) -> list[float]:
        chances = [0.0] * len(self._at.ends)
        until = self._at.ends[-1]
        if due_on is None or known_on >= until:
            return chances
        left, before = self._habits.left(bill.customer_id, due_on, known_on, until), 1.0
        for week, end in enumerate(self._at.ends):
            if end > known_on:
                after = left[(end - known_on).days - 1]
                chances[week], before = before - after, after
        return chances

    def _piece(self, bill: Bill, amount: Decimal, source: Source, chances: Iterable[float]) -> None:
        self.pieces.append(Piece(bill.customer_id, bill.currency, amount, source, tuple(chances)))


_Owned = TypeVar("_Owned", Bill, Promise, PaymentPlan, Withheld)


def _by_customer(things: Iterable[_Owned]) -> dict[str, list[_Owned]]:
    found: dict[str, list[_Owned]] = defaultdict(list)
    for one in things:
        found[one.customer_id].append(one)
    return found


def _stands(word: Promise, at: Frame, *, is_now: bool) -> bool:
    """Whether it was open that day; one taken back or put right counts as never given."""
    if is_now:
        return word.state is PromiseState.OPEN
    return word.promised_on <= at.today and word.state is not PromiseState.CLOSED


def _word_shares(promises: Iterable[Promise], on: date) -> dict[str, float]:
    """How likely the word of each customer is to hold, by those that had come to their day; "": anybody's."""
    ended = [word for word in promises if word.state in _HELD and word.due_on + WAITED <= on]
    held = [_HELD[word.state] for word in ended]
    anybody = (sum(held) + _USUAL * _USUAL_WORD) / (len(held) + _USUAL)
    shares = {"": anybody}
    for key, own in _by_customer(ended).items():
        shares[key] = (sum(_HELD[word.state] for word in own) + _EVERYBODY * anybody) / (len(own) + _EVERYBODY)
    return shares


def _together(currency: str, pieces: Sequence[Piece], left_out: Mapping[LeftOut, Decimal], weeks: int) -> Expected:
    cents = Decimal(1).scaleb(-minor_digits(currency))
    by_source: dict[Source, tuple[Decimal, ...]] = {}
    for source in Source:
        own = [piece for piece in pieces if piece.source is source]
        sums = [sum(share) for share in zip(*(_shares(piece) for piece in own), strict=True)] or [0.0] * weeks
        by_source[source] = tuple(Decimal(one).quantize(cents) for one in sums)
    totals = tuple(sum((by_source[source][week] for source in Source), _NOTHING) for week in range(weeks))
    later = sum((piece.amount for piece in pieces), _NOTHING) - sum(totals, _NOTHING)
    *spread, in_all = _spread(pieces, weeks)
    by_why = {why: out for why, out in left_out.items() if out}
    return Expected(currency, totals, by_source, tuple(spread), in_all, later, by_why)


def _shares(piece: Piece) -> list[float]:
    """What of it is expected in each week."""
    amount = float(piece.amount)
    return [amount * chance for chance in piece.chances]


def _spread(pieces: Iterable[Piece], weeks: int) -> list[float]:
    """How far each week typically lies from what is expected, and last all of them together.

    Customers pay as each of them does, but what one customer owes may well come all at once or not at all.
    """
    own: dict[str, list[float]] = defaultdict(lambda: [0.0] * (weeks + 1))
    for piece in pieces:
        amount, row = float(piece.amount), own[piece.customer_id]
        for place, chance in enumerate((*piece.chances, sum(piece.chances))):
            if 0.0 < chance < 1.0:
                row[place] += amount * sqrt(chance * (1 - chance))
    return [sqrt(sum(row[place] ** 2 for row in own.values())) for place in range(weeks + 1)]
