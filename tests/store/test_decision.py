"""Decisions as they are kept: another one is a new line, the same one only moves on, and an old one is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings

from reminderbot.core.decision import Decision
from reminderbot.core.dunning import decide
from reminderbot.core.facts import Facts
from reminderbot.core.rules import Rules
from reminderbot.core.turn import Turn, TurnCode
from reminderbot.store import decision
from reminderbot.store.decision import Place, from_json, to_json
from reminderbot.store.session import Store, open_store
from reminderbot.store.tables import customer
from tests.core.facts import MONDAY, at, days, facts, hold, item, rules
from tests.core.test_laws import situations

NOW = at(MONDAY + days(3))
KEEP = timedelta(days=60)
DUE, HELD = decide(facts(), rules(), NOW), decide(facts(holds=[hold()]), rules(), NOW)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/bot.db", tmp_path)
    with opened.writing() as connection:
        row = {"name": "Acme", "contact_name": "", "language": "", "time_zone": "", "country": "", "group": ""}
        connection.execute(customer.insert().values(customer_id="ACME", listed=True, **row))
    yield opened
    opened.close()


def keep(store: Store, made: Decision, now: datetime) -> None:
    with store.writing() as connection:
        decision.keep_all(connection, {"ACME": made}, now, KEEP)


def kept(store: Store, until: datetime | None = None) -> list[decision.Kept]:
    with store.reading() as connection:
        return decision.history(connection, "ACME", until)


@settings(derandomize=True, max_examples=300)
@given(situations())
def test_what_is_kept_is_what_was_decided_to_the_last_word(situation: tuple[Facts, Rules, datetime]) -> None:
    made = decide(*situation)
    assert from_json(to_json(made)) == made


def test_another_decision_is_a_new_line_and_the_one_before_stays(store: Store) -> None:
    keep(store, DUE, NOW)
    keep(store, HELD, NOW + days(1))
    assert [one.made for one in kept(store)] == [HELD, DUE]
    assert [one.made for one in kept(store, NOW + days(1))] == [DUE]


def test_the_same_decision_twice_is_one_line_whose_last_look_moves_on(store: Store) -> None:
    assert DUE.send is not None
    keep(store, DUE, NOW)
    # It may leave at once, which is another moment each time.
    later = replace(DUE, send=replace(DUE.send, not_before=NOW + timedelta(minutes=5)))
    keep(store, later, NOW + timedelta(minutes=5))
    (only,) = kept(store)
    assert (only.decided_at, only.looked_at, only.made) == (NOW, NOW + timedelta(minutes=5), later)


def test_the_same_decision_after_another_one_is_told_again(store: Store) -> None:
    for day, made in enumerate((DUE, HELD, DUE)):
        keep(store, made, NOW + days(day))
    assert [one.decided_at for one in kept(store)] == [NOW + days(2), NOW + days(1), NOW]


@pytest.mark.parametrize(("age", "lines"), [(59, 2), (60, 2), (61, 1)])
def test_what_was_last_true_longer_ago_than_is_kept_is_forgotten(store: Store, age: int, lines: int) -> None:
    keep(store, DUE, NOW)
    keep(store, HELD, NOW + days(age))
    assert len(kept(store)) == lines


def test_the_only_decision_is_never_forgotten_however_old(store: Store) -> None:
    keep(store, HELD, NOW)
    keep(store, HELD, NOW + days(900))
    assert [one.looked_at for one in kept(store)] == [NOW + days(900)]


def test_a_turn_at_the_door_stands_beside_the_plan_and_does_not_take_its_place(store: Store) -> None:
    keep(store, DUE, NOW)
    full = Turn(TurnCode.HOUR_FULL, 7, NOW + timedelta(minutes=15), "no more")
    with store.writing() as connection:
        decision.keep_turns(connection, [("ACME", HELD, full)], NOW, KEEP)
    with store.reading() as connection:
        newest = decision.latest(connection, "ACME")
    assert newest is not None
    assert (newest.place, newest.made, newest.turn) == (Place.PLAN, DUE, None)
    assert [(one.place, one.turn) for one in kept(store)] == [(Place.DOOR, full), (Place.PLAN, None)]


def test_a_decision_names_the_invoices_of_each_hold() -> None:
    made = decide(facts(item("A"), item("B"), holds=[hold(invoices=("B",))]), rules(), NOW)
    assert [(gate.code, gate.invoices) for gate in made.closed] == [("held", ("B",))]
