"""Listening: stored raw before it is read, acted on once, and nobody's answer is lost whatever is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest

from reminderbot.core.inbound import Inbound, InboxUnavailable, MailCursor
from reminderbot.core.ladder import Channel
from reminderbot.core.understanding import Understanding
from reminderbot.inbox.imap import Poll
from reminderbot.replies.understand import Context
from reminderbot.runs.listen import Listener
from reminderbot.store import contact, halt, inbox, setting
from reminderbot.store.tables import inbound
from tests.faults.life import Reader
from tests.stories.world import OUR_ADDRESS, Mailbox, World

Make = Callable[..., World]
PHONE = "+447700900123"
TEXTS = {"phone": PHONE, "sms_consent": "yes", "sms_consent_on": "2027-01-05", "sms_consent_how": "form"}


def inbounds(world: World) -> list[tuple[str, str, int]]:
    with world.house.store.reading() as connection:
        rows = connection.execute(inbound.select().order_by(inbound.c.inbound_id))
        return [(row.state, row.matched_by or "", row.attempts) for row in rows]


def closed(world: World, channel: Channel, address: str) -> bool:
    digest = world.house.gatherer.hash_of(address)
    with world.house.store.reading() as connection:
        by_hash, _ = contact.closed(connection, [], [digest])
    return any(entry[0] is channel for entry in by_hash.get(digest, []))


def test_a_mail_is_kept_as_it_came_and_acted_on_once_however_often_it_is_shown(make_world: Make) -> None:
    world = make_world("ACME")
    (letter,) = world.tick()
    raw = world.answer("We dispute this invoice.", letter)
    for _ in range(3):
        world.look()
        world.deliver_raw(raw)
    world.look()
    assert inbounds(world) == [("understood", "token", 1)]
    assert (world.case_kinds("ACME"), world.hold_kinds("ACME")) == (["dispute"], ["dispute"])
    with world.house.store.reading() as connection:
        row = inbox.get(connection, 1)
    assert row is not None
    assert world.house.spool.read(row.digest) == raw


def test_a_stored_mail_that_nobody_has_read_is_read_by_the_next_start(make_world: Make) -> None:
    world = make_world("ACME")
    (letter,) = world.tick()
    raw = world.answer("We dispute this invoice.", letter)
    message = world.mailbox.mails.pop()
    with world.house.store.writing() as connection:
        digest = world.house.spool.keep(raw)
        inbox.keep(connection, message, digest, digest, world.now)
    world.restart()
    world.look()
    assert world.hold_kinds("ACME") == ["dispute"]


class Watching(Reader):
    """Reads as always, and notes what pauses a customer at the moment at which it is asked what a mail means."""

    def __init__(self, world: World, customer_id: str) -> None:
        self._world, self._customer_id = world, customer_id
        self.seen: list[list[str]] = []

    def mail(self, raw: bytes, received_at: datetime, context: Context) -> Understanding:
        self.seen.append(self._world.hold_kinds(self._customer_id))
        return super().mail(raw, received_at, context)


def test_the_customer_is_paused_before_anybody_asks_what_the_answer_means(make_world: Make) -> None:
    world = make_world("ACME")
    (letter,) = world.tick()
    watching = Watching(world, "ACME")
    world.house = replace(world.house, reader=watching)
    world.answer("We will pay on Friday.", letter)
    Listener(world.house).look()
    assert watching.seen == [["reply"]]
    assert world.hold_kinds("ACME") == ["promise"]


def test_the_provisional_hold_of_a_reader_that_died_is_not_placed_twice(make_world: Make) -> None:
    world = make_world("ACME")
    (letter,) = world.tick()
    world.answer("We dispute this invoice.", letter)
    world.look()
    with world.house.store.writing() as connection:
        connection.execute(inbound.update().values(state=inbox.RECEIVED, attempts=1))
    world.look()
    assert world.hold_kinds("ACME") == ["dispute"]
    assert len(world.cases("ACME")) == 1


def test_a_mail_whose_file_is_gone_is_set_aside_and_the_next_one_read(make_world: Make) -> None:
    world = make_world("ACME")
    (letter,) = world.tick()
    lost = world.answer("first", letter)
    message = world.mailbox.mails.pop()
    with world.house.store.writing() as connection:
        digest = world.house.spool.keep(lost)
        inbox.keep(connection, message, digest, digest, world.now)
    world.house.spool.path(digest).unlink()
    world.answer("We dispute this invoice.", letter)
    world.look()
    assert [state for state, _, _ in inbounds(world)] == ["set_aside", "understood"]
    assert sorted(world.case_kinds()) == ["dispute", "unreadable"]


def test_a_mail_too_large_to_read_holds_its_sender_and_calls_a_person(make_world: Make) -> None:
    world = make_world("ACME")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "acme@customer.example", OUR_ADDRESS, "our films"
    world.mailbox.mails.append(Inbound(Channel.EMAIL, "INBOX/7/1", world.now, mail.as_bytes(), oversize=True))
    assert world.tick() == []
    assert inbounds(world) == [("set_aside", "", 1)]
    assert (world.case_kinds("ACME"), world.hold_kinds("ACME")) == (["unreadable"], ["reply"])


@pytest.mark.parametrize(
    ("sender", "subject", "by", "held"),
    [
        ("acme@customer.example", "Hello", "sender", {"ACME"}),
        ("ACME@Customer.Example", "Hello", "sender", {"ACME"}),
        ("boss@elsewhere.example", "about INV-0", "invoice", {"ACME"}),
        # A known customer who names another's bill has answered too.
        ("beta@customer.example", "about INV-0", "invoice", {"ACME", "BETA"}),
        ("boss@elsewhere.example", "Hello", "nothing", set()),
    ],
)
def test_who_may_have_written_is_held(make_world: Make, sender: str, subject: str, by: str, held: set[str]) -> None:
    world = make_world("ACME", "BETA")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, OUR_ADDRESS, subject
    mail.set_content("I will pay on Friday.")
    world.deliver_raw(mail.as_bytes())
    world.look()
    assert inbounds(world)[0][1] == by
    assert {name for name in ("ACME", "BETA") if world.holds(name)} == held
    # Anybody could have written that: a person looks.
    assert len(world.cases()) == len(held)


def test_a_token_somebody_made_up_is_worth_nothing(make_world: Make) -> None:
    world = make_world("ACME")
    (letter,) = world.tick()
    mail = EmailMessage()
    genuine = str(letter.mail["Reply-To"])
    mail["From"], mail["To"] = "boss@elsewhere.example", genuine.replace("@", "x@")
    mail.set_content("I will pay on Friday.")
    world.deliver_raw(mail.as_bytes())
    world.look()
    assert inbounds(world)[0][1] == "nothing"


def test_an_opt_out_closes_the_address_we_wrote_to_and_the_one_it_came_from(make_world: Make) -> None:
    world = make_world("ACME")
    (letter,) = world.tick()
    world.answer("unsubscribe", letter, sender="ann.private@home.example")
    world.look()
    assert closed(world, Channel.EMAIL, "acme@customer.example")
    assert closed(world, Channel.EMAIL, "Ann.Private@home.example")
    assert world.case_kinds("ACME") == ["opt_out"]
    # Nor does another address in the books bring the reminders back.
    world.change_customer("ACME", email="ann.new@customer.example")
    world.until("2027-04-20", "11:00", step=2)
    assert len(world.sent) == 1


@pytest.mark.parametrize("words", ["STOP", "stop please", "no more texts"])
def test_a_stop_by_text_stops_texts_and_leaves_letters_to_a_persons_yes(make_world: Make, words: str) -> None:
    world = make_world(sms=True)
    world.customer("ACME", **TEXTS).invoice("INV-1", "ACME", "2027-03-05")
    world.at("2027-03-08 10:30")
    world.text(PHONE, words)
    world.until("2027-04-30", "11:00", step=3)
    assert closed(world, Channel.SMS, PHONE)
    assert world.sms.tried == []
    assert [sent.tier for sent in world.sent] == ["gentle"]


def test_a_stop_from_a_number_that_was_given_up_before_goes_with_the_person(make_world: Make) -> None:
    world = make_world(sms=True)
    world.customer("ACME", **TEXTS).invoice("INV-1", "ACME", "2027-03-05")
    world.at("2027-03-08 10:30")
    digest = world.house.gatherer.hash_of(PHONE)
    with world.house.store.writing() as connection:
        contact.close(connection, digest, Channel.SMS, contact.DEAD, "out of reach", "ACME", world.now)
    world.text(PHONE, "STOP")
    world.look()
    world.change_customer("ACME", phone="+447700900777")
    world.until("2027-04-20", "11:00", "12:00", step=2)
    assert world.sms.tried == []


def test_an_answer_from_the_number_we_once_texted_is_still_theirs(make_world: Make) -> None:
    world = make_world(sms=True)
    world.customer("ACME", **TEXTS).invoice("INV-1", "ACME", "2027-03-05")
    world.at("2027-03-08 10:30")
    world.at("2027-03-15 11:00")
    world.at("2027-03-16 12:00")
    assert len(world.sms.tried) == 1
    world.change_customer("ACME", phone="+447700900777")
    world.at("2027-03-17 12:00")
    world.text(PHONE, "I dispute this")
    world.at("2027-03-17 13:00")
    assert world.hold_kinds("ACME") == ["dispute"]


def test_a_text_comes_once_however_often_the_carrier_lists_it(make_world: Make) -> None:
    world = make_world(sms=True)
    world.customer("ACME", **TEXTS).invoice("INV-1", "ACME", "2027-03-05")
    world.at("2027-03-08 10:30")
    world.text(PHONE, "I dispute this")
    world.texts_in.texts.append(replace(world.texts_in.texts[0]))
    for _ in range(3):
        world.look()
    assert len(inbounds(world)) == 1


def test_a_stop_by_text_is_heard_while_the_mailbox_cannot_be_read_and_the_other_way_round(make_world: Make) -> None:
    world = make_world(sms=True)
    world.customer("ACME", **TEXTS).invoice("INV-1", "ACME", "2027-03-05")
    world.at("2027-03-08 10:30")
    world.mailbox.down = "the mailbox is away"
    world.text(PHONE, "STOP")
    with pytest.raises(InboxUnavailable, match="the mailbox is away"):
        Listener(world.house).look()
    assert closed(world, Channel.SMS, PHONE)
    world.mailbox.down, world.texts_in.down = "", "the list is away"
    world.answer("We dispute this invoice.", world.sent[0])
    with pytest.raises(InboxUnavailable, match="the list is away"):
        Listener(world.house).look()
    assert "dispute" in world.hold_kinds("ACME")


class Ending(Mailbox):
    """A mailbox whose answer comes when it is no longer wanted: the settings are another's by then."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def poll(self, cursor: MailCursor | None) -> Poll:
        self._world.house.ending.set()
        if self.down:
            raise InboxUnavailable(self.down, locked_out=True)
        return Poll(MailCursor(self.folder, 99, 99), started=False, reset=False, messages=iter(()))


@pytest.mark.parametrize("down", ["", "the log-in was refused"])
def test_what_a_mailbox_says_after_a_reload_is_not_laid_to_the_one_of_the_new_settings(
    make_world: Make, down: str
) -> None:
    world = make_world("ACME")
    with world.house.store.reading() as connection:
        before = inbox.cursor(connection, "INBOX"), setting.get(connection, setting.INBOX_READ_AT)
    world.clock.advance(timedelta(minutes=2))
    world.mailbox = Ending(world)
    world.mailbox.down = down
    world.use(world.house)
    world.look()
    with world.house.store.reading() as connection:
        assert (inbox.cursor(connection, "INBOX"), setting.get(connection, setting.INBOX_READ_AT)) == before
        assert halt.inbox_trouble(connection, Channel.EMAIL) is None


def test_a_hard_bounce_closes_the_address_and_a_person_mends_it(make_world: Make) -> None:
    world = make_world("ACME")
    (letter,) = world.tick()
    report = (
        f"From: mailer-daemon@relay.example\r\nTo: {letter.message.sender}\r\nReturn-Path: <>\r\n"
        "Subject: Undelivered\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
        f"Final-Recipient: rfc822; {letter.to}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--x--\r\n"
    )
    world.deliver_raw(report.encode())
    world.look()
    assert inbounds(world)[0][1] == "token"
    assert closed(world, Channel.EMAIL, letter.to)
    assert (world.case_kinds("ACME"), world.hold_kinds("ACME")) == (["bounce"], ["bounce"])
