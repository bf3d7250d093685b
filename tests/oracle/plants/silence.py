"""Faults of silence, planted: money, answers, promises and opt-outs (invariants 11 to 16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tests.oracle.evidence import Channel, Deed, Meaning
from tests.oracle.lives import SMS, Life, at
from tests.oracle.plants.sending import the_same_by_text


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


def below_the_floor_beside_more_of_their_own(life: Life) -> None:
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


def over_an_opt_out_that_was_seen_and_a_hold_lifted(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.OPT_OUT)
    life.told(at("2026-09-18 14:00"), "opted_out", "ACME", {"channel": "email"})
    life.did("2026-09-21 14:00", Deed.RELEASED, customer="ACME")
    life.letter("2026-09-23 14:00", "options")


def over_an_opt_out_that_a_person_read(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.OPT_OUT)
    life.did("2026-09-21 14:00", Deed.RELEASED, customer="ACME")
    life.letter("2026-09-23 14:00", "options")


def by_mail_after_an_opt_out_by_text(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.OPT_OUT, channel=SMS, words="STOP")
    life.letter("2026-09-23 14:00", "options")


def by_mail_with_a_yes_after_an_opt_out_by_text(life: Life) -> None:
    by_mail_after_an_opt_out_by_text(life)
    life.told(at("2026-09-23 13:59"), "approved", None, {"reminders": [life.reminders]}, "olivia")


def over_the_answer_of_somebody_at_the_same_address(life: Life) -> None:
    life.customers["BETA"] = life.customers["ACME"]
    life.books("2026-09-21 12:00")
    life.answer("2026-09-21 14:00", Meaning.QUESTION, customer="BETA")
    life.letter("2026-09-23 14:00", "options")


def after_somebody_at_the_same_address_answered_a_letter_of_theirs(life: Life) -> None:
    life.customers["BETA"] = life.customers["ACME"]
    life.bill("INV-2", customer="BETA")
    theirs = life.plan("2026-09-21 11:00", "gentle", ("INV-2",), Channel.EMAIL, "BETA")
    life.told(at("2026-09-21 11:00"), "withdrawn", "BETA", {"reminder": theirs, "why": "paid"})
    life.books("2026-09-21 12:00")
    about = f"In-Reply-To: <r.{theirs}.seal@shop.example>\r\n\r\nWhat is this?"
    life.answer("2026-09-21 14:00", Meaning.QUESTION, customer="BETA", words=about)
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


def a_persons_answer_over_an_opt_out(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.OPT_OUT)
    life.wrote("2026-09-23 14:00")


def a_persons_answer_under_every_hold(life: Life) -> None:
    life.answer("2026-09-18 14:00", Meaning.LEGAL)
    hold = {"hold": 7, "kind": "legal", "invoices": [], "until": None}
    life.told(at("2026-09-18 14:01"), "held", "ACME", hold)
    life.did("2026-09-18 14:02", Deed.HELD, customer="ACME")
    life.wrote("2026-09-23 14:00")
