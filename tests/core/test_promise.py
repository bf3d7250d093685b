from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from reminderbot.core.calendar import BusinessDays
from reminderbot.core.money import Money
from reminderbot.core.promise import (
    Circumstances,
    Grace,
    Judged,
    Promise,
    PromiseState,
    Waits,
    judge,
)
from reminderbot.core.promise_share import Part, Share
from tests.core.facts import LONDON, MONDAY, at, days, gbp, weekdays

FRIDAY = MONDAY + days(4)
WORD = Promise(1, "ACME", MONDAY, FRIDAY, None, ("INV-1",), "I will pay on Friday", owed=(("INV-1", gbp("100")),))
GRACE = Grace(weekdays(), (LONDON,))
LAST = GRACE.last_day(FRIDAY)
BEFORE = Circumstances(LAST, ended=False, booked=False)
OVER = Circumstances(LAST, ended=True, booked=True)


def share(*came: tuple[str, date | None], asked_for: str = "100", loose: str = "0", contested: bool = False) -> Share:
    parts = tuple(Part(on, gbp(amount)) for amount, on in came)
    left = gbp(asked_for).amount - sum(part.money.amount for part in parts)
    unmatched = gbp(loose)
    return Share(
        (gbp(asked_for),) if gbp(asked_for).amount else (),
        parts,
        (gbp(str(left)),) if left > 0 else (),
        (unmatched,) if unmatched.amount else (),
        0 < left <= unmatched.amount,
        contested,
        LAST + days(1),
    )


# ---- how long it is waited for


def test_two_business_days_of_grace_end_with_the_second_of_them() -> None:
    # Promised for Friday 8 January: Monday and Tuesday are for the bank, Wednesday begins at midnight.
    assert date(2027, 1, 12) == LAST
    assert GRACE.ends(FRIDAY) == at(date(2027, 1, 13), 0)


@pytest.mark.parametrize("whose", ["GB", "FR"])
def test_a_holiday_of_either_side_is_no_business_day_for_the_bank(whose: str) -> None:
    def closed(country: str, day: date) -> bool:
        return (country, day) == (whose, date(2027, 1, 11))

    both = BusinessDays(frozenset(range(5)), "FR", closed, also="GB")
    assert Grace(both, (LONDON,)).ends(FRIDAY) == at(date(2027, 1, 14), 0)


def test_the_grace_is_over_when_it_is_over_for_the_customer_and_for_us() -> None:
    from zoneinfo import ZoneInfo

    far, near = ZoneInfo("Pacific/Honolulu"), ZoneInfo("Pacific/Auckland")
    for zones in ((LONDON, far), (far, LONDON), (near, far, LONDON)):
        assert Grace(weekdays(), zones).ends(FRIDAY) == at(date(2027, 1, 13), 0, zone=far)


# ---- how it ends


@pytest.mark.parametrize(
    ("what", "at_end", "before"),
    [
        (share(), PromiseState.BROKEN, PromiseState.OPEN),
        (share(("0.01", FRIDAY)), PromiseState.PARTLY_KEPT, PromiseState.OPEN),
        (share(("99.99", FRIDAY)), PromiseState.PARTLY_KEPT, PromiseState.OPEN),
        (share(("100", FRIDAY)), PromiseState.KEPT, PromiseState.KEPT),
        (share(("60", MONDAY), ("40", LAST)), PromiseState.KEPT, PromiseState.KEPT),
        # Nobody knows of which day it is.
        (share(("100", None)), PromiseState.KEPT, PromiseState.KEPT),
        (share(asked_for="0"), PromiseState.CLOSED, PromiseState.CLOSED),
        (share(asked_for="0", contested=True), PromiseState.CLOSED, PromiseState.OPEN),
    ],
)
def test_a_promise_is_judged_by_what_came_in(what: Share, at_end: PromiseState, before: PromiseState) -> None:
    assert judge(WORD, what, OVER).state is at_end
    assert judge(WORD, what, BEFORE).state is before


@pytest.mark.parametrize(("day", "state"), [(-1, "kept"), (0, "kept"), (1, "broken")])
def test_money_counts_by_its_day_and_not_by_the_day_the_books_learn_of_it(day: int, state: str) -> None:
    assert judge(WORD, share(("100", LAST + days(day))), OVER).state == state


def test_nothing_is_broken_before_the_books_know_of_its_last_day() -> None:
    unread = replace(OVER, booked=False)
    assert judge(WORD, share(), unread) == Judged(PromiseState.OPEN, waits=Waits.BOOKS)


def test_unmatched_money_that_would_do_is_for_a_person_until_they_have_looked() -> None:
    assert judge(WORD, share(loose="100"), OVER) == Judged(PromiseState.OPEN, waits=Waits.MATCHING)
    assert judge(WORD, share(loose="99.99"), OVER).state is PromiseState.BROKEN
    assert judge(WORD, share(loose="100"), replace(OVER, asked=True)).state is PromiseState.BROKEN


def test_a_promise_that_a_graver_matter_has_overtaken_is_not_called_broken() -> None:
    assert judge(WORD, share(), replace(OVER, overtaken=True)).state is PromiseState.CLOSED
    assert judge(WORD, share(("100", FRIDAY)), replace(OVER, overtaken=True)).state is PromiseState.KEPT


@pytest.mark.parametrize("missed", [PromiseState.BROKEN, PromiseState.PARTLY_KEPT])
def test_what_comes_too_late_leaves_a_promise_broken_and_its_days_late_known(missed: PromiseState) -> None:
    late = LAST + days(7)
    judged = judge(replace(WORD, state=missed), share(("100", late)), OVER)
    assert judged == Judged(missed, late)
    assert replace(WORD, state=judged.state, paid_on=judged.paid_on).days_late == (late - FRIDAY).days


def test_a_broken_promise_was_kept_where_the_books_only_learn_late_that_it_was_paid_in_time() -> None:
    broken = replace(WORD, state=PromiseState.BROKEN)
    assert judge(broken, share(("100", LAST)), OVER) == Judged(PromiseState.KEPT, LAST)
    assert judge(broken, share(("40", LAST)), OVER).state is PromiseState.PARTLY_KEPT
    assert judge(broken, share(("40", LAST + timedelta(days=1))), OVER).state is PromiseState.BROKEN


def test_a_kept_promise_is_no_days_late_be_it_paid_within_the_days_for_the_bank() -> None:
    assert replace(WORD, state=PromiseState.KEPT, paid_on=LAST).days_late == 0
    assert WORD.days_late is None


def test_a_sum_has_a_currency_only_where_all_is_in_one() -> None:
    assert WORD.currency == "GBP"
    assert replace(WORD, owed=(*WORD.owed, ("INV-2", Money(gbp("1").amount, "EUR")))).currency == ""
