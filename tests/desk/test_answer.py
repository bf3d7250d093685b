"""A person's answer leaves once, in its thread, to who may be written to, whatever holds the reminders."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from reminderbot.compose.email import is_message_id
from reminderbot.core.delivery import Deferred, Uncertain
from reminderbot.core.ladder import Channel
from reminderbot.core.stop import Mode
from reminderbot.desk.answer import Draft, draft, send
from reminderbot.desk.case import resolve, show
from reminderbot.desk.refusal import Refused
from reminderbot.desk.sending import stop
from reminderbot.desk.uncertain import resend
from reminderbot.desk.undo import undo
from reminderbot.store import answer as answers
from reminderbot.store import inbox, setting
from tests.stories.world import OUR_ADDRESS, World, moment

PHONE = "+447700900123"
WORDS = "Hello Ann,\n\nThe copy is on its way.\n\nKind regards\nOlivia"


def asked(world: World, words: str = "Could you send us a copy?", **headers: str) -> int:
    world.answer(words, world.sent[0], **headers)
    world.at("2027-03-08 10:05")
    return world.cases("ACME")[-1].case_id


def shown(world: World, number: int, text: str | None = None, channel: Channel | None = None) -> Draft:
    with world.house.store.reading() as connection:
        return draft(world.house, connection, number, text=text, channel=channel, writer="olivia")


def test_it_leaves_at_once_though_all_reminders_are_held(world: World) -> None:
    number = asked(world)

    sending = send(world.house, "olivia", number, WORDS)
    (letter,) = world.at("2027-03-08 10:06")

    assert sending.draft.waits_for == ()
    assert (letter.to, letter.tier, letter.lists) == ("acme@customer.example", "answer", ())
    assert letter.text.split() == WORDS.split()
    assert "<p>The copy is on its way.</p>" in letter.message.body.decode()
    assert world.hold_kinds("ACME") == ["reply"]
    assert world.reminder(letter.message.reminder_id).approved_by == "olivia"
    assert world.at("2027-03-08 10:30") == []


def test_it_stands_in_the_thread_and_carries_no_mark_of_a_machine(world: World) -> None:
    number = asked(world)
    send(world.house, "olivia", number, WORDS)
    (letter,) = world.at("2027-03-08 10:06")
    theirs = str(message_from_bytes(world.mailbox.mails[-1].raw, policy=policy.default)["Message-ID"])

    mail = letter.mail

    assert mail["Subject"] == f"Re: {world.sent[0].mail['Subject']}"
    assert mail["In-Reply-To"] == theirs
    assert str(mail["References"]).split() == [world.sent[0].message.message_id, theirs]
    assert mail["Message-ID"] == letter.message.message_id
    assert {"auto-submitted", "x-auto-response-suppress", "x-reminderbot", "list-unsubscribe"}.isdisjoint(
        name.lower() for name in mail
    )
    assert mail["Reply-To"] != OUR_ADDRESS


def test_what_they_write_back_finds_them_whatever_address_they_use(world: World) -> None:
    send(world.house, "olivia", asked(world), WORDS)
    (letter,) = world.at("2027-03-08 10:06")

    world.answer("Got it, we dispute it.", letter, sender="cfo@elsewhere.example")
    world.at("2027-03-08 11:00")

    assert world.case_kinds("ACME")[0] == "dispute"


@pytest.mark.parametrize("hostile", ["<x@y>\r\nBcc: e@x.example", "no-angles@x", "<" + "a" * 400 + "@x>", "", "<@>"])
def test_what_is_no_message_id_fits_no_header(hostile: str) -> None:
    assert not is_message_id(hostile)


def test_what_they_call_a_message_id_and_is_none_stands_in_no_header_of_ours(world: World) -> None:
    number = asked(world)
    with world.house.store.writing() as connection:
        inbox.note_sender(connection, 1, "acme@customer.example", "<x@y>\r\nBcc: evil@x.example")

    send(world.house, "olivia", number, WORDS)
    (letter,) = world.at("2027-03-08 10:06")

    assert letter.mail["In-Reply-To"] == world.sent[0].message.message_id
    assert letter.mail["Bcc"] is None


def test_it_is_begun_politely_in_their_language_and_quotes_nothing(world: World) -> None:
    number = asked(world)
    hello, thanks, nothing, regards = shown(world, number).text.split("\n\n")
    assert (hello, thanks, nothing) == ("Hello Ann Archer,", "Thank you for your message.", "")
    assert regards == "Kind regards\nolivia\nBrightwater Gardens\n"
    for language, hello in (("de", "Guten Tag Ann Archer,"), ("pl", "Hello Ann Archer,")):
        world.change_customer("ACME", language=language)
        world.export()
        world.take_ledger()

        assert shown(world, number).text.startswith(hello)


def test_it_says_before_it_leaves_to_whom_how_and_what_it_costs(world: World) -> None:
    number = asked(world)

    by_mail = shown(world, number, WORDS)
    by_text = shown(world, number, "The copy is on its way. Brightwater Gardens", Channel.SMS)

    assert (by_mail.recipient, by_mail.channel, by_mail.segments) == ("acme@customer.example", Channel.EMAIL, None)
    assert (by_text.recipient, by_text.channel, by_text.segments) == (PHONE, Channel.SMS, 1)
    assert by_mail.channels == (Channel.EMAIL, Channel.SMS)
    assert len(world.sent) == 1


def test_a_stranger_who_wrote_in_their_name_is_told_of_and_not_written_to(world: World) -> None:
    world.answer("Could you send us a copy?", world.sent[0], sender="boss@elsewhere.example")
    world.at("2027-03-08 10:05")
    number = world.cases("ACME")[-1].case_id

    assert shown(world, number).written_from == "boss@elsewhere.example"
    send(world.house, "olivia", number, WORDS)
    assert [sent.to for sent in world.at("2027-03-08 10:06")] == ["acme@customer.example"]


def test_what_says_nothing_or_never_ends_is_not_sent(world: World) -> None:
    number = asked(world)
    for text, why in (
        ("", "there is nothing in the answer yet"),
        (" \r\n\t", "there is nothing in the answer yet"),
        (shown(world, number).text.replace("\n\n\n", "\n \r\n"), "but how it begins and ends"),
        ("x" * 20_001, "20000 are allowed"),
    ):
        with pytest.raises(Refused, match=why):
            send(world.house, "olivia", number, text)

    assert world.at("2027-03-08 10:06") == []


def test_twenty_clicks_send_one(world: World) -> None:
    number = asked(world)
    send(world.house, "olivia", number, WORDS)
    for _ in range(3):
        with pytest.raises(Refused, match="olivia's answer to Acme Ltd has not left yet"):
            send(world.house, "olivia", number, WORDS)
    assert len(world.at("2027-03-08 10:06")) == 1
    with pytest.raises(Refused, match="These very words were sent in this case already"):
        send(world.house, "paul", number, WORDS + "\n")

    send(world.house, "paul", number, "Hello Ann,\n\nand here is the other one.")

    assert len(world.at("2027-03-08 10:07")) == 1


def test_it_uses_up_the_contact_budget_and_a_reminder_waits(world: World) -> None:
    number = asked(world)
    world.at("2027-03-15 11:00")
    world.release("ACME")
    world.plan()
    send(world.house, "olivia", number, WORDS)

    # Both are due, the reminder longer than the answer: the answer goes first.
    assert [sent.tier for sent in world.at("2027-03-15 11:10")] == ["answer"]
    assert world.at("2027-03-16 11:00") == []
    assert [sent.tier for sent in world.at("2027-03-16 11:11")] == ["check-in"]


def test_two_messages_of_the_very_same_moment_count_as_two(world: World) -> None:
    number = asked(world)
    world.at("2027-03-15 11:00")
    world.release("ACME")
    world.plan()
    assert [sent.tier for sent in world.at("2027-03-15 11:10")] == ["check-in"]
    send(world.house, "olivia", number, WORDS)
    world.deliver()

    with world.house.store.reading() as connection:
        facts = world.house.gatherer.gather(connection, ["ACME"], world.now)["ACME"]

    assert facts.reach.contacted_at[-2:] == (world.now, world.now)


def test_who_opted_out_of_texts_is_answered_by_mail_and_who_opted_out_of_mail_not_by_mail(world: World) -> None:
    number = asked(world)
    world.text(PHONE, "STOP")
    world.at("2027-03-08 10:10")

    assert shown(world, number).channels == (Channel.EMAIL,)
    with pytest.raises(Refused, match="cannot be answered by SMS: they asked for no more messages"):
        send(world.house, "olivia", number, "Yes.", channel=Channel.SMS)
    send(world.house, "olivia", number, WORDS)
    assert [sent.message.channel for sent in world.at("2027-03-08 10:11")] == [Channel.EMAIL]
    world.answer("unsubscribe", world.sent[0])
    world.at("2027-03-08 10:20")

    with pytest.raises(Refused, match="cannot be answered by e-mail: they asked for no more messages"):
        send(world.house, "olivia", number, "One more thing.")


def test_an_opt_out_that_comes_before_it_leaves_keeps_it_and_a_person_is_told(world: World) -> None:
    number = asked(world)
    send(world.house, "olivia", number, WORDS)
    world.answer("unsubscribe", world.sent[0])

    assert world.at("2027-03-08 10:06") == []

    (told,) = [found for found in world.cases("ACME") if found.kind == "delivery"]
    assert told.why == "olivia's answer to them did not leave: they asked for no more messages"
    assert world.states()[-1] == "withdrawn"


def test_a_text_waits_for_their_hours_and_a_mail_does_not(world: World) -> None:
    world.text(PHONE, "Which invoice is that?")
    world.at("2027-03-08 20:00")
    number = world.cases("ACME")[-1].case_id

    sending = send(world.house, "olivia", number, "It is INV-1. Brightwater Gardens")

    assert (sending.draft.channel, sending.draft.not_before) == (Channel.SMS, moment("2027-03-09 09:00"))
    assert world.at("2027-03-08 20:10") == []
    assert world.at("2027-03-09 08:59") == []
    (text,) = world.at("2027-03-09 09:00")
    assert text.text == "It is INV-1. Brightwater Gardens"
    valid = text.message.valid_for
    assert valid is not None
    assert valid <= timedelta(hours=4)
    send(world.house, "olivia", number, "And here is the copy.", channel=Channel.EMAIL)
    assert len(world.at("2027-03-09 22:00")) == 1


def test_a_text_of_more_than_two_segments_is_not_sent(world: World) -> None:
    with pytest.raises(Refused, match="takes 3 segments"):
        send(world.house, "olivia", asked(world), "x" * 400, channel=Channel.SMS)


def test_taken_back_before_it_leaves_nothing_leaves(world: World) -> None:
    back = send(world.house, "olivia", asked(world), WORDS).undo
    assert back is not None

    undo(world.house, "olivia", back.undo_id)

    assert world.at("2027-03-08 10:06") == []


def test_what_has_left_is_not_taken_back(world: World) -> None:
    back = send(world.house, "olivia", asked(world), WORDS).undo
    assert back is not None
    world.at("2027-03-08 10:06")

    with pytest.raises(Refused, match="has left already"):
        undo(world.house, "olivia", back.undo_id)


def test_in_draft_it_is_a_file_and_never_a_message_not_even_after_going_live(world: World) -> None:
    number = asked(world)
    with world.house.store.writing() as connection:
        grant = setting.get(connection, setting.GRANT)
        setting.put(connection, setting.GRANT, grant | {"mode": Mode.DRAFT.value})

    sending = send(world.house, "olivia", number, WORDS)

    assert sending.file is not None
    assert "The copy is on its way." in sending.file.read_text()
    with world.house.store.writing() as connection:
        setting.put(connection, setting.GRANT, grant)
    assert world.at("2027-03-08 10:06") == []


def test_in_approve_mode_the_writers_word_is_the_yes(world: World) -> None:
    number = asked(world)
    with world.house.store.writing() as connection:
        grant = setting.get(connection, setting.GRANT)
        setting.put(connection, setting.GRANT, grant | {"mode": Mode.APPROVE.value})

    send(world.house, "olivia", number, WORDS)

    assert len(world.at("2027-03-08 10:06")) == 1


def test_the_kill_switch_stops_it_too_and_it_says_so(world: World) -> None:
    number = asked(world)
    stop(world.house, "paul")

    sending = send(world.house, "olivia", number, WORDS)

    assert any("paul stopped all sending" in why for why in sending.draft.waits_for)
    assert world.at("2027-03-08 10:06") == []


def test_put_off_by_the_server_it_goes_again_as_the_same_bytes(world: World) -> None:
    send(world.house, "olivia", asked(world), WORDS)
    world.email.next = [Deferred("greylisted")]
    assert world.at("2027-03-08 10:06") == []
    before = world.email.tried[-1]

    (letter,) = world.at("2027-03-08 10:20")

    assert letter.message == before


def test_of_uncertain_fate_it_is_never_sent_again_but_by_a_person(world: World) -> None:
    sending = send(world.house, "olivia", asked(world), WORDS)
    world.email.next = [Uncertain("the line broke")]
    world.at("2027-03-08 10:06")
    before = world.email.tried[-1]
    assert world.at("2027-03-08 12:00") == []
    assert sending.reminder_id is not None

    resend(world.house, "paul", sending.reminder_id)

    (letter,) = world.at("2027-03-08 12:10")
    assert letter.message == before


def test_the_case_shows_what_was_written_back_and_what_became_of_it(world: World) -> None:
    number = asked(world)
    send(world.house, "olivia", number, WORDS)
    world.at("2027-03-08 10:06")

    with world.house.store.reading() as connection:
        (known,) = show(world.house, connection, number).answers
        assert answers.of_customer(connection, "ACME") == [known]
    assert (known.written_by, known.words, known.state) == ("olivia", WORDS, "accepted")


def test_there_is_no_answer_to_nobody_nor_in_a_closed_case(world: World) -> None:
    number = asked(world)
    resolve(world.house, "olivia", number, "explained")

    with pytest.raises(Refused, match="was resolved already"):
        send(world.house, "olivia", number, WORDS)
