"""One daemon at a time: whose lock is gone claims nothing more; and what nobody can read stops everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from reminderbot.core.delivery import Accepted, Outcome
from reminderbot.core.message import OutgoingMessage
from reminderbot.runs import deliver
from reminderbot.store import case, inbox
from reminderbot.store.lock import only_one
from tests.stories.world import World

Make = Callable[..., World]


def lose_lock(world: World) -> None:
    """As when the network breaks, or somebody tidies up."""
    owner = world.house.store.owner
    assert owner is not None
    if owner.session is None:
        owner.path.unlink()
        return
    with world.house.store.engine.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": owner.session})


def test_a_lock_lost_between_two_windows_claims_nothing_more(make_world: Make) -> None:
    world = make_world(*[f"C{n:02}" for n in range(deliver.WINDOW - 1)])
    world.invoice("INV-X", "LATE", "2027-03-05").invoice("INV-Y", "LATER", "2027-03-05")
    world.export()
    world.take_ledger()
    world.plan()

    def losing(message: OutgoingMessage) -> Outcome:
        lose_lock(world)
        return Accepted("ok")

    world.email.next = [losing]
    try:
        with only_one(world.house.store):
            done = world.deliver()
    except Exception as error:  # the broken session cannot be given back either
        assert "terminat" in str(error) or "clos" in str(error)
    assert [stop.kind for stop in done.stops] == ["lock"]
    assert len(world.email.tried) == deliver.WINDOW
    assert world.states().count("planned") == 1


def test_while_the_lock_is_held_nothing_is_amiss(make_world: Make) -> None:
    world = make_world("ACME")
    with only_one(world.house.store):
        assert world.deliver().accepted == 1


def test_an_oversize_mail_from_a_stranger_is_listed_with_its_sender_and_stops_nothing(make_world: Make) -> None:
    world = make_world("ACME")
    world.deliver_raw(b"From: Plans <plans@supplier.example>\r\nSubject: drawings\r\n\r\n")
    world.mailbox.mails[-1] = replace(world.mailbox.mails[-1], oversize=True)
    world.look()
    with world.house.store.reading() as connection:
        assert [row.sender for row in inbox.set_aside(connection)] == ["plans@supplier.example"]
    assert world.case_kinds() == ["unreadable"]
    world.clock.advance(timedelta(minutes=61))
    assert len(world.tick()) == 1


def test_a_message_that_nobody_can_lay_to_an_account_stops_everything_after_an_hour(make_world: Make) -> None:
    world = make_world("ACME")
    world.deliver_raw(b"Subject: x\r\n\r\n")
    # Over the size, and its header names nobody.
    world.mailbox.mails[-1] = replace(world.mailbox.mails[-1], oversize=True)
    world.look()
    world.clock.advance(timedelta(minutes=59))
    with world.house.store.reading() as connection:
        assert "unread" not in [stop.kind for stop in deliver.standing_stops(world.house, connection, world.now)]
    world.clock.advance(timedelta(minutes=2))
    assert world.tick() == []
    assert [stop.kind for stop in world.deliver().stops] == ["unread"]
    (found,) = world.cases()
    with world.house.store.writing() as connection:
        case.resolve(connection, found.case_id, "spam", world.now, "olivia")
    assert len(world.tick()) == 1
