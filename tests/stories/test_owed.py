"""Only what is owed, exactly: parts, credits, money that fits nowhere, returns, retentions, and bills issued anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reminderbot.core.case import CaseKind
from reminderbot.core.delivery import Deferred
from reminderbot.core.handover import HandoverKind
from reminderbot.core.lane import Reason
from reminderbot.core.note import CallResult
from reminderbot.core.plan import Instalment, PlanState
from reminderbot.desk.call import Said, call
from reminderbot.desk.case import resolve
from reminderbot.desk.handover import hand_over
from reminderbot.desk.plan import agree
from reminderbot.desk.promise import note
from reminderbot.store import plan, promise
from tests.stories.test_field import pause, reasons
from tests.stories.world import World

Make = Callable[..., World]
FIRST, SECOND = "2027-03-08 10:00", "2027-03-16 10:00"


# ---- parts, and what is left of them


def test_paying_half_halves_the_letter_and_paying_the_rest_ends_it(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "120.00").begin()
    assert "GBP 120.00" in world.at(FIRST)[0].text
    world.pay("INV-1", "60.00")
    (second,) = world.at(SECOND)
    assert "GBP 60.00" in second.text
    assert "part of GBP 120.00" in second.text
    world.pay("INV-1", "60.00")
    assert world.until("2027-04-20", "11:00", step=3) == []


@pytest.mark.parametrize(("short", "written"), [("0.01", False), ("1.00", False), ("1.01", True)])
def test_what_the_banks_fee_left_is_forgiven_to_the_cent(make_world: Make, short: str, written: bool) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", "120.00").begin()
    world.pay("INV-1", f"{120 - float(short):.2f}")
    assert bool(world.at(FIRST)) is written


@pytest.mark.parametrize(
    ("currency", "left", "written"), [("JPY", "100", False), ("JPY", "101", True), ("USD", "2.00", True)]
)
def test_a_small_sum_is_another_one_in_another_currency(
    make_world: Make, currency: str, left: str, written: bool
) -> None:
    world = make_world(sending="min_balance_in = { JPY = 100, KWD = 0.500 }")
    world.invoice("INV-1", "ACME", "2027-03-04", left, currency=currency).begin()
    assert bool(world.at(FIRST)) is written


@pytest.mark.parametrize(
    ("currency", "total", "said"),
    [("JPY", "120000", "JPY 120,000"), ("KWD", "12.345", "KWD 12.345"), ("CLF", "1.2345", "CLF 1.2345")],
)
def test_a_letter_has_as_many_decimals_as_the_currency(make_world: Make, currency: str, total: str, said: str) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", total, currency=currency).begin()
    (letter,) = world.at(FIRST)
    assert re.search(rf"{re.escape(said)}(?![.,]?\d)", letter.text)


# ---- money that is the customer's


@pytest.mark.parametrize(("received", "written"), [("59.00", False), ("58.99", True), ("120.00", False)])
def test_money_not_matched_silences_what_it_could_settle_but_for_a_fee(
    make_world: Make, received: str, written: bool
) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", "60.00").invoice("INV-2", "ACME", "2027-03-04", "60.00")
    world.begin()
    world.receive("ACME", received)
    assert bool(world.at(FIRST)) is written
    assert world.case_kinds("ACME") == ([] if written else ["possibly_paid"])


def test_money_that_settles_nothing_is_taken_off_the_total(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "60.00").invoice("INV-2", "ACME", "2027-03-04", "70.00").begin()
    world.receive("ACME", "25.50")
    (letter,) = world.at(FIRST)
    assert "GBP 104.50" in letter.text
    assert "-GBP 25.50" in letter.text


def test_what_was_paid_too_much_on_one_bill_is_not_asked_for_on_another(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "60.00").invoice("INV-2", "ACME", "2027-03-04", "70.00").begin()
    world.pay("INV-1", "130.00")
    assert world.at(FIRST) == []
    assert "70.00 GBP too much on INV-1" in reasons(world, "ACME")
    (found,) = world.cases("ACME")
    assert "too much on INV-1" in found.why


def test_a_part_paid_too_much_elsewhere_is_taken_off(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "60.00").invoice("INV-2", "ACME", "2027-03-04", "70.00").begin()
    world.pay("INV-1", "80.00")
    (letter,) = world.at(FIRST)
    assert "GBP 50.00" in letter.text
    assert letter.lists == ("INV-2",)


def test_what_was_given_up_is_no_money_of_the_customers(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "60.00").invoice("INV-2", "ACME", "2027-03-04", "70.00").begin()
    world.pay("INV-1", "60.00", kind="write_off")
    world.pay("INV-1", "60.00")
    (letter,) = world.at(FIRST)
    assert letter.lists == ("INV-2",)
    assert "GBP 70.00" in letter.text


def test_credit_in_one_currency_says_nothing_of_another(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "60.00").invoice(
        "INV-2", "ACME", "2027-03-04", "50.00", currency="EUR"
    )
    world.begin()
    world.pay("INV-2", "90.00")
    (letter,) = world.at(FIRST)
    assert letter.lists == ("INV-1",)
    assert "GBP 60.00" in letter.text
    assert "EUR" not in letter.text


def test_a_payment_that_comes_before_its_bill_is_there_when_the_bill_comes(world: World) -> None:
    world.invoice("INV-0", "ACME", "2027-04-20", "10.00").begin()
    world.receive("ACME", "60.00")
    world._payments["P1"]["invoice"] = "INV-1"
    world.at("2027-03-02 09:00")
    world.invoice("INV-1", "ACME", "2027-03-04", "60.00")
    assert world.until("2027-04-16", "11:00", step=2) == []


def test_money_that_comes_between_letter_and_text_keeps_the_text_back(make_world: Make) -> None:
    ladder = (
        '[[ladder]]\nname = "gentle"\ndays = 3\nchannels = ["email", "sms"]\n[[ladder]]\nname = "last"\ndays = 40\n'
    )
    consent = {"sms_consent": "yes", "sms_consent_on": "2027-01-05", "sms_consent_how": "order form"}
    world = make_world(sms=True, more=ladder).customer("ACME", phone="+447700900123", **consent)
    world.invoice("INV-1", "ACME", "2027-03-04", "120.00").begin()
    assert [s.tier for s in world.at(FIRST)] == ["gentle"]
    world.receive("ACME", "20.00")
    assert world.until("2027-03-12", "11:00") == []


def test_a_letter_tried_again_asks_no_more_for_what_came_in_meanwhile(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "120.00").begin()
    world.email.next = [Deferred("451 4.7.1 greylisted", timedelta(minutes=5))]
    assert world.at(FIRST) == []
    world.receive("ACME", "20.00")
    sent = world.until("2027-03-08", "11:00", "12:00", "13:00", "14:00")
    assert len(sent) == 1
    assert "GBP 100.00" in sent[0].text


# ---- what comes back


def test_a_returned_debit_is_talked_about_before_any_letter_asks_again(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "120.00").begin()
    world.at(FIRST)
    world.pay("INV-1")
    world.at("2027-03-09 10:00")
    world.pay("INV-1", "-120.00")
    assert world.until("2027-03-30", "11:00", step=2) == []
    assert world.case_kinds("ACME") == ["returned"]
    assert "120.00 GBP on INV-1 was taken back" in reasons(world, "ACME")
    world.release("ACME")
    assert [s.tier for s in world.at("2027-03-31 10:00")] == ["check-in"]


def test_a_return_explains_why_a_paid_bill_is_open_again(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "120.00").begin()
    world.pay("INV-1")
    world.change("INV-1", status="paid")
    world.at("2027-03-02 09:00")
    world.pay("INV-1", "-120.00")
    world.change("INV-1", status="open")
    world.at("2027-03-03 09:00")
    assert world.hold_kinds("ACME") == ["returned"]


def test_a_returned_part_that_leaves_nothing_open_calls_nobody(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "120.00").begin()
    world.pay("INV-1", "150.00")
    world.at("2027-03-02 09:00")
    world.pay("INV-1", "-30.00")
    world.at("2027-03-03 09:00")
    assert world.cases("ACME") == []


# ---- what is due only later


def test_a_retained_part_is_asked_for_only_from_its_own_day_on(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "1000.00", retained="50.00", retained_until="2027-06-01").begin()
    (letter,) = world.at(FIRST)
    assert "GBP 950.00" in letter.text
    assert "GBP 1,000.00" in letter.text
    world.pay("INV-1", "950.00")
    assert world.until("2027-05-27", "11:00", step=3) == []
    sent = world.until("2027-06-25", "11:00")
    assert sent
    assert min(s.day for s in sent) > "06-01"
    assert all("GBP 50.00" in s.text and "950" not in s.text for s in sent)


def test_a_bill_paid_but_for_what_is_retained_begins_at_the_courtesy_notice(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "1000.00", retained="50.00", retained_until="2027-06-10").begin()
    world.pay("INV-1", "950.00")
    assert [(s.day, s.tier) for s in world.until("2027-06-14", "11:00")] == [("06-07", "heads-up"), ("06-14", "gentle")]


def test_a_retained_part_without_its_day_is_never_asked_for(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "1000.00", retained="50.00").begin()
    world.pay("INV-1", "950.00")
    assert world.until("2027-05-01", "11:00", step=3) == []


def test_a_bill_not_paid_by_then_is_asked_for_whole(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "1000.00", retained="50.00", retained_until="2027-03-12").begin()
    assert "GBP 950.00" in world.at(FIRST)[0].text
    assert "GBP 1,000.00" in world.at(SECOND)[0].text


# ---- due dates


def test_a_bill_without_a_due_date_is_told_once_with_the_cure(world: World) -> None:
    world.invoice("INV-1", "ACME", "").begin()
    (found,) = world.cases("ACME")
    assert found.kind.value == "undated"
    assert "fill in due_on or terms_days" in found.why
    world.until("2027-03-20", "11:00", step=2)
    assert world.case_kinds("ACME") == ["undated"]


def test_terms_of_payment_date_what_has_no_due_date(make_world: Make) -> None:
    world = make_world(more="[ledger]\nterms_days = 30\n")
    # Issued on 4 January.
    world.invoice("INV-1", "ACME", "").begin()
    assert [s.tier for s in world.at(FIRST)] == ["gentle"]
    assert "Feb 3, 2027" in world.sent[0].text or "3 Feb 2027" in world.sent[0].text
    assert world.cases("ACME") == []


def test_a_day_put_off_after_letters_went_out_is_waited_for_and_no_tier_comes_twice(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at(FIRST)
    world.change("INV-1", due_on="2027-04-05")
    assert world.until("2027-04-04", "11:00", step=2) == []
    assert [s.tier for s in world.until("2027-04-30", "11:00")] == ["check-in", "options"]


# ---- bills cancelled and issued anew


def test_a_bill_issued_anew_under_another_number_begins_gently(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at(FIRST)
    world.at(SECOND)
    world.change("INV-1", status="cancelled")
    world.invoice("INV-1A", "ACME", "2027-04-15", "100.00", replaces="INV-1")
    assert [(s.tier, s.lists) for s in world.until("2027-04-20", "11:00")] == [
        ("heads-up", ("INV-1A",)),
        ("gentle", ("INV-1A",)),
    ]


def test_what_paused_the_old_number_pauses_the_new_one(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").invoice("INV-2", "ACME", "2027-03-04", "77.00").begin()
    pause(world, "ACME", "INV-1")
    world.change("INV-1", status="cancelled")
    world.invoice("INV-1A", "ACME", "2027-03-04", "100.00", replaces="INV-1")
    (letter,) = world.at(FIRST)
    assert letter.lists == ("INV-2",)


def test_what_was_promised_on_the_old_number_is_waited_for_on_the_new_one(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    (letter,) = world.at(FIRST)
    world.answer("I will pay on Friday.", letter)
    world.at("2027-03-08 10:05")
    world.change("INV-1", status="cancelled")
    world.invoice("INV-1A", "ACME", "2027-03-04", "100.00", replaces="INV-1")
    assert world.until("2027-03-15", "10:00") == []
    with world.house.store.reading() as connection:
        (word,) = promise.of_customer(connection, "ACME")
    assert word.invoices == ("INV-1A",)
    assert [money.amount for _, money in word.owed] == [100]
    # The bank has had its days, and nobody has paid.
    assert world.until("2027-03-22", "10:00") == []
    assert world.case_kinds("ACME") == ["broken_promise"]


def test_a_bill_that_was_replaced_is_asked_for_once_though_both_are_listed(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.invoice("INV-1A", "ACME", "2027-03-04", "100.00", replaces="INV-1")
    (letter,) = world.at(FIRST)
    assert letter.lists == ("INV-1A",)


def test_a_plan_goes_on_over_the_bill_that_was_issued_in_anothers_place(make_world: Make) -> None:
    world = make_world(more="[thanks]\nplan = true\n")
    world.invoice("INV-1", "ACME", "2027-02-26", "120.00").begin()
    world.at("2027-03-01 10:00")
    parts = Instalment(date(2027, 3, 12), Decimal(60)), Instalment(date(2027, 4, 1), Decimal(60))
    made = agree(world.house, "olivia", "ACME", parts).plan
    world.change("INV-1", status="cancelled")
    world.invoice("INV-1A", "ACME", "2027-03-04", "110.00", replaces="INV-1")
    # What it is less by counts for the first instalment, and the rest of that does not come.
    world.until("2027-03-22", "10:00")
    with world.house.store.reading() as connection:
        now = plan.get(connection, made.plan_id)
    assert now is not None
    assert (now.invoices, now.state) == (("INV-1A",), PlanState.MISSED)
    assert world.tiers() == ["03-01 gentle", "03-09 instalment"]
    assert world.case_kinds("ACME") == ["missed_instalment"]


@pytest.mark.parametrize("word", ["promise", "plan", "lawyer", "dispute"])
def test_what_rests_at_one_customer_rests_when_the_books_give_it_to_another(world: World, word: str) -> None:
    world.invoice("INV-1", "ACME", "2027-02-26").invoice("INV-2", "BOLT", "2027-02-26").begin()
    world.at("2027-03-01 10:00")
    rest(world, word)
    # Two customers become one.
    world.change("INV-1", customer_id="BOLT")
    world.until("2027-03-29", "10:00")
    assert all(sent.lists == ("INV-2",) for sent in world.sent if sent.to.startswith("bolt"))
    (asked,) = world.cases("BOLT")
    assert (asked.kind, asked.invoices) == (CaseKind.REVIEW, ("INV-1",))
    assert f"where it rested: {word.replace('lawyer', 'handed over')}" in asked.why
    with world.house.store.reading() as connection:
        assert [one.state for one in plan.of_customer(connection, "ACME")] in ([], [PlanState.ENDED])
    resolve(world.house, "olivia", asked.case_id, "it may go on", lift=True)
    world.until("2027-04-20", "10:00")
    assert any("INV-1" in sent.lists for sent in world.sent if sent.to.startswith("bolt"))


def rest(world: World, word: str) -> None:
    """Let INV-1 rest for this reason."""
    match word:
        case "promise":
            note(world.house, "olivia", "ACME", date(2027, 3, 12))
        case "plan":
            agree(world.house, "olivia", "ACME", (Instalment(date(2027, 3, 12), Decimal(120)),))
        case "lawyer":
            hand_over(world.house, "olivia", "ACME", HandoverKind.LAWYER, "to Ms Bright")
        case _:
            call(world.house, "olivia", "ACME", CallResult.DISPUTE, "", Said(reason=Reason.WRONG_AMOUNT))


def test_a_bill_that_nothing_paused_goes_on_with_its_new_owner(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-02-26").customer("BOLT").begin()
    world.at("2027-03-01 10:00")
    world.change("INV-1", customer_id="BOLT")
    (letter,) = world.at("2027-03-08 10:00")
    assert (letter.to, letter.tier) == ("bolt@customer.example", "check-in")
    assert world.cases() == []


def test_a_plan_of_which_a_part_goes_to_another_ends_and_a_person_is_called(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-02-26").invoice("INV-3", "ACME", "2027-02-26").customer("BOLT").begin()
    agree(world.house, "olivia", "ACME", (Instalment(date(2027, 3, 12), Decimal(240)),))
    world.change("INV-1", customer_id="BOLT")
    world.at("2027-03-08 10:00")
    (asked,) = world.cases("ACME")
    assert (asked.kind, asked.invoices) == (CaseKind.INSTALMENTS, ("INV-3",))


def test_money_paid_on_the_cancelled_number_is_not_asked_for_again(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.pay("INV-1")
    world.change("INV-1", status="cancelled")
    world.invoice("INV-1A", "ACME", "2027-03-04")
    assert world.until("2027-04-10", "11:00", step=2) == []
    assert world.case_kinds("ACME") == ["possibly_paid"]


def test_a_part_paid_on_a_cancelled_bill_is_taken_off_what_is_asked_for(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "2005.67").pay("INV-1", "668.56")
    world.invoice("INV-2", "ACME", "2027-03-04", "1263.13").begin()
    world.pay("INV-2", "421.04")
    world.change("INV-2", status="cancelled")
    (letter,) = world.at(FIRST)
    assert letter.lists == ("INV-1",)
    assert "GBP 1,337.11" in letter.text
    assert "GBP 916.07" in letter.text


def test_the_credit_note_of_a_cancelled_bill_is_no_money(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").invoice("INV-2", "ACME", "2027-03-04").begin()
    world.pay("INV-1", kind="credit_note")
    world.change("INV-1", status="cancelled")
    (letter,) = world.at(FIRST)
    assert "GBP 120.00" in letter.text


def test_the_same_number_issued_again_goes_on_where_it_stood(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at(FIRST)
    world.unlist("INV-1")
    world.at("2027-03-10 10:00")
    world.invoice("INV-1", "ACME", "2027-03-04", "100.00")
    assert [s.tier for s in world.at(SECOND)] == ["check-in"]
    assert "GBP 100.00" in world.sent[-1].text


# ---- the same thing told twice, or otherwise


def test_a_payment_listed_twice_asks_for_nothing_that_is_paid(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "60.00").invoice("INV-2", "ACME", "2027-03-04", "60.00").begin()
    world.pay("INV-1")
    world.pay("INV-1")
    assert world.until("2027-04-10", "11:00", step=2) == []
    assert world.case_kinds("ACME") == ["possibly_paid"]


@pytest.mark.parametrize(("became", "held"), [("20.00", True), ("100.00", False)])
def test_a_payment_that_says_less_than_before_is_held_and_more_is_taken(
    make_world: Make, became: str, held: bool
) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04").begin()
    world.pay("INV-1", "50.00")
    world.at("2027-03-02 09:00")
    world._payments["P1"]["amount"] = became
    world.export()
    assert bool(world.take_ledger().held) is held
