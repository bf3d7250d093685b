"""Mail made to break its reader: bounded, its sender held, a person called, and the next mail read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from reminderbot.core.understanding import Kind, Understanding
from reminderbot.desk.inbox import retry
from reminderbot.house import ReadingFailed
from reminderbot.replies.understand import Context
from reminderbot.runs.reader import ChildReader
from reminderbot.store.tables import inbound
from tests.replies.poison import POISON
from tests.runs.test_reader import MAIL, TUESDAY
from tests.stories.world import OUR_ADDRESS, World

Make = Callable[..., World]


@pytest.fixture(scope="module")
def reader() -> Iterator[ChildReader]:
    made = ChildReader()
    yield made
    made.close()


def answer(reader: ChildReader, raw: bytes) -> Understanding | None:
    """What the child says; None where the mail broke it."""
    try:
        return reader.mail(raw, TUESDAY, Context(("INV-1",), locale="en-GB"))
    except ReadingFailed:
        return None


@pytest.mark.parametrize("name", POISON)
def test_poison_calls_a_person_or_breaks_only_its_reader(name: str, reader: ChildReader) -> None:
    found = answer(reader, POISON[name])
    assert found is None or found.needs_human
    after = answer(reader, MAIL)
    assert after is not None
    assert after.kinds == (Kind.PROMISE,)


def test_the_sender_of_poison_is_held_and_the_next_mail_is_read(make_world: Make) -> None:
    world = make_world("ACME", "BETA")
    letters = {letter.to: letter for letter in world.tick()}
    head = f"From: acme@customer.example\r\nTo: {OUR_ADDRESS}\r\n".encode()
    for raw in POISON.values():
        world.deliver_raw(head + raw)
    world.answer("We dispute this invoice.", letters["beta@customer.example"])
    world.look()
    with world.house.store.reading() as connection:
        states = [row.state for row in connection.execute(inbound.select().order_by(inbound.c.inbound_id))]
    assert len(states) == len(POISON) + 1
    assert set(states[:-1]) <= {"understood", "set_aside"}
    assert states[-1] == "understood"
    assert set(world.hold_kinds("ACME")) == {"reply"}
    assert world.cases("ACME")
    assert world.hold_kinds("BETA") == ["dispute"]


def test_a_mail_that_kills_its_reader_each_time_is_set_aside(make_world: Make) -> None:
    world = make_world("ACME")
    world.tick()
    assert isinstance(world.house.reader, ChildReader)
    world.house.reader._patience = 0
    mail = b"From: acme@customer.example\r\nTo: us@shop.example\r\n\r\nWe will pay on Friday.\r\n"
    world.deliver_raw(mail)
    world.look()
    with world.house.store.reading() as connection:
        assert [row.state for row in connection.execute(inbound.select())] == ["set_aside"]
    assert world.case_kinds() == ["unreadable"]


def test_what_was_set_aside_is_read_once_more_when_a_person_says_so(make_world: Make) -> None:
    world = make_world("ACME")
    world.tick()
    assert isinstance(world.house.reader, ChildReader)
    patience, world.house.reader._patience = world.house.reader._patience, 0
    world.deliver_raw(b"From: acme@customer.example\r\nTo: us@shop.example\r\n\r\nWe dispute this invoice.\r\n")
    world.look()
    world.house.reader._patience = patience
    assert retry(world.house, "carl") == 1
    world.look()
    assert "dispute" in world.case_kinds("ACME")
    assert world.hold_kinds("ACME") == ["dispute"]
    assert retry(world.house, "carl") == 0
