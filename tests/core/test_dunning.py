from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from reminderbot.core.account import Progress
from reminderbot.core.case import CaseKind
from reminderbot.core.decision import Decision
from reminderbot.core.dunning import decide
from reminderbot.core.facts import LastLetter
from reminderbot.core.hold import HoldKind
from reminderbot.core.invoice import Status
from reminderbot.core.ladder import Channel, Ladder, Needs, Tier
from reminderbot.core.money import Money
from tests.core.facts import (
    LADDER,
    MONDAY,
    TEXTS,
    at,
    customer,
    days,
    facts,
    gbp,
    hold,
    item,
    ladder_of,
    reached,
    rules,
)

DUE = MONDAY
GENTLE_ON = DUE + days(3)
NOW = at(GENTLE_ON)


def tier_of(made: Decision) -> str | None:
    return made.send.tier if made.send else None


def reasons(made: Decision) -> str:
    return "; ".join(gate.because for gate in made.closed)


# ---- one tier at a time


@pytest.mark.parametrize(
    ("late", "tier"), [(-4, None), (-3, "heads-up"), (-1, "heads-up"), (0, None), (2, None), (3, "gentle")]
)
def test_the_first_tiers_come_on_their_days(late: int, tier: str | None) -> None:
    friday = DUE + days(4)
    known = facts(item(due_on=friday))
    assert tier_of(decide(known, rules(), at(friday + days(late)))) == tier


@pytest.mark.parametrize(("hour", "tier"), [(16, "heads-up"), (17, None), (18, None)])
def test_a_notice_that_could_only_leave_on_the_due_date_lapses(hour: int, tier: str | None) -> None:
    friday_before = DUE - days(3)
    made = decide(facts(), rules(), at(friday_before, hour))
    assert tier_of(made) == tier
    assert tier is not None or "it lapses" in reasons(made)


@pytest.mark.parametrize("late", [4, 30, 90, 3650])
def test_however_late_an_invoice_is_the_first_message_is_the_gentle_one(late: int) -> None:
    assert tier_of(decide(facts(), rules(), at(DUE + days(late)))) == "gentle"


@pytest.mark.parametrize(("day", "tier"), [(9, None), (10, "check-in"), (11, "check-in"), (200, "check-in")])
def test_the_next_tier_comes_on_its_day_and_after_an_outage_it_is_still_the_next(day: int, tier: str | None) -> None:
    known = facts(item(progress=reached("gentle", GENTLE_ON)))
    assert tier_of(decide(known, rules(), at(DUE + days(day)))) == tier


def test_it_says_when_the_next_tier_comes_and_looks_again_then() -> None:
    made = decide(facts(), rules(), at(DUE))
    assert "next is 'gentle' for INV-1 on 2027-01-07" in reasons(made)
    assert made.review_at == at(GENTLE_ON, 0)


def test_a_courtesy_notice_that_waits_is_looked_at_again_when_it_lapses() -> None:
    assert decide(facts(), rules(), at(DUE - days(1))).review_at == at(DUE, 0)


# ---- only what is owed


@pytest.mark.parametrize(("owed", "sent"), [("4.99", False), ("5.00", False), ("5.01", True)])
def test_a_small_balance_is_left_alone(owed: str, sent: bool) -> None:
    made = decide(facts(item(balance=gbp(owed))), rules(min_balance=Decimal(5)), NOW)
    assert (made.send is not None) is sent
    assert sent or "too small" in reasons(made)


@pytest.mark.parametrize(("owed", "sent"), [("-0.01", False), ("0", False), ("0.01", True)])
def test_nothing_owed_is_nothing_asked(owed: str, sent: bool) -> None:
    assert (decide(facts(item(balance=gbp(owed))), rules(), NOW).send is not None) is sent


def test_without_a_due_date_nothing_is_overdue() -> None:
    made = decide(facts(item(due_on=None)), rules(), NOW)
    assert made.send is None
    assert "no due date" in reasons(made)


def test_what_the_ledger_calls_disputed_is_left_out_and_the_others_are_asked_for() -> None:
    made = decide(facts(item("INV-1", status=Status.DISPUTED), item("INV-2")), rules(), NOW)
    assert made.send is not None
    assert made.send.lists == ("INV-2",)
    assert "INV-1 is disputed" in reasons(made)


@pytest.mark.parametrize(("received", "asked"), [("119.99", True), ("120.00", False), ("120.01", False)])
def test_unmatched_money_that_could_settle_an_invoice_is_matched_by_a_person_first(received: str, asked: bool) -> None:
    made = decide(facts(unapplied=[gbp(received)]), rules(), NOW)
    assert (made.send is not None) is asked
    assert [case.kind for case in made.cases] == ([] if asked else [CaseKind.POSSIBLY_PAID])


def test_unmatched_money_in_another_currency_settles_nothing() -> None:
    assert decide(facts(unapplied=[Money(Decimal(500), "EUR")]), rules(), NOW).send is not None


def test_unmatched_money_is_not_asked_about_while_its_invoice_is_held_anyway() -> None:
    held = facts(
        item("INV-1"), item("INV-2", balance=gbp("500")), unapplied=[gbp("120")], holds=[hold(invoices=("INV-1",))]
    )
    assert decide(held, rules(), NOW).send is not None


# ---- holds before all else


@pytest.mark.parametrize("late", [-3, 3, 400])
def test_a_held_account_is_left_alone_however_late(late: int) -> None:
    made = decide(facts(holds=[hold()]), rules(), at(DUE + days(late)))
    assert made.send is None
    assert made.cases == ()
    assert "they answered" in reasons(made)


@pytest.mark.parametrize(("seconds", "sent"), [(1, False), (0, True), (-1, True)])
def test_a_hold_with_an_end_ends_then(seconds: int, sent: bool) -> None:
    made = decide(facts(holds=[hold(until=NOW + timedelta(seconds=seconds))]), rules(), NOW)
    assert (made.send is not None) is sent
    assert sent or made.review_at == NOW + timedelta(seconds=seconds)


def test_a_hold_on_one_invoice_leaves_the_others_to_be_asked_for() -> None:
    made = decide(facts(item("INV-1"), item("INV-2"), holds=[hold(invoices=("INV-1",))]), rules(), NOW)
    assert made.send is not None
    assert made.send.lists == ("INV-2",)
    assert "(INV-1)" in reasons(made)


def test_the_longest_of_several_holds_counts() -> None:
    holds = [hold(until=NOW + days(1)), hold(kind=HoldKind.DISPUTE, number=2)]
    made = decide(facts(holds=holds), rules(), NOW)
    assert [gate.name for gate in made.closed] == ["hold: reply", "hold: dispute"]
    assert decide(facts(holds=holds), rules(), NOW + days(2)).send is None


# ---- one message per person


def test_all_open_items_go_into_one_message_in_the_highest_tier_due_and_each_takes_one_step() -> None:
    today = DUE + days(18)
    older = item("INV-1", progress=reached("check-in", DUE + days(10)))
    newer = item("INV-2", due_on=today - days(3))
    euros = item("INV-3", due_on=today - days(1), balance=Money(Decimal(80), "EUR"))
    made = decide(facts(older, newer, euros), rules(), at(today))
    assert made.send is not None
    assert made.send.tier == "options"
    assert made.send.lists == ("INV-1", "INV-2", "INV-3")
    assert made.send.steps == (("INV-1", "options", 18), ("INV-2", "gentle", 3))


@pytest.mark.parametrize(("listed_in", "tier"), [("last", None), ("firm", "last"), ("gentle", "last")])
def test_what_a_letter_over_others_has_said_of_an_invoice_is_not_said_again(listed_in: str, tier: str | None) -> None:
    today = DUE + days(42)
    called = item("INV-1", progress=reached("call", DUE + days(35)))
    told = replace(called, told=((listed_in, at(today - days(3))),))
    made = decide(facts(told, item("INV-2", progress=reached("last", today - days(3)))), rules(), at(today))
    assert tier_of(made) == tier
    assert made.told == (() if tier else (("INV-1", "last", 42),))


def test_an_invoice_told_by_a_letter_over_others_does_not_raise_the_tier_of_a_letter_about_the_rest() -> None:
    today = DUE + days(42)
    told = replace(item("INV-1", progress=reached("call", DUE + days(35))), told=(("last", at(today - days(3))),))
    made = decide(facts(told, item("INV-2", due_on=today - days(3))), rules(), at(today))
    assert tier_of(made) == "gentle"
    assert made.told == (("INV-1", "last", 42),)


def test_a_letter_over_two_long_overdue_invoices_is_still_the_gentle_one() -> None:
    made = decide(facts(item("INV-1", due_on=DUE - days(80)), item("INV-2", due_on=DUE - days(40))), rules(), NOW)
    assert tier_of(made) == "gentle"


def test_while_something_is_overdue_no_notice_is_given_of_what_is_not_due_yet() -> None:
    overdue = item("INV-1", progress=reached("gentle", GENTLE_ON))
    coming = item("INV-2", due_on=GENTLE_ON + days(4))
    made = decide(facts(overdue, coming), rules(), at(GENTLE_ON + days(1)))
    assert made.send is None
    assert made.review_at == at(GENTLE_ON + days(4), 0)


@pytest.mark.parametrize(("hours", "wait"), [(23, True), (24, False), (25, False)])
def test_a_letter_waits_for_the_contact_budget(hours: int, wait: bool) -> None:
    sent = NOW - timedelta(hours=hours)
    made = decide(facts(contacted_at=[sent]), rules(), NOW)
    assert made.send is not None
    assert made.send.not_before == (sent + timedelta(hours=24) if wait else NOW)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (at(GENTLE_ON, 8, 59), at(GENTLE_ON, 9)),
        (at(GENTLE_ON, 9), at(GENTLE_ON, 9)),
        (at(GENTLE_ON, 16, 46), at(GENTLE_ON + days(1), 9)),
    ],
)
def test_a_letter_waits_for_their_hours_and_is_not_dropped(moment: datetime, opens: datetime) -> None:
    made = decide(facts(), rules(), moment)
    assert made.send is not None
    assert made.send.not_before == opens


def test_with_candidate_zones_that_share_no_hour_a_person_is_called() -> None:
    made = decide(facts(zones=[ZoneInfo("Europe/London"), ZoneInfo("Asia/Tokyo")]), rules(), NOW)
    assert made.send is None
    assert [case.kind for case in made.cases] == [CaseKind.UNREACHABLE]


# ---- channels


def test_a_tier_with_both_channels_sends_the_mail() -> None:
    known = facts(item(progress=reached("gentle", GENTLE_ON)), who=customer(**TEXTS))
    made = decide(known, rules(), at(DUE + days(10)))
    assert made.send is not None
    assert made.send.channel is Channel.EMAIL


def test_where_the_mail_address_is_dead_the_text_is_sent_in_its_place() -> None:
    known = facts(
        item(progress=reached("gentle", GENTLE_ON)), who=customer(**TEXTS), closed=[(Channel.EMAIL, "it bounced")]
    )
    made = decide(known, rules(), at(DUE + days(10)))
    assert made.send is not None
    assert (made.send.channel, made.send.follows) == (Channel.SMS, None)


def test_where_no_channel_of_the_tier_is_left_a_person_is_called() -> None:
    made = decide(facts(closed=[(Channel.EMAIL, "it bounced")]), rules(), NOW)
    assert made.send is None
    assert [case.kind for case in made.cases] == [CaseKind.UNREACHABLE]
    assert "it bounced" in made.cases[0].why


def test_what_is_left_after_an_opt_out_needs_a_persons_yes() -> None:
    made = decide(facts(ask_first=True), rules(), NOW)
    assert made.send is not None
    assert made.send.needs_approval


def test_a_tier_that_needs_approval_asks_for_it() -> None:
    careful = Ladder((Tier("t0", 0, letter="t0", needs=Needs.APPROVAL), Tier("t1", 40, letter="t1")))
    made = decide(facts(), rules(careful), NOW)
    assert made.send is not None
    assert made.send.needs_approval


# ---- the text after the letter


def followed(on: date, *, hour: int = 10, balance: str = "120", held: bool = False, contacted: bool = True) -> Decision:
    """The decision on that day, the check-in letter having gone out on Thursday 14 January at ten."""
    sent = at(DUE + days(10))
    letter = LastLetter(7, "check-in", sent, (("INV-1", gbp("120")),))
    known = facts(
        item(balance=gbp(balance), progress=Progress("check-in", 10, sent)),
        who=customer(**TEXTS), follow_up=letter, contacted_at=[sent] if contacted else [],
        holds=[hold(invoices=("INV-9",))] if not held else [hold()],
    )  # fmt: skip
    return decide(known, rules(), at(on, hour))


@pytest.mark.parametrize(
    ("day", "hour", "leaves"),
    [
        (10, 11, at(DUE + days(11))),  # the same Thursday: tomorrow, a whole day later
        (11, 9, at(DUE + days(11))),
        (11, 10, at(DUE + days(11))),
        (14, 10, at(DUE + days(14))),
        (15, 16, at(DUE + days(15), 16)),  # Tuesday is the third business day
        (15, 17, None),
        (16, 10, None),
    ],
)
def test_the_text_follows_on_the_next_business_day_and_lapses_after_the_third(
    day: int, hour: int, leaves: object
) -> None:
    made = followed(DUE + days(day), hour=hour)
    if leaves is None:
        assert made.send is None
        return
    assert made.send is not None
    assert (made.send.channel, made.send.tier, made.send.follows) == (Channel.SMS, "check-in", 7)
    assert made.send.not_before == leaves


def test_a_letter_of_friday_is_followed_on_monday() -> None:
    sent = at(DUE + days(11))
    letter = LastLetter(7, "check-in", sent, (("INV-1", gbp("120")),))
    known = facts(item(progress=Progress("check-in", 10, sent)), who=customer(**TEXTS), follow_up=letter)
    made = decide(known, rules(), sent + timedelta(minutes=1))
    assert made.send is not None
    assert made.send.not_before == at(DUE + days(14), 9)


@pytest.mark.parametrize("owed", ["119.99", "120.01"])
def test_no_text_follows_where_the_sum_has_changed(owed: str) -> None:
    assert followed(DUE + days(11), balance=owed).send is None


def test_no_text_follows_where_somebody_answered() -> None:
    assert followed(DUE + days(11), held=True).send is None


# ---- what a person does


@pytest.mark.parametrize(("day", "called"), [(34, False), (35, True), (36, True)])
def test_a_call_is_a_case_for_a_person_on_its_day_and_sends_nothing(day: int, called: bool) -> None:
    made = decide(facts(item(progress=reached("firm", DUE + days(28)))), rules(), at(DUE + days(day)))
    assert made.send is None
    assert [(case.kind, case.tier) for case in made.cases] == ([(CaseKind.CALL, "call")] if called else [])


def test_a_review_is_a_case_and_never_a_message() -> None:
    made = decide(facts(item(progress=reached("last", DUE + days(42)))), rules(), at(DUE + days(56)))
    assert made.send is None
    assert [(case.kind, case.tier) for case in made.cases] == [(CaseKind.REVIEW, "review")]


def test_a_call_about_one_invoice_does_not_keep_back_the_letter_about_another() -> None:
    today = DUE + days(35)
    made = decide(
        facts(item("INV-1", progress=reached("firm", DUE + days(28))), item("INV-2", due_on=today - days(3))),
        rules(), at(today),
    )  # fmt: skip
    assert tier_of(made) == "gentle"
    assert [case.tier for case in made.cases] == ["call"]
    assert made.send is not None
    assert made.send.steps == (("INV-2", "gentle", 3),)


def test_at_the_end_of_the_ladder_it_says_so() -> None:
    made = decide(facts(item(progress=reached("review", DUE + days(56)))), rules(), at(DUE + days(99)))
    assert made.send is None
    assert "a person decides" in reasons(made)


def test_the_day_of_the_business_decides_which_tier_is_due() -> None:
    late = rules(ladder_of(0, 30))
    # Half past eleven in the evening in a London summer: tomorrow has not begun, whatever UTC says.
    summer = facts(item(due_on=date(2027, 7, 2)))
    assert decide(summer, late, at(date(2027, 7, 1), 23, 59)).send is None
    assert decide(summer, late, at(date(2027, 7, 2), 0)).send is not None


def test_every_decision_says_what_it_asked() -> None:
    assert [gate.name for gate in decide(facts(), rules(), NOW).gates] == [
        "owed", "not held", "not possibly paid", "a tier is due", "reachable by e-mail", "contact budget", "their day",
    ]  # fmt: skip
    assert LADDER.tiers[0].name == "heads-up"
