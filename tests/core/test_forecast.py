"""Expected money: where it stands, what says so, and that every cent stands somewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from reminderbot.core.forecast import Books, Expected, Frame, LeftOut, Source, Withheld, expect, frame
from reminderbot.core.lateness import Bill, Habits, without_returned
from reminderbot.core.money import Money
from reminderbot.core.plan import Instalment, PaymentPlan, PlanState
from reminderbot.core.promise import Promise, PromiseState

# A Monday.
TODAY = date(2027, 3, 8)
AT = frame(TODAY - timedelta(days=1), TODAY, 6)


def day(number: int) -> date:
    """So many days from today."""
    return TODAY + timedelta(days=number)


def bill(number: str, due_in: int, total: str = "100.00", customer: str = "ACME", currency: str = "GBP") -> Bill:
    amount = Decimal(total)
    return Bill(number, customer, currency, day(due_in - 30), day(due_in), amount, amount)


def paid(number: str, due_in: int, late: int, customer: str = "ACME") -> Bill:
    done = (day(due_in + late), Decimal("100.00"))
    return Bill(number, customer, "GBP", day(due_in - 30), day(due_in), Decimal("100.00"), Decimal(0), (done,))


def history(customer: str, late: int, count: int = 20) -> list[Bill]:
    """Invoices of the last year, each paid so late."""
    return [paid(f"{customer}-{n}", -60 - 14 * n, late, customer) for n in range(count)]


def word(due_in: int, amount: str | None = None, invoices: tuple[str, ...] = ("A",), number: int = 1) -> Promise:
    owed = tuple((name, Money(Decimal("100.00"), "GBP")) for name in invoices)
    sum_ = Decimal(amount) if amount else None
    return Promise(number, "ACME", day(-2), day(due_in), sum_, invoices, "", PromiseState.OPEN, owed)


def ended(state: PromiseState, number: int) -> Promise:
    return Promise(number, "ACME", day(-100), day(-90 + number), None, ("OLD",), "", state)


def of(*bills: Bill, at: Frame = AT, **more: object) -> Expected:
    (found,) = expect(Books(bills, **more), at, is_now=True).values()  # type: ignore[arg-type]  # of Books, by name
    return found


def largest(found: Expected) -> int:
    return found.weeks.index(max(found.weeks))


def test_the_first_week_is_what_is_left_of_this_one() -> None:
    thursday = TODAY + timedelta(days=3)
    assert [end.isoformat() for end in frame(TODAY, thursday, 2).ends] == ["2027-03-14", "2027-03-21"]
    sunday = TODAY + timedelta(days=6)
    assert frame(TODAY, sunday, 1).ends == (sunday,)
    assert frame(TODAY, sunday + timedelta(days=1), 1).ends == (sunday + timedelta(days=7),)


def test_who_always_pays_two_weeks_late_is_expected_then_and_not_on_the_due_date() -> None:
    on_time = of(bill("A", 2), *history("ACME", 0))
    late = of(bill("A", 2), *history("ACME", 14))

    assert largest(on_time) == 0
    assert largest(late) == 2
    assert late.weeks[2] > 60


def test_each_customer_has_habits_of_their_own() -> None:
    books = [*history("ACME", 0), *history("BOLT", 21)]

    assert largest(of(bill("A", 2, customer="ACME"), *books)) == 0
    assert largest(of(bill("B", 2, customer="BOLT"), *books)) == 3


def test_a_new_customer_is_expected_to_pay_as_the_others_do() -> None:
    assert largest(of(bill("A", 2, customer="NEW"), *history("ACME", 21))) == 3


def test_without_any_history_what_is_usual_decides() -> None:
    found = of(bill("A", 0))
    assert largest(found) == 0
    assert Decimal(80) < found.in_all < Decimal(100)


def test_what_is_due_in_a_year_is_not_expected_this_spring() -> None:
    found = of(bill("A", 365), *history("ACME", 0))
    assert (found.in_all, found.later) == (0, Decimal("100.00"))


def test_what_is_overdue_longer_than_ever_is_hardly_expected() -> None:
    """Those who pay do so on the day; this one has not for half a year, as two others never did."""
    never = [bill(f"N{n}", -300, customer=f"N{n}") for n in range(5)]
    found = of(bill("A", -180), *history("ACME", 0), *never)
    assert found.in_all < found.open / 2


def test_what_is_not_paid_yet_counts_in_the_habit() -> None:
    """Six paid at once, and six have not paid in a month: half of what is due is not there in time."""
    quick = [paid(f"Q{n}", -60 - n, 0) for n in range(6)]
    slow = [bill(f"S{n}", -30 - n) for n in range(6)]
    known = Habits([*quick, *slow]).on(AT.known_on)
    alone = Habits(quick).on(AT.known_on)
    until = TODAY + timedelta(days=3)

    still_open = known.left("ACME", TODAY, AT.known_on, until)[-1]
    assert still_open > alone.left("ACME", TODAY, AT.known_on, until)[-1] + 0.2


def test_a_promise_is_expected_on_its_day_as_far_as_their_word_holds() -> None:
    nothing_known = of(bill("A", -20), promises=(word(9),))
    assert largest(nothing_known) == 1
    assert nothing_known.by_source[Source.PROMISE][1] >= 70

    broken = tuple(ended(PromiseState.BROKEN, n) for n in range(10, 16))
    kept = tuple(ended(PromiseState.KEPT, n) for n in range(10, 16))
    little = of(bill("A", -20), promises=(word(9), *broken)).by_source[Source.PROMISE][1]
    much = of(bill("A", -20), promises=(word(9), *kept)).by_source[Source.PROMISE][1]
    assert little < 50 < 90 < much


def test_whose_word_held_before_is_believed_more_than_who_broke_theirs() -> None:
    broken = tuple(ended(PromiseState.BROKEN, n) for n in range(10, 16))
    kept = tuple(replace(ended(PromiseState.KEPT, n), customer_id="BOLT") for n in range(10, 16))
    theirs = replace(word(9, invoices=("B",)), customer_id="BOLT")
    acme = of(bill("A", -20), promises=(word(9), *broken, *kept)).by_source[Source.PROMISE][1]
    bolt = of(bill("B", -20, customer="BOLT"), promises=(theirs, *broken, *kept)).by_source[Source.PROMISE][1]
    assert acme < 40 < 70 < bolt


def test_only_the_sum_that_was_promised_is_expected_then() -> None:
    found = of(bill("A", -20), promises=(word(9, "30.00"),))
    assert Decimal(20) < found.by_source[Source.PROMISE][1] <= Decimal(30)
    assert sum(found.by_source[Source.HABIT]) > 0
    assert found.open == Decimal("100.00")


def test_a_promise_whose_days_are_over_is_waited_for_no_more() -> None:
    assert sum(of(bill("A", -20), promises=(word(-1),)).by_source[Source.PROMISE]) > 0
    assert sum(of(bill("A", -20), promises=(word(-5),)).by_source[Source.PROMISE]) == 0


def test_a_promise_that_is_known_to_be_broken_or_was_taken_back_is_not_waited_for() -> None:
    for state in (PromiseState.BROKEN, PromiseState.PARTLY_KEPT, PromiseState.CLOSED):
        given = replace(word(-1), state=state)
        assert sum(of(bill("A", -20), promises=(given,)).by_source[Source.PROMISE]) == 0


def test_a_forecast_of_the_past_waits_for_what_was_open_then() -> None:
    """Given twelve days ago for five days ago, and broken since; one given yesterday was not known."""
    earlier = AT.back(7)
    broken = replace(word(-5), promised_on=day(-12), state=PromiseState.BROKEN)
    yesterday = replace(word(-1), promised_on=day(-1), state=PromiseState.BROKEN)
    taken_back = replace(broken, state=PromiseState.CLOSED)
    for old, counts in ((broken, True), (yesterday, False), (taken_back, False)):
        (found,) = expect(Books((bill("A", -20),), (old,)), earlier, is_now=False).values()
        assert (sum(found.by_source[Source.PROMISE]) > 0) is counts


def test_instalments_are_expected_on_their_days_and_what_came_in_counts_for_the_first() -> None:
    parts = tuple(Instalment(day(n), Decimal("40.00")) for n in (-10, 2, 16))
    plan = PaymentPlan(1, "ACME", "GBP", (("A", Decimal("120.00")),), parts, PlanState.AGREED, day(-20))
    found = of(bill("A", -30, "80.00"), plans=(plan,))

    sums = found.by_source[Source.INSTALMENT]
    assert [place for place in range(6) if sums[place] > 20] == [0, 2]
    assert found.open == Decimal("80.00")


def test_what_is_contested_is_not_counted_on() -> None:
    held = Withheld("ACME", ("A",), day(-3))
    found = of(bill("A", -5), bill("B", -5), withheld=(held,))
    assert found.left_out == {LeftOut.CONTESTED: Decimal("100.00")}
    assert found.in_all + found.later == Decimal("100.00")

    settled = Withheld("ACME", (), day(-9), day(-2))
    assert of(bill("A", -5), withheld=(settled,)).left_out == {}


def test_money_that_is_there_already_is_not_expected_again() -> None:
    found = of(bill("A", -5), loose=(("ACME", "GBP", day(-3), Decimal("30.00")),))
    assert found.left_out == {LeftOut.UNMATCHED: Decimal("30.00")}
    other = of(bill("A", -5), loose=(("ACME", "EUR", day(-3), Decimal("30.00")),))
    assert other.left_out == {}


def test_a_retained_part_is_expected_after_its_own_day() -> None:
    whole = bill("A", -5)
    kept = Bill("A", "ACME", "GBP", day(-35), day(-5), whole.total, whole.total, (), (), Decimal("60.00"), day(400))
    found = of(kept, *history("ACME", 6))
    assert Decimal(30) < found.in_all < Decimal(45)


def test_an_invoice_without_due_date_is_told_apart() -> None:
    unknown = Bill("A", "ACME", "GBP", day(-35), None, Decimal(10), Decimal(10))
    assert of(unknown).left_out == {LeftOut.NO_DUE_DATE: Decimal(10)}


def test_currencies_never_meet() -> None:
    found = expect(Books((bill("A", 1), bill("B", 1, "5000", currency="JPY"))), AT, is_now=True)
    assert {key: one.open for key, one in found.items()} == {"GBP": Decimal("100.00"), "JPY": Decimal(5000)}
    assert all(amount == amount.to_integral_value() for amount in found["JPY"].weeks)


def test_what_the_bank_took_back_never_came() -> None:
    returned = without_returned([(day(1), Decimal(50)), (day(3), Decimal(-50)), (day(2), Decimal(20))])
    assert returned == ((day(2), Decimal(20)),)
    part = without_returned([(day(1), Decimal(50)), (day(3), Decimal(-20))])
    assert part == ((day(1), Decimal(30)),)


AMOUNTS = st.decimals("0.01", "99999", places=2)
BILLS = st.lists(
    st.tuples(st.integers(-500, 120), AMOUNTS, st.sampled_from(["ACME", "BOLT"]), st.integers(-40, 400)), max_size=12
)


@given(bills=BILLS, promised=st.lists(st.tuples(st.integers(-9, 90), st.none() | AMOUNTS), max_size=3), loose=AMOUNTS)
def test_every_cent_stands_somewhere(
    bills: list[tuple[int, Decimal, str, int]], promised: list[tuple[int, Decimal | None]], loose: Decimal
) -> None:
    known = [bill(f"I{n}", due, str(total), who) for n, (due, total, who, _) in enumerate(bills)]
    past = [paid(f"P{n}", -410, late, who) for n, (_, _, who, late) in enumerate(bills)]
    names = tuple(one.number for one in known if one.customer_id == "ACME")
    words = tuple(word(n, str(a) if a else None, names, place) for place, (n, a) in enumerate(promised))
    books = Books((*known, *past), words, loose=(("BOLT", "GBP", day(-1), loose),))

    for found in expect(books, AT, is_now=True).values():
        assert found.open == sum((one.open_now for one in known), Decimal(0))
        assert all(week >= 0 for week in found.weeks)
        assert found.later >= Decimal("-0.10")
        assert all(spread >= 0 for spread in (*found.spread, found.spread_in_all))
