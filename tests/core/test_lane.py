"""The lanes: every reason has one, and a reply proposes the right ones and no more."""

from __future__ import annotations

from datetime import date

import pytest

from reminderbot.core.hold import WHOLE_CUSTOMER, HoldKind
from reminderbot.core.lane import LANES, Action, Reason, proposals
from reminderbot.core.understanding import DisputeReason, Finding, Kind, Understanding

KNOWN = ("INV-1", "INV-2", "INV-3")


def said(*findings: Finding, unexplained: tuple[str, ...] = ()) -> Understanding:
    kinds = tuple(dict.fromkeys(finding.kind for finding in findings))
    return Understanding(kinds, True, findings, unexplained=unexplained)


def dispute(reason: DisputeReason, text: str, *invoices: str) -> Finding:
    return Finding(Kind.DISPUTE, text, invoices, dispute_reason=reason)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_lane_whose_last_step_is_to_settle_it(reason: Reason) -> None:
    lane = LANES[reason]
    assert lane.pauses and lane.ends and lane.after
    assert [step.action for step in lane.steps][-1] is Action.SETTLE
    assert len(lane.steps) > 1


def test_every_reason_of_a_reply_has_its_lane() -> None:
    assert {reason.value for reason in DisputeReason} <= {reason.value for reason in Reason}


def test_what_holds_the_whole_customer_is_what_only_a_person_ends() -> None:
    whole = {reason for reason, lane in LANES.items() if lane.is_whole_customer}
    assert whole == {Reason.NOT_MINE, Reason.HARDSHIP, Reason.LEGAL, Reason.BEREAVEMENT, Reason.DISTRESS}
    assert {LANES[reason].hold for reason in whole} == WHOLE_CUSTOMER
    assert {LANES[reason].ends for reason in whole} == {"person_only"}
    # Of these a person may end hardship by settling it; the others by lifting the pause alone.
    assert {reason for reason in whole if LANES[reason].goes_on} == {Reason.HARDSHIP}


def test_only_what_is_contested_can_be_upheld() -> None:
    contested = {lane.hold for lane in LANES.values() if lane.is_contested}
    assert contested == {HoldKind.DISPUTE, HoldKind.NOT_MINE}


def test_each_matter_of_a_reply_is_proposed_with_its_own_invoices() -> None:
    understood = said(
        Finding(Kind.PAID, "INV-1 is paid", ("INV-1",)),
        dispute(DisputeReason.WRONG_AMOUNT, "INV-2 is too high", "INV-2", "INV-9"),
        Finding(Kind.PROMISE, "INV-3 on Friday", ("INV-3",), day=date(2027, 3, 12)),
        Finding(Kind.ACK, "Thank you"),
    )
    assert [(p.reason, p.invoices, p.day) for p in proposals(understood, KNOWN)] == [
        (Reason.PAID, ("INV-1",), None),
        (Reason.WRONG_AMOUNT, ("INV-2",), None),
        (None, ("INV-3",), date(2027, 3, 12)),
    ]


def test_the_same_matter_twice_is_one() -> None:
    understood = said(Finding(Kind.PAID, "one", ("INV-1",)), Finding(Kind.PAID, "two", ("INV-2", "INV-1")))
    assert [(p.invoices, p.words) for p in proposals(understood, KNOWN)] == [(("INV-1", "INV-2"), "one")]


def test_what_nobody_could_read_and_names_an_invoice_is_a_matter_too() -> None:
    understood = said(Finding(Kind.PAID, "x", ("INV-1",)), unexplained=("And inv-2 is, well, odd.", "XINV-3 INV-33"))
    assert [(p.reason, p.invoices) for p in proposals(understood, KNOWN)] == [
        (Reason.PAID, ("INV-1",)),
        (Reason.UNSPECIFIED, ("INV-2",)),
    ]


def test_an_invoice_that_never_came_is_told_from_goods_that_never_came() -> None:
    for words, reason in (
        ("We never received the invoice", Reason.INVOICE_MISSING),
        ("Wir haben die Rechnung nie bekommen", Reason.INVOICE_MISSING),
        ("The chairs never came", Reason.NOT_RECEIVED),
    ):
        (found,) = proposals(said(dispute(DisputeReason.NOT_RECEIVED, words, "INV-1")), KNOWN)
        assert found.reason is reason


def test_whoever_pays_one_invoice_and_denies_another_is_no_stranger() -> None:
    denied = dispute(DisputeReason.NOT_MINE, "we never ordered INV-2", "INV-2")
    assert [p.reason for p in proposals(said(denied), KNOWN)] == [Reason.NOT_MINE]
    both = proposals(said(denied, Finding(Kind.PAID, "INV-1 is paid", ("INV-1",))), KNOWN)
    assert [p.reason for p in both] == [Reason.UNSPECIFIED, Reason.PAID]
