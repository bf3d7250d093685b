from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.core.money import MixedCurrencies, Money, minor_digits, subtotals

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=3)
monies = st.builds(Money, amounts, st.sampled_from(["EUR", "GBP", "JPY"]))


def test_money_of_one_currency_is_added_taken_away_and_compared() -> None:
    ten, three = Money(Decimal("10.00"), "EUR"), Money(Decimal("3.05"), "EUR")
    assert ten + three == Money(Decimal("13.05"), "EUR")
    assert ten - three == Money(Decimal("6.95"), "EUR")
    assert three < ten
    assert ten > three
    assert ten <= ten
    assert ten >= ten


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_two_currencies_are_never_put_together(operation: str) -> None:
    with pytest.raises(MixedCurrencies, match="GBP and EUR"):
        getattr(Money(Decimal(1), "GBP"), operation)(Money(Decimal(1), "EUR"))


@pytest.mark.parametrize(("currency", "shown"), [("JPY", "1235 JPY"), ("EUR", "1234.50 EUR"), ("KWD", "1234.500 KWD")])
def test_a_sum_is_written_with_its_currencys_own_decimals(currency: str, shown: str) -> None:
    assert str(Money(Decimal("1234.5") if currency != "JPY" else Decimal("1235"), currency)) == shown
    assert minor_digits(currency) == len(shown.split()[0].partition(".")[2])


@settings(derandomize=True, max_examples=100)
@given(st.lists(monies, max_size=12))
def test_subtotals_lose_nothing_and_mix_nothing(found: list[Money]) -> None:
    sums = subtotals(found)
    assert [s.currency for s in sums] == sorted({m.currency for m in found})
    for total in sums:
        assert total.amount == sum((m.amount for m in found if m.currency == total.currency), Decimal(0))
