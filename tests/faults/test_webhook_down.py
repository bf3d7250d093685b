"""F11: for an hour Twilio cannot call us while a hundred texts come in; asking makes up for all of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from reminderbot.demo.twilio_standin import TwilioStandIn
from reminderbot.store.tables import inbound
from tests.runs.carrier import CONSENT, carrier, connect
from tests.servers.ports import free_port
from tests.stories.world import OUR_NUMBER, World
from tests.web.caller import PUBLIC, served

# Every three minutes five customers write and a sixth does not.
ROUNDS, WRITERS = 20, 5
# promises.md, F11.
SOON = timedelta(minutes=5)
WORDS = (
    "STOP",
    "Stop texting me please",
    "I dispute this",
    "We will pay on Friday",
    "Wrong number",
    "please cancel",
    "Who is this?",
    "no more texts",
)
NO_LIMITS = "max_per_hour = 1000\nmax_per_day = 1000\nfirst_contacts_per_day = 1000\nundo_minutes = 0"


def phone(number: int) -> str:
    return f"+44770090{number:04d}"


def stored(world: World) -> dict[str, datetime]:
    """When each text was stored."""
    with world.house.store.reading() as connection:
        return {row.identity: row.stored_at for row in connection.execute(select(inbound))}


def unread(world: World) -> list[Any]:
    with world.house.store.reading() as connection:
        return list(connection.execute(select(inbound).where(inbound.c.state == "received")))


def test_no_text_is_late_or_lost_and_nobody_who_wrote_hears_from_us(tmp_path: Path) -> None:
    world = World(tmp_path / "shop", "2027-03-08 09:50", sending=NO_LIMITS, sms=True)
    try:
        world.exports_daily = False
        world.invoice("INV-OLD", "REGULAR", "2027-03-05")
        world.begin()
        world.tick()
        with carrier(world) as twilio:
            connect(world, twilio, PUBLIC, NO_LIMITS)
            assert world.house.webhook is not None
            twilio.callbacks.text_url = world.house.webhook.text_url
            twilio.callbacks.proxy = (PUBLIC, f"http://127.0.0.1:{free_port()}")
            came = _hour(world, twilio)
            assert len(came) == ROUNDS * WRITERS
            # Each was tried six times, in vain.
            assert [status for _, status in twilio.callbacks.made] == [0] * (6 * len(came))
            late = [at - came[sid] for sid, at in stored(world).items()]
            assert len(late) == len(came)
            assert max(late) <= SOON
            assert unread(world) == []
            with served(world.house) as port:
                twilio.callbacks.proxy = (PUBLIC, f"http://127.0.0.1:{port}")
                sid = twilio.receive(phone(1), OUR_NUMBER, "and another thing")
                assert sid in stored(world)
        wrote = {f"w{n}@customer.example" for n in range(ROUNDS * WRITERS)}
        assert [sent for sent in world.sent if sent.to in wrote] == []
        # The others, whose bills fell due beside theirs, did hear from us.
        assert len({sent.to for sent in world.sent}) == 1 + ROUNDS
    finally:
        world.close()


def _hour(world: World, twilio: TwilioStandIn) -> dict[str, datetime]:
    """Round after round bills are overdue, whose customers write just before the letters are to leave."""
    came: dict[str, datetime] = {}
    for turn in range(ROUNDS):
        writers = range(turn * WRITERS, (turn + 1) * WRITERS)
        for number in writers:
            world.customer(f"W{number}", phone=phone(number), **CONSENT)
            world.invoice(f"INV-W{number}", f"W{number}", "2027-03-05")
        world.invoice(f"INV-S{turn}", f"S{turn}", "2027-03-05")
        world.export()
        world.take_ledger()
        world.plan()
        for number in writers:
            world.clock.advance(timedelta(seconds=10))
            sid = twilio.receive(phone(number), OUR_NUMBER, WORDS[number % len(WORDS)])
            came[sid] = world.now
        world.clock.advance(timedelta(seconds=10))
        world.deliver()
        for _ in range(2):
            world.clock.advance(timedelta(seconds=world.house.poll_seconds))
            world.look()
    return came
