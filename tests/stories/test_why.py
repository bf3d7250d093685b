"""What `why` says over a whole conversation: on whose word we wait, who must act, and what goes on meanwhile."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reminderbot.core.lane import Reason
from reminderbot.desk.dispute import mark, settle
from reminderbot.desk.door import look_at
from reminderbot.desk.find import Exactly, Found, one_customer
from reminderbot.desk.why import on_day, why
from reminderbot.sentences.why import answer_of, past_of
from tests.stories.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Acme was reminded of two invoices on Monday 8 March 2027 at ten; its third falls due on the Wednesday."""
    made = World(tmp_path / "world")
    made.customer("ACME", contact_name="Jane Roe")
    for number, due in (("INV-1", "2027-03-04"), ("INV-2", "2027-03-04"), ("INV-3", "2027-03-10")):
        made.invoice(number, "ACME", due)
    made.begin()
    made.at("2027-03-08 10:00")
    return made


def told(world: World) -> list[str]:
    """Each sentence of this moment, paragraph by paragraph."""
    with world.house.store.reading() as connection:
        who = one_customer(connection, Exactly("ACME"))
        seen = why(world.house, connection, Found(who), look_at(world.house, connection))
        answer = answer_of(world.house, seen)
    return [" ".join(part.sentences) for part in answer.paragraphs] + [*answer.barriers, *answer.also]


def test_a_dispute_from_the_first_word_to_the_last(world: World) -> None:
    assert told(world)[0] == "The next reminder about INV-1 and INV-2 goes out on 15 March at 09:00."

    world.at("2027-03-09 09:30")
    world.answer("INV-1 is wrong, we never got the second pallet.", world.sent[0])
    world.at("2027-03-09 09:35")
    assert told(world)[0].startswith("We wait: Jane Roe wrote today and disputes what we ask for.")

    world.at("2027-03-11 11:00")
    (matter,) = world.cases("ACME")
    mark(world.house, "olivia", matter.case_id, Reason.NOT_RECEIVED, ["INV-1"])
    first, *others = told(world)
    assert first == "We wait: Jane Roe wrote on Tuesday and disputes INV-1. A person must settle that first."
    assert any("INV-2" in sentence for sentence in others)
    assert not any("INV-1" in sentence for sentence in others)

    world.at("2027-03-12 11:00")
    settle(world.house, "olivia", matter.case_id, upheld=True, note="the second pallet was lost")
    assert told(world)[0] == (
        "We wait: Jane Roe was right about INV-1, and the credit is not in your books yet. A person must put it there."
    )


def test_what_was_decided_on_a_day_can_be_told_weeks_later(world: World) -> None:
    world.at("2027-03-09 09:30")
    world.answer("We dispute INV-1, half of it never arrived.", world.sent[0])
    world.at("2027-03-09 10:00")
    world.at("2027-04-20 10:00")

    with world.house.store.reading() as connection:
        found = Found(one_customer(connection, Exactly("ACME")))
        seen = why(world.house, connection, found, look_at(world.house, connection))
        stood = [on_day(world.house, connection, found, date(2027, 3, day)) for day in (8, 20)]
    monday, later = ([" ".join(sentences) for _, sentences in past_of(world.house, seen, kept)] for kept in stood)
    assert any("It left." in line for line in monday)
    assert later
    assert all("Jane Roe wrote on 9 March and disputes" in line for line in later)
