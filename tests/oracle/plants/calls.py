"""Faults around what was said on the telephone, planted."""

from __future__ import annotations

from datetime import date

from tests.oracle.evidence import Deed
from tests.oracle.lives import PHONE, Life

_ONE = frozenset({"INV-1"})


def _promised(life: Life) -> None:
    life.did("2026-09-21 14:00", Deed.PROMISED, customer="ACME", bills=_ONE, day=date(2026, 9, 24))


def before_the_day_they_named(life: Life) -> None:
    _promised(life)
    life.letter("2026-09-25 14:00", "options")


def after_the_day_they_named_passed_unpaid(life: Life) -> None:
    _promised(life)
    life.letter("2026-09-29 14:00", "options")


def about_another_than_they_promised(life: Life) -> None:
    life.did("2026-09-21 14:00", Deed.PROMISED, customer="ACME", bills=frozenset({"INV-7"}), day=date(2026, 9, 24))
    life.letter("2026-09-25 14:00", "options")


def after_a_broken_word_was_talked_about(life: Life) -> None:
    _promised(life)
    life.did("2026-09-29 13:00", Deed.RELEASED, customer="ACME")
    life.letter("2026-09-29 14:00", "options")


def _asked(life: Life) -> None:
    life.did("2026-09-21 14:00", Deed.ASKED_FOR_A_CALL, customer="ACME")


def before_the_call_they_asked_for(life: Life) -> None:
    _asked(life)
    life.letter("2026-09-25 14:00", "options")


def after_a_message_on_the_voicemail_instead(life: Life) -> None:
    _asked(life)
    life.did("2026-09-22 14:00", Deed.CALLED, customer="ACME")
    life.letter("2026-09-25 14:00", "options")


def after_the_call_they_asked_for(life: Life) -> None:
    _asked(life)
    life.did("2026-09-22 14:00", Deed.CALLED, customer="ACME")
    life.did("2026-09-22 14:00", Deed.TALKED, customer="ACME")
    life.letter("2026-09-25 14:00", "options")


def _wrong_number(life: Life, when: str) -> None:
    life.did(when, Deed.WRONG_NUMBER, customer="ACME", address=PHONE)


def by_text_where_somebody_else_picked_up(life: Life) -> None:
    # On the 17th there was a text message.
    _wrong_number(life, "2026-09-16 14:00")


def by_letter_after_a_wrong_number(life: Life) -> None:
    _wrong_number(life, "2026-09-18 14:00")
    life.letter("2026-09-25 14:00", "options")
