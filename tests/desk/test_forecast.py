"""The forecast of a living house: it counts what the store has, and every cent of it stands somewhere."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from reminderbot.core.forecast import LeftOut, Source
from reminderbot.core.handover import HandoverKind
from reminderbot.core.plan import Every
from reminderbot.desk.forecast import Ahead, Forecast, forecast
from reminderbot.desk.handover import hand_over
from reminderbot.desk.payment import paid
from reminderbot.desk.plan import agree, offer
from reminderbot.desk.promise import note
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.store import listing
from reminderbot.store.forecast import books
from tests.stories.world import World, moment


def look(world: World, tries: int = 4) -> Forecast:
    with world.house.store.reading() as connection:
        return forecast(world.house, connection, tries=tries)


def pounds(world: World) -> Ahead:
    (found,) = look(world).currencies
    return found


def came(world: World) -> dict[str, Decimal]:
    """What came in on each invoice that a forecast knows of."""
    with world.house.store.reading() as connection:
        known = books(connection, date(2025, 1, 1), world.house.rules.zone)
    return {bill.number: sum((amount for _, amount in bill.came), Decimal(0)) for bill in known.bills}


def taken(world: World, when: str) -> None:
    """The books are written out and read."""
    world.clock.move_to(moment(when))
    world.export()
    world.take_ledger()


def test_all_that_is_open_stands_somewhere(world: World) -> None:
    world.invoice("INV-3", "ACME", "2027-04-04", "99.99", currency="EUR")
    world.receive("ACME", "50.00")
    taken(world, "2027-03-08 11:00")

    found = {one.currency: one for one in look(world).currencies}
    with world.house.store.reading() as connection:
        owed = {money.currency: money.amount for money in listing.owed_by(connection, ["ACME"])["ACME"]}
    assert {key: one.open for key, one in found.items()} == owed
    assert found["GBP"].left_out == {LeftOut.UNMATCHED: Decimal("50.00")}


def test_weeks_begin_today_and_end_on_sundays(world: World) -> None:
    weeks = pounds(world).weeks
    assert (weeks[0].begins_on, weeks[0].ends_on) == (date(2027, 3, 8), date(2027, 3, 14))
    assert (weeks[1].begins_on, weeks[-1].ends_on, len(weeks)) == (date(2027, 3, 15), date(2027, 5, 2), 8)


def test_the_first_week_begins_today_whatever_the_day(world: World) -> None:
    world.clock.move_to(moment("2027-03-10 11:00"))
    first = pounds(world).weeks[0]
    assert (first.begins_on, first.ends_on) == (date(2027, 3, 10), date(2027, 3, 14))


def test_old_books_are_known_only_up_to_the_day_before_they_were_written(world: World) -> None:
    taken(world, "2027-03-08 11:00")
    world.clock.move_to(moment("2027-03-11 11:00"))
    assert look(world).known_on == date(2027, 3, 7)


def test_what_a_person_noted_and_the_ledger_says_too_came_once(world: World) -> None:
    paid(world.house, "vera", "INV-1", Decimal("50.00"))
    assert came(world)["INV-1"] == Decimal("50.00")
    world.pay("INV-1", "70.00")
    taken(world, "2027-03-08 11:00")
    assert came(world)["INV-1"] == Decimal("70.00")


def test_what_is_called_paid_on_no_day_tells_nothing_of_habits_nor_does_a_cancelled_bill(world: World) -> None:
    world.change("INV-1", status="paid")
    world.invoice("INV-3", "ACME", "2027-03-01", status="cancelled")
    world.pay("INV-3")
    taken(world, "2027-03-08 11:00")
    assert set(came(world)) == {"INV-2"}


def test_a_payment_that_the_ledger_lists_no_more_never_came(world: World) -> None:
    world.pay("INV-1", "50.00")
    world.receive("ACME", "20.00")
    taken(world, "2027-03-08 11:00")
    world._payments.clear()
    world.clock.move_to(moment("2027-03-08 12:00"))
    world.export()
    take_ledger(world.house, even_if_suspicious=True)
    assert came(world)["INV-1"] == 0
    assert pounds(world).left_out == {}


def test_a_promise_is_expected_in_its_week(world: World) -> None:
    with_habit_only = pounds(world)
    note(world.house, "vera", "ACME", date(2027, 3, 19))

    found = pounds(world)
    assert found.weeks[1].by_source[Source.PROMISE] >= 140
    assert found.weeks[1].range.expected > with_habit_only.weeks[1].range.expected
    assert found.open == with_habit_only.open


def test_instalments_are_expected_on_their_days(world: World) -> None:
    with world.house.store.reading() as connection:
        found = offer(world.house, connection, "ACME", 2, Every.WEEK, date(2027, 3, 17))
    agree(world.house, "vera", "ACME", found.instalments)

    sums = [week.by_source[Source.INSTALMENT] for week in pounds(world).weeks]
    assert [place for place, amount in enumerate(sums) if amount > 60] == [1, 2]


def test_what_was_handed_over_is_not_counted_on(world: World) -> None:
    hand_over(world.house, "vera", "ACME", HandoverKind.LAWYER, "to Ms Hill", ["INV-1"])
    assert pounds(world).left_out == {LeftOut.CONTESTED: Decimal("120.00")}


def test_what_a_person_noted_as_paid_is_expected_no_more(world: World) -> None:
    paid(world.house, "vera", "INV-1")
    assert pounds(world).open == Decimal("120.00")


def test_a_house_without_history_says_that_it_guesses(world: World) -> None:
    assert look(world).is_guess
    assert pounds(world).tried is None


def test_the_history_of_the_ledger_is_tried(world: World) -> None:
    for number in range(30):
        due = date(2026, 4, 1) + timedelta(days=10 * number)
        world.invoice(f"OLD-{number}", "ACME", due.isoformat(), "80.00")
        world.pay(f"OLD-{number}", on=(due + timedelta(days=14)).isoformat())
    taken(world, "2027-03-08 11:00")

    found = look(world)
    assert (found.is_guess, found.paid) == (False, 30)
    tried = found.currencies[0].tried
    assert tried is not None
    assert tried.weeks == 32
    assert tried.off is not None
    assert tried.off_on_due_date is not None
    assert tried.off < tried.off_on_due_date
