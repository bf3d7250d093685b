"""Faults around whose ladder is whose, planted; options falls due on the 23rd, by the ladder of everybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from tests.oracle.evidence import Channel, Deed, Rung, Segment
from tests.oracle.lives import Life

_MAIL = (Channel.EMAIL,)
_SHORT = (Rung("gentle", 5, _MAIL), Rung("options", 18, _MAIL), Rung("last", 45, _MAIL))


def _segment(life: Life, name: str, **what: object) -> None:
    made = replace(Segment(name), **what)  # type: ignore[arg-type]  # its own fields
    life.rules = replace(life.rules, segments=(made,), currency="USD")


def _in_group(life: Life, group: str) -> None:
    life.customers["ACME"] = replace(life.customers["ACME"], group=group)


def before_its_day_with_more_patience(life: Life) -> None:
    _segment(life, "friends", groups=frozenset({"Friends"}), patience_days=2)
    _in_group(life, " friends ")
    life.letter("2026-09-23 14:00", "options")


def on_its_day_with_more_patience(life: Life) -> None:
    _segment(life, "friends", groups=frozenset({"Friends"}), patience_days=1)
    _in_group(life, " friends ")
    life.letter("2026-09-23 14:00", "options")


def before_a_private_persons_day(life: Life) -> None:
    _segment(life, "people", kind="person", patience_days=2)
    _in_group(life, "Consumer")
    life.letter("2026-09-23 14:00", "options")


def on_the_day_of_a_company(life: Life) -> None:
    _segment(life, "people", kind="person", patience_days=2)
    _in_group(life, "B2B")
    life.letter("2026-09-23 14:00", "options")


def before_the_day_of_who_owes_little(life: Life) -> None:
    _segment(life, "small", owed_up_to=Decimal("100.00"), patience_days=2)
    life.letter("2026-09-23 14:00", "options")


def on_the_day_of_who_owes_more(life: Life) -> None:
    _segment(life, "small", owed_up_to=Decimal("99.99"), patience_days=2)
    life.letter("2026-09-23 14:00", "options")


def _paid_well(life: Life, days_late: int) -> None:
    for number in range(6):
        due = date(2025, 6, 2) + timedelta(days=60 * number)
        life.bill(
            f"OLD-{number}", open_balance=Decimal(0), due_on=due, issued_on=due - timedelta(days=30),
            paid_on=due + timedelta(days=days_late),
        )  # fmt: skip


def before_the_day_of_a_good_payer(life: Life) -> None:
    _segment(life, "loyal", good_payers=True, patience_days=2)
    _paid_well(life, 5)
    life.letter("2026-09-23 14:00", "options")


def on_the_day_of_who_pays_late(life: Life) -> None:
    _segment(life, "loyal", good_payers=True, patience_days=2)
    _paid_well(life, 6)
    life.letter("2026-09-23 14:00", "options")


def before_the_day_that_a_person_chose(life: Life) -> None:
    _segment(life, "by hand", patience_days=2)
    life.did("2026-09-16 14:00", Deed.LADDER_CHOSEN, customer="ACME", name="by hand")
    life.letter("2026-09-23 14:00", "options")


def on_everybodys_day_after_a_person_took_it_back(life: Life) -> None:
    _segment(life, "by hand", patience_days=2)
    life.did("2026-09-16 14:00", Deed.LADDER_CHOSEN, customer="ACME", name="by hand")
    life.did("2026-09-18 14:00", Deed.LADDER_CHOSEN, customer="ACME")
    life.letter("2026-09-23 14:00", "options")


def by_text_where_none_is_to_be_sent(life: Life) -> None:
    _segment(life, "quiet", without=frozenset({Channel.SMS}))
    # On the 17th there was a text message.
    life.did("2026-09-16 14:00", Deed.LADDER_CHOSEN, customer="ACME", name="quiet")


def _moves(life: Life) -> None:
    _segment(life, "short", ladder=_SHORT)
    life.did("2026-09-18 14:00", Deed.LADDER_CHOSEN, customer="ACME", name="short")


def in_a_tier_that_their_ladder_has_not(life: Life) -> None:
    _moves(life)
    life.letter("2026-10-05 14:00", "firm")


def the_same_tier_again_on_another_ladder(life: Life) -> None:
    _moves(life)
    life.letter("2026-09-28 14:00", "gentle")


def too_soon_by_the_ladder_they_moved_to(life: Life) -> None:
    _moves(life)
    life.letter("2026-09-25 14:00", "options")


def thirteen_days_later_on_the_ladder_they_moved_to(life: Life) -> None:
    _moves(life)
    life.letter("2026-09-28 14:00", "options")
