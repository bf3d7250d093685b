from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.core.history import History, LogState, log_state
from reminderbot.core.stop import DoorFacts, InboxTrouble, Mode, lower, stops
from tests.core.facts import LONDON, MONDAY, at, days, weekdays

NOW = at(MONDAY)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
FINE = DoorFacts(NOW, LONDON, weekdays(), inbox_read_at=NOW, ledger_exported_at=NOW)


def kinds(facts: DoorFacts) -> list[str]:
    return [stop.kind for stop in stops(facts)]


def test_with_everything_fresh_nothing_stops() -> None:
    assert kinds(FINE) == []


@pytest.mark.parametrize("ceiling", Mode)
@pytest.mark.parametrize("grant", Mode)
def test_the_more_careful_of_ceiling_and_grant_wins(ceiling: Mode, grant: Mode) -> None:
    order = [Mode.DRAFT, Mode.APPROVE, Mode.LIVE]
    assert lower(ceiling, grant) is order[min(order.index(ceiling), order.index(grant))]


# ---- the switch


def test_a_person_or_the_file_stops_everything_and_it_says_who_and_the_cure() -> None:
    (stop,) = stops(replace(FINE, stopped=("olivia", NOW - days(1))))
    assert (stop.kind, stop.since) == ("stopped", NOW - days(1))
    assert "olivia" in stop.why
    assert "go-live" in stop.cure
    (stop,) = stops(replace(FINE, stop_file="STOP"))
    assert "remove the file" in stop.cure


# ---- the inbox


@pytest.mark.parametrize(("seconds", "silent"), [(59, False), (60, False), (61, True)])
def test_the_inbox_was_read_within_the_last_minute(seconds: int, silent: bool) -> None:
    assert (kinds(replace(FINE, inbox_read_at=NOW - seconds * SECOND)) == ["inbox"]) is silent


def test_what_went_wrong_with_the_inbox_and_its_cure_are_told_with_the_stop() -> None:
    trouble = InboxTrouble("no route to host", "check the network", locked_out=False)
    (stop,) = stops(replace(FINE, inbox_read_at=NOW - HOUR, inbox_trouble=trouble))
    assert stop.why.endswith("UTC: no route to host")
    assert (stop.cure, stop.lasting) == ("check the network", False)
    assert kinds(replace(FINE, inbox_trouble=trouble)) == []


def test_a_refused_log_in_stops_at_once_however_fresh_the_last_look() -> None:
    (stop,) = stops(replace(FINE, inbox_trouble=InboxTrouble("the log-in failed", "mend it", locked_out=True)))
    assert (stop.kind, stop.lasting) == ("inbox", True)


def test_an_inbox_never_read_or_not_set_up_means_silence() -> None:
    assert kinds(replace(FINE, inbox_read_at=None)) == ["inbox"]
    assert kinds(replace(FINE, has_inbox=False)) == ["inbox"]


@pytest.mark.parametrize(("seconds", "silent"), [(59, False), (60, False), (61, True)])
def test_texts_that_came_in_are_read_too_where_texts_are_sent(seconds: int, silent: bool) -> None:
    read = replace(FINE, needs_texts=True, texts_read_at=NOW - seconds * SECOND)
    assert (kinds(read) == ["texts"]) is silent
    assert kinds(replace(read, needs_texts=False)) == []


def test_texts_never_read_mean_silence() -> None:
    assert kinds(replace(FINE, needs_texts=True)) == ["texts"]


@pytest.mark.parametrize("locked_out", [True, False])
def test_what_went_wrong_with_the_texts_is_told_and_a_refused_token_stops_at_once(locked_out: bool) -> None:
    trouble = InboxTrouble("HTTP 401", "check the token", locked_out)
    facts = replace(FINE, needs_texts=True, texts_trouble=trouble)
    (stop,) = stops(replace(facts, texts_read_at=NOW - HOUR))
    assert stop.why.endswith("UTC: HTTP 401")
    assert (stop.cure, stop.lasting) == ("check the token", locked_out)
    assert bool(stops(replace(facts, texts_read_at=NOW))) is locked_out


# ---- the ledger


def ledger(exported_at: datetime, now: datetime, closed: frozenset[date] = frozenset()) -> list[str]:
    business = weekdays(lambda _country, day: day in closed)
    return kinds(replace(FINE, now=now, inbox_read_at=now, ledger_exported_at=exported_at, business_days=business))


@pytest.mark.parametrize(("late", "silent"), [(-SECOND, False), (timedelta(0), False), (SECOND, True)])
def test_on_working_days_the_ledger_is_fresh_for_twenty_six_hours(late: timedelta, silent: bool) -> None:
    exported = at(MONDAY, 9)
    assert (ledger(exported, exported + 26 * HOUR + late) == ["ledger"]) is silent


@pytest.mark.parametrize(("late", "silent"), [(-SECOND, False), (timedelta(0), False), (SECOND, True)])
def test_a_weekend_does_not_make_friday_evenings_ledger_old(late: timedelta, silent: bool) -> None:
    # Seven hours of Friday and nineteen of Monday.
    friday = MONDAY + days(4)
    assert (ledger(at(friday, 17), at(friday + days(3), 19) + late) == ["ledger"]) is silent


@pytest.mark.parametrize(("late", "silent"), [(-SECOND, False), (timedelta(0), False), (SECOND, True)])
def test_of_the_day_it_was_exported_on_only_the_rest_counts_as_free(late: timedelta, silent: bool) -> None:
    # Exported on Saturday evening: no working hour passes before Monday, and then all of them count.
    saturday = MONDAY + days(5)
    assert (ledger(at(saturday, 23), at(saturday + days(3), 2) + late) == ["ledger"]) is silent


def test_on_sunday_night_fridays_ledger_is_no_reason_for_an_alarm() -> None:
    friday = MONDAY + days(4)
    assert ledger(at(friday, 17), at(friday + days(2), 23, 59)) == []


@pytest.mark.parametrize(("late", "silent"), [(timedelta(0), False), (SECOND, True)])
def test_a_holiday_does_not_count_either(late: timedelta, silent: bool) -> None:
    tuesday = MONDAY + days(1)
    found = ledger(at(MONDAY, 12), at(tuesday + days(1), 14) + late, frozenset({tuesday}))
    assert (found == ["ledger"]) is silent


def test_a_ledger_of_years_ago_is_stale_even_where_nobody_ever_works() -> None:
    assert kinds(replace(FINE, ledger_exported_at=NOW - days(1000), business_days=weekdays(lambda _c, _d: True))) == [
        "ledger"
    ]


def test_no_ledger_at_all_and_one_that_looks_wrong_mean_silence() -> None:
    assert kinds(replace(FINE, ledger_exported_at=None)) == ["ledger"]
    assert kinds(replace(FINE, ledger_held="half of it is gone")) == ["import"]


@settings(derandomize=True, max_examples=200)
@given(st.integers(0, 20 * 24 * 60), st.integers(0, 20 * 24 * 60))
def test_time_off_is_never_more_than_the_time_itself(start: int, length: int) -> None:
    """However an export and now lie to weekends: where it is silent, it stays silent until the next export."""
    exported = at(MONDAY, 0) + timedelta(minutes=start)
    now = exported + timedelta(minutes=length)
    if ledger(exported, now) == ["ledger"]:
        assert ledger(exported, now + 5 * HOUR) == ["ledger"]
        assert length > 26 * 60
    elif length > 26 * 60 + 4 * 24 * 60:
        pytest.fail("four days off in a row do not exist here")


# ---- clock, history, another machine


def test_a_clock_that_is_not_believed_means_silence_and_says_since_when() -> None:
    (stop,) = stops(replace(FINE, clock_doubt="the clock was set back by 3 hours", doubted_at=NOW))
    assert (stop.kind, stop.why, stop.since) == ("clock", "the clock was set back by 3 hours", NOW)
    assert "go-live" in stop.cure


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (History(lost=[3], journal_seen=9, journal=9), "lost history"),
        (History(journal_seen=9, journal=10), None),
        (History(journal_seen=9, journal=9), None),
        (History(journal_seen=9, journal=8), "lost history"),
        (History(log=LogState.SHORTER), "send log"),
        (History(log=LogState.ANOTHER), "send log"),
        (History(log=LogState.UNUSABLE, log_trouble="/x is a folder"), "send log"),
        (History(another_key=True), "secret key"),
    ],
)
def test_a_store_and_a_folder_that_tell_different_histories_mean_silence(found: History, kind: str | None) -> None:
    assert kinds(replace(FINE, history=found)) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("known", "now", "expected"),
    [
        (None, (0, 0), LogState.SOUND),
        (None, (50, 7), LogState.SOUND),
        ((50, 7), (50, 7), LogState.SOUND),
        ((50, 7), (49, 7), LogState.SHORTER),
        ((50, 7), (0, 0), LogState.SHORTER),
        ((50, 7), (50, 8), LogState.ANOTHER),
        ((50, 7), (51, 8), LogState.SOUND),
        ((0, 0), (0, 0), LogState.SOUND),
    ],
)
def test_a_log_is_the_one_the_store_knows_by_its_length_and_its_last_change(
    known: tuple[int, int] | None, now: tuple[int, int], expected: LogState
) -> None:
    assert log_state(known, now) is expected


def test_a_longer_log_that_does_not_begin_as_the_known_one_did_is_another() -> None:
    assert log_state((50, 7), (51, 8), grown=False) is LogState.ANOTHER


def test_a_lost_lock_and_messages_that_nobody_can_read_mean_silence() -> None:
    assert kinds(replace(FINE, ousted=True)) == ["lock"]
    assert kinds(replace(FINE, unread=1)) == ["unread"]


def test_another_machine_means_silence() -> None:
    assert kinds(replace(FINE, moved=True)) == ["moved"]


def test_every_reason_is_told_at_once_with_its_cure() -> None:
    worst = replace(
        FINE, stopped=("olivia", NOW), has_inbox=False, needs_texts=True, ledger_exported_at=None, ledger_held="odd",
        clock_doubt="odd", moved=True,
        history=History(LogState.SHORTER, [9], another_key=True),
    )  # fmt: skip
    found = stops(worst)
    assert [stop.kind for stop in found] == [
        "stopped", "moved", "lost history", "send log", "secret key", "clock", "inbox", "texts", "ledger", "import",
    ]  # fmt: skip
    assert all(stop.why and stop.cure for stop in found)
