"""A forecast of the past sees nothing of what came after, and says how far off it was."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from reminderbot.core.back_test import BackTest, Measure, Plain, Tried, back_test
from reminderbot.core.forecast import Books, Expected, Frame, expect, frame
from reminderbot.core.lateness import Bill

TODAY = date(2027, 3, 8)
AT = frame(TODAY - timedelta(days=1), TODAY, 8)


def shop(seed: int = 1, customers: int = 30, days: int = 500) -> Books:
    """Customers who each pay as they do: at once, two weeks late, a month late, or some of it never."""
    chance, bills = random.Random(seed), []
    for number in range(customers):
        usual, spread = chance.choice([(-2, 3), (14, 4), (30, 9), (30, 9)])
        issued = TODAY - timedelta(days=days + chance.randrange(30))
        while issued < TODAY:
            due = issued + timedelta(days=30)
            on = max(issued, due + timedelta(days=round(chance.gauss(usual, spread))))
            is_paid = on < TODAY and chance.random() > 0.03
            total = Decimal(chance.randrange(5000, 90000)) / 100
            left = Decimal(0) if is_paid else total
            came: tuple[tuple[date, Decimal], ...] = ((on, total),) if is_paid else ()
            if number % 3 == 0 and issued < on < TODAY:
                # The first half comes a week before the rest.
                early = max(issued, on - timedelta(days=7))
                came = ((early, total / 2), (on, total / 2)) if is_paid else ((early, total / 2),)
                left = Decimal(0) if is_paid else total / 2
            bills.append(Bill(f"{number}-{issued}", f"C{number}", "GBP", issued, due, total, left, came))
            issued += timedelta(days=chance.randrange(14, 40))
    return Books(tuple(bills))


def tried(books: Books, tries: int = 16) -> BackTest:
    return back_test(books, AT, tries)["GBP"]


def test_it_is_nearer_than_the_plain_forecasts() -> None:
    for seed in range(3):
        found = tried(shop(seed))
        assert found.off is not None
        assert found.off_on_due_date is not None
        assert found.off_as_late_as_all is not None
        assert found.off < 0.8 * min(found.off_on_due_date, found.off_as_late_as_all)


def test_about_eight_weeks_in_ten_lie_within_their_range() -> None:
    held = [tried(shop(seed)).held or 0 for seed in range(4)]
    assert 0.7 < sum(held) / len(held) < 0.95


def test_what_comes_later_changes_nothing_of_an_earlier_forecast() -> None:
    """Whatever is paid from that day on, the forecast made then is the same."""
    books, at = shop(), AT.back(70)
    credit = ((at.known_on + timedelta(days=9), Decimal("20.00")),)
    books = Books(tuple(replace(bill, taken_off=credit) for bill in books.bills))
    unpaid = [
        replace(bill, came=tuple((on, amount) for on, amount in bill.came if on <= at.known_on), taken_off=())
        for bill in books.bills
    ]
    then = Books(tuple(bill for bill in unpaid if bill.issued_on <= at.known_on))
    assert expect(books, at, is_now=False) == expect(then, at, is_now=False)


def test_only_weeks_that_are_over_are_tried() -> None:
    found = tried(shop(), 5)
    assert len(found.tried) == 5
    assert found.tried[-1].at.ends[-1] <= AT.known_on
    assert found.tried[-1].at.ends[-1] > AT.known_on - timedelta(days=7)
    assert found.weeks == 40


def test_what_came_in_is_counted_on_what_was_open_then() -> None:
    """Money for an invoice written later was not to be foretold."""
    books, at = shop(), AT.back(70)
    by_hand = sum(
        (
            amount
            for bill in books.bills
            for on, amount in bill.came
            if bill.issued_on <= at.known_on < on <= at.ends[-1]
        ),
        Decimal(0),
    )
    one = next(one for one in tried(books).tried if one.at == at)
    assert sum(one.came) == by_hand > 0


HUNDRED = Plain((Decimal(100),), Decimal(0))


def one_week(number: int, came: int, on_due: Plain = HUNDRED) -> Tried:
    """One hundred, give or take ten, was foretold for a week."""
    at = Frame(TODAY + timedelta(days=7 * number), TODAY, (TODAY + timedelta(days=7 * number + 7),))
    hundred = Decimal("100.00")
    expected = Expected("GBP", (hundred,), {}, (10.0,), 10.0, Decimal(900))
    return Tried(at, expected, (Decimal(came),), on_due, on_due)


def test_a_range_of_the_past_knows_nothing_of_later_misses() -> None:
    """Ten weeks come as foretold, then ten bring much more: the first of those lay outside, whatever is known now."""
    found = BackTest("GBP", tuple(one_week(n, 100 if n < 10 else 160) for n in range(20)))
    assert found.measure().range(Decimal("100.00"), 10, Decimal(900)).high >= 160
    assert found.held is not None
    assert 0.5 < found.held < 0.9


def test_a_plain_forecast_may_take_the_overdue_for_lost_or_for_money_at_once() -> None:
    lost = one_week(0, 100, Plain((Decimal(100),), Decimal(5000)))
    at_once = one_week(0, 100, Plain((Decimal(0),), Decimal(100)))
    for tried_one in (lost, at_once):
        found = BackTest("GBP", (tried_one,))
        assert (found.off_on_due_date, found.off_as_late_as_all) == (0, 0)


def test_books_that_do_not_reach_back_cannot_be_tried() -> None:
    assert back_test(shop(days=60), AT, 16) == {}
    assert back_test(Books(()), AT, 16) == {}


def test_whoever_waits_hears_how_far_it_has_come() -> None:
    heard: list[tuple[int, int]] = []
    back_test(shop(), AT, 3, lambda done, of: heard.append((done, of)))
    assert heard == [(1, 3), (2, 3), (3, 3)]


def test_a_range_widens_where_we_were_off_and_stays_within_what_is_open() -> None:
    sure, poor = Measure([0.1, -0.1] * 200), Measure([3.0, -3.0] * 200)
    narrow = sure.range(Decimal("100.00"), 10, Decimal(500))
    wide = poor.range(Decimal("100.00"), 10, Decimal(500))
    assert narrow.high - narrow.low < Decimal(5) < Decimal(50) < wide.high - wide.low
    capped = poor.range(Decimal("100.00"), 1000, Decimal(500))
    assert (capped.low, capped.high) == (Decimal(0), Decimal(500))


def test_with_nothing_known_a_range_is_what_theory_says() -> None:
    found = Measure().range(Decimal("100.00"), 10, Decimal(500))
    assert Decimal(12) < found.high - found.expected < Decimal(14)
