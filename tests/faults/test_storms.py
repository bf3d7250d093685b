"""Fault F14: loops and storms of mail end in at most one case, and whoever else writes is heard all the same."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from reminderbot.core.message import OutgoingMessage
from reminderbot.desk import case as desk
from tests.faults.life import Reader
from tests.stories.world import OUR_ADDRESS, Sent, World

STORM = 25
BOUNCE = (
    "From: MAILER-DAEMON@relay.example\r\nTo: {to}\r\nMessage-ID: <b{n}@relay.example>\r\nReturn-Path: <>\r\n"
    "Subject: Undelivered\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
    "--x\r\nContent-Type: text/plain\r\n\r\nnot delivered\r\n"
    "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
    "Final-Recipient: rfc822; acme@customer.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--x--\r\n"
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two customers who each have had a letter."""
    made = World(tmp_path / "shop")
    made.house = dataclasses.replace(made.house, reader=Reader())
    made.invoice("INV-1", "ACME", "2027-03-05").invoice("INV-2", "BETA", "2027-03-05").begin()
    made.at("2027-03-08 10:00")
    yield made
    made.close()


def letter_to(world: World, name: str) -> Sent:
    return next(sent for sent in world.sent if sent.to == f"{name}@customer.example")


def human(world: World, number: int) -> None:
    world.answer("I dispute this invoice!", letter_to(world, "acme"), X_Number=str(number))


def absent(world: World, number: int) -> None:
    words = "I am out of the office until 20 March 2027."
    world.answer(words, letter_to(world, "acme"), Auto_Submitted="auto-replied", X_Number=str(number))


def bounce(world: World, number: int) -> None:
    world.deliver_raw(BOUNCE.format(to=letter_to(world, "acme").message.sender, n=number).encode())


def listed(world: World, number: int) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["List-Id"] = "news@list.example", OUR_ADDRESS, "<news.list.example>"
    mail["Precedence"], mail["Message-ID"] = "bulk", f"<{number}@list.example>"
    mail.set_content("Please pay attention to our new offers.")
    world.deliver_raw(mail.as_bytes())


def ourselves(world: World, number: int) -> None:
    """Our own letter comes back, as from a forwarding that turns in a circle."""
    world.deliver_raw(b"Received: from loop %d\r\n" % number + letter_to(world, "acme").message.body)


@pytest.mark.parametrize(
    ("writes", "cases"),
    [(human, 1), (absent, 0), (bounce, 1), (listed, 0), (ourselves, 0)],
    ids=("human", "absent", "bounce", "list", "ourselves"),
)
def test_a_storm_ends_in_one_case_at_most_and_the_others_are_heard(
    world: World, writes: Callable[[World, int], None], cases: int
) -> None:
    for number in range(STORM):
        writes(world, number)
    world.answer("We dispute this.", letter_to(world, "beta"))
    world.look()
    assert (len(world.cases("ACME")), world.case_kinds("BETA")) == (cases, ["dispute"])
    assert len(world.holds("ACME")) <= 1
    assert len(world.sent) == 2


def test_who_says_the_same_again_after_the_case_was_closed_is_heard_again(world: World) -> None:
    human(world, 1)
    world.look()
    (case,) = world.cases("ACME")
    desk.resolve(world.house, "olivia", case.case_id, "credit note sent", lift=True)
    # Nothing but the days in which they go on gently.
    assert world.hold_kinds("ACME") == ["resuming"]
    human(world, 2)
    world.look()
    (again,) = world.cases("ACME")
    assert again.inbound_id != case.inbound_id
    assert "dispute" in world.hold_kinds("ACME")


def test_one_word_lifts_what_a_whole_storm_has_paused(world: World) -> None:
    for number in range(5):
        human(world, number)
    world.look()
    (case,) = world.cases("ACME")
    desk.resolve(world.house, "olivia", case.case_id, "credit note sent", lift=True)
    assert world.hold_kinds("ACME") == ["resuming"]


def test_two_installations_pointed_at_each_other_do_not_talk(tmp_path: Path) -> None:
    """Each has the other for a customer; what one sends, the other reads (invariant 36)."""
    ours, theirs = World(tmp_path / "ours"), World(tmp_path / "theirs")
    for one in (ours, theirs):
        one.house = dataclasses.replace(one.house, reader=Reader())
        one.customer("OTHER", email=OUR_ADDRESS).invoice("INV-1", "OTHER", "2027-03-05").begin()
    carry(ours, theirs)
    carry(theirs, ours)
    for day in range(8, 13):
        for hour in ("10:00", "11:00", "15:00"):
            for one in (ours, theirs):
                one.at(f"2027-03-{day:02} {hour}")
    assert len(ours.sent) + len(theirs.sent) <= 2
    assert not [sent for one in (ours, theirs) for sent in one.sent if sent.tier != "gentle"]
    assert ours.cases() == theirs.cases() == []
    ours.close()
    theirs.close()


def carry(sender: World, receiver: World) -> None:
    """What one sends lies in the other's mailbox at once."""
    keep = sender.keep

    def deliver(message: OutgoingMessage) -> None:
        keep(message)
        receiver.deliver_raw(message.body)

    sender.keep = deliver  # type: ignore[method-assign]  # the wire between two worlds of a test


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_thousand_of_the_same_keep_nobody_waiting(world: World) -> None:
    count = 10_000 * int(os.environ.get("N", "1"))
    for number in range(count):
        human(world, number)
    world.answer("We dispute this.", letter_to(world, "beta"))
    began = time.monotonic()
    world.look()
    print(f"{count} replies in {time.monotonic() - began:.0f} s")
    assert (len(world.cases("ACME")), world.case_kinds("BETA")) == (1, ["dispute"])
    world.clock.advance(timedelta(days=1))
    world.tick()
    assert len(world.sent) == 2
