"""How far off the forecast would have been: made anew for days gone by, of which it is known what came in.

Pure. Each forecast of the past sees only what had happened by then. It is held against two plain ones, that everybody
pays on the due date and that everybody is as late as all are on average; and how far off it was gives the ranges.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import NormalDist

from reminderbot.core.forecast import Books, Expected, Frame, expect
from reminderbot.core.lateness import Bill, Habits

# Eight weeks in ten lie within a range.
WITHIN = 0.8
# Before that much is known of a house, a forecast of the past would only guess.
_ENOUGH = timedelta(days=60)
# Where little is known of how far off we are: as if so many weeks had gone as the theory says.
_STAND_INS = tuple(NormalDist().inv_cdf((place + 0.5) / 20) for place in range(20))
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Range:
    """What is expected, and between which sums it lies eight times in ten."""

    low: Decimal
    expected: Decimal
    high: Decimal


class Measure:
    """How far off earlier forecasts were, in their own spread."""

    def __init__(self, off: Iterable[float] = ()) -> None:
        self._off = sorted((*off, *_STAND_INS))

    def range(self, expected: Decimal, spread: float, most: Decimal) -> Range:
        """The range around an expected sum, never below nothing nor above all that is open."""
        low = expected + Decimal(self._quantile((1 - WITHIN) / 2) * spread).quantize(expected)
        high = expected + Decimal(self._quantile((1 + WITHIN) / 2) * spread).quantize(expected)
        return Range(min(max(low, _NOTHING), expected), expected, max(min(high, most), expected))

    def _quantile(self, share: float) -> float:
        place = min(max(share * len(self._off) - 0.5, 0.0), len(self._off) - 1.0)
        below = int(place)
        above = min(below + 1, len(self._off) - 1)
        return self._off[below] + (place - below) * (self._off[above] - self._off[below])


@dataclass(frozen=True, slots=True)
class Plain:
    """What a plain forecast says of each week."""

    weeks: tuple[Decimal, ...]
    # What is past its day already: it says nothing of when that comes.
    overdue: Decimal

    @property
    def at_once(self) -> tuple[Decimal, ...]:
        """The same, with all of that in the first week."""
        return (self.weeks[0] + self.overdue, *self.weeks[1:])


@dataclass(frozen=True, slots=True)
class Tried:
    """One forecast of the past, in one currency, and what became of it."""

    at: Frame
    expected: Expected
    came: tuple[Decimal, ...]
    # What the two plain forecasts said.
    on_due_date: Plain
    as_late_as_all: Plain

    def off(self) -> list[tuple[date, float]]:
        """How far off each week was, in its spread, and when that was known."""
        rows = zip(self.at.ends, self.came, self.expected.weeks, self.expected.spread, strict=True)
        return [(end, float(came - said) / spread) for end, came, said, spread in rows if spread > 0]

    def off_in_all(self) -> float | None:
        """The same of all weeks together."""
        gap = float(sum(self.came, _NOTHING) - self.expected.in_all)
        return gap / self.expected.spread_in_all if self.expected.spread_in_all > 0 else None


@dataclass(frozen=True, slots=True)
class BackTest:
    """How the forecast would have done in one currency."""

    currency: str
    tried: tuple[Tried, ...]

    @property
    def weeks(self) -> int:
        """How many weeks were foretold."""
        return sum(len(one.came) for one in self.tried)

    @property
    def came(self) -> Decimal:
        """What came in in them."""
        return sum((sum(one.came, _NOTHING) for one in self.tried), _NOTHING)

    @property
    def in_all(self) -> float | None:
        """What was foretold in all, as a share of what came in."""
        return float(sum((one.expected.in_all for one in self.tried), _NOTHING) / self.came) if self.came else None

    @property
    def off(self) -> float | None:
        """How far off a week was, as a share of what came in; None where nothing did."""
        return self._off(lambda one: one.expected.weeks)

    @property
    def off_on_due_date(self) -> float | None:
        """The same, had we said that everybody pays on the due date."""
        return self._off_plainly(lambda one: one.on_due_date)

    @property
    def off_as_late_as_all(self) -> float | None:
        """The same, had we said that everybody is as late as all are on average."""
        return self._off_plainly(lambda one: one.as_late_as_all)

    @property
    def held(self) -> float | None:
        """In which share of the weeks what came in lay within the range, as it would have been given then."""
        found = [self._within(one, place) for one in self.tried for place in range(len(one.came))]
        return sum(found) / len(found) if found else None

    def measure(self) -> Measure:
        """How wide the ranges of a week are to be."""
        return Measure(off for one in self.tried for _, off in one.off())

    def measure_in_all(self) -> Measure:
        """How wide those of all weeks together."""
        return Measure(off for one in self.tried if (off := one.off_in_all()) is not None)

    def _off(self, said: Callable[[Tried], Sequence[Decimal]]) -> float | None:
        gaps = [abs(a - b) for one in self.tried for a, b in zip(said(one), one.came, strict=True)]
        return float(sum(gaps, _NOTHING) / self.came) if self.came > 0 else None

    def _off_plainly(self, said: Callable[[Tried], Plain]) -> float | None:
        """What is overdue is taken for lost, or expected at once: whichever does better."""
        lost, at_once = self._off(lambda one: said(one).weeks), self._off(lambda one: said(one).at_once)
        return None if lost is None or at_once is None else min(lost, at_once)

    def _within(self, one: Tried, place: int) -> bool:
        known = self._known_by(one.at.known_on)
        expected = one.expected
        span = known.range(expected.weeks[place], expected.spread[place], expected.open)
        return span.low <= one.came[place] <= span.high

    def _known_by(self, day: date) -> Measure:
        """The measure as it was that day: of the weeks over by then."""
        return Measure(off for one in self.tried for end, off in one.off() if end <= day)


def back_test(
    books: Books, at: Frame, tries: int, tell: Callable[[int, int], None] | None = None
) -> dict[str, BackTest]:
    """Forecasts of earlier weeks, the oldest first; none where the books do not reach back far enough."""
    frames, habits = _frames(books, at, tries), Habits(books.bills)
    found: dict[str, list[Tried]] = defaultdict(list)
    for done, earlier in enumerate(frames, 1):
        for currency, tried in _try(books, earlier, habits).items():
            found[currency].append(tried)
        if tell is not None:
            tell(done, len(frames))
    return {currency: BackTest(currency, tuple(own)) for currency, own in sorted(found.items())}


def _frames(books: Books, at: Frame, tries: int) -> list[Frame]:
    """One a week, each of which ended before today's knowledge did."""
    begun = min((bill.issued_on for bill in books.bills), default=None)
    paid = min((on for bill in books.bills for on, _ in bill.came), default=None)
    if begun is None or paid is None:
        return []
    span = (at.ends[-1] - at.known_on).days
    weeks_back = -(-span // 7)
    frames = [at.back(7 * number) for number in range(weeks_back + tries - 1, weeks_back - 1, -1)]
    return [one for one in frames if one.known_on >= max(begun + _ENOUGH, paid)]


def _try(books: Books, at: Frame, habits: Habits) -> dict[str, Tried]:
    known = habits.on(at.known_on)
    issued = tuple(bill for bill in habits.rest if bill.issued_on <= at.known_on)
    expected = expect(replace(books, bills=issued), at, is_now=False, habits=known)
    dated = [(bill, bill.open_on(at.known_on)) for bill in issued if bill.due_on is not None]
    found = {}
    for currency, one in expected.items():
        own = [pair for pair in dated if pair[0].currency == currency]
        found[currency] = Tried(at, one, _came(at, own), _plain(at, own, 0), _plain(at, own, round(known.mean_late)))
    return found


def _came(at: Frame, bills: Iterable[tuple[Bill, Decimal]]) -> tuple[Decimal, ...]:
    """What really came in on these bills in each of the weeks."""
    sums = [_NOTHING] * len(at.ends)
    for bill, _ in bills:
        for on, amount in bill.came:
            if on > at.known_on and (week := at.week_of(on)) is not None:
                sums[week] += amount
    return tuple(sums)


def _plain(at: Frame, bills: Iterable[tuple[Bill, Decimal]], late: int) -> Plain:
    """What whoever expects each bill so many days after its due date would have said."""
    sums, overdue = [_NOTHING] * len(at.ends), _NOTHING
    for bill, left in bills:
        assert bill.due_on is not None
        day = bill.due_on + timedelta(days=late)
        if day <= at.known_on:
            overdue += left
        elif (week := at.week_of(day)) is not None:
            sums[week] += left
    return Plain(tuple(sums), overdue)
