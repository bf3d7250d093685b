"""Faults of hours, the ladder, freshness and hearing, planted (invariants 17 to 38)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tests.oracle.evidence import Deed, Meaning
from tests.oracle.lives import SMS, Life, at


def at_night(life: Life) -> None:
    life.letter("2026-09-24 01:00", "options")


def on_a_saturday(life: Life) -> None:
    life.letter("2026-09-26 14:00", "options")


def on_their_holiday(life: Life) -> None:
    # Columbus Day.
    life.letter("2026-10-12 14:00", "options")


def on_our_holiday(life: Life) -> None:
    # The autumn equinox, which is kept in Japan alone.
    life.rules = replace(life.rules, country="JP")
    life.letter("2026-09-23 14:00", "options")


def on_our_holiday_as_the_owner_wants_it(life: Life) -> None:
    life.rules = replace(life.rules, only_when_we_work=False)
    on_our_holiday(life)


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
    life.texts[-1] = replace(life.texts[-1], valid_seconds=7 * 3600 + 3)


def a_text_valid_to_the_last_second(life: Life) -> None:
    life.texts[-1] = replace(life.texts[-1], valid_seconds=7 * 3600)


def two_in_a_day(life: Life) -> None:
    life.bill("INV-2", due_on=date(2026, 9, 14))
    life.letter("2026-09-18 13:59", "gentle", "INV-1", "INV-2")


def two_a_day_apart(life: Life) -> None:
    life.bill("INV-2", due_on=date(2026, 9, 14))
    life.letter("2026-09-22 14:00", "gentle", "INV-1", "INV-2")


def within_a_day_of_a_call(life: Life) -> None:
    life.did("2026-10-05 14:01", Deed.CALLED, customer="ACME")
    life.letter("2026-10-06 14:00", "options")


def a_day_after_a_call(life: Life) -> None:
    life.did("2026-10-05 14:00", Deed.CALLED, customer="ACME")
    life.letter("2026-10-06 14:00", "options")


def a_call_right_after_a_letter(life: Life) -> None:
    life.letter("2026-10-06 14:00", "options")
    life.did("2026-10-06 14:01", Deed.CALLED, customer="ACME")


def three_in_a_week(life: Life) -> None:
    life.bill("INV-2", due_on=date(2026, 9, 14))
    life.letter("2026-09-22 13:30", "gentle", "INV-1", "INV-2")


def a_tier_left_out(life: Life) -> None:
    life.letter("2026-10-06 14:00", "firm")


def a_tier_left_out_that_only_mail_reaches(life: Life) -> None:
    life.answer("2026-09-21 14:00", Meaning.OPT_OUT)
    life.text("2026-10-06 14:00", "firm")


def tiers_left_out_that_letters_about_another_have_said(life: Life) -> None:
    life.bill("INV-2", due_on=date(2026, 9, 14))
    life.letter("2026-09-25 14:00", "options", "INV-1", "INV-2")
    life.letter("2026-10-06 14:00", "firm", "INV-1", "INV-2")
    life.bill("INV-1", open_balance=Decimal(0))
    life.letter("2026-11-12 15:00", "last", "INV-2")


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


def a_persons_text_before_nine(life: Life) -> None:
    life.wrote("2026-09-21 12:30", SMS)


def a_persons_answer_that_no_person_wrote(life: Life) -> None:
    life.wrote("2026-09-30 14:00", really=False, marks="Auto-Submitted: auto-generated\n")


def a_persons_answer_marked_as_a_machines(life: Life) -> None:
    life.wrote("2026-09-21 14:00", marks="Auto-Submitted: auto-generated\n")


def a_persons_answer_at_night_and_another_at_once(life: Life) -> None:
    life.wrote("2026-09-19 03:00")
    life.wrote("2026-09-19 03:05")
