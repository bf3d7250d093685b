"""What of an account is free to be reminded about, and how long that is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.core.dunning import decide
from reminderbot.core.facts import Facts
from reminderbot.core.quiet import free_of
from reminderbot.core.rules import Rules
from reminderbot.core.tiering import reaches
from tests.core.facts import MONDAY, at, days, facts, hold, item, rules
from tests.core.test_laws import situations

A_SECOND = timedelta(seconds=1)


@settings(derandomize=True, max_examples=150)
@given(situations(), st.timedeltas(timedelta(0), days(60)), st.sets(st.integers(0, 2)), st.data())
def test_what_is_known_to_be_free_changes_no_decision_while_only_steps_are_taken(
    situation: tuple[Facts, Rules, datetime], passes: timedelta, stepped: set[int], data: st.DataObject
) -> None:
    before, its_rules, now = situation
    known, later = free_of(before, its_rules, now), now + passes
    tier = data.draw(st.sampled_from(its_rules.ladder.tiers))
    items = tuple(
        replace(one, progress=reaches(one, tier, now), told=((tier.name, now),)) if place in stepped else one
        for place, one in enumerate(before.account.items)
    )
    after = replace(before, account=replace(before.account, items=items))

    if known.still(after, later):
        assert decide(after, its_rules, later, known) == decide(after, its_rules, later)


@pytest.mark.parametrize(("passed", "still"), [(-A_SECOND, True), (timedelta(0), False), (A_SECOND, False)])
def test_what_is_known_to_be_free_is_looked_at_anew_once_a_pause_has_ended(passed: timedelta, still: bool) -> None:
    ends = at(MONDAY + days(8), 0)
    paused = facts(item(due_on=MONDAY - days(5)), holds=[hold(until=ends)])

    known = free_of(paused, rules(), at(MONDAY))

    assert not known.numbers
    assert known.still(paused, ends + passed) is still


def test_what_is_known_to_be_free_is_looked_at_anew_once_a_pause_has_begun() -> None:
    talking = facts(item(due_on=MONDAY - days(5)))
    known = free_of(talking, rules(), at(MONDAY))

    assert known.numbers == {"INV-1"}
    assert not known.still(replace(talking, holds=(hold(),)), at(MONDAY))
