"""Who is a good payer of long standing: what speaks for it, what against, and the reasons."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.core.payer import Payer, Thresholds, judge
from tests.core.facts import MONDAY, days

LONG_AGO = MONDAY - days(800)
THRESHOLDS = Thresholds(invoices=6, known_days=365, days_late=5)


def payer(*late: int, broken: int = 0, known: int = 800) -> Payer:
    return Payer(MONDAY - days(known), late or (0, 1, 2, 2, 3, 4), broken)


def test_somebody_who_has_long_paid_in_time_is_a_good_payer_and_it_is_said_why() -> None:
    found = judge(payer(), THRESHOLDS, MONDAY)
    assert found.is_good
    assert found.reasons == ("6 invoices paid in two years", "typically 2 days late", "known since 2024")


def test_who_pays_before_the_day_is_not_called_late() -> None:
    assert "typically on the day or before" in judge(payer(*[-3] * 6), THRESHOLDS, MONDAY).reasons
    assert "typically 1 day late" in judge(payer(*[1] * 6), THRESHOLDS, MONDAY).reasons


@pytest.mark.parametrize(("known", "good"), [(364, False), (365, True), (366, True)])
def test_long_standing_begins_after_a_year(known: int, good: bool) -> None:
    assert judge(payer(known=known), THRESHOLDS, MONDAY).is_good is good


@pytest.mark.parametrize(("typical", "good"), [(4, True), (5, True), (6, False)])
def test_what_counts_is_how_late_they_typically_are(typical: int, good: bool) -> None:
    assert judge(payer(*[typical] * 6), THRESHOLDS, MONDAY).is_good is good


@pytest.mark.parametrize(("count", "good"), [(5, False), (6, True), (7, True)])
def test_a_few_invoices_say_nothing_of_a_habit(count: int, good: bool) -> None:
    assert judge(payer(*[0] * count), THRESHOLDS, MONDAY).is_good is good


def test_one_very_late_payment_in_ten_is_a_slip_and_one_in_nine_is_not() -> None:
    assert judge(payer(*[0] * 9, 31), THRESHOLDS, MONDAY).is_good
    assert judge(payer(*[0] * 9, 30), THRESHOLDS, MONDAY).is_good
    found = judge(payer(*[0] * 8, 31), THRESHOLDS, MONDAY)
    assert found.reasons == ("1 invoice paid more than 30 days late",)


def test_a_promise_that_passed_unpaid_speaks_against_it() -> None:
    found = judge(payer(broken=1), THRESHOLDS, MONDAY)
    assert not found.is_good
    assert found.reasons == ("1 promise passed unpaid in two years",)


def test_of_somebody_new_every_reason_is_told() -> None:
    found = judge(Payer(), THRESHOLDS, MONDAY)
    assert found.reasons == ("known for 0 days, not yet 365", "0 invoices paid in two years, not yet 6")


@settings(derandomize=True, max_examples=100)
@given(st.lists(st.integers(-30, 90), max_size=20), st.integers(0, 3), st.integers(0, 900))
def test_a_broken_promise_or_a_later_payment_never_makes_a_good_payer(late: list[int], broken: int, known: int) -> None:
    before = judge(payer(*late, broken=broken, known=known) if late else Payer(), THRESHOLDS, MONDAY)
    if late and not before.is_good:
        worse = payer(*(each + 5 for each in late), broken=broken + 1, known=known)
        assert not judge(worse, THRESHOLDS, MONDAY).is_good
