"""What a carrier's list says of a text of uncertain fate, and which looks at it count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reminderbot.core.text_lookup import Found, ListedText, Missing, TextList, Unclear, counts, is_worth_it, judge

NOON = datetime(2027, 3, 8, 12, tzinfo=UTC)
NOW = NOON + timedelta(minutes=2)
SECOND = timedelta(seconds=1)


def said(*texts: ListedText, at: datetime | None = NOW) -> Found | Missing | Unclear:
    return judge(TextList(texts, at), "INV-1 is due", NOON, {"SM-known"}, NOW)


def test_the_same_words_under_an_unknown_name_are_it() -> None:
    assert said(ListedText("SM1", " INV-1 is due\n", NOON)) == Found("SM1")


def test_it_is_found_whatever_the_clocks_say() -> None:
    assert said(ListedText("SM1", "INV-1 is due", NOON), at=None) == Found("SM1")
    assert said(ListedText("SM1", "INV-1 is due", None)) == Found("SM1")


def test_an_empty_list_has_not_got_it() -> None:
    assert said() == Missing(NOW)


def test_a_known_text_is_not_it() -> None:
    assert said(ListedText("SM-known", "INV-1 is due", NOON)) == Missing(NOW)


@pytest.mark.parametrize(("before", "kind"), [(timedelta(), Found), (SECOND, Missing)])
def test_the_same_words_count_from_a_day_before(before: timedelta, kind: type) -> None:
    assert isinstance(said(ListedText("SM1", "INV-1 is due", NOON - timedelta(days=1) - before)), kind)


@pytest.mark.parametrize(("before", "kind"), [(-SECOND, Unclear), (timedelta(), Unclear), (SECOND, Missing)])
def test_other_words_leave_doubt_from_ten_minutes_before(before: timedelta, kind: type) -> None:
    assert isinstance(said(ListedText("SM1", "", NOON - timedelta(minutes=10) - before)), kind)


def test_other_words_without_a_date_leave_doubt() -> None:
    assert isinstance(said(ListedText("SM1", "", None)), Unclear)


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize(("more", "kind"), [(-SECOND, Missing), (timedelta(), Missing), (SECOND, Unclear)])
def test_an_empty_list_says_nothing_where_the_clocks_differ(sign: int, more: timedelta, kind: type) -> None:
    assert isinstance(said(at=NOW + sign * (timedelta(minutes=5) + more)), kind)
    assert isinstance(said(at=None), Unclear)


@pytest.mark.parametrize(
    ("earlier", "due"),
    [((), 2), ((2,), 5), ((2, 5), 15), ((2, 5, 15), 60), ((2, 5, 15, 60), 1440), ((7,), 10), ((7, 10), 20)],
)
def test_a_look_counts_from_its_moment_on(earlier: tuple[int, ...], due: int) -> None:
    missed = [NOON + timedelta(minutes=minutes) for minutes in earlier]
    at = NOON + timedelta(minutes=due)
    assert [counts(NOON, missed, at + off) for off in (-SECOND, timedelta(), SECOND)] == [False, True, True]


def test_after_the_last_look_the_list_is_asked_no_more() -> None:
    assert is_worth_it([NOON] * 4)
    assert not is_worth_it([NOON] * 5)
    assert not counts(NOON, [NOON] * 5, NOON + timedelta(days=9))
