"""Payment plans: what was agreed to be paid on which days, whether that adds up, and whether it is kept.

Pure. Whatever lowers what is open on the covered invoices counts, a payment as well as a credit, and counts for the
earliest instalment first: so what is paid early or in excess is counted for the next.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from itertools import pairwise

from reminderbot.core.account import OpenItem
from reminderbot.core.beside import INSTALMENT, Occasion
from reminderbot.core.money import Money, minor_digits

# More than these two nobody keeps in mind, and nobody can be asked to wait longer without a contract.
MOST_INSTALMENTS = 36
MOST_DAYS = 730
# So long a plan may be by default.
USUAL_DAYS = 366

IsBusinessDay = Callable[[date], bool]


class PlanState(StrEnum):
    # Offered, and not agreed to yet: it pauses nothing.
    PROPOSED = "proposed"
    AGREED = "agreed"
    # An instalment did not come: a person talks to them, and decides.
    MISSED = "missed"
    # All that it covers is settled.
    KEPT = "kept"
    # Ended by a person before that, or replaced by another.
    ENDED = "ended"
    # Taken back, as if it had never been.
    CLOSED = "closed"


STANDING = (PlanState.AGREED, PlanState.MISSED)
"""The plans whose invoices rest."""


class Every(StrEnum):
    """How far instalments lie apart."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Instalment:
    """What is to be paid on one day."""

    due_on: date
    amount: Decimal
    # Its friendly note has gone out.
    noted: bool = False


@dataclass(frozen=True, slots=True)
class PaymentPlan:
    """Instalments over some invoices of one customer, in one currency."""

    plan_id: int
    customer_id: str
    currency: str
    # (invoice, what was open on it when the plan was made)
    covered: tuple[tuple[str, Decimal], ...]
    instalments: tuple[Instalment, ...]
    state: PlanState
    made_on: date
    made_by: str = ""
    # The pauses that belong to it.
    holds: tuple[int, ...] = ()
    case_id: int | None = None

    @property
    def invoices(self) -> tuple[str, ...]:
        return tuple(number for number, _ in self.covered)

    @property
    def total(self) -> Decimal:
        """All that it covers."""
        return sum((amount for _, amount in self.covered), Decimal(0))

    @property
    def last_on(self) -> date:
        return self.instalments[-1].due_on


class PartState(StrEnum):
    """How one instalment stands."""

    PAID = "paid"
    PARTLY = "partly"
    OPEN = "open"
    # Its day has passed, and the days for the bank have not.
    LATE = "late"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Part:
    """One instalment with what has come in for it."""

    place: int
    due_on: date
    amount: Decimal
    counted: Decimal
    state: PartState
    noted: bool = False

    @property
    def rest(self) -> Decimal:
        return self.amount - self.counted


@dataclass(frozen=True, slots=True)
class Standing:
    """A plan beside what is open now on its invoices; what is not named there is settled."""

    plan: PaymentPlan
    open_now: Mapping[str, Decimal]
    # What is this small is left alone (the small-balance floor).
    tolerance: Decimal = Decimal(0)

    @property
    def received(self) -> Decimal:
        """By how much the covered invoices have come down since; never below nothing."""
        left = sum((self.open_now.get(number, Decimal(0)) for number in self.plan.invoices), Decimal(0))
        return max(self.plan.total - left, Decimal(0))

    @property
    def is_settled(self) -> bool:
        return self.plan.total - self.received <= self.tolerance

    def parts(self, now: datetime, deadline: Callable[[date], datetime], today: date) -> tuple[Part, ...]:
        """Each instalment as it stands; `deadline` tells when one counts as missed, the days for the bank included."""
        found, left = [], self.received
        for place, one in enumerate(self.plan.instalments, 1):
            counted = min(left, one.amount)
            left -= counted
            state = self._state(one, counted, now >= deadline(one.due_on), today)
            found.append(Part(place, one.due_on, one.amount, counted, state, one.noted))
        return tuple(found)

    def _state(self, one: Instalment, counted: Decimal, is_over: bool, today: date) -> PartState:
        if one.amount - counted <= self.tolerance:
            return PartState.PAID
        if is_over:
            return PartState.MISSED
        if one.due_on < today:
            return PartState.LATE
        return PartState.PARTLY if counted else PartState.OPEN

    def next_unpaid(self) -> tuple[int, Instalment, Decimal] | None:
        """The first instalment that is not all paid, with its place and what is missing of it; None: all are."""
        left = self.received
        for place, one in enumerate(self.plan.instalments, 1):
            if one.amount - left > self.tolerance:
                return place, one, one.amount - left
            left = max(left - one.amount, Decimal(0))
        return None


def beside(plan: PaymentPlan, items: Iterable[OpenItem], tolerance: Decimal = Decimal(0)) -> Standing:
    """A plan beside the customer's open items."""
    covered, known = dict(plan.covered), {item.invoice.number: item for item in items}
    open_now = {number: _left(plan, known[number], covered[number]) for number in plan.invoices if number in known}
    return Standing(plan, open_now, tolerance)


def _left(plan: PaymentPlan, item: OpenItem, covered: Decimal) -> Decimal:
    """What is open of what the plan covers: no part of the invoice that was due only later when it was made."""
    bill, left = item.invoice, item.balance.amount + item.withheld
    was_later = bill.retained_until is None or plan.made_on < bill.retained_until
    # Where it covers more than the rest of the invoice, it was made over that very part.
    kept = bill.retained if was_later and covered + bill.retained <= bill.total.amount else Decimal(0)
    return max(left - kept, Decimal(0))


def judge(standing: Standing, unmatched: Decimal, now: datetime, deadline: Callable[[date], datetime]) -> PlanState:
    """Whether a plan is kept: all settled, an instalment missed, or neither yet.

    `unmatched` is money of theirs that nobody has matched yet: where it could be what is missing, nothing is missed.
    A plan once missed is a person's until all is settled.
    """
    plan = standing.plan
    if standing.is_settled:
        return PlanState.KEPT
    if plan.state is not PlanState.AGREED:
        return plan.state
    due = sum((one.amount for one in plan.instalments if deadline(one.due_on) <= now), Decimal(0))
    missing = due - standing.received - max(unmatched, Decimal(0))
    return PlanState.MISSED if missing > standing.tolerance else PlanState.AGREED


def told_missing(standing: Standing, now: datetime, deadline: Callable[[date], datetime]) -> str:
    """What of a plan has not come in, as the beginning of a sentence."""
    plan = standing.plan
    due = [one for one in plan.instalments if deadline(one.due_on) <= now]
    rest = Money(sum((one.amount for one in due), Decimal(0)) - standing.received, plan.currency)
    found = standing.next_unpaid()
    place, one = (found[0], found[1]) if found else (len(plan.instalments), plan.instalments[-1])
    return (
        f"instalment {place} of {len(plan.instalments)}, {Money(one.amount, plan.currency)} due on {one.due_on},"
        f" has not all come in: {rest} is missing"
    )


def even_split(
    total: Money, count: int, every: Every, first_on: date, is_business_day: IsBusinessDay
) -> tuple[Instalment, ...]:
    """`count` instalments of the same amount from `first_on` on, each on a business day; the last takes the cents."""
    cents = Decimal(1).scaleb(-minor_digits(total.currency))
    each = (total.amount / count).quantize(cents, ROUND_DOWN)
    amounts = [each] * (count - 1) + [total.amount - each * (count - 1)]
    days = [next_business_day(_day(first_on, every, place), is_business_day) for place in range(count)]
    return tuple(Instalment(day, amount) for day, amount in zip(days, amounts, strict=True))


def next_business_day(day: date, is_business_day: IsBusinessDay) -> date:
    """The day, or the first business day after it; itself where none is near, as where nobody ever works."""
    return next((later for later in _from(day) if is_business_day(later)), day)


def _from(day: date) -> Sequence[date]:
    return [day + timedelta(days=n) for n in range(31)]


def _day(first_on: date, every: Every, place: int) -> date:
    """The day of the instalment at `place`: the same day of each month, or that month's last."""
    if every is not Every.MONTH:
        return first_on + timedelta(days=place * (7 if every is Every.WEEK else 14))
    years, month = divmod(first_on.month - 1 + place, 12)
    year = first_on.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(first_on.day, last))


def mistakes(
    instalments: Sequence[Instalment],
    total: Money,
    today: date,
    is_business_day: IsBusinessDay,
    max_days: int = MOST_DAYS,
) -> list[str]:
    """Every reason why these instalments are no plan for `total`, as sentences with the cure; none: they are."""
    if not instalments:
        return ["Name at least one instalment: a day and a sum."]
    return [
        *_wrong_sums([one.amount for one in instalments], total),
        *_wrong_days([one.due_on for one in instalments], today, is_business_day, max_days),
    ]


def _wrong_sums(amounts: Sequence[Decimal], total: Money) -> list[str]:
    cents = Decimal(1).scaleb(-minor_digits(total.currency))
    if not all(amount.is_finite() and amount > 0 for amount in amounts):
        return ["Every instalment must be more than nothing."]
    if (most := max(amounts)) > total.amount:
        return [f"{most} is more than the {total} that all instalments together come to: make it smaller."]
    found = [
        f"{amount} is no sum that {total.currency} has coins for: round it, and let the last one take the rest."
        for amount in amounts
        if amount % cents
    ]
    summed = Money(sum(amounts, Decimal(0)), total.currency)
    if summed != total:
        gap = Money(abs(summed.amount - total.amount), total.currency)
        how = "short of" if summed < total else "more than"
        found.append(
            f"The instalments come to {summed}, {gap} {how} the {total} they cover: change one of them by that."
        )
    return found


def _wrong_days(days: Sequence[date], today: date, is_business_day: IsBusinessDay, max_days: int) -> list[str]:
    found = []
    if len(days) > MOST_INSTALMENTS:
        found.append(f"{len(days)} instalments are more than anybody keeps in mind: make at most {MOST_INSTALMENTS}.")
    if days[0] < today:
        found.append(f"{days[0]} has passed already: begin today or later.")
    if any(after <= before for before, after in pairwise(days)):
        found.append("The days must rise: put the instalments in order, no two on one day.")
    if (max(days) - today).days > max_days:
        found.append(f"The last day, {max(days)}, is more than {max_days} days away: make fewer or larger instalments.")
    for day in days:
        if not is_business_day(day):
            near = next_business_day(day, is_business_day)
            found.append(f"{day} is no business day: no bank books it then; take {near}.")
    return found


def key_of(plan: PaymentPlan, one: Instalment) -> str:
    """How the note before an instalment is called, once for all."""
    return f"plan {plan.plan_id}, {one.due_on.isoformat()}"


def noted(plan: PaymentPlan, keys: Collection[str]) -> PaymentPlan:
    """The plan with the notes of these `keys` gone out."""
    parts = (replace(one, noted=True) if key_of(plan, one) in keys else one for one in plan.instalments)
    return replace(plan, instalments=tuple(parts))


def note(standing: Standing, note_days: int, is_business_day: IsBusinessDay) -> Occasion | None:
    """The friendly note before the next instalment that is not paid; None where there is none to be said.

    It comes on the business day `note_days` before, or the one before that, and lapses on the instalment's own day.
    """
    found = standing.next_unpaid() if standing.plan.state is PlanState.AGREED and note_days > 0 else None
    if found is None or found[1].noted:
        return None
    place, one, rest = found
    plan = standing.plan
    invoices = tuple(number for number in plan.invoices if standing.open_now.get(number, Decimal(0)) > 0)
    why = (
        f"instalment {place} of {len(plan.instalments)} over {Money(rest, plan.currency)} is due on {one.due_on};"
        " its note comes before a reminder about others, which can wait, and the day cannot"
    )
    opens_on = _business_day_before(one.due_on - timedelta(days=note_days), is_business_day)
    return Occasion(INSTALMENT, (key_of(plan, one),), invoices, opens_on, one.due_on, why)


def _business_day_before(day: date, is_business_day: IsBusinessDay) -> date:
    """The day, or the last business day before it."""
    return next((day - timedelta(days=n) for n in range(31) if is_business_day(day - timedelta(days=n))), day)
