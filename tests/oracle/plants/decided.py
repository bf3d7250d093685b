"""Faults around what a person decided, planted: plans, hand-over, disputes, returns, retained parts, restarts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tests.oracle.evidence import Deed
from tests.oracle.lives import Life

_HALVES = ((date(2026, 10, 1), Decimal("50.00")), (date(2026, 11, 2), Decimal("50.00")))
_ONE = frozenset({"INV-1"})


def _agreed(life: Life) -> None:
    """In two halves, on 1 October and 2 November."""
    life.did("2026-09-21 14:00", Deed.PLAN_AGREED, customer="ACME", bills=_ONE, parts=_HALVES)


def while_a_plan_stands(life: Life) -> None:
    _agreed(life)
    life.letter("2026-09-25 14:00", "options")


def after_a_plan_was_ended(life: Life) -> None:
    _agreed(life)
    life.did("2026-09-23 14:00", Deed.PLAN_ENDED, customer="ACME", bills=_ONE)
    life.letter("2026-09-25 14:00", "options")


def about_another_invoice_while_a_plan_stands(life: Life) -> None:
    _agreed(life)
    life.bill("INV-2", due_on=date(2026, 9, 14))
    life.letter("2026-09-25 14:00", "gentle", "INV-2")


def a_note_before_each_instalment(life: Life) -> None:
    _agreed(life)
    life.letter("2026-09-28 14:00", "instalment")
    life.bill("INV-1", open_balance=Decimal("50.00"))
    life.letter("2026-10-29 14:00", "instalment")


def notes_of_two_plans_agreed_in_one_moment(life: Life) -> None:
    _agreed(life)
    life.customers["BETA"] = replace(life.customers["ACME"], emails=frozenset({"bo@beta.example"}), phones=frozenset())
    life.bill("INV-2", customer="BETA")
    life.did("2026-09-21 14:00", Deed.PLAN_AGREED, customer="BETA", bills=frozenset({"INV-2"}), parts=_HALVES)
    life.letter("2026-09-28 14:00", "instalment")
    life.letter("2026-09-28 14:10", "instalment", "INV-2", customer="BETA", to="bo@beta.example")


def a_note_weeks_before(life: Life) -> None:
    _agreed(life)
    life.bill("INV-1", open_balance=Decimal("50.00"))
    life.letter("2026-10-05 14:00", "instalment")


def a_note_after_its_day(life: Life) -> None:
    _agreed(life)
    life.letter("2026-10-05 14:00", "instalment")


def a_note_twice(life: Life) -> None:
    _agreed(life)
    life.letter("2026-09-28 14:00", "instalment")
    life.letter("2026-09-30 14:00", "instalment")


def _agreed_on_two(life: Life, rest: str) -> None:
    """A plan over INV-1 and a bill below the floor."""
    life.rules = replace(life.rules, min_balance=Decimal("25.00"))
    life.bill("INV-2", due_on=date(2026, 9, 14), open_balance=Decimal("20.00"))
    life.bill("INV-1", open_balance=Decimal(rest))
    half = (Decimal(rest) + Decimal("20.00")) / 2
    parts = ((date(2026, 10, 1), half), (date(2026, 11, 2), half))
    life.books("2026-09-21 13:00")
    both = frozenset({"INV-1", "INV-2"})
    life.did("2026-09-21 14:00", Deed.PLAN_AGREED, customer="ACME", bills=both, parts=parts)


def a_note_that_names_a_small_bill_of_the_plan(life: Life) -> None:
    _agreed_on_two(life, "100.00")
    life.letter("2026-09-28 14:00", "instalment", "INV-1", "INV-2")


def a_note_while_little_is_missing_of_the_instalment_before(life: Life) -> None:
    _agreed_on_two(life, "100.00")
    life.bill("INV-1", open_balance=Decimal("45.00"))
    life.letter("2026-10-29 14:00", "instalment", "INV-1", "INV-2")


def a_note_about_no_more_than_the_floor(life: Life) -> None:
    _agreed_on_two(life, "4.00")
    life.letter("2026-09-28 14:00", "instalment", "INV-1", "INV-2")


def a_note_without_a_plan(life: Life) -> None:
    life.letter("2026-09-28 14:00", "instalment")


def about_what_was_handed_over(life: Life) -> None:
    life.did("2026-09-21 14:00", Deed.HANDED_OVER, customer="ACME")
    life.letter("2026-09-25 14:00", "options")


def thanks_for_what_was_handed_over(life: Life) -> None:
    life.did("2026-09-21 14:00", Deed.HANDED_OVER, customer="ACME", bills=_ONE)
    life.letter("2026-09-25 14:00", "thanks")


def about_another_than_was_handed_over(life: Life) -> None:
    life.did("2026-09-21 14:00", Deed.HANDED_OVER, customer="ACME", bills=frozenset({"INV-7"}))
    life.letter("2026-09-25 14:00", "options")


def _taken_back(life: Life) -> None:
    life.did("2026-09-21 14:00", Deed.HANDED_OVER, customer="ACME")
    life.did("2026-09-22 14:00", Deed.TAKEN_BACK, customer="ACME")


def soon_after_it_was_taken_back(life: Life) -> None:
    _taken_back(life)
    life.letter("2026-09-25 14:00", "options")


def gently_after_it_was_taken_back(life: Life) -> None:
    _taken_back(life)
    life.letter("2026-09-28 14:00", "options")


def about_what_a_person_marked_as_disputed(life: Life) -> None:
    life.did("2026-09-21 14:00", Deed.DISPUTED, customer="ACME", bills=_ONE)
    life.letter("2026-09-25 14:00", "options")


def about_another_than_is_disputed(life: Life) -> None:
    life.did("2026-09-21 14:00", Deed.DISPUTED, customer="ACME", bills=frozenset({"INV-7"}))
    life.letter("2026-09-25 14:00", "options")


def _settled(life: Life) -> None:
    life.did("2026-09-21 14:00", Deed.DISPUTED, customer="ACME", bills=_ONE)
    life.did("2026-09-23 14:00", Deed.SETTLED, customer="ACME", bills=_ONE)


def soon_after_a_dispute_was_settled(life: Life) -> None:
    _settled(life)
    life.letter("2026-09-25 14:00", "options")


def gently_after_a_dispute_was_settled(life: Life) -> None:
    _settled(life)
    life.letter("2026-09-28 14:00", "options")


def _went_back(life: Life) -> None:
    life.bill("INV-1", open_balance=Decimal("40.00"))
    life.books("2026-09-18 12:00")
    life.bill("INV-1", open_balance=Decimal("100.00"))
    life.books("2026-09-21 12:00", returns={"P7": "INV-1"})


def about_what_a_bank_took_back(life: Life) -> None:
    _went_back(life)
    life.letter("2026-09-25 14:00", "options")


def about_what_a_bank_took_back_and_a_person_spoke_of(life: Life) -> None:
    _went_back(life)
    life.did("2026-09-22 14:00", Deed.RELEASED, customer="ACME", bills=_ONE)
    life.letter("2026-09-25 14:00", "options")


def _retained(life: Life, until: date) -> None:
    life.bill("INV-1", retained=Decimal("20.00"), retained_until=until)


def with_what_is_due_only_later(life: Life) -> None:
    _retained(life, date(2026, 12, 1))
    life.letter("2026-09-25 14:00", "options")


def without_what_is_due_only_later(life: Life) -> None:
    _retained(life, date(2026, 12, 1))
    life.letter("2026-09-25 14:00", "options", says={"USD 100.00": "USD 80.00"})


def with_what_was_due_only_later(life: Life) -> None:
    _retained(life, date(2026, 9, 25))
    life.letter("2026-09-25 14:00", "options")


def about_what_is_due_on_no_day_that_anybody_knows(life: Life) -> None:
    life.bill("INV-1", retained=Decimal("20.00"), open_balance=Decimal("20.00"))
    life.letter("2026-09-25 14:00", "options")


def before_its_first_tier_after_a_restart(life: Life) -> None:
    life.did("2026-09-21 14:00", Deed.RESTARTED_CLOCK, customer="ACME", bills=_ONE)
    life.letter("2026-09-25 14:00", "gentle")


def on_the_day_of_its_first_tier_after_a_restart(life: Life) -> None:
    life.did("2026-09-22 14:00", Deed.RESTARTED_CLOCK, customer="ACME", bills=_ONE)
    life.letter("2026-09-28 14:00", "gentle")
