"""What is foreseen: one customer alone, many within the house's limits."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminderbot.core.account import OpenItem
from reminderbot.core.case import CaseKind
from reminderbot.core.course import Foreseen
from reminderbot.core.dunning import SAID_LATELY
from reminderbot.core.facts import Facts
from reminderbot.core.hold import Hold, HoldKind
from reminderbot.core.ladder import Channel, Ladder, Tier
from reminderbot.core.outlook import Before, foresee, foresee_all
from reminderbot.core.promise import Grace
from reminderbot.core.room import Caps
from tests.core.facts import LADDER, LONDON, MONDAY, TEXTS, at, customer, days, facts, item, rules

A_YEAR = timedelta(days=365)


def told(course: tuple[Foreseen, ...]) -> list[tuple[str, str, date]]:
    """(tier or kind of case, channel or nothing, the day in London)."""
    found = []
    for moment, made in course:
        on = moment.astimezone(LONDON).date()
        if made.send:
            found.append((made.send.tier, made.send.channel.value, on))
        found += [(case.kind.value, "", on) for case in made.cases]
    return found


def test_a_whole_life_without_an_answer_climbs_the_ladder_once_and_ends_with_a_person() -> None:
    course = foresee(facts(item(due_on=MONDAY)), rules(), at(MONDAY - days(10)), at(MONDAY) + A_YEAR)

    assert told(course) == [
        ("heads-up", "email", MONDAY - days(3)),
        ("gentle", "email", MONDAY + days(3)),
        ("check-in", "email", MONDAY + days(10)),
        ("options", "email", MONDAY + days(18)),
        ("firm", "email", MONDAY + days(28)),
        ("call", "", MONDAY + days(35)),
        ("last", "email", MONDAY + days(42)),
        ("review", "", MONDAY + days(56)),
    ]


def test_a_text_follows_the_letter_on_the_next_business_day() -> None:
    reached = facts(item(due_on=MONDAY - days(10)), who=customer(**TEXTS))

    course = foresee(reached, rules(), at(MONDAY - days(7)), at(MONDAY + days(2)))

    assert told(course)[-2:] == [("check-in", "email", MONDAY), ("check-in", "sms", MONDAY + days(1))]


def test_a_promise_that_nobody_keeps_leads_to_a_talk_and_never_to_a_letter() -> None:
    until = Grace(rules().business_days("GB"), (LONDON,)).ends(MONDAY)
    pause = Hold(1, "ACME", HoldKind.PROMISE, at(MONDAY - days(3)), "they promised", until=until)
    known = facts(item(due_on=MONDAY - days(10)), holds=[pause])

    course = foresee(known, rules(), at(MONDAY), at(MONDAY) + A_YEAR)

    assert told(course) == [("broken_promise", "", until.astimezone(LONDON).date())]


def test_a_pause_with_an_end_only_moves_what_comes_after_it() -> None:
    pause = Hold(1, "ACME", HoldKind.BY_HAND, at(MONDAY), "on holiday", until=at(MONDAY + days(8), 0))
    known = facts(item(due_on=MONDAY - days(5)), holds=[pause])

    course = foresee(known, rules(), at(MONDAY), at(MONDAY + days(10)))

    assert told(course) == [("gentle", "email", MONDAY + days(8))]


def test_a_case_that_waits_is_not_foreseen_twice() -> None:
    nobody = facts(item(due_on=MONDAY - days(5)), item("INV-2", MONDAY + days(5)), who=customer(email=None))

    course = foresee(nobody, rules(), at(MONDAY), at(MONDAY) + days(60))

    assert [kind for kind, _, _ in told(course)].count(CaseKind.UNREACHABLE.value) == 1


def late_customers(count: int) -> dict[str, Facts]:
    """So many, each with an address of their own and an invoice five days late."""
    return {str(n): facts(item(due_on=MONDAY - days(5)), who=customer(f"{n}@acme.example")) for n in range(count)}


def test_new_conversations_are_spread_over_the_days_the_house_allows() -> None:
    everybody = late_customers(3)
    caps = Caps(per_day=10, first_contacts_per_day=1, per_hour=60, strangers=frozenset(everybody))

    found = foresee_all(everybody, rules(), at(MONDAY), at(MONDAY + days(4)), caps)

    firsts = sorted(told(course)[0][2] for course in found.values())
    assert firsts == [MONDAY, MONDAY + days(1), MONDAY + days(2)]


def test_what_went_out_today_counts_against_today() -> None:
    caps = Caps(per_day=2, first_contacts_per_day=10, per_hour=60, sent_today=2)

    found = foresee_all({"A": facts(item(due_on=MONDAY - days(5)))}, rules(), at(MONDAY), at(MONDAY + days(1)), caps)

    assert told(found["A"]) == [("gentle", "email", MONDAY + days(1))]


def hours(found: dict[str, tuple[Foreseen, ...]]) -> list[str]:
    return sorted(f"{moment.astimezone(LONDON):%a %H:%M}" for course in found.values() for moment, _ in course)


def test_what_an_hour_has_no_room_for_is_foreseen_for_the_next_ones() -> None:
    everybody = late_customers(5)
    caps = Caps(per_day=4, first_contacts_per_day=10, per_hour=2)

    found = foresee_all(everybody, rules(), at(MONDAY), at(MONDAY + days(1), 17), caps)

    assert hours(found) == ["Mon 10:00", "Mon 10:00", "Mon 11:00", "Mon 11:00", "Tue 09:00"]


def test_what_came_to_a_shared_address_counts_for_all_who_share_it() -> None:
    everybody = {name: facts(item(due_on=MONDAY - days(5)), who=customer(f" {name}@ACME.example")) for name in "aA"}

    found = foresee_all(everybody, rules(), at(MONDAY), at(MONDAY + days(1), 17))

    assert hours(found) == ["Mon 10:00", "Tue 10:00"]


def test_a_message_can_be_taken_back_for_a_while_before_it_leaves() -> None:
    before = Before(undo=timedelta(minutes=30))

    found = foresee_all(late_customers(1), rules(), at(MONDAY), at(MONDAY, 17), before=before)

    assert hours(found) == ["Mon 10:30"]


def test_who_waits_for_room_goes_in_the_order_of_the_outbox_once_the_window_opens_again() -> None:
    caps = Caps(per_day=10, first_contacts_per_day=10, per_hour=2)

    found = foresee_all(late_customers(6), rules(), at(MONDAY, 16, 20), at(MONDAY + days(1), 17), caps)

    assert hours(found) == ["Mon 16:20", "Mon 16:20", "Tue 09:00", "Tue 09:00", "Tue 10:00", "Tue 10:00"]
    assert [key for _, key in sorted((course[0][0], key) for key, course in found.items())] == list("012345")


def test_texts_that_the_month_has_no_room_for_wait_for_the_next() -> None:
    ladder = Ladder((Tier("gentle", 3, (Channel.SMS,), "gentle"),))
    everybody = {n: facts(item(due_on=MONDAY - days(5)), who=customer(None, f"+44770090012{n}", True)) for n in "123"}
    caps = Caps(10, 10, 10, segments_per_month=4, segments_this_month=1)
    before = Before(segments=lambda key, tier: 2)

    found = foresee_all(everybody, rules(ladder), at(MONDAY), at(MONDAY + days(40)), caps, before)

    assert sorted(told(course)[0][2] for course in found.values()) == [MONDAY, MONDAY, date(2027, 2, 1)]


@pytest.mark.parametrize("due_on", [date(2027, 1, 31), date(2027, 2, 1), date(2027, 2, 2)])
def test_who_waits_for_the_next_month_is_decided_about_as_it_begins_and_not_when_the_window_opens(due_on: date) -> None:
    ladder = Ladder((Tier("gentle", 3, (Channel.SMS,), "gentle"),))
    late = facts(item(due_on=MONDAY - days(5)), item("INV-2", due_on), who=customer(None, "+447700900121", True))
    caps, before = Caps(10, 10, 10, segments_per_month=1, segments_this_month=1), Before(undo=timedelta(hours=9))

    found = foresee_all({"A": late}, rules(ladder), at(MONDAY), at(date(2027, 2, 1), 17), caps, before)

    assert hours(found) == ["Mon 09:00"]


def test_who_waits_for_the_hour_is_decided_about_in_the_first_try_of_a_day_though_others_take_all_room() -> None:
    ladder, everybody = Ladder((Tier("gentle", 3, (Channel.EMAIL,), "gentle"),)), late_customers(2)
    # One more invoice falls due overnight, so that what is planned must be planned anew and can be taken back again.
    everybody |= {"2": facts(item(due_on=MONDAY - days(5)), item("INV-2", MONDAY + days(1)))}
    caps, before = Caps(10, 10, 2, sent_lately=(at(MONDAY, 16, 20),) * 2), Before(undo=timedelta(hours=1))

    found = foresee_all(everybody, rules(ladder), at(MONDAY, 15, 30), at(MONDAY + days(1), 17), caps, before)

    assert hours(found) == ["Tue 09:00", "Tue 09:00", "Tue 10:00"]


def test_what_went_out_in_the_last_hour_counts_against_this_one() -> None:
    caps = Caps(10, 10, 2, sent_lately=(at(MONDAY) - timedelta(minutes=50), at(MONDAY) - timedelta(minutes=20)))

    found = foresee_all({"A": facts(item(due_on=MONDAY - days(5)))}, rules(), at(MONDAY), at(MONDAY + days(1)), caps)

    assert hours(found) == ["Mon 10:15"]


_accounts = st.lists(st.integers(-20, 80), min_size=1, max_size=4).map(
    lambda ages: tuple(item(f"INV-{n}", MONDAY - days(age)) for n, age in enumerate(ages))
)


@given(_accounts, st.booleans())
def test_nobody_is_foreseen_to_hear_from_us_more_often_than_the_laws_allow(
    items: tuple[OpenItem, ...], texts: bool
) -> None:
    known = facts(*items, who=customer(**TEXTS) if texts else customer())

    course = foresee(known, rules(), at(MONDAY), at(MONDAY) + days(120))

    moments = [moment for moment, made in course if made.send]
    for stretch, most in ((timedelta(hours=24), 1), (timedelta(days=7), 2), (timedelta(days=30), 7)):
        assert all(sum(1 for other in moments if moment - stretch < other <= moment) <= most for moment in moments)


@given(_accounts)
def test_no_invoice_is_foreseen_to_skip_a_tier_or_take_one_twice(items: tuple[OpenItem, ...]) -> None:
    course = foresee(facts(*items), rules(), at(MONDAY), at(MONDAY) + A_YEAR)

    letters = [tier.name for tier in LADDER.tiers if tier.task is None and not tier.is_courtesy]
    for one in items:
        number, heard, taken = one.invoice.number, set[str](), list[str]()
        for send in (made.send for _, made in course if made.send):
            steps = [tier for stepped, tier, _ in send.steps if stepped == number and tier in letters]
            # A letter over others that listed it, too, has said its step.
            assert all(set(letters[: letters.index(tier)]) <= heard for tier in steps)
            taken += steps
            heard |= {*steps, send.tier} if number in send.lists else set()
        assert len(set(taken)) == len(taken)


@given(_accounts)
def test_nobody_is_foreseen_to_be_told_the_same_about_the_same_invoices_twice(items: tuple[OpenItem, ...]) -> None:
    course = foresee(facts(*items), rules(), at(MONDAY), at(MONDAY) + A_YEAR)

    said: dict[tuple[str, str], datetime] = {}
    for moment, send in ((moment, made.send) for moment, made in course if made.send):
        told = {number: said.get((send.tier, number)) for number in send.lists if send.follows is None}
        assert any(at is None or moment - at > SAID_LATELY for at in told.values()) or not told, send
        said |= {(send.tier, number): moment for number in told}


@given(_accounts, st.integers(1, 60))
def test_looking_less_far_shows_the_beginning_of_the_same(items: tuple[OpenItem, ...], near: int) -> None:
    known, now = facts(*items), at(MONDAY)

    far = foresee(known, rules(), now, now + days(90))

    assert foresee(known, rules(), now, now + days(near)) == tuple(f for f in far if f[0] <= now + days(near))


def test_many_customers_without_limits_are_foreseen_as_each_alone() -> None:
    ages = (-5, 0, 3, 40)
    everybody = {str(age): facts(item(due_on=MONDAY - days(age)), who=customer(f"{age}@acme.example")) for age in ages}
    until = at(MONDAY + days(30))

    found = foresee_all(everybody, rules(), at(MONDAY), until, Caps(10**6, 10**6, 10**6))

    assert found == {key: foresee(known, rules(), at(MONDAY), until) for key, known in everybody.items()}
