"""`reminderbot forecast`, to read and for programs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.installation import ACME, BOLT, Installation, bill, late


def with_history(shop: Installation) -> None:
    """Acme pays a week late, and has done so thirty times."""
    dues = [late(30 + 10 * number) for number in range(30)]
    bills = [bill(f"OLD-{place}", "C1", due) for place, due in enumerate(dues)]
    paid = [f"P{place},C1,OLD-{place},{due + timedelta(days=7)},USD,100.00,payment" for place, due in enumerate(dues)]
    shop.write_ledger([ACME, BOLT], [*bills, bill("INV-1", "C1", late(0)), bill("INV-2", "C2", late(2))], paid)


def test_it_says_what_is_expected_and_how_far_off_it_was(shop: Installation) -> None:
    with_history(shop)
    shop.ok("import")

    told = shop.ok("forecast", "--weeks", "4", "--tries", "6")
    assert "Expected from the 200.00 USD that are open on Mon 23 Nov 2026" in told
    assert "Mon 30 Nov 2026 to Sun 06 Dec 2026" in told
    assert "Tried on 6 earlier days, 24 weeks in all" in told
    assert "everybody as late as all are on average" in told


def test_programs_get_every_cent(shop: Installation) -> None:
    with_history(shop)
    shop.ok("import")

    (found,) = shop.json("forecast", "--weeks", "4", "--tries", "6")["currencies"]
    expected = sum(Decimal(week["expected"]) for week in found["weeks"])
    assert expected == Decimal(found["in_all"]["expected"])
    assert expected + Decimal(found["later"]) == Decimal(found["open"]) == Decimal("200.00")
    assert found["tried"]["off"] < found["tried"]["off_on_due_date"]
    # Due today, and always paid on the seventh day after.
    assert Decimal(found["weeks"][1]["expected"]) > 80


def test_a_house_that_knows_little_says_so(shop: Installation) -> None:
    shop.ok("import")

    told = shop.ok("forecast")
    assert "The books do not reach back far enough" in told
    assert "The books know no paid invoice of the last two years" in told


def test_a_house_where_nothing_is_open_expects_nothing(shop: Installation) -> None:
    shop.write_ledger([ACME], [])
    shop.ok("import")

    assert "Nothing is open" in shop.ok("forecast")
