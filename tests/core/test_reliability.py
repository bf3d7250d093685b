from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminderbot.core.promise import Promise, PromiseState
from reminderbot.core.reliability import Reliability, reliability, trust
from tests.core.facts import MONDAY, days

ALL = list(PromiseState)


def words(*ended: str | tuple[str, int]) -> list[Promise]:
    """Promises a week apart: how each ended, and for a late one how many days after its day."""
    found = []
    for week, one in enumerate(ended):
        state, late = (one, None) if isinstance(one, str) else one
        due_on = MONDAY + days(7 * week)
        paid_on = due_on + days(late) if late is not None else None
        found.append(Promise(week, "ACME", MONDAY, due_on, None, (), "", PromiseState(state), paid_on=paid_on))
    return found


def test_a_customers_word_is_told_in_numbers() -> None:
    found = reliability(words("kept", ("broken", 9), "closed", ("partly_kept", 20), "kept", "open"))
    assert found == Reliability(2, 1, 1, 1, (0, 9, 20, 0), 0)
    assert (found.ended, found.kept_share, found.median_days_late) == (4, 0.5, 4.5)


def test_somebody_who_never_promised_has_no_figures() -> None:
    nobody = reliability([])
    assert (nobody.ended, nobody.kept_share, nobody.median_days_late) == (0, None, None)
    assert not trust(nobody).holds


@pytest.mark.parametrize(
    ("ended", "in_a_row"),
    [
        (("broken", "broken"), 2),
        (("broken", "kept"), 0),
        (("kept", "broken", "partly_kept"), 2),
        # What was taken back counts as never given, and one that still stands has not ended.
        (("broken", "closed", "broken", "open"), 2),
    ],
)
def test_the_last_ones_in_a_row_are_counted_from_the_newest(ended: tuple[str, ...], in_a_row: int) -> None:
    assert reliability(words(*ended)).missed_in_a_row == in_a_row


@pytest.mark.parametrize(
    ("ended", "holds"),
    [
        (("kept", "kept"), False),
        (("kept", "kept", "kept"), True),
        (("broken", "kept", "kept", "kept", "kept"), True),
        (("broken", "broken", "kept", "kept", "kept"), False),
        # Well kept so far, but not the last time.
        (("kept", "kept", "kept", "kept", "broken"), False),
    ],
)
def test_whose_word_has_held_is_trusted_with_reasons(ended: tuple[str, ...], holds: bool) -> None:
    found = trust(reliability(words(*ended)))
    assert found.holds is holds
    assert found.reasons


@given(st.lists(st.tuples(st.sampled_from(ALL), st.integers(0, 60)), max_size=12), st.randoms(use_true_random=False))
def test_the_order_in_which_promises_are_told_changes_nothing(
    ended: list[tuple[PromiseState, int]], dice: object
) -> None:
    told = [
        replace(one, state=state, paid_on=one.due_on + timedelta(days=late))
        for one, (state, late) in zip(words(*(["kept"] * len(ended))), ended, strict=True)
    ]
    mixed = list(told)
    dice.shuffle(mixed)  # type: ignore[attr-defined]  # a Random
    found = reliability(mixed)
    assert found.missed_in_a_row == reliability(told).missed_in_a_row
    assert found.ended + found.open + sum(one.state is PromiseState.CLOSED for one in told) == len(told)
    assert all(late >= 0 for late in found.days_late)
