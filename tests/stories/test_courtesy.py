"""A life for each rule that makes it courteous (design, section 2), with a date on every step.

All in spring 2027, in London: 1 March is a Monday, Easter is 26 to 29 March.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from reminderbot.core.hold import HoldKind
from reminderbot.core.ladder import Channel
from reminderbot.core.stop import Mode
from reminderbot.desk.sending import approvable, approve, go_live, stop
from reminderbot.runs.clock import remember_time
from reminderbot.runs.deliver import deliver_once
from reminderbot.store import hold, ledger, promise, setting
from tests.stories.world import LONDON, World

Make = Callable[..., World]
PHONE = "+447700900123"
TEXTS = {"phone": PHONE, "sms_consent": "yes", "sms_consent_on": "2027-01-05", "sms_consent_how": "signed form"}


# ---- 1. quiet when in doubt


@pytest.mark.parametrize(
    ("words", "case"),
    [
        ("We dispute this invoice, the goods never arrived.", "dispute"),
        ("Could you tell me what this is for?", "question"),
        ("Our lawyer will be in touch.", "legal"),
        ("I lost my job and cannot pay.", "hardship"),
        ("We paid this last week.", "paid"),
        ("hmpf", "other"),
        ("ich verstehe nicht, warum ich das bekomme", None),
    ],
)
def test_any_answer_silences_it_until_a_person_has_spoken(world: World, words: str, case: str | None) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    (letter,) = world.at("2027-03-08 10:00")
    world.answer(words, letter)
    world.at("2027-03-08 10:05")
    assert len(world.case_kinds("ACME")) == 1
    assert case is None or world.case_kinds("ACME") == [case]
    assert world.until("2027-06-06", "11:00", step=3) == []
    # Ninety days on a person has talked to them.
    world.release("ACME")
    assert [sent.tier for sent in world.at("2027-06-07 10:00")] == ["check-in"]


def test_nothing_that_comes_in_lifts_what_another_answer_has_placed(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    (letter,) = world.at("2027-03-08 10:00")
    world.answer("We dispute this invoice, the goods never arrived.", letter)
    world.at("2027-03-08 11:00")
    for words in ("Thank you!", "I will pay on Friday.", "Please go on reminding me. START", "unsubscribe"):
        world.answer(words, letter)
        world.at(f"{world.today} {world.now.astimezone(LONDON).hour + 1}:00")
    assert "dispute" in world.hold_kinds("ACME")
    assert world.until("2027-04-30", "11:00", step=3) == []


def test_a_thank_you_pauses_for_five_business_days_and_calls_nobody(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    (letter,) = world.at("2027-03-12 10:00")
    world.answer("Thank you!", letter)
    world.at("2027-03-12 11:00")
    assert (world.case_kinds("ACME"), world.hold_kinds("ACME")) == ([], ["ack"])
    world.until("2027-03-19", "11:00")
    assert world.hold_kinds("ACME") == ["ack"]
    world.at("2027-03-20 09:00")
    assert world.hold_kinds("ACME") == []


def test_somebody_away_is_written_to_after_the_day_of_their_return(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    (letter,) = world.at("2027-03-08 10:00")
    world.answer("I am out of the office and back on 24 March 2027.", letter, Auto_Submitted="auto-replied")
    world.at("2027-03-08 10:05")
    assert world.hold_kinds("ACME") == ["out_of_office"]
    assert world.case_kinds() == []
    assert [sent.day for sent in world.until("2027-04-01", "11:00")] == ["03-25"]


def test_mail_of_strangers_is_nobodys_business_and_never_in_the_way(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.answer("Buy our lamps, 50% off!", sender="lamps@elsewhere.example")
    assert [sent.tier for sent in world.at("2027-03-08 10:00")] == ["gentle"]
    assert world.case_kinds() == []


# ---- 2. one tier at a time


def test_a_whole_ladder_climbed_in_silence(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.until("2027-06-30", "11:00")
    assert world.tiers() == [
        "03-01 heads-up",
        "03-08 gentle",  # the 7th is a Sunday
        "03-15 check-in",
        "03-23 options",
        "04-02 firm",
        # A call on the 9th and, another week later, the last letter.
        "04-16 last",
    ]
    assert world.case_kinds("ACME") == ["call", "review"]
    assert world.hold_kinds("ACME") == ["review"]


@pytest.mark.parametrize("outage", [1, 9, 30, 80])
def test_after_an_outage_there_is_one_message_and_it_is_the_next_one(make_world: Make, outage: int) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04").begin()
    assert [s.tier for s in world.at("2027-03-08 10:00")] == ["gentle"]
    back = world.today + timedelta(days=7 + outage)
    sent = world.at(f"{back} 09:30") + world.until(f"{back + timedelta(days=5)}", "11:00", "15:00")
    assert [s.tier for s in sent] == ["check-in"]


def test_missed_letters_are_not_made_up(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-08 10:00")
    world.at("2027-05-04 10:00")
    assert world.until("2027-05-31", "11:00") == world.sent[2:]
    assert world.tiers() == ["03-08 gentle", "05-04 check-in", "05-12 options", "05-24 firm"]


# ---- 3. one message per person


def test_two_invoices_in_two_currencies_make_one_letter_with_two_sums(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "120.00")
    world.invoice("INV-2", "ACME", "2027-03-05", "80.50", currency="EUR").begin()
    (letter,) = world.at("2027-03-08 10:00")
    assert letter.lists == ("INV-1", "INV-2")
    assert "GBP 120.00" in letter.text
    assert "EUR 80.50" in letter.text
    assert "200.50" not in letter.text
    # The second takes its first step when it is due for it, no sooner than the budget allows.
    world.until("2027-03-31", "11:00")
    days = [sent.at for sent in world.sent]
    assert all(b - a >= timedelta(hours=24) for a, b in pairwise(days))


def test_two_invoices_a_few_days_apart_make_one_letter_a_tier_and_not_two(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04")
    world.invoice("INV-2", "ACME", "2027-03-07").begin()
    world.until("2027-06-30", "11:00")
    # Each letter lists both: the second takes its step with the first one's letter, on its own day.
    assert world.tiers() == [
        "03-01 heads-up",
        "03-04 heads-up",
        "03-08 gentle",
        "03-15 check-in",
        "03-23 options",
        "04-02 firm",
        "04-16 last",
    ]
    assert all(sent.lists == ("INV-1", "INV-2") for sent in world.sent[2:])


def test_two_customers_at_one_address_are_one_person(world: World) -> None:
    for name in ("ACME", "BETA"):
        world.customer(name, email="books@bureau.example").invoice(f"INV-{name}", name, "2027-03-04")
    world.begin()
    assert len(world.at("2027-03-08 10:00")) == 1
    assert len(world.at("2027-03-08 16:00")) == 0
    assert len(world.at("2027-03-09 10:00")) == 1
    assert len({sent.lists for sent in world.sent}) == 2


def test_no_letter_names_anything_of_another_customer(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "111.11").invoice("INV-2", "BETA", "2027-03-04", "222.22").begin()
    acme, beta = sorted(world.at("2027-03-08 10:00"), key=lambda sent: sent.to)
    assert (acme.to, beta.to) == ("acme@customer.example", "beta@customer.example")
    for mine, others in ((acme, ("INV-2", "222.22", "Beta")), (beta, ("INV-1", "111.11", "Acme"))):
        assert not [word for word in others if word in mine.message.body.decode() + mine.text]


def test_the_text_follows_the_letter_on_the_next_business_day(make_world: Make) -> None:
    world = make_world(sms=True).customer("ACME", **TEXTS).invoice("INV-1", "ACME", "2027-03-04").begin()
    world.until("2027-03-31", "03:00", "11:00")
    assert [(sent.day, sent.tier, sent.message.channel) for sent in world.sent][1:4] == [
        ("03-08", "gentle", Channel.EMAIL),
        ("03-15", "check-in", Channel.EMAIL),
        ("03-16", "check-in", Channel.SMS),
    ]


def test_the_text_does_not_follow_where_somebody_paid_a_part_or_answered(make_world: Make) -> None:
    for does in (lambda w: w.pay("INV-1", "20.00"), lambda w: w.text(PHONE, "hello?")):
        world = make_world(sms=True).customer("ACME", **TEXTS).invoice("INV-1", "ACME", "2027-03-04").begin()
        world.at("2027-03-08 11:00")
        world.at("2027-03-15 11:00")
        does(world)
        assert world.until("2027-03-19", "11:00") == []


def test_a_text_that_could_not_go_for_three_business_days_lapses(make_world: Make) -> None:
    world = make_world(sms=True).customer("ACME", **TEXTS).invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-08 11:00")
    world.at("2027-03-15 11:00")
    # The program is down until Friday.
    assert world.at("2027-03-19 11:00") == []


def test_a_mailbox_of_two_customers_gets_no_letter_in_the_minute_in_which_one_of_them_gets_a_text(
    make_world: Make,
) -> None:
    world = make_world(sms=True).customer("ACME", **TEXTS).invoice("INV-1", "ACME", "2027-03-04")
    world.customer("BETA", email="acme@customer.example").invoice("INV-2", "BETA", "2027-03-12").begin()
    world.until("2027-03-15", "11:00")
    # Its mail and the other's text would both be due now.
    assert [(sent.message.channel, sent.lists) for sent in world.at("2027-03-16 11:00")] == [
        (Channel.EMAIL, ("INV-2",))
    ]


# ---- 4. only what is owed


def test_what_is_paid_between_plan_and_claim_is_not_asked_for(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.clock.move_to(world.now + timedelta(days=7, hours=2))
    world.export()
    world.take_ledger()
    world.plan()
    assert world.states() == ["planned"]
    world.pay("INV-1")
    world.export()
    world.take_ledger()
    world.deliver()
    assert (world.sent, world.states()) == ([], ["withdrawn"])


def test_a_part_paid_between_plan_and_claim_leaves_the_rest_to_be_asked_for(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "120.00").begin()
    world.clock.move_to(world.now + timedelta(days=7, hours=2))
    world.export()
    world.take_ledger()
    world.plan()
    world.pay("INV-1", "50.00")
    world.export()
    world.take_ledger()
    world.plan()
    world.deliver()
    (letter,) = world.sent
    assert "GBP 70.00" in letter.text


@pytest.mark.parametrize("kind", ["payment", "credit_note", "write_off"])
def test_whatever_settles_an_invoice_ends_its_reminders(make_world: Make, kind: str) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-08 10:00")
    world.pay("INV-1", kind=kind)
    assert world.until("2027-05-31", "11:00", step=3) == []


def test_money_nobody_has_matched_silences_it_until_a_person_has(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-08 10:00")
    world.receive("ACME", "120.00")
    assert world.until("2027-04-15", "11:00", step=3) == []
    assert world.case_kinds("ACME") == ["possibly_paid"]


def test_a_credit_on_account_smaller_than_the_bill_is_taken_off_in_the_letter(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04", "120.00").begin()
    world.receive("ACME", "20.00", kind="credit_note")
    (letter,) = world.at("2027-03-08 10:00")
    assert "GBP 100.00" in letter.text


# ---- 5. in their day


def test_the_letter_comes_in_the_customers_day_not_in_ours(world: World) -> None:
    world.customer("ACME", time_zone="Pacific/Auckland", country="NZ").invoice("INV-1", "ACME", "2027-03-04")
    world.customer("BETA", time_zone="America/Los_Angeles", country="US").invoice("INV-2", "BETA", "2027-03-04")
    world.begin()
    world.at("2027-03-07 12:00")
    found = {}
    for _ in range(48):
        world.clock.advance(timedelta(hours=1))
        found |= {sent.to: sent.at for sent in world.tick()}
    # Auckland is thirteen hours ahead in March, Los Angeles eight behind; on our Sunday nobody would read an answer.
    assert f"{found['acme@customer.example'].astimezone(LONDON):%m-%d %H:%M}" == "03-08 00:00"
    assert f"{found['beta@customer.example'].astimezone(LONDON):%m-%d %H:%M}" == "03-08 17:00"


def test_easter_is_left_in_peace(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-23").begin()
    world.at("2027-03-25 20:00")
    sent = world.until("2027-04-05", "03:00", "09:30", "16:50", "23:00")
    assert [(s.day, s.tier) for s in sent] == [("03-30", "gentle")]


# ---- 6. patience


def test_after_the_last_letter_a_person_decides_and_it_never_writes_again(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.until("2027-05-10", "11:00")
    assert world.sent[-1].tier == "last"
    assert "review" in world.case_kinds("ACME")
    before = len(world.sent)
    world.release("ACME")
    world.until("2027-06-30", "11:00", step=3)
    assert len(world.sent) == before


@pytest.mark.parametrize(("late", "parked"), [(89, False), (90, False), (91, True)])
def test_what_is_long_overdue_at_first_sight_waits_for_a_person(make_world: Make, late: int, parked: bool) -> None:
    world = make_world()
    world.invoice("INV-1", "ACME", f"{world.today - timedelta(days=late)}").begin()
    assert [s.tier for s in world.at("2027-03-01 10:00")] == ([] if parked else ["gentle"])
    assert world.case_kinds("ACME") == (["old_debt"] if parked else [])
    world.release("ACME")
    assert len(world.at("2027-03-02 10:00")) == parked


# ---- 7. look before speaking


def test_a_dead_inbox_means_silence_and_what_waited_leaves_when_it_lives_again(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.mailbox.down = "The mailbox cannot be reached."
    assert world.until("2027-03-12", "11:00") == []
    world.mailbox.down = ""
    assert [s.tier for s in world.at("2027-03-15 11:00")] == ["gentle"]


def test_an_answer_that_waits_in_the_inbox_is_heard_before_the_next_letter_leaves(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    (letter,) = world.at("2027-03-08 10:00")
    world.clock.move_to(world.now + timedelta(days=7))
    world.export()
    world.take_ledger()
    world.plan()
    assert world.states()[-1] == "planned"
    world.answer("We dispute this invoice, the goods never arrived.", letter)
    done = world.deliver()
    assert (done.accepted, done.withdrawn, world.states()[-1]) == (0, 1, "withdrawn")


def test_a_stale_ledger_means_silence(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-05 16:00")
    world.exports_daily = False
    # Twenty-six working hours: eight of Friday, and Monday until 18:00.
    assert [s.tier for s in world.at("2027-03-08 10:00")] == ["gentle"]
    assert world.at("2027-03-16 10:00") == []
    world.export()
    world.take_ledger()
    assert [s.tier for s in world.at("2027-03-16 11:00")] == ["check-in"]


def test_a_ledger_that_lost_half_its_invoices_is_not_believed_and_nothing_leaves(world: World) -> None:
    for n in range(30):
        world.invoice(f"INV-{n}", f"C{n}", "2027-03-04")
    world.begin()
    for n in range(10):
        world.unlist(f"INV-{n}")
    assert world.at("2027-03-08 10:00") == []
    assert world.take_ledger().held


def test_a_clock_set_back_means_silence(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-20 10:00")
    remember_time(world.house)
    world.clock.set_to(world.now - timedelta(days=12))
    world.export()
    for _ in range(5):
        assert world.tick() == []
        remember_time(world.house)


# ---- 8. listen


def test_a_promise_is_waited_for_and_kept(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    (letter,) = world.at("2027-03-08 10:00")
    world.answer("I will pay on Friday.", letter)
    world.at("2027-03-08 10:05")
    assert (world.hold_kinds("ACME"), world.case_kinds("ACME")) == (["promise"], [])
    assert world.until("2027-03-12", "11:00") == []
    world.pay("INV-1")
    assert world.until("2027-04-30", "11:00", step=3) == []
    assert world.case_kinds("ACME") == []


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland", "Pacific/Honolulu"])
def test_a_broken_promise_is_a_case_for_a_talk_and_never_a_letter(make_world: Make, zone: str) -> None:
    world = make_world().customer("ACME", time_zone=zone, country="").invoice("INV-1", "ACME", "2027-03-04").begin()
    world.until("2027-03-08", "06:00", "15:30", "20:30")
    letter = world.sent[-1]
    assert letter.tier == "gentle"
    world.answer("I will pay on Friday.", letter)
    # Friday the 12th, and Monday and Tuesday for the bank; every half hour of the night it lapses in.
    assert world.until("2027-03-15", "06:00", "15:30", "20:30") == []
    assert world.case_kinds("ACME") == []
    hours = [f"{hour:02}:{minute}" for hour in range(24) for minute in ("05", "35")]
    assert world.until("2027-03-17", *hours) == []
    assert (world.case_kinds("ACME"), world.hold_kinds("ACME")) == (["broken_promise"], ["broken_promise"])
    assert world.until("2027-05-31", "11:00", "20:30", step=4) == []


@pytest.mark.parametrize(("paid_on", "broken"), [("INV-1", False), ("INV-2", True), ("", False)])
def test_money_for_another_bill_does_not_keep_a_promise(make_world: Make, paid_on: str, broken: bool) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", "300.00")
    world.invoice("INV-2", "ACME", "2027-04-20", "150.00").begin()
    world.at("2027-03-08 10:00")
    with world.house.store.writing() as connection:
        # A person noted on the phone: a hundred, for the first bill, by Friday.
        promise.make(
            connection, "ACME", date(2027, 3, 12), "a hundred by Friday", world.now,
            promised_on=world.today, amount=Decimal(100), invoices=["INV-1"],
        )  # fmt: skip
        hold.place(connection, "ACME", HoldKind.PROMISE, "promised", world.now, until=world.now + timedelta(days=9))
        ledger.review(connection, ["ACME"], world.now)
    world.at("2027-03-10 10:00")
    if paid_on:
        world.pay(paid_on, "100.00")
    else:
        world.receive("ACME", "100.00")
    world.until("2027-03-19", "03:00")
    assert (world.case_kinds("ACME") == ["broken_promise"]) is broken


def test_it_never_answers_a_message(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    (letter,) = world.at("2027-03-08 10:00")
    for words in ("Please confirm that you got this.", "HELP", "Thank you!", "I will pay on Friday."):
        world.answer(words, letter)
        world.tick()
    assert world.sent == [letter]
    assert len(world.email.tried) == 1


# ---- 9. nothing leaves before the owner says so


def test_a_new_installation_sends_nothing_however_live_its_settings_are(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04")
    world.restart()
    assert world.until("2027-04-30", "11:00", step=3) == []
    assert world.email.tried == []
    go_live(world.house, "olivia")
    assert [s.tier for s in world.at("2027-05-04 11:00")] == ["gentle"]


def test_settings_in_draft_send_nothing_whatever_was_granted(make_world: Make) -> None:
    world = make_world().invoice("INV-1", "ACME", "2027-03-04").begin()
    world._mode = "draft"
    world.configure()
    assert world.until("2027-04-30", "11:00", step=3) == []
    assert "planned" in world.states()


def test_in_approve_mode_a_letter_waits_for_a_persons_yes_and_keeps_it_over_night(make_world: Make) -> None:
    world = make_world(mode="approve").invoice("INV-1", "ACME", "2027-03-04").begin()
    assert world.at("2027-03-08 10:00") == []
    world.clock.move_to(world.now + timedelta(hours=7))
    with world.house.store.reading() as connection:
        waiting = [one.reminder_id for one in approvable(connection, Mode.APPROVE)]
    assert approve(world.house, "olivia", waiting) == 1
    # It is past five: the letter waits for the morning, and nobody is asked again.
    assert world.tick() == []
    assert [s.tier for s in world.at("2027-03-09 09:30")] == ["gentle"]
    assert world.states() == ["accepted"]


def test_a_letter_approved_for_a_sum_that_changed_meanwhile_speaks_of_the_new_one(make_world: Make) -> None:
    world = make_world(mode="approve").invoice("INV-1", "ACME", "2027-03-04", "120.00").begin()
    world.at("2027-03-08 10:00")
    with world.house.store.reading() as connection:
        approve_these = [one.reminder_id for one in approvable(connection, Mode.APPROVE)]
    approve(world.house, "olivia", approve_these)
    world.pay("INV-1", "100.00")
    (letter,) = world.at("2027-03-08 11:00")
    assert "GBP 20.00" in letter.text


def test_the_kill_switch_stops_it_and_go_live_lifts_it(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    stop(world.house, "olivia")
    assert world.until("2027-03-12", "11:00") == []
    go_live(world.house, "olivia")
    assert len(world.at("2027-03-15 11:00")) == 1


def test_within_the_undo_window_nothing_leaves(make_world: Make) -> None:
    world = make_world(sending="undo_minutes = 10").invoice("INV-1", "ACME", "2027-03-04").begin()
    assert world.at("2027-03-08 10:00") == []
    assert world.at("2027-03-08 10:09") == []
    assert len(world.at("2027-03-08 10:10")) == 1


def test_the_batch_after_the_first_import_waits_for_a_persons_yes(world: World) -> None:
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    with world.house.store.writing() as connection:
        setting.put(connection, setting.BREAKER, {"why": "the first batch", "at": world.now.isoformat()})
    assert world.at("2027-03-08 10:00") == []
    done = deliver_once(world.house, world._looked)
    assert [stop.kind for stop in done.stops] == ["unusual batch"]
