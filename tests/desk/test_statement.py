"""A statement says what the letters say, one part a currency, and for a day before what was known of that day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from reminderbot.core.customer import Preference
from reminderbot.core.statement import Statement
from reminderbot.desk.payment import paid
from reminderbot.desk.preference import settle
from reminderbot.desk.refusal import Refused
from reminderbot.desk.statement import statement_of
from reminderbot.store import listing
from tests.stories.world import World, moment


def of(world: World, on: date | None = None) -> Statement:
    with world.house.store.reading() as connection:
        return statement_of(world.house, connection, "ACME", on)


def taken(world: World, when: str) -> None:
    """The books are written out and read."""
    world.clock.move_to(moment(when))
    world.export()
    world.take_ledger()


def opened(found: Statement) -> list[str]:
    return [f"{part.open}, balance {part.balance}" for part in found.parts]


def test_it_says_what_is_open_and_how_old_it_is(world: World) -> None:
    found = of(world)

    assert opened(found) == ["240.00 GBP, balance 240.00 GBP"]
    assert [(item.invoice.number, item.days_late) for item in found.parts[0].items] == [("INV-1", 4), ("INV-2", 4)]
    assert [(name, str(money)) for name, money in found.parts[0].aging] == [("1-30", "240.00 GBP")]


def test_each_currency_has_a_part_of_its_own(world: World) -> None:
    world.invoice("INV-3", "ACME", "2027-04-04", "99.00", currency="EUR")
    taken(world, "2027-03-08 11:00")

    assert opened(of(world)) == ["99.00 EUR, balance 99.00 EUR", "240.00 GBP, balance 240.00 GBP"]


def test_money_that_is_matched_to_no_invoice_lowers_the_balance_only(world: World) -> None:
    world.receive("ACME", "50.00")
    taken(world, "2027-03-08 11:00")

    assert opened(of(world)) == ["240.00 GBP, balance 190.00 GBP"]


def test_what_was_paid_too_much_or_on_a_cancelled_bill_lowers_the_balance(world: World) -> None:
    world.invoice("INV-3", "ACME", "2027-03-04", "30.00")
    world.pay("INV-1", "145.00")
    world.pay("INV-3", "30.00")
    world.change("INV-3", status="cancelled")
    taken(world, "2027-03-08 11:00")

    assert opened(of(world)) == ["120.00 GBP, balance 65.00 GBP"]


def test_what_a_person_noted_counts_and_is_not_counted_twice(world: World) -> None:
    paid(world.house, "olivia", "INV-1", Decimal("100.00"))
    assert opened(of(world)) == ["140.00 GBP, balance 140.00 GBP"]

    world.at("2027-03-09 09:00")
    world.pay("INV-1", "60.00")
    taken(world, "2027-03-09 10:00")

    found = of(world)
    assert opened(found) == ["140.00 GBP, balance 140.00 GBP"]
    assert sorted(str(p.amount) for p in found.parts[0].payments) == ["40.00 GBP", "60.00 GBP"]


def test_it_agrees_with_the_books_to_the_cent(world: World) -> None:
    world.pay("INV-1", "33.33")
    world.pay("INV-2", kind="credit_note", amount="0.01")
    taken(world, "2027-03-08 11:00")

    with world.house.store.reading() as connection:
        owed = {row.number: row.balance for row in listing.open_invoices(connection, ["ACME"])}
    assert {item.invoice.number: item.balance.amount for item in of(world).parts[0].items} == owed


def test_on_a_day_before_it_tells_what_was_known_of_that_day(world: World) -> None:
    world.at("2027-03-12 09:00")
    world.pay("INV-1")
    taken(world, "2027-03-12 10:00")

    assert opened(of(world)) == ["120.00 GBP, balance 120.00 GBP"]
    then = of(world, date(2027, 3, 11))
    assert opened(then) == ["240.00 GBP, balance 240.00 GBP"]
    assert then.parts[0].items[0].days_late == 7


def test_what_the_books_settle_without_a_day_is_named(world: World) -> None:
    world.change("INV-1", status="paid")
    taken(world, "2027-03-12 10:00")

    assert of(world).unknown == ()
    assert of(world, date(2027, 3, 10)).unknown == ("INV-1",)


def test_a_day_to_come_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="has not come yet"):
        of(world, date(2027, 3, 9))


def test_it_speaks_the_language_that_was_settled_for_them(world: World) -> None:
    world.change_customer("ACME", language="de")
    taken(world, "2027-03-08 11:00")
    assert of(world).customer.language == "de"

    settle(world.house, "olivia", "ACME", Preference(language="fr"))

    assert of(world).customer.language == "fr"
