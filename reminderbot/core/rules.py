"""How this business wants to remind: its ladders, its limits, and which days count as business days for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from reminderbot.core import plan, thanks
from reminderbot.core.calendar import AtWork, BusinessDays, IsHoliday, SendingHours, no_holidays
from reminderbot.core.contact import Budget
from reminderbot.core.facts import Facts
from reminderbot.core.ladder import Ladder
from reminderbot.core.money import Money
from reminderbot.core.promise import GRACE_BUSINESS_DAYS
from reminderbot.core.segment import Chosen, Segment, choose

_NOTHING = Decimal(0)
# Whatever day messages may arrive on: on these, somebody of the business is there.
_WORKING_WEEK = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class Rules:
    """How this business wants to remind; the ladder and the limits."""

    # The main ladder; `ladder_of` tells which one a customer climbs.
    ladder: Ladder
    zone: ZoneInfo
    country: str = ""
    hours: SendingHours = field(default_factory=SendingHours)
    is_holiday: IsHoliday = no_holidays
    # Holidays of the whole country: where only some regions rest, somebody may have paid, or may be exporting.
    is_everywhere_off: IsHoliday = no_holidays
    budget: Budget = field(default_factory=Budget)
    # An open balance at or below this is left alone; the number is read in the invoice's own currency.
    min_balance: Decimal = Decimal(0)
    # Currencies in which another sum is small.
    min_balance_in: Mapping[str, Decimal] = field(default_factory=dict)
    min_gap_days: int = 5
    # Invoices first seen more than this many days past due are parked for a person.
    park_after_days: int = 90
    # Customers who climb another ladder, in the order in which they are asked about.
    segments: tuple[Segment, ...] = ()
    # The business's own, in which a segment's sums are read.
    currency: str = ""
    # Nothing leaves on a day on which nobody of the business is there to read the answer.
    only_when_we_work: bool = True
    # So many days before an instalment its note goes out; 0: none does.
    note_days: int = 3
    # Business days after its day in which an instalment may still come in.
    grace_days: int = GRACE_BUSINESS_DAYS
    # How far off the last instalment of a plan may be.
    plan_max_days: int = plan.USUAL_DAYS
    # What customers are thanked for.
    thanks: frozenset[thanks.ThanksFor] = frozenset()
    # When somebody of the business reads answers; None: messages leave whether or not.
    at_work: AtWork | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # Asked about every message.
        object.__setattr__(self, "at_work", self._at_work())

    def chosen(self, facts: Facts) -> Chosen:
        """The ladder of this customer, and why it is theirs."""
        return choose(facts.account, facts.past, facts.segment_by_hand, self.segments, self.ladder, self.currency)

    def ladder_of(self, facts: Facts) -> Ladder:
        """The ladder that this customer climbs: the one place that knows."""
        return self.chosen(facts).ladder

    def of(self, facts: Facts) -> Rules:
        """The same, with the ladder that this customer climbs as the main one."""
        return replace(self, ladder=self.ladder_of(facts))

    @property
    def ladders(self) -> tuple[Ladder, ...]:
        """Every ladder that somebody may climb, the main one first."""
        return (self.ladder, *(segment.ladder for segment in self.segments))

    def is_small(self, left: Money) -> bool:
        """Whether so little is left that nobody is written to about it; nothing at all is small too."""
        return left.amount <= self.floor(left.currency)

    def floor(self, currency: str) -> Decimal:
        """The small-balance floor: the most that is left alone in a currency."""
        return max(self.min_balance_in.get(currency, self.min_balance), _NOTHING)

    def business_days(self, place: str) -> BusinessDays:
        """Working days where the customer is; the business's own country where theirs is unknown."""
        return BusinessDays(self.hours.days, place or self.country, self.is_holiday)

    def days_of_both(self, place: str) -> BusinessDays:
        """Working days of the customer on which the business, and so its bank, works too."""
        return BusinessDays(self.hours.days, place or self.country, self.is_holiday, also=self.country)

    def bank_days(self, place: str) -> BusinessDays:
        """Days on which they, we and the banks are all at work: banks rest at the weekend, whoever works then."""
        both = self.days_of_both(place)
        return replace(both, days=both.days - {5, 6} or both.days)

    def _at_work(self) -> AtWork | None:
        if not self.only_when_we_work:
            return None
        return AtWork(self.zone, BusinessDays(self.hours.days | _WORKING_WEEK, self.country, self.is_holiday))

    def ledger_days(self) -> BusinessDays:
        """Days on which the business may be at work, as the age of its ledger counts them: in doubt it grows older."""
        return BusinessDays(self.hours.days, self.country, self.is_everywhere_off)
