"""Payment plans: agreed at the desk, kept to the end, missed, paid early, and all that comes between; a date each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from reminderbot.core.plan import Instalment, PlanState
from reminderbot.desk import plan
from tests.stories.world import World

Make = Callable[..., World]


def parts(*told: str) -> tuple[Instalment, ...]:
    """Instalments as "2027-03-19=40.00"."""
    pairs = (each.split("=") for each in told)
    return tuple(Instalment(date.fromisoformat(day), Decimal(amount)) for day, amount in pairs)


def agree(world: World, *told: str, invoices: tuple[str, ...] = ()) -> plan.Noted:
    return plan.agree(world.house, "olivia", "ACME", parts(*told), invoices)


def state(world: World) -> PlanState:
    return look(world).plan.state


def look(world: World) -> plan.Seen:
    with world.house.store.reading() as connection:
        return plan.look(world.house, connection, "ACME")[0]


def months_of_silence(world: World, until: str) -> list[str]:
    return [f"{sent.day} {sent.tier}" for sent in world.until(until, "09:30", "14:00")]


@pytest.fixture
def world(world: World) -> World:
    """ACME owes INV-1 over 120.00; its first reminder left on 8 March."""
    made = world.invoice("INV-1", "ACME", "2027-03-05").begin()
    made.at("2027-03-08 10:00")
    assert made.tiers() == ["03-08 gentle"]
    return made


def test_a_plan_that_is_kept_to_its_end_has_a_note_before_each_instalment_and_no_reminder(world: World) -> None:
    world.at("2027-03-10 10:00")
    agree(world, "2027-03-19=40.00", "2027-04-19=40.00", "2027-05-19=40.00")
    assert world.hold_kinds("ACME") == ["plan"]
    # Three days before, in the morning.
    assert months_of_silence(world, "2027-03-18") == ["03-16 instalment"]
    note = world.sent[-1]
    assert "payment 1 of 3" in note.text
    assert "GBP 40.00" in note.text
    assert "Mar 19, 2027" in note.text
    world.pay("INV-1", "40.00")
    # 16 April is a Friday.
    assert months_of_silence(world, "2027-04-18") == ["04-16 instalment"]
    world.pay("INV-1", "40.00")
    assert months_of_silence(world, "2027-05-18") == ["05-14 instalment"]
    assert "It is the last one." in world.sent[-1].text
    world.pay("INV-1", "40.00")
    assert months_of_silence(world, "2027-06-30") == []
    assert state(world) is PlanState.KEPT
    assert world.case_kinds("ACME") == []
