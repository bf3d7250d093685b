"""The right address in the place of a wrong one, until the ledger itself knows better; and addresses closed by hand."""

from __future__ import annotations

import pytest

from reminderbot.core.ladder import Channel
from reminderbot.desk.answer import draft
from reminderbot.desk.contact import Way, close, correct, ways
from reminderbot.desk.hold import place, release
from reminderbot.desk.preview import before_release
from reminderbot.desk.refusal import Refused
from reminderbot.desk.undo import undo
from reminderbot.store import note
from tests.stories.world import World, moment

NEW = "payments@acme.example"


def way(world: World, channel: Channel) -> Way:
    with world.house.store.reading() as connection:
        return next(w for w in ways(world.house, connection, "ACME") if w.channel is channel)


def imported(world: World, **cells: str) -> None:
    world.change_customer("ACME", **cells)
    world.export()
    world.take_ledger()


def test_the_next_letter_goes_to_the_corrected_address_and_no_import_undoes_it(world: World) -> None:
    correct(world.house, "olivia", "acme", Channel.EMAIL, f" {NEW} ")
    imported(world, name="Acme Limited")

    (letter,) = world.at("2027-03-16 10:00")

    assert letter.to == NEW
    assert (way(world, Channel.EMAIL).address, way(world, Channel.EMAIL).listed) == (NEW, "acme@customer.example")


def test_an_answer_from_the_old_address_and_from_the_new_one_is_theirs(world: World) -> None:
    correct(world.house, "olivia", "ACME", Channel.EMAIL, NEW)
    for sender, words in (("acme@customer.example", "We dispute this."), (NEW, "We dispute all of this.")):
        world.answer(words, sender=sender)
    world.at("2027-03-08 10:10")

    assert world.case_kinds("ACME") == ["dispute", "dispute"]


def test_once_the_ledger_brings_another_one_that_counts_and_a_note_says_so(world: World) -> None:
    correct(world.house, "olivia", "ACME", Channel.EMAIL, NEW)
    imported(world, email="new@customer.example")

    assert way(world, Channel.EMAIL).address == "new@customer.example"
    with world.house.store.reading() as connection:
        (told,) = note.of_customer(connection, "ACME")
    assert told.words.startswith("the ledger has brought another e-mail address")
    imported(world, email="acme@customer.example")
    assert way(world, Channel.EMAIL).address == "acme@customer.example"


def test_a_corrected_number_has_nobodys_consent_to_texts(world: World) -> None:
    assert way(world, Channel.SMS).gate.passed

    back = correct(world.house, "olivia", "ACME", Channel.SMS, "07400 123456").undo

    seen = way(world, Channel.SMS)
    assert (seen.address, seen.gate.passed, seen.consent) == ("+447400123456", False, None)
    assert back is not None
    undo(world.house, "olivia", back.undo_id)
    assert way(world, Channel.SMS).consent is not None


@pytest.mark.parametrize(("channel", "wrong"), [(Channel.EMAIL, "jane at acme"), (Channel.SMS, "12")])
def test_what_cannot_be_written_to_is_not_taken(world: World, channel: Channel, wrong: str) -> None:
    with pytest.raises(Refused, match="cannot be written to"):
        correct(world.house, "olivia", "ACME", channel, wrong)


def test_the_same_address_again_is_no_correction_and_an_empty_one_takes_it_back(world: World) -> None:
    with pytest.raises(Refused, match="written to at that address already"):
        correct(world.house, "olivia", "ACME", Channel.EMAIL, "acme@customer.example")
    correct(world.house, "olivia", "ACME", Channel.EMAIL, NEW)

    assert correct(world.house, "olivia", "ACME", Channel.EMAIL, "").customer.contact.email == "acme@customer.example"


def test_a_dead_address_gets_nothing_more_until_that_is_taken_back(world: World) -> None:
    back = close(world.house, "olivia", "ACME", Channel.EMAIL, opted_out=False).undo
    assert [s.message.channel for s in world.at("2027-03-16 10:00")] != [Channel.EMAIL]
    assert back is not None
    assert "noted by olivia" in way(world, Channel.EMAIL).gate.because
    with pytest.raises(Refused, match="closed already"):
        close(world.house, "paul", "ACME", Channel.EMAIL, opted_out=False)


def test_closed_by_mistake_it_is_opened_again_but_never_over_an_opt_out_from_texts(world: World) -> None:
    back = close(world.house, "olivia", "ACME", Channel.EMAIL, opted_out=True).undo
    assert back is not None
    undo(world.house, "olivia", back.undo_id)
    assert way(world, Channel.EMAIL).gate.passed

    assert close(world.house, "olivia", "ACME", Channel.SMS, opted_out=True).undo is None
    assert not way(world, Channel.SMS).gate.passed


def test_an_address_that_was_dead_before_somebody_opted_out_stays_closed(world: World) -> None:
    close(world.house, "olivia", "ACME", Channel.EMAIL, opted_out=False)

    assert close(world.house, "olivia", "ACME", Channel.EMAIL, opted_out=True).undo is None


def test_who_is_the_wrong_contact_is_asked_for_the_right_one(world: World) -> None:
    world.answer("I no longer work there, I am not the right person for this.", world.sent[0])
    world.at("2027-03-08 10:05")
    (found,) = world.cases("ACME")
    assert found.kind == "wrong_contact"

    with world.house.store.reading() as connection:
        begun = draft(world.house, connection, found.case_id).text

    assert "Could you tell us whom we may write to" in begun


def test_before_a_hold_is_lifted_the_very_next_letter_is_shown(world: World) -> None:
    number = place(world.house, "olivia", "ACME").hold_id
    with world.house.store.reading() as connection:
        shown = before_release(world.house, connection, "ACME", [number]).letter
    assert shown is not None
    assert (shown.at, shown.tier, shown.recipient) == (
        moment("2027-03-15 09:00"),
        "check-in",
        "acme@customer.example",
    )

    release(world.house, "olivia", [number])
    (letter,) = world.at("2027-03-15 09:00")

    assert letter.mail["Subject"] == shown.subject
    assert letter.text.split() == shown.text.split()


def test_where_another_hold_stays_no_letter_is_shown(world: World) -> None:
    number = place(world.house, "olivia", "ACME").hold_id
    place(world.house, "paul", "ACME")

    with world.house.store.reading() as connection:
        ahead = before_release(world.house, connection, "ACME", [number])

    assert ahead.letter is None
    assert len(ahead.lifting.remaining) == 1
