"""Payment plans: an even split adds up to the cent, what does not add up is told, and money counts for the earliest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminderbot.core.calendar import start_of_day
from reminderbot.core.dunning import decide
from reminderbot.core.gate import GateCode
from reminderbot.core.hold import HoldKind
from reminderbot.core.money import Money, minor_digits
from reminderbot.core.plan import (
    Every,
    Instalment,
    PartState,
    PaymentPlan,
    PlanState,
    Standing,
    even_split,
    judge,
    key_of,
    mistakes,
    note,
    noted,
)
from tests.core import facts

MONDAY = date(2027, 3, 1)
HOLIDAY = date(2027, 3, 26)


def works(day: date) -> bool:
    return day.weekday() < 5 and day != HOLIDAY


def ends(due_on: date) -> datetime:
    """Three days later, for the bank."""
    return start_of_day(due_on + timedelta(days=3), UTC)  # type: ignore[arg-type]  # any zone will do


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=UTC)


def gbp(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")


def parts(*told: tuple[date, str]) -> tuple[Instalment, ...]:
    return tuple(Instalment(day, Decimal(amount)) for day, amount in told)


THIRDS = parts((date(2027, 3, 19), "40"), (date(2027, 4, 19), "40"), (date(2027, 5, 19), "40"))


def plan(instalments: tuple[Instalment, ...] = THIRDS, state: PlanState = PlanState.AGREED) -> PaymentPlan:
    covered = (("INV-1", Decimal(80)), ("INV-2", Decimal(40)))
    return PaymentPlan(7, "ACME", "GBP", covered, instalments, state, MONDAY)


def standing(open_now: Mapping[str, str], tolerance: str = "0", known: PaymentPlan | None = None) -> Standing:
    left = {number: Decimal(amount) for number, amount in open_now.items()}
    return Standing(known or plan(), left, Decimal(tolerance))


ALL_OPEN = {"INV-1": "80", "INV-2": "40"}


@given(
    cents=st.integers(1, 10**9),
    count=st.integers(1, 36),
    every=st.sampled_from(Every),
    currency=st.sampled_from(["GBP", "JPY", "KWD"]),
    first_on=st.dates(date(2026, 1, 1), date(2040, 1, 1)),
)
def test_an_even_split_adds_up_to_the_cent_on_rising_business_days(
    cents: int, count: int, every: Every, currency: str, first_on: date
) -> None:
    total = Money(Decimal(cents).scaleb(-minor_digits(currency)), currency)
    split = even_split(total, count, every, first_on, works)
    assert len(split) == count
    assert sum(one.amount for one in split) == total.amount
    assert len({one.amount for one in split[:-1]}) <= 1
    # The last one takes the cents, and never more than there are instalments.
    assert 0 <= (split[-1].amount - split[0].amount).scaleb(minor_digits(currency)) < count
    if split[0].amount > 0:
        assert mistakes(split, total, first_on, works, max_days=36 * 32) == []


def test_of_a_hundred_in_three_parts_the_last_takes_the_cent() -> None:
    split = even_split(gbp("100.00"), 3, Every.MONTH, date(2027, 1, 31), works)
    assert [str(one.amount) for one in split] == ["33.33", "33.33", "33.34"]
    # The last day of February and of March, each moved to a business day.
    assert [one.due_on for one in split] == [date(2027, 2, 1), date(2027, 3, 1), date(2027, 3, 31)]


def test_an_instalment_on_a_holiday_is_moved_to_the_next_business_day() -> None:
    split = even_split(gbp("80"), 2, Every.FORTNIGHT, HOLIDAY - timedelta(days=14), works)
    assert [one.due_on for one in split] == [date(2027, 3, 12), date(2027, 3, 29)]


WRONG = [
    ((), "at least one"),
    (parts((MONDAY, "60"), (date(2027, 4, 1), "59.99")), "0.01 GBP short of the 120.00 GBP"),
    (parts((MONDAY, "60"), (date(2027, 4, 1), "60.01")), "0.01 GBP more than the 120.00 GBP"),
    # More digits than any arithmetic keeps.
    (parts((MONDAY, "1E+999999")), "1E+999999 is more than the 120.00 GBP"),
    (parts((MONDAY, "1E+30"), (date(2027, 4, 1), "120.00")), "1E+30 is more than the 120.00 GBP"),
    (parts((MONDAY, "120"), (date(2027, 4, 1), "0")), "more than nothing"),
    (parts((MONDAY, "59.995"), (date(2027, 4, 1), "60.005")), "no sum that GBP has coins for"),
    (parts((date(2027, 4, 1), "60"), (MONDAY, "60")), "must rise"),
    (parts((MONDAY, "60"), (MONDAY, "60")), "must rise"),
    (parts((MONDAY - timedelta(days=3), "120")), "has passed already"),
    (parts((date(2028, 4, 3), "120")), "more than 366 days away"),
    (parts((HOLIDAY, "120")), "no business day: no bank books it then; take 2027-03-29"),
]


@pytest.mark.parametrize(("instalments", "told"), WRONG)
def test_what_does_not_add_up_is_told_with_its_cure(instalments: tuple[Instalment, ...], told: str) -> None:
    found = mistakes(instalments, gbp("120.00"), MONDAY, works, max_days=366)
    assert told in " ".join(found)


def test_more_instalments_than_anybody_keeps_in_mind_are_refused() -> None:
    many = even_split(gbp("370"), 37, Every.WEEK, MONDAY, works)
    assert "37 instalments" in " ".join(mistakes(many, gbp("370"), MONDAY, works))


def states(known: Standing, today: date) -> list[PartState]:
    return [part.state for part in known.parts(at(today), ends, today)]


def test_money_counts_for_the_earliest_instalment_whichever_invoice_it_was_for() -> None:
    assert states(standing({"INV-1": "80", "INV-2": "10"}), MONDAY) == ["partly", "open", "open"]
    # What is paid in excess counts for the next.
    assert states(standing({"INV-1": "25", "INV-2": "40"}), MONDAY) == ["paid", "partly", "open"]
    # A balance below nothing is money in excess too.
    assert states(standing({"INV-1": "-10", "INV-2": "40"}), MONDAY) == ["paid", "paid", "partly"]
    assert states(standing({}), MONDAY) == ["paid", "paid", "paid"]


def test_an_instalment_is_late_after_its_day_and_missed_after_the_days_for_the_bank() -> None:
    found = standing(ALL_OPEN)
    days = (date(2027, 3, 19), date(2027, 3, 20), date(2027, 3, 21), date(2027, 3, 22))
    assert [states(found, day)[0] for day in days] == ["open", "late", "late", "missed"]


@pytest.mark.parametrize(
    ("open_now", "unmatched", "today", "verdict"),
    [
        (ALL_OPEN, "0", date(2027, 3, 21), PlanState.AGREED),
        (ALL_OPEN, "0", date(2027, 3, 22), PlanState.MISSED),
        ({"INV-1": "40.01", "INV-2": "40"}, "0", date(2027, 3, 22), PlanState.MISSED),
        ({"INV-1": "40", "INV-2": "40"}, "0", date(2027, 3, 22), PlanState.AGREED),
        # What nobody has matched yet may be the instalment.
        (ALL_OPEN, "40", date(2027, 3, 22), PlanState.AGREED),
        (ALL_OPEN, "39.99", date(2027, 3, 22), PlanState.MISSED),
        # Paid early, for two of them at once.
        ({"INV-1": "0", "INV-2": "40"}, "0", date(2027, 4, 22), PlanState.AGREED),
        ({}, "0", MONDAY, PlanState.KEPT),
    ],
)
def test_a_plan_is_kept_missed_or_neither_yet(
    open_now: Mapping[str, str], unmatched: str, today: date, verdict: PlanState
) -> None:
    assert judge(standing(open_now), Decimal(unmatched), at(today), ends) is verdict


def test_a_rest_below_the_floor_misses_nothing() -> None:
    found = standing({"INV-1": "40.50", "INV-2": "40"}, tolerance="0.50")
    assert judge(found, Decimal(0), at(date(2027, 3, 22)), ends) is PlanState.AGREED
    assert states(found, date(2027, 3, 22))[0] is PartState.PAID
    assert judge(standing({"INV-2": "0.50"}, tolerance="0.50"), Decimal(0), at(MONDAY), ends) is PlanState.KEPT


def test_a_plan_once_missed_is_a_persons_until_all_is_settled() -> None:
    missed = plan(state=PlanState.MISSED)
    paid_after_all = standing({"INV-1": "40", "INV-2": "40"}, known=missed)
    assert judge(paid_after_all, Decimal(0), at(date(2027, 3, 25)), ends) is PlanState.MISSED
    assert judge(standing({}, known=missed), Decimal(0), at(date(2027, 3, 25)), ends) is PlanState.KEPT


@given(paid=st.lists(st.integers(0, 4000), max_size=8))
def test_what_came_in_is_counted_once_and_no_instalment_above_its_sum(paid: list[int]) -> None:
    left, before = [Decimal(80), Decimal(40)], Decimal(0)
    for cents in paid:
        amount = Decimal(cents).scaleb(-2)
        first = min(amount, left[0])
        left = [left[0] - first, left[1] - min(amount - first, left[1])]
        found = standing({"INV-1": str(left[0]), "INV-2": str(left[1])})
        told = found.parts(at(MONDAY), ends, MONDAY)
        assert sum(part.counted for part in told) == found.received == Decimal(120) - sum(left)
        assert all(0 <= part.counted <= part.amount for part in told)
        # Each is filled before the next gets anything.
        assert all(one.rest == 0 or two.counted == 0 for one, two in pairwise(told))
        assert found.received >= before
        before = found.received


def test_the_note_comes_on_the_business_day_before_and_lapses_on_the_day_itself() -> None:
    found = note(standing(ALL_OPEN), 3, works)
    assert found is not None
    assert (found.opens_on, found.lapses_on) == (date(2027, 3, 16), date(2027, 3, 19))
    assert found.invoices == ("INV-1", "INV-2")
    # 27 March is a Saturday, and the Friday before it a holiday.
    late = note(standing(ALL_OPEN, known=plan(parts((date(2027, 3, 30), "120")))), 3, works)
    assert late is not None
    assert late.opens_on == date(2027, 3, 25)


@pytest.mark.parametrize(("hour", "leaves"), [(15, True), (18, False)])
def test_a_note_that_could_only_leave_on_the_day_itself_is_left_out_and_says_so(hour: int, leaves: bool) -> None:
    bills = (facts.item("INV-1", date(2027, 3, 5)), facts.item("INV-2", date(2027, 3, 5)))
    known = facts.facts(*bills, holds=[facts.hold(kind=HoldKind.PLAN)], plans=(standing(ALL_OPEN),))
    made = decide(known, facts.rules(), facts.at(date(2027, 3, 18), hour))
    assert (made.send is not None) == leaves
    assert (GateCode.NOTE_TOO_LATE in {gate.code for gate in made.closed}) == (not leaves)


def test_no_note_comes_twice_nor_where_none_is_wanted_nor_for_a_plan_that_does_not_stand() -> None:
    found = standing(ALL_OPEN)
    keys = {key_of(found.plan, found.plan.instalments[0])}
    assert note(standing(ALL_OPEN, known=noted(plan(), keys)), 3, works) is None
    assert note(found, 0, works) is None
    assert note(standing(ALL_OPEN, known=plan(state=PlanState.MISSED)), 3, works) is None
    assert note(standing(ALL_OPEN, known=plan(state=PlanState.PROPOSED)), 3, works) is None
    assert note(standing({}), 3, works) is None


def test_the_note_is_about_the_first_instalment_that_is_not_all_paid() -> None:
    ahead = note(standing({"INV-1": "40", "INV-2": "40"}), 3, works)
    assert ahead is not None
    assert ahead.lapses_on == date(2027, 4, 19)
    half = standing({"INV-1": "60", "INV-2": "40"}).next_unpaid()
    assert half == (1, THIRDS[0], Decimal(20))
