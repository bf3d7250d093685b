"""A refused log-in (F23): channel or inbox are left alone, everybody is told why, and a reload goes on at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from reminderbot.channels.smtp import SmtpChannel, SmtpTimeouts
from reminderbot.core.inbound import InboxUnavailable, MailCursor
from reminderbot.core.ladder import Channel
from reminderbot.core.stop import Stop
from reminderbot.demo.twilio_standin import TwilioStandIn
from reminderbot.desk.sending import go_live
from reminderbot.door import standing_stops
from reminderbot.inbox.imap import Poll
from reminderbot.once import run_once
from reminderbot.runs.alert import alert_once
from reminderbot.runs.canary import canary_once
from reminderbot.runs.look_again import look_again_once
from reminderbot.store import outbox
from reminderbot.store.tables import inbound
from tests.runs.carrier import PHONE, carrier, connect
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.stories.world import OUR_NUMBER, Mailbox, World

Make = Callable[..., World]
MANY = [f"C{n}" for n in range(21)]
NO = "535 5.7.8 Username and Password not accepted"


@dataclass
class Relay:
    """A world whose letters go to a real channel and a server that refuses the log-in until it is `mended`."""

    world: World
    server: ScriptedSmtp
    opened: int = 0

    def channel(self) -> SmtpChannel:
        self.opened += 1
        quick = SmtpTimeouts(connect=2, command=2, final_dot=2)
        return SmtpChannel("127.0.0.1", self.server.port, "none", "us", "canary-password", timeouts=quick)

    def stops(self) -> dict[str, Stop]:
        with self.world.house.store.reading() as connection:
            return {stop.kind: stop for stop in standing_stops(self.world.house, connection, self.world.now)}


@pytest.fixture
def store_url() -> str:
    """One store is like the other here."""
    return "sqlite:///state/reminderbot.db"


@pytest.fixture
def relay(make_world: Make) -> Iterator[Relay]:
    world = make_world(*MANY, sending="first_contacts_per_day = 100")
    with ScriptedSmtp({"AUTH": NO}, offers=("AUTH PLAIN",)) as server:
        made = Relay(world, server)
        world.use(replace(world.house, channels={Channel.EMAIL: made.channel}, alerts_to=("owner@shop.example",)))
        yield made


def mend(relay: Relay) -> None:
    relay.server.script = {}


def test_after_a_refused_log_in_the_server_is_left_in_peace_for_an_hour(relay: Relay) -> None:
    done = relay.world.deliver()
    # More letters are due than fit into one window; the next window does not try.
    assert (done.accepted, done.deferred, relay.opened) == (0, 20, 1)
    for _ in range(4):
        relay.world.clock.advance(timedelta(minutes=14, seconds=59))
        relay.world.tick()
    assert relay.opened == 1
    relay.world.clock.advance(timedelta(minutes=1))
    relay.world.tick()
    relay.world.tick()
    assert relay.opened == 2
    assert relay.world.states() == ["planned"] * len(MANY)


def test_the_stop_says_what_the_server_said_and_what_to_do(relay: Relay) -> None:
    relay.world.deliver()
    began = relay.world.now
    relay.world.clock.advance(timedelta(hours=2))
    relay.world.tick()
    stop = relay.stops()["email halted"]
    assert NO in stop.why and "REMINDERBOT_SMTP_PASSWORD" in stop.why
    assert "systemctl reload reminderbot" in stop.cure
    assert stop.since == began
    assert "canary" not in repr(stop)


def test_a_reload_sends_at_once_what_waited_and_nothing_twice(relay: Relay) -> None:
    relay.world.deliver()
    mend(relay)
    relay.world.clock.advance(timedelta(minutes=1))
    relay.world.tick()
    assert relay.server.messages == []
    relay.world.restart()
    relay.world.tick()
    assert len(relay.server.messages) == len(set(relay.server.messages)) == len(MANY)
    assert "email halted" not in relay.stops()


def test_a_server_that_refused_by_mistake_is_believed_after_an_hour(relay: Relay) -> None:
    relay.world.deliver()
    mend(relay)
    relay.world.clock.advance(timedelta(hours=1))
    relay.world.tick()
    assert len(relay.server.messages) == len(MANY)
    assert "email halted" not in relay.stops()


def test_go_live_lifts_it_too(relay: Relay) -> None:
    relay.world.deliver()
    mend(relay)
    go_live(relay.world.house, "olivia")
    relay.world.tick()
    assert len(relay.server.messages) == len(MANY)


def test_a_clock_that_was_set_back_does_not_prolong_the_rest(relay: Relay) -> None:
    relay.world.deliver()
    relay.world.clock.advance(-timedelta(minutes=30))
    with relay.world.house.store.writing() as connection:
        from reminderbot.store import halt

        assert halt.at_rest(connection, relay.world.now) == frozenset()


def test_a_log_in_refused_for_a_moment_only_is_no_halt(relay: Relay) -> None:
    relay.server.script = {"AUTH": "454 4.7.0 Temporary authentication failure"}
    relay.world.deliver()
    assert "email halted" not in relay.stops()
    mend(relay)
    relay.world.clock.advance(timedelta(minutes=5))
    relay.world.tick()
    assert len(relay.server.messages) == len(MANY)


def test_the_alert_does_not_knock_every_minute_at_a_server_that_refused_us(relay: Relay) -> None:
    relay.world.deliver()
    for _ in range(17):
        relay.world.clock.advance(timedelta(minutes=1))
        alert_once(relay.world.house)
    assert relay.opened == 1
    mend(relay)
    relay.world.clock.advance(timedelta(minutes=43))
    assert [stop.kind for stop in alert_once(relay.world.house)] == ["inbox", "email halted"]


def test_a_log_in_refused_to_the_canary_is_not_tried_again_for_the_letters(relay: Relay) -> None:
    canary_once(relay.world.house)
    relay.world.deliver()
    assert relay.opened == 1
    assert "email halted" in relay.stops()


def test_the_owners_hear_of_letters_refused_for_good_from_a_server_that_still_takes_mail_to_them(relay: Relay) -> None:
    relay.server.script = {"MAIL": ["550 5.7.1 sender not allowed"]}
    relay.world.deliver()
    assert relay.stops()["email halted"].cure.endswith("`reminderbot go-live`")
    alert_once(relay.world.house)
    relay.world.clock.advance(timedelta(minutes=15))
    assert "email halted" in [stop.kind for stop in alert_once(relay.world.house)]
    assert b"To: owner@shop.example" in relay.server.messages[-1]


def test_a_server_that_takes_no_alert_either_is_asked_four_times_an_hour(relay: Relay) -> None:
    relay.server.script = {"MAIL": "550 5.7.1 sender not allowed"}
    relay.world.deliver()
    alert_once(relay.world.house)
    relay.opened = 0
    relay.world.clock.advance(timedelta(minutes=15))
    for _ in range(60):
        assert alert_once(relay.world.house) == ()
        relay.world.clock.advance(timedelta(minutes=1))
    assert relay.opened == 4


# ---- the inbox


class Closed(Mailbox):
    """A mailbox that refuses its log-in, and counts who asks."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses = True
        self.locked_out = True
        self.asked = 0

    def poll(self, cursor: MailCursor | None) -> Poll:
        self._open()
        return super().poll(cursor)

    def junk_folders(self) -> list[str]:
        self._open()
        return super().junk_folders()

    def _open(self) -> None:
        self.asked += 1
        if self.refuses:
            sentence = "The inbox cannot be read: the log-in failed. Check REMINDERBOT_IMAP_PASSWORD."
            raise InboxUnavailable(
                sentence, "the log-in failed", "Check REMINDERBOT_IMAP_PASSWORD.", locked_out=self.locked_out
            )


@pytest.fixture
def closed(make_world: Make) -> tuple[World, Closed]:
    """A world that has read its inbox before, and whose password was then changed."""
    world = make_world("ACME", "BOLT")
    (letter, _) = world.tick()
    assert letter.to == "acme@customer.example"
    mailbox = Closed()
    mailbox.mails = world.mailbox.mails
    world.mailbox = mailbox
    world.use(replace(world.house, alerts_to=("owner@shop.example",)))
    return world, mailbox


def inbox_stop(world: World, kind: str = "inbox") -> Stop:
    with world.house.store.reading() as connection:
        stops = standing_stops(world.house, connection, world.now)
    return next(stop for stop in stops if stop.kind == kind)


def test_a_refused_inbox_is_left_in_peace_by_every_job_and_nothing_leaves(closed: tuple[World, Closed]) -> None:
    world, mailbox = closed
    world.invoice("INV-9", "CORA", "2027-03-01")
    world.export()
    world.take_ledger()
    world.look()
    for _ in range(4):
        world.clock.advance(timedelta(minutes=14, seconds=59))
        world.look()
        world.tick()
        with pytest.raises(InboxUnavailable):
            look_again_once(world.house)
    assert mailbox.asked == 1
    assert len(world.sent) == 2
    world.clock.advance(timedelta(minutes=1))
    world.look()
    world.look()
    assert mailbox.asked == 2


def test_the_stop_and_the_alert_say_why_the_inbox_is_not_read_and_what_helps(closed: tuple[World, Closed]) -> None:
    world, _ = closed
    world.clock.advance(timedelta(minutes=2))
    world.look()
    stop = inbox_stop(world)
    assert stop.why.endswith("UTC: the log-in failed")
    assert stop.cure.startswith("Check REMINDERBOT_IMAP_PASSWORD, then `systemctl reload reminderbot`")
    alert = alert_after_a_while(world, "inbox")
    assert "the log-in failed" in alert and "REMINDERBOT_IMAP_PASSWORD" in alert


def alert_after_a_while(world: World, kind: str) -> str:
    """What the owner reads of a stop that has lasted."""
    with ScriptedSmtp(offers=("AUTH PLAIN",)) as server:
        relay = Relay(world, server)
        house = replace(world.house, channels={**world.house.channels, Channel.EMAIL: relay.channel})
        alert_once(house)
        world.clock.advance(timedelta(minutes=15))
        assert kind in [told.kind for told in alert_once(house)]
        mail = message_from_bytes(server.messages[0], policy=policy.default).get_body(("plain",))
        assert mail is not None
        return str(mail.get_content())


def test_after_a_reload_the_inbox_is_read_and_no_answer_was_lost(closed: tuple[World, Closed]) -> None:
    world, mailbox = closed
    world.look()
    world.answer("We dispute this invoice.", world.sent[0])
    mailbox.refuses = False
    world.clock.advance(timedelta(minutes=1))
    world.look()
    assert mailbox.asked == 1
    world.restart()
    world.look()
    assert world.hold_kinds("ACME") == ["dispute"]
    world.clock.advance(timedelta(minutes=2))
    assert "log-in" not in inbox_stop(world).why


def test_a_run_from_cron_leaves_a_refused_log_in_in_peace_like_the_service(closed: tuple[World, Closed]) -> None:
    world, mailbox = closed
    for _ in range(3):
        run_once(world.house, lambda _line: None)
        world.clock.advance(timedelta(minutes=5))
    assert mailbox.asked == 1
    world.restart()
    world.look()
    assert mailbox.asked == 2


def test_an_inbox_that_is_merely_down_is_asked_each_time_and_the_reason_is_told(closed: tuple[World, Closed]) -> None:
    world, mailbox = closed
    mailbox.locked_out = False
    for _ in range(3):
        world.clock.advance(timedelta(minutes=1))
        world.look()
    assert mailbox.asked == 3
    assert "the log-in failed" in inbox_stop(world).why
    assert "reload" not in inbox_stop(world).cure
    mailbox.refuses = False
    world.look()
    world.clock.advance(timedelta(minutes=2))
    assert "the log-in failed" not in inbox_stop(world).why


def test_letters_that_a_refused_log_in_kept_back_wait_for_nothing_else(relay: Relay) -> None:
    relay.world.deliver()
    with relay.world.house.store.reading() as connection:
        assert all(row.not_before <= relay.world.now for row in outbox.planned(connection))


# ---- Twilio


@pytest.fixture
def texting(make_world: Make) -> Iterator[tuple[World, TwilioStandIn]]:
    """A world that has read its texts at Twilio before."""
    world = make_world("ACME", sms=True)
    with carrier(world) as twilio:
        connect(world, twilio)
        world.use(replace(world.house, alerts_to=("owner@shop.example",)))
        world.look()
        yield world, twilio


def test_a_wrong_token_at_twilio_stops_at_once_and_the_owner_reads_why_and_what_helps(
    texting: tuple[World, TwilioStandIn],
) -> None:
    world, twilio = texting
    twilio.token = "another"
    world.look()
    stop = inbox_stop(world, "texts")
    assert stop.lasting
    assert "Cannot read the texts" in stop.why and "HTTP 401" in stop.why
    assert "REMINDERBOT_TWILIO_TOKEN" in stop.cure and stop.cure.endswith("`systemctl reload reminderbot`")
    assert world.tick() == []
    alert = alert_after_a_while(world, "texts")
    assert "HTTP 401" in alert and "REMINDERBOT_TWILIO_TOKEN" in alert


def test_twilio_is_asked_on_and_hears_a_stop_as_soon_as_it_lets_us_in(texting: tuple[World, TwilioStandIn]) -> None:
    world, twilio = texting
    right, twilio.token = twilio.token, "another"
    world.look()
    twilio.token = right
    twilio.receive(PHONE, OUR_NUMBER, "STOP", world.now)
    world.look()
    with world.house.store.reading() as connection:
        assert "texts" not in [stop.kind for stop in standing_stops(world.house, connection, world.now)]
        assert [row.state for row in connection.execute(inbound.select())] == ["understood"]


def test_a_twilio_that_is_merely_away_is_asked_each_time_and_the_reason_is_told(
    texting: tuple[World, TwilioStandIn],
) -> None:
    world, twilio = texting
    twilio.stop()
    world.clock.advance(timedelta(minutes=2))
    world.look()
    stop = inbox_stop(world, "texts")
    assert not stop.lasting
    assert "(no connection)" in stop.why and "check the network" in stop.cure
    assert "(no connection)" in alert_after_a_while(world, "texts")
