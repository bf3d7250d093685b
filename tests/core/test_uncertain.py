"""Whether the same words may go once more: every gate of a first copy is asked, its own step apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from reminderbot.core.contact import address_on
from reminderbot.core.decision import Send
from reminderbot.core.dunning import decide
from reminderbot.core.facts import Facts
from reminderbot.core.money import Money
from reminderbot.core.uncertain import Copy, may_repeat
from tests.core.facts import LADDER, MONDAY, at, customer, days, facts, gbp, hold, item, reached, rules

DUE = MONDAY
TIERS = [tier.name for tier in LADDER.tiers]
LETTERS = [tier.name for tier in LADDER.tiers if tier.task is None]


def copy_of(send: Send, known: Facts) -> Copy:
    owed = {i.invoice.number: i.balance for i in known.account.items}
    recipient = address_on(known.account.customer, send.channel)
    return Copy(send.tier, send.channel, recipient, send.steps, {n: owed[n] for n in send.lists})


def sent(tier: str) -> tuple[Copy, Facts, datetime]:
    """The letter of that tier as it left, the facts after that, and the moment a day later."""
    place = TIERS.index(tier)
    on = DUE + days(LADDER.tiers[place].days)
    before = facts(item(progress=reached(TIERS[place - 1], on - days(60)) if place > LADDER.first_overdue else None))
    made = decide(before, rules(), at(on))
    while made.send is None or made.send.tier != tier or made.send.not_before > at(on):
        on += days(1)
        made = decide(before, rules(), at(on))
    copy = copy_of(made.send, before)
    after = facts(item(progress=reached(tier, on)), contacted_at=[at(on)])
    later = decide(facts(item(due_on=DUE - days(400))), rules(), at(on + days(1))).send
    assert later is not None
    return copy, after, max(at(on + days(1)), later.not_before)


@pytest.mark.parametrize("tier", [name for name in LETTERS if name != "heads-up"])
def test_every_letter_may_go_again_a_day_later_if_nothing_has_changed(tier: str) -> None:
    copy, known, now = sent(tier)
    assert may_repeat(copy, known, rules(), now).not_before == now


@pytest.mark.parametrize(("late", "goes"), [(-1, True), (0, False), (1, False)])
def test_a_notice_goes_again_until_the_day_before_the_due_date(late: int, goes: bool) -> None:
    friday = DUE + days(4)
    first = decide(facts(item(due_on=friday)), rules(), at(friday - days(3)))
    assert first.send is not None
    copy = copy_of(first.send, facts(item(due_on=friday)))
    known = facts(item(due_on=friday, progress=reached("heads-up", friday - days(3))))
    assert (may_repeat(copy, known, rules(), at(friday + days(late))).not_before is not None) is goes


@pytest.mark.parametrize(("balance", "goes"), [("119.99", False), ("120", True), ("120.01", False)])
def test_only_what_is_still_owed_to_the_penny_goes_again(balance: str, goes: bool) -> None:
    copy, known, now = sent("gentle")
    changed = facts(replace(known.account.items[0], balance=gbp(balance)), contacted_at=known.reach.contacted_at)
    assert (may_repeat(copy, changed, rules(), now).not_before is not None) is goes


def test_another_currency_is_another_sum() -> None:
    copy, known, now = sent("gentle")
    balance = known.account.items[0].balance
    changed = facts(replace(known.account.items[0], balance=Money(balance.amount, "EUR")))
    assert "has changed" in may_repeat(copy, changed, rules(), now).why_not


@pytest.mark.parametrize("tier", TIERS)
def test_what_stands_at_another_tier_does_not_go_again(tier: str) -> None:
    copy, known, now = sent("check-in")
    elsewhere = facts(replace(known.account.items[0], progress=reached(tier, DUE)))
    assert bool(may_repeat(copy, elsewhere, rules(), now).why_not) is (tier != "check-in")


def test_what_was_started_anew_does_not_go_again() -> None:
    copy, known, now = sent("check-in")
    anew = facts(replace(known.account.items[0], progress=None, round=2))
    assert "stands elsewhere" in may_repeat(copy, anew, rules(), now).why_not


def test_a_hold_keeps_it_at_home_and_so_does_a_ledger_that_forgot_them() -> None:
    copy, known, now = sent("gentle")
    assert "they answered" in may_repeat(copy, replace(known, holds=(hold(),)), rules(), now).why_not
    assert "no longer lists" in may_repeat(copy, None, rules(), now).why_not


def test_another_address_keeps_it_at_home() -> None:
    copy, known, now = sent("gentle")
    moved = facts(*known.account.items, who=customer(email="new@acme.example"))
    assert "another message" in may_repeat(copy, moved, rules(), now).why_not


def test_one_more_invoice_that_is_due_makes_it_another_message() -> None:
    copy, known, now = sent("gentle")
    more = facts(*known.account.items, item("INV-2"))
    assert "another message" in may_repeat(copy, more, rules(), now).why_not
