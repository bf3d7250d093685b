from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reminderbot.core.hold import active
from tests.core.facts import MONDAY, at, days, hold

NOON = at(MONDAY, 12)


@pytest.mark.parametrize(("seconds", "pauses"), [(-1, True), (0, False), (1, False)])
def test_a_hold_with_an_end_lapses_at_that_very_moment(seconds: int, pauses: bool) -> None:
    assert hold(until=NOON).is_active(NOON + timedelta(seconds=seconds)) is pauses


def test_a_hold_without_an_end_pauses_until_a_person_lifts_it() -> None:
    assert hold().is_active(NOON + days(3650))
    assert not replace(hold(), released_at=NOON).is_active(NOON)


def test_a_lifted_hold_pauses_nothing_even_before_its_end() -> None:
    assert active([replace(hold(until=NOON + days(9)), released_at=NOON)], NOON) == ()


def test_a_hold_that_names_no_invoice_covers_all_and_one_that_does_covers_those() -> None:
    assert hold().covers("INV-1")
    assert hold(invoices=("INV-1",)).covers("INV-1")
    assert not hold(invoices=("INV-1",)).covers("INV-2")
