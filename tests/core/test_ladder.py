from __future__ import annotations

from dataclasses import replace

import pytest

from reminderbot.core.ladder import Ladder, Task, Tier, mistakes
from tests.core.facts import LADDER, ladder_of


def told(ladder: Ladder) -> str:
    return " ".join(mistakes(ladder))


def test_the_ladder_that_comes_with_it_is_sound() -> None:
    assert mistakes(LADDER) == []
    assert LADDER.first_overdue == 1


@pytest.mark.parametrize(("last", "sound"), [(29, False), (30, True), (31, True)])
def test_the_last_letter_comes_no_sooner_than_thirty_days(last: int, sound: bool) -> None:
    assert ("at least 30 days" not in told(ladder_of(0, last))) is sound


def test_a_task_after_the_last_letter_does_not_make_it_later() -> None:
    call = Tier("call", 40, (), task=Task.CALL)
    assert "at least 30 days" in told(Ladder((*ladder_of(0, 20).tiers, call)))


@pytest.mark.parametrize(("gap", "sound"), [(2, False), (3, True), (4, True)])
def test_two_tiers_lie_at_least_three_days_apart(gap: int, sound: bool) -> None:
    assert ("at least 3 days" not in told(ladder_of(0, gap, 40))) is sound


def test_tiers_rise() -> None:
    assert "rising" in told(ladder_of(10, 5, 40))


@pytest.mark.parametrize(("first", "sound"), [(-1, False), (0, True), (1, True)])
def test_some_tier_is_for_overdue_invoices(first: int, sound: bool) -> None:
    assert ("overdue invoices would never" not in told(ladder_of(-9, first))) is sound


def test_a_tier_before_the_due_date_is_a_courtesy_and_the_due_date_itself_is_none() -> None:
    assert [tier.is_courtesy for tier in ladder_of(-1, 0, 1).tiers] == [True, False, False]


def test_after_a_review_nothing_comes_by_itself() -> None:
    review = Tier("review", 40, (), task=Task.REVIEW)
    assert "must be the last tier" in told(Ladder((*ladder_of(0, 35).tiers, review, Tier("after", 50, letter="a"))))


def test_names_letters_and_channels_must_be_there() -> None:
    first, last = ladder_of(0, 40).tiers
    assert "share a name" in told(Ladder((first, replace(last, name="t0"))))
    assert "neither a letter nor a task" in told(Ladder((replace(first, letter=""), last)))
    assert "has no channel" in told(Ladder((replace(first, channels=()), last)))


def test_spacing_is_what_lies_between_a_tier_and_the_one_before_it() -> None:
    assert [LADDER.spacing(i) for i in range(8)] == [0, 6, 7, 8, 10, 7, 7, 14]
