"""What a person did is taken back as if it had never been, unless something has happened since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from reminderbot.core.lane import Reason
from reminderbot.core.undo import Undo
from reminderbot.desk.case import assign, resolve, show, snooze
from reminderbot.desk.dispute import mark, settle
from reminderbot.desk.hold import place, release
from reminderbot.desk.payment import paid
from reminderbot.desk.promise import note as promise
from reminderbot.desk.refusal import Refused
from reminderbot.desk.undo import undo
from reminderbot.store import dispute
from reminderbot.store import promise as promises
from tests.stories.world import World

Act = Callable[[World, int], Undo | None]


def lift(world: World, _: int) -> Undo | None:
    return release(world.house, "olivia", [h.hold_id for h in world.holds("ACME")]).undo


def close(world: World, number: int) -> Undo | None:
    return resolve(world.house, "olivia", number, "explained", lift=True).undo


def contest(world: World, number: int) -> Undo | None:
    return mark(world.house, "olivia", number, Reason.WRONG_AMOUNT, ["INV-2"]).undo


def pay(world: World, _: int) -> Undo | None:
    return paid(world.house, "olivia", "INV-1", Decimal("20.00")).undo


def word(world: World, _: int) -> Undo | None:
    return promise(world.house, "olivia", "ACME", date(2027, 3, 19)).undo


def pause(world: World, _: int) -> Undo | None:
    return place(world.house, "olivia", "ACME").undo


ACTIONS: tuple[Act, ...] = (lift, close, contest, pay, word, pause)


def asked(world: World) -> int:
    world.answer("Could you tell me what INV-1 is for?", world.sent[0])
    world.at("2027-03-08 10:05")
    (found,) = world.cases("ACME")
    return found.case_id


def standing(world: World) -> tuple[object, ...]:
    """How Acme stands: what pauses them, what waits, what they promised and owe."""
    with world.house.store.reading() as connection:
        words = [(w.due_on, w.amount) for w in promises.open_ones(connection, ["ACME"]).get("ACME", [])]
        contested = [(d.reason, d.invoices, d.upheld) for d in dispute.of_customer(connection, "ACME")]
        facts = world.house.gatherer.gather(connection, ["ACME"], world.now)["ACME"]
    holds = sorted((h.kind.value, h.invoices, h.until) for h in world.holds("ACME"))
    waiting = [(c.case_id, c.invoices, c.snoozed_until, c.assigned_to) for c in world.cases("ACME")]
    return holds, waiting, words, contested, [item.balance for item in facts.account.items]


@pytest.mark.parametrize("act", ACTIONS)
def test_taken_back_it_is_as_it_was(world: World, act: Act) -> None:
    number = asked(world)
    before = standing(world)
    back = act(world, number)
    assert back is not None
    assert standing(world) != before

    undo(world.house, "olivia", back.undo_id)

    assert standing(world) == before
    with pytest.raises(Refused, match="olivia has taken that back already"):
        undo(world.house, "paul", back.undo_id)


def test_once_they_have_answered_again_none_of_it_is_taken_back(world: World) -> None:
    number = asked(world)
    done = [act(world, number) for act in ACTIONS if act is not close]
    world.answer("And what is INV-2 for?", world.sent[0])
    world.at("2027-03-08 10:10")
    after = standing(world)

    for back in done:
        assert back is not None
        with pytest.raises(Refused, match="an answer came in since"):
            undo(world.house, "olivia", back.undo_id)

    assert standing(world) == after


def test_once_a_letter_has_left_a_hold_is_not_placed_again_as_if_nothing_had_been(world: World) -> None:
    asked(world)
    back = release(world.house, "olivia", [h.hold_id for h in world.holds("ACME")]).undo
    assert back is not None
    assert len(world.at("2027-03-16 10:00")) == 1

    with pytest.raises(Refused, match="a message left since"):
        undo(world.house, "olivia", back.undo_id)


def test_what_was_only_planned_meanwhile_is_withdrawn_with_the_hold_back(world: World) -> None:
    asked(world)
    world.at("2027-03-20 10:00")
    back = release(world.house, "olivia", [h.hold_id for h in world.holds("ACME")]).undo
    assert back is not None
    # A Sunday, the first after the spacing of the ladder.
    assert world.at("2027-03-28 10:00") == []
    assert world.states()[-1] == "planned"

    undo(world.house, "olivia", back.undo_id)

    assert world.at("2027-03-30 11:00") == []
    assert world.states()[-1] == "withdrawn"


def test_an_earlier_promise_and_its_pause_stand_again(world: World) -> None:
    asked(world)
    promise(world.house, "olivia", "ACME", date(2027, 3, 12), Decimal("50.00"))
    before = standing(world)

    undo(world.house, "olivia", promise(world.house, "olivia", "ACME", date(2027, 4, 1)).undo.undo_id)

    assert standing(world) == before


def test_an_earlier_note_of_money_counts_again(world: World) -> None:
    pay(world, 0)
    before = standing(world)
    back = pay(world, 0)
    assert back is not None

    undo(world.house, "olivia", back.undo_id)

    assert standing(world) == before


def test_an_earlier_word_on_a_dispute_counts_again(world: World) -> None:
    number = asked(world)
    mark(world.house, "olivia", number, Reason.DEFECTIVE, ["INV-1"])
    before = standing(world)
    back = contest(world, number)
    assert back is not None

    undo(world.house, "olivia", back.undo_id)

    assert standing(world) == before


def test_a_settled_dispute_waits_again(world: World) -> None:
    number = asked(world)
    contest(world, number)
    before = standing(world)
    for upheld in (True, False):
        settled = settle(world.house, "olivia", number, upheld=upheld, note="looked into it")

        undo(world.house, "olivia", settled.undo.undo_id)

        assert standing(world) == before
    with world.house.store.reading() as connection:
        assert show(world.house, connection, number).disputes


def test_lists_are_put_back_whatever_was_heard_meanwhile(world: World) -> None:
    number = asked(world)
    before = standing(world)
    off = snooze(world.house, "olivia", number, date(2027, 3, 10)).undo
    given = assign(world.house, "olivia", number, "Paul").undo

    undo(world.house, "olivia", given.undo_id)
    undo(world.house, "olivia", off.undo_id)

    assert standing(world) == before


def test_a_case_that_moved_on_is_not_moved_back(world: World) -> None:
    number = asked(world)
    off = snooze(world.house, "olivia", number, date(2027, 3, 10)).undo
    snooze(world.house, "olivia", number, date(2027, 3, 12))

    with pytest.raises(Refused, match="has been moved or resolved since"):
        undo(world.house, "olivia", off.undo_id)


def test_there_is_nothing_to_take_back_under_a_number_nobody_gave(world: World) -> None:
    with pytest.raises(Refused, match="nothing to take back"):
        undo(world.house, "olivia", 4711)
