from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reminderbot.core.case import CaseKind
from reminderbot.core.hold import HoldKind
from reminderbot.core.ladder import Channel
from reminderbot.core.money import Money
from reminderbot.core.triage import MatchedBy, ReplyFacts, Verdict, decide
from reminderbot.core.understanding import Bounce, Finding, Kind, Understanding, unreadable
from tests.core.facts import LONDON, MONDAY, at, days, gbp, weekdays

NOON = at(MONDAY, 12)
FACTS = ReplyFacts(Channel.EMAIL, NOON, MatchedBy.TOKEN, LONDON, weekdays())


def said(*kinds: Kind, needs_human: bool = False, **more: object) -> Understanding:
    findings = tuple(Finding(kind, f"words of {kind}") for kind in kinds)
    return Understanding(kinds, needs_human, findings, own_text="all their words", **more)  # type: ignore[arg-type]  # tests


def promise(day: date | None, **more: object) -> Understanding:
    return said(Kind.PROMISE, promise_on=day, **more)


def is_for_a_person(verdict: Verdict) -> bool:
    return verdict.case is not None and verdict.hold is not None and verdict.hold.until is None


# ---- promises


@pytest.mark.parametrize(
    ("ahead", "believed"), [(-1, False), (0, True), (1, True), (30, True), (31, True), (32, False)]
)
def test_a_promise_within_a_month_is_believed_and_any_other_goes_to_a_person(ahead: int, believed: bool) -> None:
    verdict = decide(promise(MONDAY + days(ahead)), FACTS)
    assert (verdict.promise is not None) is believed
    assert is_for_a_person(verdict) is not believed


@pytest.mark.parametrize(("ahead", "until"), [(0, 3), (2, 5), (3, 8), (4, 9), (5, 9), (6, 9), (7, 10)])
def test_a_promise_pauses_until_two_business_days_after_its_day(ahead: int, until: int) -> None:
    verdict = decide(promise(MONDAY + days(ahead)), FACTS)
    assert verdict.hold is not None
    assert (verdict.hold.kind, verdict.hold.until) == (HoldKind.PROMISE, at(MONDAY + days(until), 0))
    assert verdict.case is None


def test_a_promise_keeps_its_words_its_day_its_sum_and_its_invoices() -> None:
    finding = Finding(Kind.PROMISE, "I will pay 40 on INV-2 on Friday", ("INV-2",))
    word = decide(replace(promise(MONDAY + days(4), promise_amount=Decimal(40)), findings=(finding,)), FACTS).promise
    assert word is not None
    assert (word.due_on, word.amount, word.invoices, word.words) == (
        MONDAY + days(4), Decimal(40), ("INV-2",), "I will pay 40 on INV-2 on Friday",
    )  # fmt: skip


def part(amount: str, only: bool = True) -> Understanding:
    found = replace(promise(MONDAY + days(1)), promise_amount=Decimal(amount), needs_human=True, only_in_part=only)
    return replace(found, findings=())


@pytest.mark.parametrize(("amount", "believed"), [("49.99", False), ("50", True), ("100", True), ("100.01", False)])
def test_a_part_is_weighed_by_what_is_owed(amount: str, believed: bool) -> None:
    owing = replace(FACTS, owed=(("INV-1", gbp("100")),))
    assert (decide(part(amount), owing).promise is not None) is believed
    # Where the reader calls a person for anything else, or nobody knows what is owed, a person it is.
    assert is_for_a_person(decide(part(amount, only=False), owing))
    assert is_for_a_person(decide(part(amount), FACTS))


def test_a_sum_over_several_currencies_goes_to_a_person() -> None:
    owing = replace(FACTS, owed=(("INV-1", gbp("100")), ("INV-2", Money(Decimal(100), "EUR"))))
    assert is_for_a_person(decide(part("100"), owing))
    # In a letter about one of them it is that one.
    assert decide(part("100"), replace(owing, asked_about=("INV-2",))).promise is not None


@pytest.mark.parametrize(("missed", "believed"), [(0, True), (1, True), (2, False), (3, False)])
def test_after_two_promises_in_a_row_that_were_not_kept_the_next_goes_to_a_person(missed: int, believed: bool) -> None:
    verdict = decide(promise(MONDAY + days(1)), replace(FACTS, missed_in_a_row=missed))
    assert (verdict.promise is not None) is believed


def test_a_second_promise_or_one_without_a_day_goes_to_a_person() -> None:
    assert is_for_a_person(decide(promise(MONDAY + days(1)), replace(FACTS, has_open_promise=True)))
    assert is_for_a_person(decide(promise(None), FACTS))


@pytest.mark.parametrize("by", MatchedBy)
def test_what_anybody_could_have_written_goes_to_a_person(by: MatchedBy) -> None:
    verdict = decide(promise(MONDAY + days(1)), replace(FACTS, matched_by=by))
    assert is_for_a_person(verdict) is (by in {MatchedBy.INVOICE, MatchedBy.SENDER})


# ---- machines


@pytest.mark.parametrize(("ahead", "until"), [(0, days(1)), (1, days(2)), (20, days(21))])
def test_somebody_away_is_left_alone_until_the_day_after_they_return(ahead: int, until: timedelta) -> None:
    verdict = decide(said(Kind.AUTO_REPLY, return_on=MONDAY + days(ahead)), FACTS)
    assert verdict.hold is not None
    assert (verdict.hold.kind, verdict.hold.until) == (HoldKind.OUT_OF_OFFICE, at(MONDAY + until, 0))
    assert verdict.case is None


@pytest.mark.parametrize(("ahead", "asked"), [(43, False), (44, False), (45, True), (26_000, True)])
def test_somebody_away_for_more_than_45_days_is_a_matter_for_a_person(ahead: int, asked: bool) -> None:
    verdict = decide(said(Kind.AUTO_REPLY, return_on=MONDAY + days(ahead)), FACTS)
    assert (verdict.case is not None) is asked
    assert verdict.hold is not None


@pytest.mark.parametrize("back", [None, MONDAY - days(1)])
def test_away_without_a_day_that_is_still_to_come_pauses_for_a_week(back: date | None) -> None:
    verdict = decide(said(Kind.AUTO_REPLY, return_on=back), FACTS)
    assert verdict.hold is not None
    assert verdict.hold.until == NOON + days(7)


def test_a_passing_bounce_pauses_for_two_days_and_calls_nobody() -> None:
    verdict = decide(said(Kind.BOUNCE_SOFT), FACTS)
    assert verdict.hold is not None
    assert (verdict.hold.kind, verdict.hold.until, verdict.case) == (HoldKind.BOUNCE, NOON + days(2), None)
    assert not verdict.dead_address


def test_a_dead_address_is_closed_and_a_person_mends_it() -> None:
    bounce = Bounce("ann@acme.example", code="5.1.1", diagnostic="550 no such user")
    verdict = decide(said(Kind.BOUNCE_HARD, needs_human=True, bounce=bounce), FACTS)
    assert is_for_a_person(verdict)
    assert verdict.case is not None
    assert verdict.case.kind is CaseKind.BOUNCE
    assert "no such user" in verdict.case.why
    assert verdict.dead_address


def test_an_automatic_answer_that_could_not_be_read_whole_goes_to_a_person() -> None:
    assert is_for_a_person(decide(said(Kind.AUTO_REPLY, needs_human=True, error="half of it is garbled"), FACTS))


# ---- opting out


def test_an_opt_out_with_another_channel_left_closes_this_one_only() -> None:
    verdict = decide(said(Kind.OPT_OUT), replace(FACTS, other_channels=(Channel.SMS,)))
    assert (verdict.opted_out, verdict.hold, verdict.case) == (True, None, None)


def test_an_opt_out_that_leaves_no_channel_opens_a_case() -> None:
    verdict = decide(said(Kind.OPT_OUT), FACTS)
    assert verdict.opted_out
    assert is_for_a_person(verdict)


@pytest.mark.parametrize("other", [Kind.DISPUTE, Kind.PROMISE, Kind.LEGAL, Kind.OTHER])
def test_an_opt_out_is_honoured_whatever_else_is_said(other: Kind) -> None:
    verdict = decide(said(other, Kind.OPT_OUT, needs_human=True), replace(FACTS, other_channels=(Channel.SMS,)))
    assert verdict.opted_out
    assert is_for_a_person(verdict)


def test_an_opt_out_known_only_by_its_sender_is_honoured_and_shown() -> None:
    verdict = decide(said(Kind.OPT_OUT), replace(FACTS, matched_by=MatchedBy.SENDER))
    assert verdict.opted_out
    assert is_for_a_person(verdict)


# ---- everything else


def test_a_mere_thank_you_pauses_for_five_business_days() -> None:
    verdict = decide(said(Kind.ACK), FACTS)
    assert verdict.hold is not None
    assert (verdict.hold.kind, verdict.hold.until) == (HoldKind.ACK, at(MONDAY + days(8), 0))
    assert verdict.case is None


@pytest.mark.parametrize(
    ("kind", "case", "hold"),
    [
        (Kind.LEGAL, CaseKind.LEGAL, HoldKind.LEGAL),
        (Kind.SENSITIVE, CaseKind.SENSITIVE, HoldKind.SENSITIVE),
        (Kind.HARDSHIP, CaseKind.HARDSHIP, HoldKind.HARDSHIP),
        (Kind.DISPUTE, CaseKind.DISPUTE, HoldKind.DISPUTE),
        (Kind.PAID, CaseKind.PAID, HoldKind.PAID),
        (Kind.WRONG_CONTACT, CaseKind.WRONG_CONTACT, HoldKind.WRONG_CONTACT),
        (Kind.INSTALMENTS, CaseKind.INSTALMENTS, HoldKind.REPLY),
        (Kind.QUESTION, CaseKind.QUESTION, HoldKind.REPLY),
        (Kind.OTHER, CaseKind.OTHER, HoldKind.REPLY),
    ],
)
@pytest.mark.parametrize("needs_human", [True, False])
def test_anything_else_holds_the_whole_customer_and_calls_a_person_whatever_was_thought_of_it(
    kind: Kind, case: CaseKind, hold: HoldKind, needs_human: bool
) -> None:
    verdict = decide(said(kind, needs_human=needs_human), FACTS)
    assert verdict.case is not None
    assert verdict.hold is not None
    assert (verdict.case.kind, verdict.hold.kind, verdict.hold.until) == (case, hold, None)
    assert verdict.hold.invoices == ()
    assert verdict.case.words == f"words of {kind}"


def test_of_several_matters_the_most_urgent_names_the_case() -> None:
    verdict = decide(said(Kind.DISPUTE, Kind.QUESTION, Kind.LEGAL, needs_human=True), FACTS)
    assert verdict.case is not None
    assert verdict.case.kind is CaseKind.LEGAL


@pytest.mark.parametrize("other", sorted(set(Kind) - {Kind.PROMISE, Kind.ACK}))
def test_a_promise_beside_anything_but_thanks_is_for_a_person(other: Kind) -> None:
    both = promise(MONDAY + days(1))
    verdict = decide(replace(both, kinds=(Kind.PROMISE, other)), FACTS)
    assert verdict.promise is None
    assert is_for_a_person(verdict)


def test_a_reply_understood_as_nothing_at_all_is_for_a_person() -> None:
    assert is_for_a_person(decide(Understanding((), needs_human=False), FACTS))


def test_what_could_not_be_read_is_said_to_be_so() -> None:
    verdict = decide(unreadable("garbled"), FACTS)
    assert verdict.case is not None
    assert verdict.case.kind is CaseKind.UNREADABLE
    assert is_for_a_person(verdict)


def test_the_sentences_nobody_understood_stand_in_for_the_words() -> None:
    odd = Understanding((Kind.OTHER,), True, own_text="all their words", unexplained=("Which part?", "Why now?"))
    verdict = decide(odd, FACTS)
    assert verdict.case is not None
    assert verdict.case.words == "Which part? Why now?"
