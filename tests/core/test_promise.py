from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reminderbot.core.promise import Promise, PromiseState, end_of_grace, judge
from tests.core.facts import LONDON, MONDAY, at, days, weekdays

WORD = Promise(1, "ACME", MONDAY, MONDAY + days(4), None, ("INV-1",), "I will pay on Friday")
END = end_of_grace(WORD.due_on, weekdays(), LONDON)
OPEN, PAID = {"INV-1": Decimal(100)}, {"INV-1": Decimal(0)}


def test_two_business_days_of_grace_end_with_the_second_of_them() -> None:
    # Promised for Friday 8 January: Monday and Tuesday are for the bank, Wednesday begins at midnight.
    assert at(date(2027, 1, 13), 0) == END


def test_a_holiday_is_no_business_day_for_the_bank() -> None:
    def closed(_country: str, day: date) -> bool:
        return day == date(2027, 1, 11)

    assert end_of_grace(WORD.due_on, weekdays(closed), LONDON) == at(date(2027, 1, 14), 0)


@pytest.mark.parametrize(
    ("seconds", "state"), [(-1, PromiseState.OPEN), (0, PromiseState.BROKEN), (1, PromiseState.BROKEN)]
)
def test_an_unkept_promise_is_broken_when_its_grace_has_ended_and_not_before(seconds: int, state: PromiseState) -> None:
    assert judge(WORD, OPEN, Decimal(0), END + timedelta(seconds=seconds), END) is state


def test_a_paid_promise_is_kept_at_once_and_also_afterwards() -> None:
    assert judge(WORD, PAID, Decimal(100), at(MONDAY), END) is PromiseState.KEPT
    assert judge(WORD, PAID, Decimal(100), END + days(9), END) is PromiseState.KEPT


@pytest.mark.parametrize(
    ("received", "state"), [("39.99", PromiseState.BROKEN), ("40", PromiseState.KEPT), ("40.01", PromiseState.KEPT)]
)
def test_a_promised_part_is_kept_by_that_part(received: str, state: PromiseState) -> None:
    part = replace(WORD, amount=Decimal(40))
    assert judge(part, {"INV-1": Decimal(100) - Decimal(received)}, Decimal(received), END, END) is state


def test_a_part_does_not_keep_a_promise_of_the_whole() -> None:
    assert judge(WORD, {"INV-1": Decimal("0.01")}, Decimal("99.99"), END, END) is PromiseState.BROKEN
