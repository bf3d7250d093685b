"""Who is called and when, at the edges: the day before, the day, the day after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminderbot.core.calendar import SendingHours, is_open
from reminderbot.core.call import Attempt, Matters, TheirDay, WhenCode, Why, message_left_today, reasons, when
from reminderbot.core.case import Case, CaseKind
from reminderbot.core.dispute import Dispute
from reminderbot.core.hold import HoldKind
from reminderbot.core.lane import Reason
from reminderbot.core.note import CallResult
from tests.core.facts import LONDON, MONDAY, at, days, hold, weekdays

# A talk is to end these.
TALKED_ABOUT = {HoldKind.CALL_BACK, HoldKind.BROKEN_PROMISE, HoldKind.MISSED_INSTALMENT}
NUMBER = "hash of their number"
DAY = TheirDay((LONDON,), SendingHours(), weekdays())
NOW = at(MONDAY)


def attempt(result: CallResult, when: datetime, number: str = NUMBER, again_at: datetime | None = None) -> Attempt:
    return Attempt(when, result, again_at, number)


def case(kind: CaseKind = CaseKind.CALL, *invoices: str, number: int = 1) -> Case:
    return Case(number, kind, NOW, "ACME", "a person is needed", invoices=invoices or ("INV-1",))


def known(*cases: Case, holds: Sequence[HoldKind] = (), attempts: Sequence[Attempt] = (), **more: object) -> Matters:
    held = tuple(hold(kind=kind, number=n) for n, kind in enumerate(holds))
    return Matters(cases or (case(),), holds=held, open_numbers=("INV-1", "INV-2"), attempts=tuple(attempts), **more)  # type: ignore[arg-type]  # of Matters, by name


def whys(found: Matters) -> list[Why]:
    return [reason.why for reason in reasons(found, NOW)]


@pytest.mark.parametrize("kind", [HoldKind.LEGAL, HoldKind.NOT_MINE, HoldKind.HANDED_OVER])
def test_against_these_nobody_is_called_even_who_asked_for_it(kind: HoldKind) -> None:
    assert whys(known(holds=(kind, HoldKind.CALL_BACK))) == []


@pytest.mark.parametrize("kind", sorted(set(HoldKind) - TALKED_ABOUT))
def test_the_ladder_calls_nobody_who_is_paused(kind: HoldKind) -> None:
    assert whys(known(holds=(kind,))) == []


@pytest.mark.parametrize("kind", [HoldKind.PROMISE, HoldKind.PLAN])
def test_who_has_given_a_new_word_is_given_its_time(kind: HoldKind) -> None:
    talk = case(CaseKind.BROKEN_PROMISE)
    assert whys(known(talk, holds=(HoldKind.BROKEN_PROMISE,))) == [Why.BROKEN_PROMISE]
    assert whys(known(talk, holds=(HoldKind.BROKEN_PROMISE, kind))) == []


@pytest.mark.parametrize(
    "kind",
    [
        HoldKind.REPLY, HoldKind.PAID, HoldKind.DISPUTE, HoldKind.PAPERWORK, HoldKind.WRONG_CONTACT, HoldKind.OPT_OUT,
        HoldKind.POSSIBLY_PAID,
    ],
)  # fmt: skip
@pytest.mark.parametrize("talk", [CaseKind.BROKEN_PROMISE, CaseKind.MISSED_INSTALMENT])
def test_who_has_said_something_is_read_first_and_not_asked_why_they_did_not_pay(
    talk: CaseKind, kind: HoldKind
) -> None:
    assert whys(known(case(talk), holds=(kind,))) == []
    assert whys(known(case(talk), holds=(kind, HoldKind.CALL_BACK))) == [Why.CALL_BACK]


def test_a_missed_instalment_is_talked_about_while_the_pause_of_its_plan_stands() -> None:
    missed = known(case(CaseKind.MISSED_INSTALMENT), holds=(HoldKind.PLAN, HoldKind.MISSED_INSTALMENT))
    assert whys(missed) == [Why.MISSED_INSTALMENT]


def test_what_is_paid_is_no_reason_to_call() -> None:
    assert whys(known(case(CaseKind.CALL, "INV-9"))) == []


def test_an_invoice_is_named_once_by_the_more_urgent_of_its_reasons() -> None:
    both = known(case(CaseKind.CALL, "INV-1", "INV-2"), case(CaseKind.BROKEN_PROMISE, "INV-1", number=2))
    assert [(reason.why, reason.invoices) for reason in reasons(both, NOW)] == [
        (Why.BROKEN_PROMISE, ("INV-1",)),
        (Why.LADDER, ("INV-2",)),
    ]


def test_a_talk_ends_the_reasons_of_before_and_a_call_back_does_not() -> None:
    before, after = attempt(CallResult.REACHED, NOW - days(1)), attempt(CallResult.REACHED, NOW)
    assert whys(known(attempts=(before,))) == [Why.LADDER]
    assert whys(known(attempts=(after,))) == []
    assert whys(known(attempts=(attempt(CallResult.NO_ANSWER, NOW),))) == [Why.LADDER]
    assert whys(known(attempts=(attempt(CallResult.CALL_BACK, NOW),))) == [Why.LADDER]


@pytest.mark.parametrize("kind", [HoldKind.SENSITIVE, HoldKind.HARDSHIP])
def test_whoever_is_in_need_is_called_only_where_a_person_put_it_so(kind: HoldKind) -> None:
    matter = Dispute(1, 1, "ACME", Reason.DISTRESS, (), 1, "olivia", NOW)
    assert whys(known(case(CaseKind.SENSITIVE), case(number=2), holds=(kind,))) == []
    assert whys(known(case(CaseKind.SENSITIVE), case(number=2), holds=(kind,), disputes=(matter,))) == [Why.LANE]


def test_a_lane_without_a_call_among_its_steps_asks_for_none() -> None:
    matter = Dispute(1, 1, "ACME", Reason.BEREAVEMENT, (), 1, "olivia", NOW)
    assert whys(known(case(CaseKind.SENSITIVE), holds=(HoldKind.SENSITIVE,), disputes=(matter,))) == []


# ---- when


@pytest.mark.parametrize(
    ("now", "code", "opens"),
    [
        (at(MONDAY, 8, 59, 59), WhenCode.HOURS, at(MONDAY, 9)),
        (at(MONDAY, 9), WhenCode.NOW, at(MONDAY, 9)),
        (at(MONDAY, 16, 45), WhenCode.NOW, at(MONDAY, 16, 45)),
        (at(MONDAY, 16, 45, 1), WhenCode.HOURS, at(MONDAY + days(1), 9)),
    ],
)
def test_the_hours_of_their_day_to_the_second(now: datetime, code: WhenCode, opens: datetime) -> None:
    found = when((), NUMBER, DAY, now)
    assert (found.code, found.at) == (code, opens)


def test_without_a_number_or_with_a_wrong_one_nobody_can_be_called() -> None:
    wrong = attempt(CallResult.WRONG_NUMBER, NOW - days(9))
    assert when((), "", DAY, NOW).code is WhenCode.NO_NUMBER
    assert when((wrong,), NUMBER, DAY, NOW).code is WhenCode.NO_NUMBER
    assert when((wrong,), "another number", DAY, NOW).code is WhenCode.NOW
    # Somebody tried again and it is theirs after all.
    assert when((attempt(CallResult.NO_ANSWER, NOW - days(3)), wrong), NUMBER, DAY, NOW).code is WhenCode.NOW


def test_an_unknown_zone_is_for_a_person_to_mend() -> None:
    assert when((), NUMBER, TheirDay((), SendingHours(), weekdays()), NOW).code is WhenCode.NO_HOUR


def test_their_own_hour_counts_to_the_second_whatever_the_usual_ones_are() -> None:
    night = at(MONDAY + days(5), 22)
    asked = (attempt(CallResult.CALL_BACK, NOW, again_at=night),)
    assert when(asked, NUMBER, DAY, night - days(1)).code is WhenCode.ASKED
    assert when(asked, NUMBER, DAY, night).code is WhenCode.NOW


def test_a_message_may_be_left_on_the_next_day_of_wherever_they_may_be() -> None:
    far = TheirDay((LONDON, ZoneInfo("Pacific/Auckland")), SendingHours(), weekdays())
    # 13:00 in London is 02:00 of Tuesday in Auckland.
    left = (attempt(CallResult.MESSAGE_LEFT, at(MONDAY, 8)),)
    assert message_left_today(left, far, at(MONDAY, 13)) == left[0].at
    assert message_left_today(left, DAY, at(MONDAY, 23, 59, 59)) == left[0].at
    assert message_left_today(left, DAY, at(MONDAY + days(1), 0)) is None


RESULTS = st.sampled_from([result for result in CallResult if result is not CallResult.CALL_BACK])


@given(st.lists(st.tuples(st.integers(0, 30 * 24), RESULTS), max_size=20), st.integers(0, 32 * 24))
def test_law_whatever_was_tried_the_next_call_keeps_their_day_and_the_pace(
    tried: list[tuple[int, CallResult]], hour: int
) -> None:
    attempts = tuple(attempt(result, NOW + days(1) * (h / 24)) for h, result in sorted(tried, key=lambda t: -t[0]))
    now = NOW + days(1) * (hour / 24)
    past = tuple(one for one in attempts if one.at <= now)
    found = when(past, NUMBER, DAY, now)
    if found.at is None:
        assert past[0].result is CallResult.WRONG_NUMBER
        return
    assert found.at >= now and (found.code is WhenCode.NOW) == (found.at == now)
    assert is_open(found.at, DAY.zones, DAY.hours, DAY.business)
    assert message_left_today(past, DAY, found.at) is None
    week = [one for one in past if one.result is not CallResult.WRONG_NUMBER and one.at > found.at - days(7)]
    assert len(week) < 7
    silent = [one for one in past if one.result is CallResult.NO_ANSWER and DAY.is_same_day(one.at, found.at)]
    assert len(silent) < 2
