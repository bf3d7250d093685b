"""Putting a case off, giving it to somebody, and writing down what is to be remembered."""

from __future__ import annotations

from datetime import date

import pytest

from reminderbot.core.note import CallResult
from reminderbot.core.user import Role
from reminderbot.desk.call import call
from reminderbot.desk.case import assign, hand_over, show, snooze, waiting
from reminderbot.desk.note import note
from reminderbot.desk.refusal import Refused
from reminderbot.desk.user import close, invite
from reminderbot.store import journal
from reminderbot.store import note as notes
from tests.stories.world import World


def asked(world: World) -> int:
    """Acme asks something; gives the number of the case."""
    world.answer("Could you tell me what this is for?", world.sent[0])
    world.at("2027-03-08 10:05")
    (found,) = world.cases("ACME")
    return found.case_id


def on_the_list(world: World) -> list[int]:
    with world.house.store.reading() as connection:
        return [found.case_id for found, _ in waiting(connection, world.now)]


def test_a_snoozed_case_is_off_the_list_until_its_morning_and_its_hold_stays(world: World) -> None:
    number = asked(world)

    snooze(world.house, "olivia", number, date(2027, 3, 10))

    assert on_the_list(world) == []
    assert world.hold_kinds("ACME") == ["reply"]
    world.at("2027-03-09 23:59")
    assert on_the_list(world) == []
    world.at("2027-03-10 00:00")
    assert on_the_list(world) == [number]
    assert len(world.sent) == 1


@pytest.mark.parametrize(
    ("until", "why"),
    [(date(2027, 3, 8), "not a day to come"), (date(2027, 9, 5), "too far off")],
)
def test_a_case_is_put_off_to_a_day_to_come_within_half_a_year(world: World, until: date, why: str) -> None:
    number = asked(world)

    with pytest.raises(Refused, match=why):
        snooze(world.house, "olivia", number, until)

    snooze(world.house, "olivia", number, date(2027, 9, 4))


def test_a_case_is_given_to_somebody_of_the_desk_or_to_nobody(world: World) -> None:
    number = asked(world)
    invite(world.house, "test", "olive", Role.OWNER)
    invite(world.house, "test", "colin", Role.COLLECTOR)
    invite(world.house, "test", "gone", Role.COLLECTOR)
    close(world.house, "test", "gone")

    assert assign(world.house, "olive", number, " Colin ").case.assigned_to == "colin"
    for stranger in ("mallory", "gone"):
        with pytest.raises(Refused, match=f"Nobody at the desk is called {stranger}: there are colin, olive"):
            assign(world.house, "olive", number, stranger)
    assert assign(world.house, "olive", number, "").case.assigned_to == ""


def test_where_nobody_signs_in_a_case_is_given_to_whomever_is_named(world: World) -> None:
    assert assign(world.house, "olivia", asked(world), "Paul").case.assigned_to == "Paul"


def test_who_takes_over_a_case_finds_how_things_stand_in_it(world: World) -> None:
    number = asked(world)

    hand_over(world.house, "olivia", number, "Paul", "She wants to see the order first.")

    with world.house.store.reading() as connection:
        seen = show(world.house, connection, number)
    assert seen.case.assigned_to == "Paul"
    assert [(n.written_by, n.words) for n in seen.notes] == [("olivia", "She wants to see the order first.")]
    with pytest.raises(Refused, match="Say who takes it over"):
        hand_over(world.house, "olivia", number, "Paul", " ")


def test_notes_and_calls_are_kept_with_the_case_and_the_customer_and_in_the_journal(world: World) -> None:
    number = asked(world)

    note(world.house, "olivia", number, "Ann is on leave until Monday.")
    call(world.house, "paul", "acme", CallResult.NO_ANSWER)
    call(world.house, "paul", number, CallResult.REACHED, "She looks for the invoice.")

    with world.house.store.reading() as connection:
        of_case = show(world.house, connection, number).notes
        of_customer = notes.of_customer(connection, "ACME")
        lines = [event.data for _, event in journal.read(connection, "ACME") if event.kind == "noted"]
    assert [(n.case_id, n.call, n.words) for n in of_case] == [
        (number, None, "Ann is on leave until Monday."),
        (None, CallResult.NO_ANSWER, ""),
        (number, CallResult.REACHED, "She looks for the invoice."),
    ]
    assert list(reversed(of_customer)) == list(of_case)
    assert lines[-1]["words"] == "Ann is on leave until Monday."


def test_an_empty_or_endless_note_is_none(world: World) -> None:
    for words in ("  ", "x" * 10_001):
        with pytest.raises(Refused):
            note(world.house, "olivia", "ACME", words)
    with pytest.raises(Refused, match="Say what came of the call"):
        call(world.house, "olivia", "ACME", CallResult.REACHED)


def test_a_closed_case_is_neither_put_off_nor_given_away(world: World) -> None:
    from reminderbot.desk.case import resolve

    number = asked(world)
    resolve(world.house, "olivia", number, "explained")

    with pytest.raises(Refused, match="was resolved already: explained"):
        snooze(world.house, "olivia", number, date(2027, 3, 10))
    with pytest.raises(Refused, match="was resolved already: explained"):
        assign(world.house, "olivia", number, "Paul")
