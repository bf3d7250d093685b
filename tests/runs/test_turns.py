"""Why a letter has not left although every gate lets it pass: its turn is kept, and `why` tells how it ended."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from reminderbot.core.hold import HoldKind
from reminderbot.core.turn import TurnCode
from reminderbot.house import House, Limits
from reminderbot.runs.deliver import deliver_once
from reminderbot.runs.plan import plan_once
from reminderbot.store import decision, hold, setting
from reminderbot.store.decision import Kept
from tests.installation import ACME, BOLT, Installation, bill, late


@pytest.fixture
def shop(tmp_path: Path) -> Installation:
    """Two customers whose letters are planned and may leave."""
    made = Installation(tmp_path / "shop")
    made.write_ledger([ACME, BOLT], [bill("INV-1", "C1", late(5)), bill("INV-2", "C2", late(5))])
    made.ok("import")
    made.allow()
    made.plan()
    return made


def deliver(
    shop: Installation, limits: Mapping[str, int] | None = None, first: Callable[[House], None] = lambda _: None
) -> list[Kept]:
    """Deliver within these limits; gives the turns of both customers."""
    with shop.house() as plain:
        allowed = dataclasses.replace(Limits(undo=timedelta(0)), **(limits or {}))
        house = dataclasses.replace(plain, limits=allowed)

        def look() -> None:
            with house.store.writing() as connection:
                for key in (setting.INBOX_READ_AT, setting.SMS_READ_AT, setting.LEDGER):
                    setting.put_moment(connection, key, house.clock.now())

        look()
        first(house)
        deliver_once(house, look)
        with house.store.reading() as connection:
            return [kept for key in ("C1", "C2") for kept in decision.history(connection, key) if kept.turn]


@pytest.mark.parametrize(
    ("limits", "code", "told"),
    [
        ({"per_hour": 1}, TurnCode.HOUR_FULL, "so it is tried again today at 10:15."),
        ({"per_day": 1}, TurnCode.DAY_FULL, "so it waits until tomorrow at 00:00."),
        ({"first_contacts_per_day": 1}, TurnCode.NEW_FULL, "so it waits until tomorrow at 00:00."),
    ],
)
def test_a_letter_that_finds_a_limit_reached_says_which(
    shop: Installation, limits: dict[str, int], code: TurnCode, told: str
) -> None:
    turns = [kept.turn.code for kept in deliver(shop, limits) if kept.turn]
    assert sorted(turns) == sorted([TurnCode.TAKEN, code])
    waits = "C1" if turns[0] is code else "C2"
    (sentence,) = shop.json("why", waits)["kept_back_by"]
    assert sentence.endswith(told)


def test_a_letter_that_is_paused_at_the_last_moment_was_taken_back_and_says_why(shop: Installation) -> None:
    def dispute(house: House) -> None:
        with house.store.writing() as connection:
            hold.place(connection, "C1", HoldKind.DISPUTE, "they contest it", house.clock.now())

    turn = deliver(shop, first=dispute)[0]

    assert turn.turn is not None
    assert turn.turn.code is TurnCode.NOT_DUE
    assert [gate.values["kind"] for gate in turn.made.closed] == ["dispute"]
    assert "It was taken back, because by then it was not due any more." in shop.ok("why", "C1", "--at", "2026-11-23")


def test_a_letter_that_was_paid_for_meanwhile_says_that_nothing_is_open(shop: Installation) -> None:
    shop.ok("paid", "INV-1")
    turn = deliver(shop)[0]
    assert [gate.code for gate in turn.made.closed] == ["nothing_open"]


def test_a_letter_that_left_is_kept_with_every_gate_it_passed(shop: Installation) -> None:
    for kept in deliver(shop):
        assert kept.turn is not None
        assert kept.turn.code is TurnCode.TAKEN
        assert len(kept.made.gates) > 5
        assert not kept.made.closed


def test_a_letter_of_a_house_in_draft_says_that_nothing_leaves(tmp_path: Path) -> None:
    made = Installation(tmp_path / "draft")
    made.ok("import")
    assert "the mode is draft" in made.json("why", "C1")["kept_back_by"][0]


def test_a_letter_that_can_still_be_taken_back_says_until_when(tmp_path: Path) -> None:
    made = Installation(tmp_path / "undo")
    made.ok("import")
    made.allow()
    with made.house() as house:
        plan_once(house)
    assert "It leaves today at 10:10; until then it can be taken back." in made.json("why", "C1")["kept_back_by"]
