"""The oracle at its edges: the moment before, the moment, the moment after; and laws over many runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.evidence import Deed, Meaning, Party, Text
from tests.oracle.judge import judge
from tests.oracle.lives import JANE, PHONE, Life, at, climbed


def told(life: Life) -> list[tuple[int, str | None]]:
    return [(violation.invariant, violation.customer) for violation in judge(life.evidence())]


def numbers(life: Life) -> set[int]:
    return {number for number, _ in told(life)}


def at_home(words: str) -> str:
    """A moment of New York, in UTC."""
    there = datetime.fromisoformat(words).replace(tzinfo=ZoneInfo("America/New_York"))
    return there.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


# In threes: the last moment outside, the first inside; the last inside, the first outside.
@pytest.mark.parametrize(
    ("when", "inside"),
    [
        ("08:59:59", False),
        ("09:00:00", True),
        ("09:00:01", True),
        ("16:44:59", True),
        ("16:45:00", True),
        ("16:45:01", False),
        ("16:59:59", False),
        ("17:00:00", False),
    ],
)
def test_the_window_opens_and_closes_to_the_second(when: str, inside: bool) -> None:
    life = climbed()
    life.letter(at_home(f"2026-09-23 {when}"), "options")
    assert numbers(life) == (set() if inside else {17})


@pytest.mark.parametrize(("day", "hour"), [("2026-10-30", 13), ("2026-11-02", 14)])
def test_nine_is_nine_before_and_after_the_clocks_are_moved(day: str, hour: int) -> None:
    life = Life()
    life.bill("INV-1", due_on=date(2026, 10, 27))
    life.letter(f"{day} {hour:02}:00", "gentle")
    assert judge(life.evidence()) == ()
    early = Life()
    early.bill("INV-1", due_on=date(2026, 10, 27))
    early.letter(f"{day} {hour - 1:02}:59", "gentle")
    assert numbers(early) == {17}


@pytest.mark.parametrize(("later", "fine"), [(-3, False), (0, True), (3, True)])
def test_a_day_between_two_messages_is_a_day(later: int, fine: bool) -> None:
    life = climbed()
    life.bill("INV-2", due_on=date(2026, 9, 14))
    life.letter("2026-09-22 14:00", "gentle", "INV-1", "INV-2")
    when = at("2026-09-23 14:00") + timedelta(seconds=later)
    life.rules = replace(life.rules, per_week=9)
    life.letter(when.strftime("%Y-%m-%d %H:%M:%S"), "options")
    assert numbers(life) == (set() if fine else {20})


@pytest.mark.parametrize(("minutes", "fine"), [(9, True), (10, True), (11, False)])
def test_a_servers_delay_is_not_taken_off_the_day_between_two_messages(minutes: int, fine: bool) -> None:
    life = climbed()
    life.bill("INV-2", due_on=date(2026, 9, 14))
    life.letter("2026-09-22 14:00", "gentle", "INV-1", "INV-2")
    life.mails[-1] = replace(life.mails[-1], at=life.mails[-1].at + timedelta(minutes=minutes))
    life.rules = replace(life.rules, per_week=9)
    life.letter("2026-09-23 14:00", "options")
    assert numbers(life) == (set() if fine else {20})


@pytest.mark.parametrize(("seconds", "honest"), [(59, True), (60, True), (61, False)])
def test_an_answer_within_the_last_minute_may_honestly_cross(seconds: int, honest: bool) -> None:
    life = climbed()
    life.letter("2026-09-23 14:00", "options")
    came = at("2026-09-23 14:00") - timedelta(seconds=seconds)
    life.answer(came.strftime("%Y-%m-%d %H:%M:%S"), Meaning.DISPUTE)
    # The journal heard it only afterwards.
    heard = at("2026-09-23 14:05")
    life.lines = [(heard, *line[1:]) if line[0] == came else line for line in life.lines]
    assert numbers(life) == (set() if honest else {13})


def test_an_answer_counts_from_when_the_mailbox_could_be_read_again() -> None:
    life = climbed()
    life.answer("2026-09-21 14:00", Meaning.QUESTION)
    life.more["deaf"] = ((at("2026-09-21 13:00"), at("2026-09-21 18:00")),)
    life.did("2026-09-21 15:00", Deed.RELEASED, customer="ACME")
    life.letter("2026-09-23 14:00", "options")
    assert numbers(life) == {13}


@pytest.mark.parametrize(("day", "quiet"), [("2026-09-24", True), ("2026-09-25", True), ("2026-09-28", False)])
def test_a_promise_is_waited_for_through_its_grace(day: str, quiet: bool) -> None:
    life = climbed()
    life.answer("2026-09-18 14:00", Meaning.PROMISE, day=date(2026, 9, 23))
    life.bill("INV-1", open_balance=Decimal("40.00"))
    life.letter(f"{day} 14:00", "options")
    assert numbers(life) == ({14} if quiet else set())


@pytest.mark.parametrize(("days", "fine"), [(-4, False), (-3, True), (-1, True), (0, False), (2, False)])
def test_a_courtesy_has_its_days(days: int, fine: bool) -> None:
    life = Life()
    life.bill("INV-1", due_on=date(2026, 9, 23) - timedelta(days=days))
    life.letter("2026-09-23 14:00", "heads-up")
    assert numbers(life) == (set() if fine else {21})


@pytest.mark.parametrize("late", [3, 17, 60, 89])
def test_however_late_the_first_letter_is_the_first_overdue_tier(late: int) -> None:
    right, wrong = Life(), Life()
    for life, tier in ((right, "gentle"), (wrong, "check-in")):
        life.bill("INV-1", due_on=date(2026, 9, 23) - timedelta(days=late))
        life.letter("2026-09-23 14:00", tier)
    assert judge(right.evidence()) == ()
    assert numbers(wrong) == {21}


@pytest.mark.parametrize(("late", "parked"), [(90, False), (91, False), (92, True)])
def test_an_old_debt_at_first_sight_waits_for_a_person(late: int, parked: bool) -> None:
    life = Life()
    life.bill("INV-1", due_on=date(2026, 9, 23) - timedelta(days=late))
    life.letter("2026-09-23 14:00", "gentle")
    assert numbers(life) == ({3} if parked else set())
    life.did("2026-09-23 13:30", Deed.RELEASED, customer="ACME")
    assert judge(life.evidence()) == ()


def test_an_invoice_may_ride_along_in_the_letter_of_another_and_keeps_its_own_place() -> None:
    life = climbed()
    life.bill("INV-2", due_on=date(2026, 9, 22))
    life.letter("2026-09-24 14:00", "options", "INV-1", "INV-2")
    life.letter("2026-09-29 14:00", "gentle", "INV-1", "INV-2")
    assert judge(life.evidence()) == ()
    life.letter("2026-10-08 14:00", "options", "INV-2")
    assert told(life) == [(21, "ACME")]


def test_a_due_date_moved_to_an_earlier_day_is_not_held_against_the_customer() -> None:
    life = climbed()
    life.bill("INV-2", due_on=date(2026, 9, 25))
    life.books("2026-09-20 14:00")
    life.bill("INV-2", due_on=date(2026, 9, 1))
    life.letter("2026-09-23 14:00", "gentle", "INV-2")
    assert numbers(life) == {21}


def test_a_due_date_moved_to_a_later_day_counts() -> None:
    life = climbed()
    life.bill("INV-1", due_on=date(2026, 9, 20))
    life.letter("2026-09-23 14:00", "options")
    assert numbers(life) == {21}


def test_an_invoice_without_a_due_date_is_never_reminded_of() -> None:
    life = climbed()
    life.bill("INV-1", due_on=None)
    life.letter("2026-09-23 14:00", "options")
    assert 11 in numbers(life)


def test_books_taken_in_at_the_moment_of_the_claim_count_when_the_journal_has_them_first() -> None:
    before, after = climbed(), climbed()
    for life, seconds in ((before, 0), (after, 1)):
        life.books("2026-09-23 13:00")
        life.bill("INV-1", open_balance=Decimal("60.00"))
        when = at("2026-09-23 14:00") + timedelta(seconds=seconds)
        life._books(when, when)
        life.bill("INV-1", open_balance=Decimal("100.00"))
        life.letter("2026-09-23 14:00", "options", fresh=False)
    assert numbers(before) == {9}
    assert judge(after.evidence()) == ()


@pytest.mark.parametrize(("country", "fresh"), [("DE", True), ("NL", False)])
def test_a_holiday_in_some_region_does_not_make_the_books_older(country: str, fresh: bool) -> None:
    """Friday 31 October 2031 is one in nine of the sixteen German states."""
    life = Life(country=country)
    life.bill("INV-1", due_on=date(2031, 10, 28))
    life.books("2031-10-31 12:00")
    life.letter("2031-11-03 20:00", "gentle", fresh=False)
    assert numbers(life) == (set() if fresh else {24})


def test_a_shared_address_has_one_budget_for_all_who_share_it() -> None:
    life = climbed()
    life.customers["BETA"] = Party("Beta", "America/New_York", "US", frozenset({JANE}))
    life.bill("INV-B", customer="BETA", due_on=date(2026, 9, 10))
    life.letter("2026-09-15 15:00", "gentle", "INV-B", customer="BETA")
    assert told(life) == [(20, "BETA")]


def test_an_answer_from_a_shared_address_is_about_the_letter_it_names() -> None:
    life = climbed()
    life.customers["BETA"] = Party("Beta", "America/New_York", "US", frozenset({JANE}))
    life.bill("INV-B", customer="BETA", due_on=date(2026, 9, 20))
    number = life.letter("2026-09-23 13:00", "gentle", "INV-B", customer="BETA")
    named = f"In-Reply-To: <r.{number}.seal@shop.example>\r\n\r\nWhat is this for?"
    life.answer("2026-09-24 13:00", Meaning.QUESTION, words=named)
    life.letter("2026-09-25 14:00", "options")
    assert judge(life.evidence()) == ()
    life.answer("2026-09-26 13:00", Meaning.QUESTION, words="What is this for?")
    life.letter("2026-10-05 14:00", "firm")
    assert told(life) == [(13, "ACME")]


def test_an_answer_from_an_address_learned_of_too_late_is_nobodys() -> None:
    for named, alarms in (("", set()), ("In-Reply-To: <r.2.seal@shop.example>\r\n\r\n", {13})):
        life = climbed()
        life.answer("2026-09-18 14:00", Meaning.QUESTION, address="new@acme.example", words=f"{named}why?")
        life.customers["ACME"] = replace(life.customers["ACME"], emails=frozenset({"new@acme.example"}))
        life.letter("2026-09-23 14:00", "options", to="new@acme.example")
        assert numbers(life) == alarms


def test_an_invoice_that_may_only_have_ridden_along_may_be_told_the_same_tier_itself() -> None:
    """By text alone, its tier of e-mail alone may have been passed over, or not."""
    life = climbed()
    life.answer("2026-09-18 14:00", Meaning.BOUNCE_HARD)
    life.did("2026-09-18 15:00", Deed.RELEASED, customer="ACME")
    life.bill("INV-2", due_on=date(2026, 9, 18))
    life.bill("INV-3", due_on=date(2026, 9, 4))
    life.text("2026-09-29 14:00", "check-in", "INV-2", "INV-3")
    life.text("2026-10-06 14:00", "check-in", "INV-2", "INV-3")
    assert judge(life.evidence()) == ()


@pytest.mark.parametrize(
    ("due_on", "fine"), [(date(2026, 9, 6), True), (date(2026, 9, 7), True), (date(2026, 9, 8), False)]
)
def test_no_text_follows_a_letter_whose_turn_was_put_off(due_on: date, fine: bool) -> None:
    life = Life()
    life.letter("2026-09-08 14:00", "gentle")
    life.letter("2026-09-15 14:00", "check-in")
    life.bill("INV-1", due_on=due_on)
    life.text("2026-09-17 14:00", "check-in")
    assert numbers(life) == (set() if fine else {21})


def test_since_when_a_tier_was_told_is_not_guessed_where_it_may_have_been_told_before() -> None:
    life = Life()
    life.answer("2026-09-02 14:00", Meaning.BOUNCE_HARD, address="old@acme.example")
    life.bill("INV-1", due_on=date(2026, 9, 10))
    life.bill("INV-2", due_on=date(2026, 8, 28))
    life.letter("2026-09-08 14:00", "gentle", "INV-2", "INV-1")
    life.letter("2026-09-15 14:00", "check-in", "INV-2", "INV-1")
    life.text("2026-09-18 14:00", "check-in", "INV-2")
    life.letter("2026-09-23 14:00", "options", "INV-2", "INV-1")
    assert judge(life.evidence()) == ()


def test_a_text_that_no_reminder_explains_has_no_mark() -> None:
    life = climbed()
    life.books("2026-09-23 13:00")
    life.texts.append(Text(at("2026-09-23 14:00"), "+12125550199", PHONE, "Shop: you are unsubscribed", 60, "SM9"))
    assert numbers(life) == {2}


def test_a_text_without_a_mark_is_told_of_whom_its_invoice_names() -> None:
    life = climbed()
    life.customers["AAA"] = Party("Aaa", "America/New_York", "US", frozenset(), frozenset({PHONE}), True)
    life.books("2026-09-23 13:00")
    life.texts.append(Text(at("2026-09-23 14:00"), "+12125550199", PHONE, "Shop: INV-1 is open", 60, "SM9"))
    assert told(life) == [(2, "ACME")]


def test_a_letter_without_a_mark_is_told_of_whose_invoice_it_lists() -> None:
    life = climbed()
    life.customers["AAA"] = Party("Aaa", "America/New_York", "US", frozenset({JANE}))
    life.books("2026-09-23 13:00")
    life.mail("2026-09-23 14:00", 99)
    assert told(life) == [(2, "ACME")]


def test_a_letter_from_before_the_store_forgot_it_counts_for_nobody_once_adopted() -> None:
    life = climbed()
    life.books("2026-09-23 13:00")
    life.mail("2026-09-23 14:00", 99)
    life.did("2026-09-23 18:00", Deed.ADOPTED)
    life.letter("2026-09-24 13:00", "options")
    assert judge(life.evidence()) == ()


def test_the_hourly_cap_counts_over_all_customers() -> None:
    life = Life()
    life.rules = replace(life.rules, max_per_hour=2)
    for n in range(3):
        life.customers[f"C{n}"] = Party(f"C{n}", "America/New_York", "US", frozenset({f"c{n}@x.example"}))
        life.bill(f"INV-C{n}", customer=f"C{n}", due_on=date(2026, 9, 15))
        life.letter(f"2026-09-18 14:{n:02}", "gentle", f"INV-C{n}", customer=f"C{n}", to=f"c{n}@x.example")
    assert told(life) == [(27, "C2")]


@given(st.datetimes(datetime.fromisoformat("2026-09-09"), datetime.fromisoformat("2030-01-01")))
def test_the_window_holds_at_every_moment(when: datetime) -> None:
    life = Life()
    life.bill("INV-1", due_on=(when - timedelta(days=40)).date())
    life.rules = replace(life.rules, park_after_days=9999)
    life.letter(when.strftime("%Y-%m-%d %H:%M:%S"), "gentle")
    here = when.replace(microsecond=0, tzinfo=UTC).astimezone(ZoneInfo("America/New_York"))
    late = here.hour == 16 and (here.minute > 45 or (here.minute == 45 and here.second > 0))
    if here.weekday() > 4 or not 9 <= here.hour < 17 or late:
        assert 17 in numbers(life)
    else:
        # A holiday at most.
        assert numbers(life) <= {17}


@given(st.lists(st.integers(0, 24 * 40), min_size=1, max_size=12, unique=True))
def test_the_budget_is_broken_exactly_when_some_window_holds_too_many(hours: list[int]) -> None:
    life = Life(per_day=1, per_week=2, per_month=3)
    moments = [at("2026-09-09 14:00") + timedelta(hours=hour) for hour in sorted(hours)]
    for when in moments:
        life.letter(when.strftime("%Y-%m-%d %H:%M:%S"), "gentle")

    def crowded(days: int, allowed: int) -> bool:
        window = timedelta(days=days)
        return any(sum(begin <= other < begin + window for other in moments) > allowed for begin in moments)

    assert (20 in numbers(life)) is (crowded(1, 1) or crowded(7, 2) or crowded(30, 3))
