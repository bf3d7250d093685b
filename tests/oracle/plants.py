"""What may go wrong in a life, one thing each, and beside it the nearest thing that is still right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from tests.oracle.evidence import Channel, Deed, Meaning, Party
from tests.oracle.lives import Life, at

SMS, EMAIL = Channel.SMS, Channel.EMAIL
Plant = Callable[[Life], None]


def climbed() -> Life:
    """A clean life: three letters and a text in their time."""
    life = Life()
    life.letter("2026-09-01 14:00", "heads-up")
    life.letter("2026-09-08 14:00", "gentle")
    life.letter("2026-09-15 14:00", "check-in")
    life.text("2026-09-17 14:00", "check-in")
    return life


# Each takes a clean life, and does one thing wrong; beside it the nearest thing that is right.


def twice(life: Life) -> None:
    life.mails.append(replace(life.mails[-1], at=life.mails[-1].at + timedelta(days=10)))


def twice_at_a_persons_wish(life: Life) -> None:
    life.did("2026-09-16 14:00", Deed.SENT_AGAIN, customer="ACME")
    twice(life)


def tier_again(life: Life) -> None:
    life.letter("2026-09-23 14:00", "check-in")


def tier_again_after_a_restart(life: Life) -> None:
    life.did("2026-09-21 14:00", Deed.RESTARTED_CLOCK, customer="ACME", bills=frozenset({"INV-1"}))
    life.letter("2026-09-23 14:00", "gentle")


def unmarked(life: Life) -> None:
    life.books("2026-09-23 13:00")
    life.mail("2026-09-23 14:00", 99)


def forgotten_and_adopted(life: Life) -> None:
    unmarked(life)
    life.more["restored"] = (at("2026-09-23 18:00"),)
    life.did("2026-09-24 14:00", Deed.ADOPTED)


def under_a_hold(life: Life) -> None:
    life.told(at("2026-09-20 14:00"), "held", "ACME", {"hold": 1, "kind": "dispute", "invoices": [], "until": None})
    life.letter("2026-09-23 14:00", "options")


def after_a_hold_lapsed(life: Life) -> None:
    until = {"hold": 1, "kind": "promise", "invoices": [], "until": "2026-09-23T14:00:00+00:00"}
    life.told(at("2026-09-20 14:00"), "held", "ACME", until)
    life.letter("2026-09-23 14:00", "options")


def under_a_persons_hold(life: Life) -> None:
    life.did("2026-09-20 14:00", Deed.HELD, customer="ACME")
    life.letter("2026-09-23 14:00", "options")


def under_a_persons_hold_on_another_invoice(life: Life) -> None:
    life.did("2026-09-20 14:00", Deed.HELD, customer="ACME", bills=frozenset({"INV-7"}))
    life.letter("2026-09-23 14:00", "options")


def to_a_bounced_address(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.BOUNCE_HARD)
    life.letter("2026-09-23 14:00", "options")


def to_the_mended_address(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.BOUNCE_HARD)
    life.customers["ACME"] = replace(life.customers["ACME"], emails=frozenset({"new@acme.example"}))
    life.letter("2026-09-23 14:00", "options", to="new@acme.example")


def about_a_disputed_invoice(life: Life) -> None:
    life.bill("INV-1", disputed=True)
    life.letter("2026-09-23 14:00", "options")


def about_one_that_is_no_longer_disputed(life: Life) -> None:
    life.bill("INV-1", disputed=True)
    life.books("2026-09-18 14:00")
    life.bill("INV-1", disputed=False)
    life.letter("2026-09-23 14:00", "options")


def ended_without_a_reason(life: Life) -> None:
    life.plan("2026-09-23 14:00", "options", ("INV-1",), EMAIL)
    life.told(at("2026-09-24 14:00"), "withdrawn", "ACME", {"reminder": 5, "why": ""})


def ended_with_a_reason(life: Life) -> None:
    life.plan("2026-09-23 14:00", "options", ("INV-1",), EMAIL)
    life.told(at("2026-09-24 14:00"), "withdrawn", "ACME", {"reminder": 5, "why": "nothing is open"})


def never_ended(life: Life) -> None:
    life.attempt("2026-09-23 14:00", life.plan("2026-09-23 14:00", "options", ("INV-1",), EMAIL), None)
    life.more["ended_at"] = at("2026-09-25 14:00")


def not_ended_yet(life: Life) -> None:
    life.attempt("2026-09-23 14:00", life.plan("2026-09-23 14:00", "options", ("INV-1",), EMAIL), None)
    life.more["ended_at"] = at("2026-09-24 13:59")


def left_lying(life: Life) -> None:
    life.plan("2026-09-23 14:00", "options", ("INV-1",), EMAIL)
    life.plan("2026-09-24 14:00", "options", ("INV-1",), EMAIL)


def both_waiting_for_different_invoices(life: Life) -> None:
    life.plan("2026-09-23 14:00", "options", ("INV-1",), EMAIL)
    life.plan("2026-09-24 14:00", "options", ("INV-2",), EMAIL)


def uncertain_and_again(life: Life) -> None:
    number = life.plan("2026-09-22 14:00", "options", ("INV-1",), EMAIL)
    life.attempt("2026-09-22 14:00", number, "uncertain", "no answer")
    life.books("2026-09-23 13:00")
    life.attempt("2026-09-23 14:00", number)
    life.mail("2026-09-23 14:00", number)


def deferred_and_again(life: Life) -> None:
    number = life.plan("2026-09-22 14:00", "options", ("INV-1",), EMAIL)
    life.attempt("2026-09-22 14:00", number, "deferred", "greylisted")
    life.books("2026-09-23 13:00")
    life.attempt("2026-09-23 14:00", number)
    life.mail("2026-09-23 14:00", number)


def taken_unanswered_and_again(life: Life) -> None:
    life.mails[-1] = replace(life.mails[-1], answered=False)
    twice(life)


def sent_again_in_other_words(life: Life) -> None:
    twice_at_a_persons_wish(life)
    life.mails[-1] = replace(life.mails[-1], content=life.mails[-1].content + b" ")


def two_recipients(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options", others=("boss@acme.example",))


def a_copy_header(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options", headers="Cc: boss@acme.example\n")


def a_strange_header(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options", headers="Precedence: bulk\n")


def a_known_header(life: Life) -> None:
    life.letter(
        "2026-09-23 14:00", "options", headers="References: <r.1.seal@shop.example>\n <r.2.seal@shop.example>\n"
    )


def a_header_twice(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options", headers="Subject: once more\n")


def a_bare_line_end(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options")
    life.mails[-1] = replace(life.mails[-1], content=life.mails[-1].content + b"\n.\r\n")


def another_sum(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options", says={"USD 100.00": "USD 101.00"})


def the_sum_after_a_part_was_paid(life: Life) -> None:
    life.bill("INV-1", open_balance=Decimal("60.00"))
    life.letter("2026-09-23 14:00", "options")


def another_currency(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options", says={"USD 100.00": "EUR 100.00"})


def another_day(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options", says={"Sep 4, 2026": "Sep 5, 2026"})


def another_total(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options", says={"Total    USD 100.00": "Total    USD 100.01"})


def another_sum_in_the_page(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options")
    life.page("<td>INV-1</td><td>USD 101.00</td>")


def another_number_in_the_page(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options")
    life.page("<td>INV-2</td><td>USD 100.00</td>")


def the_same_in_the_page(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options")
    life.page("<td>INV&#45;1</td><td>USD&#160;100.00</td>")


def another_sum_by_text(life: Life) -> None:
    life.letter("2026-10-02 14:00", "options")
    life.letter("2026-10-13 14:00", "firm")
    life.text(
        "2026-10-15 14:00", "firm", body="Shop: INV-1 (USD 99.00, due Sep 4, 2026) is unpaid. Reply STOP to opt out"
    )


def the_same_by_text(life: Life) -> None:
    life.letter("2026-10-02 14:00", "options")
    life.letter("2026-10-13 14:00", "firm")
    life.text("2026-10-15 14:00", "firm")


def a_part_recorded_and_left_out(life: Life) -> None:
    life.did("2026-09-21 14:00", Deed.PAYMENT_RECORDED, customer="ACME", amount=Decimal("40.00"))
    life.letter("2026-09-23 14:00", "options")


def a_part_recorded_and_counted(life: Life) -> None:
    life.did("2026-09-21 14:00", Deed.PAYMENT_RECORDED, customer="ACME", amount=Decimal("40.00"))
    life.letter("2026-09-23 14:00", "options", says={"USD 100.00": "USD 60.00"})


def to_a_stranger(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options", to="jane@elsewhere.example")


def to_another_customer(life: Life) -> None:
    life.customers["BETA"] = Party("Beta", "America/New_York", "US", frozenset({"b@beta.example"}))
    life.letter("2026-09-23 14:00", "options", to="b@beta.example")


def another_customers_invoice(life: Life) -> None:
    life.customers["BETA"] = Party("Beta", "America/New_York", "US", frozenset({"b@beta.example"}))
    life.bill("INV-2", customer="BETA")
    life.letter("2026-09-23 14:00", "options", "INV-1", "INV-2")


def a_second_invoice_of_theirs(life: Life) -> None:
    life.bill("INV-2")
    life.letter("2026-09-23 14:00", "options", "INV-1", "INV-2")


def about_a_paid_invoice(life: Life) -> None:
    life.bill("INV-1", open_balance=Decimal(0))
    life.letter("2026-09-23 14:00", "options")


def about_an_invoice_that_is_gone(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options")
    life.ledgers[-1] = replace(life.ledgers[-1], bills={})


def below_the_floor(life: Life) -> None:
    life.rules = replace(life.rules, min_balance=Decimal("100.00"))


def just_above_the_floor(life: Life) -> None:
    life.rules = replace(life.rules, min_balance=Decimal("99.99"))


def below_the_floor_beside_what_others_owe(life: Life) -> None:
    life.rules = replace(life.rules, min_balance=Decimal("150.00"))
    life.bill("INV-2", customer="BETA")
    life.bill("INV-3", currency="EUR")
    life.ledgers = [replace(book, bills=dict(life.bills)) for book in life.ledgers]


def above_the_floor_with_all_they_owe(life: Life) -> None:
    life.rules = replace(life.rules, min_balance=Decimal("150.00"))
    life.bill("INV-2")
    life.ledgers = [replace(book, bills=dict(life.bills)) for book in life.ledgers]


def possibly_paid(life: Life) -> None:
    life.unallocated["ACME", "USD"] = Decimal("100.00")
    life.letter("2026-09-23 14:00", "options")


def a_cent_short_of_possibly_paid(life: Life) -> None:
    life.unallocated["ACME", "USD"] = Decimal("99.99")
    life.letter("2026-09-23 14:00", "options")


def recorded_as_paid(life: Life) -> None:
    life.did("2026-09-21 14:00", Deed.PAYMENT_RECORDED, customer="ACME", bills=frozenset({"INV-1"}))
    life.letter("2026-09-23 14:00", "options", says={"USD 100.00": "USD 0.00"})


def another_recorded_as_paid(life: Life) -> None:
    life.did("2026-09-21 14:00", Deed.PAYMENT_RECORDED, customer="ACME", bills=frozenset({"INV-2"}))
    life.letter("2026-09-23 14:00", "options")


def over_an_answer(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.QUESTION)
    life.letter("2026-09-23 14:00", "options")


def after_an_answer_was_settled(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.QUESTION)
    life.did("2026-09-21 14:00", Deed.RELEASED, customer="ACME")
    life.letter("2026-09-23 14:00", "options")


def over_thanks(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.ACK)
    life.letter("2026-09-25 14:00", "options")


def after_thanks_have_lapsed(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.ACK)
    life.letter("2026-09-28 14:00", "options")


def after_a_promise_with_thanks_was_kept_in_part(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.PROMISE, Meaning.ACK, day=date(2026, 9, 21))
    life.bill("INV-1", open_balance=Decimal("60.00"))
    life.letter("2026-09-24 14:00", "options")


def over_a_promise(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.PROMISE, day=date(2026, 9, 22))
    life.letter("2026-09-23 14:00", "options")


def over_a_broken_promise(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.PROMISE, day=date(2026, 9, 22))
    life.letter("2026-09-25 14:00", "options")


def after_a_broken_promise_was_talked_about(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.PROMISE, day=date(2026, 9, 22))
    life.did("2026-09-25 13:00", Deed.RELEASED, customer="ACME")
    life.letter("2026-09-25 14:00", "options")


def over_an_opt_out(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.OPT_OUT)
    life.letter("2026-09-23 14:00", "options")


def by_mail_after_an_opt_out_by_text(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.OPT_OUT, channel=SMS, words="STOP")
    life.letter("2026-09-23 14:00", "options")


def taken_back_by_a_person(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.OPT_OUT)
    life.did("2026-09-21 14:00", Deed.CONSENTED, customer="ACME")
    life.letter("2026-09-23 14:00", "options")


def a_text_that_a_person_wanted_over_stop(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.OPT_OUT, channel=SMS, words="Stop!")
    life.did("2026-09-21 14:00", Deed.CONSENTED, customer="ACME")
    the_same_by_text(life)


def a_text_over_stop_in_a_sentence(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.OPT_OUT, channel=SMS, words="no more texts please")
    the_same_by_text(life)


def a_text_without_consent(life: Life) -> None:
    life.customers["ACME"] = replace(life.customers["ACME"], sms_consent=False)
    the_same_by_text(life)


def at_night(life: Life) -> None:
    life.letter("2026-09-24 01:00", "options")


def on_a_saturday(life: Life) -> None:
    life.letter("2026-09-26 14:00", "options")


def on_their_holiday(life: Life) -> None:
    # Columbus Day.
    life.letter("2026-10-12 14:00", "options")


def the_day_after_their_holiday(life: Life) -> None:
    life.letter("2026-10-13 14:00", "options")


def in_an_unknown_zone(life: Life) -> None:
    life.customers["ACME"] = replace(life.customers["ACME"], zone="", phones=frozenset())
    life.letter("2026-09-23 14:00", "options")


def in_every_zone_it_may_be(life: Life) -> None:
    life.customers["ACME"] = replace(life.customers["ACME"], zone="", phones=frozenset())
    # 15:30 in New York, 09:30 in Honolulu and on Adak.
    life.letter("2026-09-23 19:30", "options")


def a_text_valid_too_long(life: Life) -> None:
    life.texts[-1] = replace(life.texts[-1], valid_seconds=7 * 3600 + 1)


def a_text_valid_to_the_last_second(life: Life) -> None:
    life.texts[-1] = replace(life.texts[-1], valid_seconds=7 * 3600)


def two_in_a_day(life: Life) -> None:
    life.bill("INV-2", due_on=date(2026, 9, 14))
    life.letter("2026-09-18 13:59", "gentle", "INV-1", "INV-2")


def two_a_day_apart(life: Life) -> None:
    life.bill("INV-2", due_on=date(2026, 9, 14))
    life.letter("2026-09-22 14:00", "gentle", "INV-1", "INV-2")


def three_in_a_week(life: Life) -> None:
    life.bill("INV-2", due_on=date(2026, 9, 14))
    life.letter("2026-09-22 13:30", "gentle", "INV-1", "INV-2")


def a_tier_left_out(life: Life) -> None:
    life.letter("2026-10-06 14:00", "firm")


def a_tier_left_out_that_only_mail_reaches(life: Life) -> None:
    life.answer("2026-09-21 14:00", Meaning.OPT_OUT)
    life.text("2026-10-06 14:00", "firm")


def a_tier_left_out_and_the_opt_out_later(life: Life) -> None:
    life.text("2026-10-06 14:00", "firm")
    life.answer("2026-10-07 14:00", Meaning.OPT_OUT)


def the_next_tier(life: Life) -> None:
    life.letter("2026-10-06 14:00", "options")


def before_its_day(life: Life) -> None:
    life.bill("INV-2", due_on=date(2026, 9, 25))
    life.letter("2026-09-25 14:00", "gentle", "INV-2")


def too_soon_after_the_tier_before(life: Life) -> None:
    # Fourteen days late, so that the day would do; eight days lie between the two tiers.
    life.letter("2026-09-29 14:00", "options")
    life.letter("2026-10-08 14:00", "firm")


def the_ladders_own_gap_after_the_tier_before(life: Life) -> None:
    life.letter("2026-09-29 14:00", "options")
    life.letter("2026-10-09 14:00", "firm")


def a_courtesy_after_the_due_date(life: Life) -> None:
    life.bill("INV-2", due_on=date(2026, 9, 22))
    life.letter("2026-09-23 14:00", "heads-up", "INV-2")


def a_courtesy_the_day_before(life: Life) -> None:
    life.bill("INV-2", due_on=date(2026, 9, 24))
    life.letter("2026-09-23 14:00", "heads-up", "INV-2")


def with_a_deaf_mailbox(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options")
    life.more["deaf"] = ((at("2026-09-23 13:44"), at("2026-09-23 15:00")),)


def with_a_mailbox_deaf_for_minutes(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options")
    life.more["deaf"] = ((at("2026-09-23 13:55"), at("2026-09-23 15:00")),)


def with_a_mailbox_deaf_for_seconds(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options")
    life.more["deaf"] = ((at("2026-09-23 13:59:10"), at("2026-09-23 15:00")),)


def with_old_books(life: Life) -> None:
    life.books("2026-09-23 13:00", "2026-09-22 11:59")
    life.letter("2026-09-23 14:00", "options", fresh=False)


def with_books_of_friday_on_monday(life: Life) -> None:
    life.books("2026-09-28 13:00", "2026-09-25 14:00")
    life.letter("2026-09-28 14:00", "options", fresh=False)


def with_doubted_books(life: Life) -> None:
    life.books("2026-09-23 13:00", suspicious_until=at("2026-09-23 15:00"))
    life.letter("2026-09-23 14:00", "options", fresh=False)


def with_books_no_longer_doubted(life: Life) -> None:
    life.books("2026-09-23 13:00", suspicious_until=at("2026-09-23 13:30"))
    life.letter("2026-09-23 14:00", "options", fresh=False)


def twice_after_an_outage(life: Life) -> None:
    life.rules = replace(life.rules, per_day=2, per_week=3)
    life.bill("INV-2", due_on=date(2026, 9, 14))
    life.more["outages"] = ((at("2026-09-20 12:00"), at("2026-09-23 13:00")),)
    life.letter("2026-09-23 14:00", "options")
    life.letter("2026-09-23 15:00", "gentle", "INV-2")


def once_after_an_outage(life: Life) -> None:
    life.more["outages"] = ((at("2026-09-20 12:00"), at("2026-09-23 13:00")),)
    life.letter("2026-09-23 14:00", "options")


def more_than_an_hour_may_see(life: Life) -> None:
    life.rules = replace(life.rules, max_per_hour=0)


def more_segments_than_a_month_may_see(life: Life) -> None:
    life.rules = replace(life.rules, monthly_segments=0)


def just_as_many_as_allowed(life: Life) -> None:
    life.rules = replace(life.rules, max_per_hour=1, max_per_day=1, first_contacts_per_day=1, monthly_segments=1)


def after_the_stop(life: Life) -> None:
    life.did("2026-09-23 13:59:58", Deed.STOPPED)
    life.letter("2026-09-23 14:00", "options")


def within_the_second_of_the_stop(life: Life) -> None:
    life.did("2026-09-23 13:59:59", Deed.STOPPED)
    life.letter("2026-09-23 14:00", "options")


def before_go_live(life: Life) -> None:
    life.deeds[0] = replace(life.deeds[0], at=at("2026-09-01 14:01"))


def before_it_was_adopted(life: Life) -> None:
    life.more["restored"] = (at("2026-09-22 14:00"),)
    life.letter("2026-09-23 14:00", "options")


def after_it_was_adopted(life: Life) -> None:
    life.did("2026-09-23 13:00", Deed.ADOPTED)
    before_it_was_adopted(life)


def an_answer_that_was_lost(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.AWAY)
    life.lines = [line for line in life.lines if line[1] not in {"heard", "understood"}]
    life.more["ended_at"] = at("2026-09-20 14:00")


def an_answer_that_is_a_day_old(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.AWAY)
    life.lines = [line for line in life.lines if line[1] not in {"heard", "understood"}]
    life.more["ended_at"] = at("2026-09-19 14:00")


def an_answer_acted_on_twice(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.ACK)
    life.told(at("2026-09-18 15:00"), "understood", "ACME", {"inbound": 1, "kinds": []})


def an_answer_heard_twice_under_two_numbers(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.ACK)
    life.answer("2026-09-18 15:00", Meaning.ACK)
    del life.arrivals[-1]


def the_same_answer_twice(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.ACK, words="thanks")
    life.answer("2026-09-18 15:00", Meaning.ACK, words="thanks")


def read_without_a_hold(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.ACK)
    life.lines = [line for line in life.lines if line[1] not in {"held", "released"}]


def while_they_are_away(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.AWAY, day=date(2026, 9, 23))
    life.letter("2026-09-23 14:00", "options")


def the_day_after_they_are_back(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.AWAY, day=date(2026, 9, 23))
    life.letter("2026-09-24 14:00", "options")


def a_hold_lifted_by_an_answer(life: Life) -> None:
    life.told(at("2026-09-17 18:00"), "held", "ACME", {"hold": 1, "kind": "dispute", "invoices": [], "until": None})
    life.answer("2026-09-18 14:00", Meaning.ACK)
    life.lines.insert(-1, (at("2026-09-18 14:00"), "released", "reminderbot", "ACME", {"hold": 1}))


def a_hold_lifted_by_a_person(life: Life) -> None:
    life.told(at("2026-09-17 18:00"), "held", "ACME", {"hold": 1, "kind": "dispute", "invoices": [], "until": None})
    life.answer("2026-09-18 14:00", Meaning.ACK)
    life.lines.insert(-1, (at("2026-09-18 14:00"), "released", "olivia", "ACME", {"hold": 1}))


def an_answer_of_its_own(life: Life) -> None:
    life.letter(
        "2026-09-23 14:00", "options", says={"<r.5.seal@": "<thanks@", "X-Reminderbot: reminder": "References: a"}
    )


def an_alarm_to_the_owner(life: Life) -> None:
    life.mail("2026-09-23 02:00", 99, to="owner@shop.example", says={"<r.2r.": "<a.2r.", "reminder\n": "alarm\n"})


def a_letter_that_hides_the_machine(life: Life) -> None:
    life.letter("2026-09-23 14:00", "options", says={"Auto-Submitted: auto-generated": "Auto-Submitted: no"})


def over_an_answer_nobody_could_read(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.OTHER)
    life.letter("2026-09-23 14:00", "options")


PLANTED: tuple[tuple[int, Plant], ...] = (
    (1, twice),
    (1, tier_again),
    (2, unmarked),
    (3, under_a_hold),
    (3, under_a_persons_hold),
    (3, to_a_bounced_address),
    (3, about_a_disputed_invoice),
    (4, ended_without_a_reason),
    (4, never_ended),
    (4, left_lying),
    (5, uncertain_and_again),
    (5, taken_unanswered_and_again),
    (6, sent_again_in_other_words),
    (7, two_recipients),
    (8, a_strange_header),
    (8, a_header_twice),
    (8, a_bare_line_end),
    (9, another_sum),
    (9, another_currency),
    (9, another_day),
    (9, another_total),
    (9, another_sum_in_the_page),
    (9, another_number_in_the_page),
    (9, another_sum_by_text),
    (9, a_part_recorded_and_left_out),
    (10, to_a_stranger),
    (10, to_another_customer),
    (10, another_customers_invoice),
    (11, about_a_paid_invoice),
    (11, below_the_floor),
    (11, below_the_floor_beside_what_others_owe),
    (12, possibly_paid),
    (12, recorded_as_paid),
    (13, over_an_answer),
    (13, over_thanks),
    (14, over_a_promise),
    (14, over_a_broken_promise),
    (15, over_an_opt_out),
    (15, a_text_that_a_person_wanted_over_stop),
    (15, a_text_without_consent),
    (16, a_text_over_stop_in_a_sentence),
    (17, at_night),
    (17, on_a_saturday),
    (17, on_their_holiday),
    (18, in_an_unknown_zone),
    (19, a_text_valid_too_long),
    (20, two_in_a_day),
    (20, three_in_a_week),
    (21, a_tier_left_out),
    (21, a_tier_left_out_and_the_opt_out_later),
    (21, before_its_day),
    (21, too_soon_after_the_tier_before),
    (21, a_courtesy_after_the_due_date),
    (22, with_a_deaf_mailbox),
    (23, with_a_mailbox_deaf_for_minutes),
    (24, with_old_books),
    (24, with_doubted_books),
    (26, twice_after_an_outage),
    (27, more_than_an_hour_may_see),
    (27, more_segments_than_a_month_may_see),
    (28, after_the_stop),
    (29, before_go_live),
    (30, before_it_was_adopted),
    (32, an_answer_that_was_lost),
    (33, an_answer_acted_on_twice),
    (33, an_answer_heard_twice_under_two_numbers),
    (34, read_without_a_hold),
    (34, while_they_are_away),
    (35, a_hold_lifted_by_an_answer),
    (36, a_letter_that_hides_the_machine),
    (36, an_answer_of_its_own),
    (38, over_an_answer_nobody_could_read),
)

ALLOWED: tuple[Plant, ...] = (
    twice_at_a_persons_wish,
    tier_again_after_a_restart,
    forgotten_and_adopted,
    after_a_hold_lapsed,
    under_a_persons_hold_on_another_invoice,
    to_the_mended_address,
    about_one_that_is_no_longer_disputed,
    ended_with_a_reason,
    not_ended_yet,
    both_waiting_for_different_invoices,
    deferred_and_again,
    a_known_header,
    the_sum_after_a_part_was_paid,
    the_same_in_the_page,
    the_same_by_text,
    a_part_recorded_and_counted,
    a_second_invoice_of_theirs,
    just_above_the_floor,
    above_the_floor_with_all_they_owe,
    a_cent_short_of_possibly_paid,
    another_recorded_as_paid,
    after_an_answer_was_settled,
    after_thanks_have_lapsed,
    after_a_broken_promise_was_talked_about,
    after_a_promise_with_thanks_was_kept_in_part,
    by_mail_after_an_opt_out_by_text,
    taken_back_by_a_person,
    the_day_after_their_holiday,
    in_every_zone_it_may_be,
    a_text_valid_to_the_last_second,
    two_a_day_apart,
    the_next_tier,
    a_tier_left_out_that_only_mail_reaches,
    the_ladders_own_gap_after_the_tier_before,
    a_courtesy_the_day_before,
    with_a_mailbox_deaf_for_seconds,
    with_books_of_friday_on_monday,
    with_books_no_longer_doubted,
    once_after_an_outage,
    just_as_many_as_allowed,
    within_the_second_of_the_stop,
    after_it_was_adopted,
    an_answer_that_is_a_day_old,
    the_same_answer_twice,
    the_day_after_they_are_back,
    a_hold_lifted_by_a_person,
    an_alarm_to_the_owner,
)
