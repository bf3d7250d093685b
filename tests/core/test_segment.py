"""Which ladder a customer climbs: who belongs to a segment, what it changes, and what never changes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from reminderbot.core.account import Account
from reminderbot.core.dunning import decide
from reminderbot.core.facts import LastLetter
from reminderbot.core.ladder import Channel, Ladder, Tier, mistakes
from reminderbot.core.payer import Judgement
from reminderbot.core.segment import Chosen, Kind, Past, Segment, choose, kind_of
from reminderbot.core.tiering import days_at, position, reaches
from tests.core.facts import LADDER, MONDAY, TEXTS, at, customer, days, facts, gbp, item, ladder_of, reached, rules

GOOD = Judgement(is_good=True, reasons=("12 invoices paid in two years",))
NOT_YET = Judgement(is_good=False, reasons=("known for 3 days",))
WEEK = Segment("private", LADDER.later(7), kind=Kind.PERSON, patience_days=7)


def of_group(group: str, *owed: str, country: str = "GB") -> Account:
    items = tuple(item(f"INV-{n}", balance=gbp(amount)) for n, amount in enumerate(owed or ("120",)))
    return Account(replace(customer(), group=group, country=country), items)


def chosen(
    account: Account, *segments: Segment, past: Judgement | None = None, by_hand: str = "", main: Ladder = LADDER
) -> Chosen:
    return choose(account, past, by_hand, segments, main, "GBP")


@pytest.mark.parametrize(
    ("group", "kind"),
    [("private", Kind.PERSON), (" Consumer ", Kind.PERSON), ("B2B", Kind.COMPANY), ("firma", Kind.COMPANY),
     ("", None), ("north", None)],
)  # fmt: skip
def test_the_ledgers_group_tells_a_person_from_a_company_where_it_does(group: str, kind: Kind | None) -> None:
    assert kind_of(replace(customer(), group=group)) is kind


def test_who_belongs_to_no_segment_climbs_the_main_ladder_and_nothing_is_said() -> None:
    assert chosen(of_group("company"), WEEK) == Chosen(LADDER)


def test_a_private_person_is_given_a_week_more_and_it_is_said_why() -> None:
    found = chosen(of_group("private"), WEEK)
    assert [tier.days for tier in found.ladder.tiers] == [-3, 10, 17, 25, 35, 42, 49, 63]
    assert (found.why, found.gets) == ("they are a private person", "a week more patience")


def test_the_first_segment_that_fits_wins() -> None:
    first = Segment("first", LADDER.later(1), groups=("Retail",))
    second = Segment("second", LADDER.later(2), groups=("retail",))
    assert chosen(of_group("RETAIL "), first, second).segment == "first"


@pytest.mark.parametrize(("owed", "fits"), [("99.99", False), ("100", True), ("500", True), ("500.01", False)])
def test_sums_count_with_both_ends(owed: str, fits: bool) -> None:
    small = Segment("small", LADDER.later(3), owed_from=Decimal(100), owed_up_to=Decimal(500))
    assert (chosen(of_group("", owed), small).segment == "small") is fits


def test_sums_are_what_is_open_in_all() -> None:
    large = Segment("large", LADDER, owed_from=Decimal(200))
    assert chosen(of_group("", "120"), large).segment == ""
    assert chosen(of_group("", "120", "80"), large).segment == "large"


def test_where_another_currency_is_owed_too_no_sum_is_compared() -> None:
    large = Segment("large", LADDER, owed_from=Decimal(1))
    euros = replace(item("INV-9"), balance=replace(gbp("10"), currency="EUR"))
    account = Account(customer(), (item(), euros))
    assert chosen(account, large).segment == ""


def test_only_who_is_a_good_payer_is_given_what_good_payers_get() -> None:
    loyal = Segment("loyal", LADDER.later(14), history=Past.GOOD_PAYER, patience_days=14)
    assert chosen(of_group(""), loyal).segment == ""
    assert chosen(of_group(""), loyal, past=NOT_YET).segment == ""
    found = chosen(of_group(""), loyal, past=GOOD)
    assert found.why == "they are a good payer of long standing (12 invoices paid in two years)"
    assert found.gets == "two weeks more patience"


def test_all_conditions_must_hold() -> None:
    both = Segment("both", LADDER.later(1), groups=("retail",), countries=("DE",))
    assert chosen(of_group("retail"), both).segment == ""
    assert chosen(of_group("retail", country="DE"), both).segment == "both"


def test_a_segment_without_conditions_is_for_those_whom_a_person_puts_there() -> None:
    by_hand = Segment("friends", LADDER.later(30), patience_days=30)
    assert chosen(of_group("retail"), by_hand).segment == ""
    found = chosen(of_group("retail"), by_hand, by_hand="friends")
    assert (found.why, found.gets) == ("a person chose it for them", "30 days more patience")


def test_what_a_person_chose_counts_before_the_conditions_and_not_once_it_is_gone() -> None:
    other = Segment("other", LADDER.later(2), groups=("x",))
    assert chosen(of_group("private"), WEEK, other, by_hand="other").segment == "other"
    gone = chosen(of_group("company"), WEEK, by_hand="other")
    assert gone == Chosen(LADDER, gone="other")


def test_a_ladder_without_text_messages_has_none_and_still_all_its_tiers() -> None:
    quiet = LADDER.without((Channel.SMS,))
    assert [tier.name for tier in quiet.tiers] == [tier.name for tier in LADDER.tiers]
    assert not any(Channel.SMS in tier.channels for tier in quiet.tiers)
    assert mistakes(quiet) == []


# ---- what the decision makes of it


def test_the_decision_says_that_somebody_has_more_patience_and_waits_for_it() -> None:
    person = replace(facts(), account=of_group("private"))
    held = rules(segments=(WEEK,), currency="GBP")
    before, after = (decide(person, held, at(MONDAY + days(n))) for n in (9, 10))
    assert before.send is None
    assert after.send is not None
    assert (after.send.tier, after.send.steps) == ("gentle", (("INV-0", "gentle", 10),))
    assert [gate.because for gate in after.gates if gate.name == "patience"] == [
        "they are a private person: a week more patience ('private')"
    ]


def test_no_text_follows_a_letter_once_the_segment_leaves_texts_out() -> None:
    sent = at(MONDAY)
    moved = item(due_on=MONDAY - days(10), progress=reached("check-in", MONDAY))
    letter = LastLetter(1, "check-in", sent, (("INV-1", gbp("120")),))
    told = facts(moved, who=customer(**TEXTS), contacted_at=[sent], follow_up=letter)
    quiet = Segment("quiet", LADDER.without((Channel.SMS,)), countries=("GB",), without=(Channel.SMS,))
    tomorrow = at(MONDAY + days(1), 13)
    assert decide(told, rules(), tomorrow).send is not None
    assert decide(told, rules(segments=(quiet,)), tomorrow).send is None


def test_a_call_keeps_the_days_it_was_reached_at() -> None:
    further = item(progress=reached("call", MONDAY, LADDER.later(20)))
    assert days_at(further, LADDER.tiers[LADDER.index("last")]) == 55


# ---- from one ladder to another


def test_who_comes_from_a_ladder_with_the_same_names_stands_at_the_same_step() -> None:
    later = LADDER.later(20)
    moved = item(progress=reached("gentle", MONDAY, later))
    assert position(moved, LADDER) == LADDER.index("gentle")
    back = item(progress=reached("gentle", MONDAY))
    assert position(back, later) == later.index("gentle")


def test_who_comes_from_another_ladder_stands_where_its_days_say() -> None:
    own = ladder_of(5, 20, 35)
    assert position(item(progress=reached("check-in", MONDAY)), own) == 0
    assert position(item(progress=reached("t1", MONDAY, own)), LADDER) == LADDER.index("options")


def test_a_letter_that_they_have_had_is_not_told_again_by_a_later_ladder() -> None:
    main = Ladder(tuple(Tier(name, day) for name, day in (("a", 3), ("b", 10), ("c", 18), ("z", 40))))
    late = Ladder(tuple(Tier(name, day) for name, day in (("x", 15), ("b", 30), ("z", 45))))
    had_a = item(progress=reached("a", MONDAY, main))
    had_b = item(progress=reaches(had_a, main.tiers[1], at(MONDAY)))
    had_c = item(progress=reaches(had_b, main.tiers[2], at(MONDAY)))
    assert had_c.progress
    assert had_c.progress.had == {"a", "b", "c"}
    assert position(had_c, late) == late.index("b")
