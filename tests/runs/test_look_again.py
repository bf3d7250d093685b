"""The second look: an answer that was taken for spam, or missed, is acted on once; spam stays where it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

from reminderbot.core.inbound import Inbound
from reminderbot.core.ladder import Channel
from reminderbot.runs.look_again import look_again_once
from tests.stories.world import World

Make = Callable[..., World]


def into_junk(world: World) -> None:
    """The mail that came last is moved to the junk folder before anybody looks."""
    world.mailbox.junk.append(world.mailbox.mails.pop())


def test_an_answer_in_the_junk_folder_pauses_the_customer(make_world: Make) -> None:
    world = make_world("ACME")
    (letter,) = world.tick()
    world.answer("We dispute this invoice.", letter)
    into_junk(world)
    world.look()
    assert world.hold_kinds("ACME") == []
    assert look_again_once(world.house) == 1
    assert (world.case_kinds("ACME"), world.hold_kinds("ACME")) == (["dispute"], ["dispute"])


def test_it_is_acted_on_once_however_often_it_is_seen_and_wherever_it_moves(make_world: Make) -> None:
    world = make_world("ACME")
    (letter,) = world.tick()
    world.answer("We dispute this invoice.", letter)
    into_junk(world)
    look_again_once(world.house)
    world.mailbox.mails.append(world.mailbox.junk[0])
    world.look()
    world.clock.move_to(world.now + timedelta(days=2))
    assert look_again_once(world.house) == 0
    assert len(world.cases("ACME")) == 1


def test_spam_is_left_alone_even_with_our_customers_address_or_invoice_in_it(make_world: Make) -> None:
    world = make_world("ACME")
    world.tick()
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        "acme@customer.example",
        "accounts+r1.forged@brightwater.example",
        "INV-0",
    )
    mail["References"] = "<r.1.forged@brightwater.example>"
    mail.set_content("STOP")
    world.mailbox.junk.append(Inbound(Channel.EMAIL, "Junk/7/1", world.now, mail.as_bytes()))
    assert look_again_once(world.house) == 0
    assert world.cases() == []


def test_a_mail_that_the_first_look_missed_is_found_within_a_day(make_world: Make) -> None:
    world = make_world("ACME")
    (letter,) = world.tick()
    world.answer("We dispute this invoice.", letter)
    world.answer("Thank you!", letter)
    # The server handed out the later one first; the mark has moved past the other.
    missed = world.mailbox.mails.pop(0)
    world.look()
    world.mailbox.mails.insert(0, missed)
    world.look()
    assert world.case_kinds("ACME") == []
    world.clock.move_to(world.now + timedelta(days=1))
    assert look_again_once(world.house) == 1
    assert world.case_kinds("ACME") == ["dispute"]


def test_what_lay_there_before_we_began_is_no_answer_to_us(make_world: Make) -> None:
    world = make_world("ACME")
    mail = EmailMessage()
    mail["From"], mail["To"] = "acme@customer.example", "accounts@brightwater.example"
    mail.set_content("We dispute this invoice.")
    long_ago = world.now - timedelta(days=20)
    world.mailbox.mails.append(Inbound(Channel.EMAIL, "INBOX/7/0", long_ago, mail.as_bytes()))
    assert look_again_once(world.house) == 0
    assert world.cases() == []


def test_it_does_not_look_more_often_than_it_should(make_world: Make) -> None:
    world = make_world("ACME")
    (letter,) = world.tick()
    look_again_once(world.house)
    world.answer("We dispute this invoice.", letter)
    into_junk(world)
    world.clock.move_to(world.now + timedelta(minutes=59))
    assert look_again_once(world.house) == 0
    world.clock.move_to(world.now + timedelta(minutes=1))
    assert look_again_once(world.house) == 1
