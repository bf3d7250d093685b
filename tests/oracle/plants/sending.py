"""Faults of sending, planted: copies, marks, holds, ends, recipients, bytes and figures (invariants 1 to 10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.oracle.evidence import Deed, Meaning, Party
from tests.oracle.lives import EMAIL, Life, at


def twice(life: Life) -> None:
    life.mails.append(replace(life.mails[-1], at=life.mails[-1].at + timedelta(days=10)))


def twice_at_a_persons_wish(life: Life) -> None:
    life.did("2026-09-16 14:00", Deed.SENT_AGAIN, customer="ACME")
    twice(life)


def tier_again(life: Life) -> None:
    life.letter("2026-09-23 14:00", "check-in")


def tier_again_after_a_restart(life: Life) -> None:
    life.did("2026-09-18 14:00", Deed.RESTARTED_CLOCK, customer="ACME", bills=frozenset({"INV-1"}))
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


def not_in_the_list_and_again(life: Life) -> None:
    number = life.plan("2026-09-22 14:00", "options", ("INV-1",), EMAIL)
    life.attempt("2026-09-22 14:00", number, "uncertain", "no answer")
    ended = {"reminder": number, "outcome": "not_sent", "reason": "the list has no such text"}
    life.told(at("2026-09-22 14:15"), "settled", "ACME", ended)
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
