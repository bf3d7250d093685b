"""How long invoices stay open: each customer's own days-to-pay, filled up with everybody's where their own are few.

Pure. Counted is, for every day after (or before) the due date, which share of the money still open then came in on it.
What is still open counts as well: it has not come in so far. So nobody looks quicker than they are because their slow
invoices are not paid yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import accumulate
from operator import mul

# So many days before and after the due date are told apart: nothing is expected before, and later days are alike.
_FIRST, _LAST = -60, 365
# Everybody's habit weighs as much as so many invoices of the customer's own.
_EVERYBODY = 3.0
# What is usual elsewhere weighs as much as so many invoices of the house.
_USUAL = 2.0
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Bill:
    """One invoice with the days on which something came in on it, or was taken off it."""

    number: str
    customer_id: str
    currency: str
    issued_on: date
    # None: nobody knows when it is due.
    due_on: date | None
    total: Decimal
    # What is open on it by the books as they are.
    open_now: Decimal
    # Money, with its day.
    came: tuple[tuple[date, Decimal], ...] = ()
    # Credit notes and write-offs.
    taken_off: tuple[tuple[date, Decimal], ...] = ()
    # A part that is due only later by agreement, and from when on.
    retained: Decimal = Decimal(0)
    retained_until: date | None = None

    def open_on(self, day: date) -> Decimal:
        """What was open on it at the end of that day."""
        if day < self.issued_on:
            return Decimal(0)
        gone = sum((amount for on, amount in (*self.came, *self.taken_off) if on <= day), _NOTHING)
        return max(self.total - gone, _NOTHING)

    def is_over(self, day: date) -> bool:
        """Whether by the end of that day nothing was open on it any more, and so never will be."""
        return day >= self.issued_on and not self.open_on(day)


def usual(late: int) -> float:
    """Which share of what is open comes in on a day, so many days past due, where nothing is known of a house.

    About half is there within a week of the due date, and nine tenths after two months.
    """
    if late < -7:
        return 0.005 if late >= -30 else 0.001
    if late < 0:
        return 0.02
    return 0.06 if late <= 14 else 0.03 if late <= 60 else 0.01


# (first day that it was open, last day that is known, its moves: when, which share, whether money), days past due.
_Story = tuple[int, int, list[tuple[int, float, bool]]]


def _story(bill: Bill, known_on: date) -> _Story | None:
    """What was known of a bill at the end of that day; None where it tells nothing."""
    if bill.due_on is None or bill.issued_on > known_on or bill.total <= 0 or bill.retained:
        return None
    due, total = bill.due_on.toordinal(), float(bill.total)
    moves = [(on.toordinal() - due, float(amount) / total, True) for on, amount in bill.came if on <= known_on]
    moves += [(on.toordinal() - due, float(amount) / total, False) for on, amount in bill.taken_off if on <= known_on]
    return max(bill.issued_on.toordinal() - due, _FIRST), known_on.toordinal() - due, sorted(moves)


@dataclass(slots=True)
class Habit:
    """What came in, in invoices, on each day past due, and by how much the invoices open then grew or shrank."""

    came: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    change: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    # What lies beyond the days that are told apart: invoices paid, and days on which one was open.
    paid_beyond: float = 0.0
    days_beyond: float = 0.0
    # For those paid off: how late, by the money.
    paid: float = 0.0
    late: float = 0.0

    def add(self, story: _Story) -> None:
        """Take in what was known of a bill."""
        begun, last, moves = story
        left = 1.0
        self.change[begun] += 1.0
        for late, share, is_money in moves:
            part = min(share, left)
            left -= part
            self._lose(max(late, begun), part)
            if is_money:
                self._take(max(late, begun), part)
        if left > 0 and last >= begun:
            self._lose(last, left)
        elif left > 0:
            self.change[begun] -= left

    def _take(self, late: int, part: float) -> None:
        self.paid += part
        self.late += part * late
        if late > _LAST:
            self.paid_beyond += part
        else:
            self.came[late] += part

    def _lose(self, late: int, part: float) -> None:
        """So much was open until that day, the day itself included."""
        self.change[min(late, _LAST) + 1] -= part
        self.days_beyond += part * max(0, late - _LAST)

    def open_by(self, first: int, last: int) -> list[float]:
        """How many invoices were open on each of these days past due; none where the last comes before the first."""
        if last < first:
            return []
        now = sum(change for late, change in self.change.items() if late <= first)
        changes = [self.change.get(late, 0.0) for late in range(first + 1, last + 1)]
        return list(accumulate(changes, initial=now))

    def copy(self) -> Habit:
        """The same, to be taken further by itself."""
        return replace(self, came=self.came.copy(), change=self.change.copy())


class Habits:
    """The habits of a whole house as the days go by: of what is over by a day, all is known for good."""

    def __init__(self, bills: Iterable[Bill]) -> None:
        # What was not over yet on the day that was asked about last.
        self.rest: tuple[Bill, ...] = tuple(bills)
        self._own: dict[str, Habit] = defaultdict(Habit)
        self._everybody = Habit()

    def on(self, day: date) -> Lateness:
        """As they were known at the end of a day; no earlier one can be asked about any more."""
        rest: list[Bill] = []
        for bill in self.rest:
            if not bill.is_over(day):
                rest.append(bill)
            elif story := _story(bill, day):
                self._own[bill.customer_id].add(story)
                self._everybody.add(story)
        self.rest = tuple(rest)
        return self._with_rest(day)

    def _with_rest(self, day: date) -> Lateness:
        own, everybody = dict(self._own), self._everybody.copy()
        stories: dict[str, list[_Story]] = defaultdict(list)
        for bill in self.rest:
            if story := _story(bill, day):
                stories[bill.customer_id].append(story)
        for customer_id, open_then in stories.items():
            habit = own[customer_id].copy() if customer_id in own else Habit()
            for story in open_then:
                habit.add(story)
                everybody.add(story)
            own[customer_id] = habit
        return Lateness(own, everybody)


class Lateness:
    """The habits of a whole house, as they were known at the end of a day."""

    def __init__(self, own: Mapping[str, Habit], everybody: Habit) -> None:
        self._own = own
        # How many invoices were paid, and how late on average: what a plain forecast would go by.
        self.paid = everybody.paid
        self.mean_late = everybody.late / everybody.paid if everybody.paid else 0.0
        self._everybody = _hazards(everybody)
        usually = _USUAL * usual(_LAST + 1)
        self._beyond = (everybody.paid_beyond + usually) / (everybody.days_beyond + _USUAL)
        self._known: dict[tuple[str, int, int], Sequence[float]] = {}
        self._of_all: dict[tuple[int, int], Sequence[float]] = {}

    def left(self, customer_id: str, due_on: date, known_on: date, until: date) -> Sequence[float]:
        """Which share is still open after each day after `known_on`, up to `until`, of what is open at its end."""
        age, days = (known_on - due_on).days, (until - known_on).days
        key = customer_id, age, days
        if key not in self._known:
            hazards = self._hazards_of(customer_id, age + 1, age + days)
            self._known[key] = list(accumulate((1.0 - hazard for hazard in hazards), mul))
        return self._known[key]

    def _hazards_of(self, customer_id: str, first: int, last: int) -> Sequence[float]:
        """Which share of what is open then comes in on each of these days past due."""
        if (first, last) not in self._of_all:
            self._of_all[first, last] = [self._of_everybody(late) for late in range(first, last + 1)]
        everybody, own = self._of_all[first, last], self._own.get(customer_id)
        if own is None:
            return everybody
        came, seen = own.came, own.open_by(first, min(last, _LAST))
        # More than was open never came in.
        mixed = [
            (came.get(late, 0.0) + _EVERYBODY * one) / (were_open + _EVERYBODY)
            for late, (one, were_open) in enumerate(zip(everybody, seen, strict=False), first)
        ]
        # Later days are alike.
        return [*mixed, *everybody[len(mixed) :]]

    def _of_everybody(self, late: int) -> float:
        if late < _FIRST:
            return 0.0
        return self._beyond if late > _LAST else self._everybody[late - _FIRST]


def _hazards(everybody: Habit) -> Sequence[float]:
    seen = everybody.open_by(_FIRST, _LAST)
    return [
        min((everybody.came.get(late, 0.0) + _USUAL * usual(late)) / (max(were_open, 0.0) + _USUAL), 1.0)
        for late, were_open in zip(range(_FIRST, _LAST + 1), seen, strict=True)
    ]


def without_returned(came: Iterable[tuple[date, Decimal]]) -> tuple[tuple[date, Decimal], ...]:
    """Money in the order of its days, without what the bank took back, and without what took it back."""
    kept: list[tuple[date, Decimal]] = []
    for on, amount in sorted(came):
        if amount >= 0:
            kept.append((on, amount))
            continue
        left = -amount
        # That very sum, else the newest.
        for place in sorted(range(len(kept)), key=lambda p: (kept[p][1] == -amount, p), reverse=True):
            taken = min(left, kept[place][1])
            kept[place], left = (kept[place][0], kept[place][1] - taken), left - taken
    return tuple((on, amount) for on, amount in kept if amount)


def sums_by(pairs: Iterable[tuple[str, Decimal]]) -> Mapping[str, Decimal]:
    """One sum a name."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for name, amount in pairs:
        found[name] += amount
    return found
