"""Fault F10: Twilio met by every fault at every step, and every error code; each ends as table 1.2 says."""

from __future__ import annotations

import dataclasses
import itertools
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from reminderbot.channels.twilio import TwilioSms
from reminderbot.clock import SteppedClock
from reminderbot.core.delivery import Accepted, Deferred, Outcome, Refused, State, Uncertain
from reminderbot.core.inbound import InboxUnavailable
from reminderbot.core.ladder import Channel
from reminderbot.demo.twilio_standin import ACCOUNT_SID, TOKEN, TwilioStandIn
from reminderbot.door import standing_stops
from reminderbot.inbox.twilio import TwilioInbox
from reminderbot.runs.listen import Listener
from reminderbot.runs.reconcile import reconcile_once
from reminderbot.store import contact
from reminderbot.store.tables import inbound
from tests.channels.messages import text
from tests.stories.world import OUR_NUMBER, World

# ?: uncertain, posted once and never again.   later: provably not sent.   no: refused.
# down: provably not sent, and no other text is tried in this run.   -: cannot be.
# "said no" is an answer of 400 or 429 whose head has come whole: then its body is not needed.
TABLE = """
            close reset hang drip
dial        down  -     down -
request     ?     ?     ?    -
answer      ?     ?     ?    ?
head        ?     ?     ?    ?
body        ?     ?     ?    ?
said-no     no    no    no   no
said-slow   later later later later
"""
_HEAD, *_ROWS = TABLE.strip().splitlines()
HOW = tuple(_HEAD.split())
CELLS = {(row.split()[0], how): end for row in _ROWS for how, end in zip(HOW, row.split()[1:], strict=True)}
STEPS = tuple(dict.fromkeys(step for step, _ in CELLS))
BREAKS = list(itertools.product(("answer", "head", "body"), HOW))
NOON = datetime(2027, 3, 8, 12, tzinfo=UTC)
PATIENT = 10.0


def patience(how: str) -> float:
    """Little with who hangs or drips; else enough for a machine that has much else to do."""
    return 1.0 if how in ("hang", "drip") else PATIENT


def word(outcome: Outcome) -> str:
    match outcome:
        case Deferred(halts=halts):
            return "down" if halts else "later"
        case Accepted():
            return "ok"
        case Refused():
            return "no"
        case Uncertain():
            return "?"


def posts(twilio: TwilioStandIn) -> int:
    return sum(1 for method, _, _ in twilio.requests if method == "POST")


def outcome_of(step: str, how: str, taken: bool) -> tuple[str, int, str]:
    """How a text fares in this cell, how often it was posted, and how the next one fares."""
    with TwilioStandIn(SteppedClock(NOON)) as twilio:
        channel = TwilioSms(ACCOUNT_SID, TOKEN, twilio.url, timeout=patience(how))
        status = {"said-no": 400, "said-slow": 429}.get(step, 502)
        accepting = taken and not step.startswith("said")
        twilio.break_next("body" if step.startswith("said") else step, how, accepting=accepting, status=status)
        began = time.monotonic()
        first = channel.send(text())
        # The server says nothing, or drips, for a minute.
        assert time.monotonic() - began < 8
        posted = posts(twilio)
        channel.close()
        channel = TwilioSms(ACCOUNT_SID, TOKEN, twilio.url, timeout=PATIENT)
        second = channel.send(text("another"))
        channel.close()
    return word(first), posted, word(second)


def test_no_step_and_no_fault_is_missing_from_the_table() -> None:
    assert len(CELLS) == len(STEPS) * len(HOW) == 7 * 4
    assert set(CELLS.values()) == {"?", "later", "no", "down", "-"}


@pytest.mark.parametrize("step", ["answer", "head", "body", "said-no", "said-slow"])
def test_every_fault_at_this_step_ends_as_the_table_says(step: str) -> None:
    cells = list(itertools.product(HOW, (True, False)))
    with ThreadPoolExecutor(len(cells)) as pool:
        ends = dict(zip(cells, pool.map(lambda cell: outcome_of(step, *cell), cells), strict=True))
    assert ends == {(how, taken): (CELLS[step, how], 1, "ok") for how, taken in cells}


@pytest.mark.parametrize("how", ["close", "reset", "hang"])
def test_a_line_that_breaks_before_the_request_was_read_leaves_doubt(how: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        channel = TwilioSms(ACCOUNT_SID, TOKEN, f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=patience(how))
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(channel.send, text())
            peer, _ = listener.accept()
            if how == "reset":
                # Closed with something unread, which resets the connection.
                peer.recv(1)
            if how != "hang":
                peer.close()
            assert word(sending.result()) == CELLS["request", how]
        peer.close()
        channel.close()


def test_nobody_listening_and_a_connection_that_is_never_made_mean_down() -> None:
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        where = listener.getsockname()
        ends = {}
        for how in ("close", "hang"):
            channel = TwilioSms(ACCOUNT_SID, TOKEN, f"http://127.0.0.1:{where[1]}", timeout=2)
            ends["dial", how] = word(channel.send(text()))
            channel.close()
            # Room for one that nobody takes: what comes after it is left without an answer.
            listener.listen(0)
            for earlier in (first, second):
                earlier.setblocking(False)
                earlier.connect_ex(where)
    assert ends == {cell: CELLS[cell] for cell in (("dial", "close"), ("dial", "hang"))}


@pytest.mark.parametrize(
    ("status", "code", "end"),
    [
        *((status, code, "?") for status in (200, 204, 302, 307, 500, 502, 503, 504) for code in (20500, None)),
        (429, 20429, "later"),
        (429, None, "later"),
        *((status, None, "no") for status in (400, 405, 409, 413, 422)),
        *((status, None, "down") for status in (401, 403)),
    ],
)
def test_every_answer_that_is_no_clear_yes_ends_as_the_table_says(status: int, code: int | None, end: str) -> None:
    with TwilioStandIn(SteppedClock(NOON)) as twilio:
        channel = TwilioSms(ACCOUNT_SID, TOKEN, twilio.url, timeout=5)
        twilio.fail_next(status, code)
        assert (word(channel.send(text())), posts(twilio)) == (end, 1)
        channel.close()


# ---- every code, up to what it does to customer, number, country and channel

# promises.md 1.2. "account": no text goes, the owners are told, and it is tried again after an hour. "later": the same
# text, later today. "number", "person": this number, or this person by text, is left in peace for good. "country",
# "channel": nothing more goes there until somebody has mended the cause. "hold": this customer waits for a person.
CODES = {
    20003: "account",
    30002: "account",
    20404: "account",
    21608: "account",
    20429: "later",
    30001: "later",
    21211: "number",
    21614: "number",
    30005: "number",
    30006: "number",
    21408: "country",
    30034: "country",
    21610: "person",
    30004: "person",
    21212: "channel",
    21606: "channel",
    21659: "channel",
    30007: "channel",
    30863: "channel",
    30943: "channel",
    30003: "hold",
    30008: "hold",
    99999: "hold",
}
PHONE, NEIGHBOUR, ABROAD = "+447700900123", "+447700900124", "+12125550100"
# Texts from the first tier on; the ladder must end in a letter.
LADDER = """
[[ladder]]
name = "check-in"
days = 3
channels = ["sms"]
[[ladder]]
name = "last"
days = 42
channels = ["email"]
"""


class Texting:
    """A business whose customers are due a text today, and its Twilio; the first is the one that meets a fault."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder, sms=True, more=LADDER)
        self.twilio = TwilioStandIn(self.world.clock, numbers=(OUR_NUMBER,))
        self.twilio.start()
        self.patience = PATIENT
        for name, number in (("ACME", PHONE), ("BETA", NEIGHBOUR), ("GAMA", ABROAD)):
            self.owes(name, number)
        self.world.begin()
        house = self.world.house
        self.world.house = dataclasses.replace(
            house,
            channels={**house.channels, Channel.SMS: self.channel},
            open_text_inbox=lambda: TwilioInbox(ACCOUNT_SID, TOKEN, self.twilio.url, (OUR_NUMBER,), timeout=PATIENT),
            list_texts=lambda number: self.channel().list_texts(number),
        )
        self.world.restart()

    def owes(self, name: str, number: str) -> None:
        cells = {"phone": number, "sms_consent": "yes", "sms_consent_on": "2027-01-05", "sms_consent_how": "form"}
        self.world.customer(name, **cells).invoice(f"INV-{name}", name, "2027-03-05")

    def channel(self) -> TwilioSms:
        return TwilioSms(ACCOUNT_SID, TOKEN, self.twilio.url, timeout=self.patience)

    def text_all(self) -> None:
        self.world.at("2027-03-08 10:00")

    def tried(self) -> list[str]:
        return [values["To"] for method, _, values in self.twilio.requests if method == "POST"]

    def effect(self) -> str:
        """What the first customer's text led to, in a word of CODES."""
        house, digest = self.world.house, self.world.house.gatherer.hash_of(PHONE)
        with house.store.reading() as connection:
            stops = {stop.kind for stop in standing_stops(house, connection, self.world.now)}
            by_hash, _ = contact.closed(connection, [], [digest])
        closed = [kind for channel, kind, _ in by_hash.get(digest, []) if channel is Channel.SMS]
        held = (self.world.hold_kinds("ACME"), self.world.case_kinds("ACME"))
        waits = self.world.reminder(1).state == State.PLANNED.value
        found = {
            "channel": "sms halted" in stops and not waits,
            "country": "sms to +44 halted" in stops,
            "number": closed == [contact.DEAD],
            "person": closed == [contact.OPTED_OUT],
            "hold": held == (["delivery"], ["delivery"]),
            "account": "sms halted" in stops and waits,
            "later": waits and len(self.tried()) == 3,
        }
        return " ".join(what for what, is_so in found.items() if is_so)


@pytest.fixture
def texting(tmp_path: Path) -> Iterator[Texting]:
    made = Texting(tmp_path / "shop")
    yield made
    made.twilio.stop()
    made.world.close()


def test_every_code_of_the_specification_has_its_row() -> None:
    named = {20003, 30002, 21211, 21614, 21408, 21608, 21610, 30001, 30003, 30004, 30005, 30006, 30007, 30008}
    assert set(CODES) >= named | {30034, 30863, 30943, 20429}


@pytest.mark.parametrize(("code", "effect"), CODES.items())
def test_every_code_leads_to_what_the_table_says(texting: Texting, code: int, effect: str) -> None:
    texting.twilio.fail_next(400, code)
    texting.text_all()
    assert texting.effect() == effect
    stopped = effect in ("channel", "account")
    assert texting.tried() == [PHONE] if stopped else [PHONE, NEIGHBOUR, ABROAD]
    before = texting.tried()
    texting.world.clock.advance(timedelta(minutes=6))
    texting.world.tick()
    assert texting.tried() == before + ([PHONE] if effect == "later" else [])
    texting.world.clock.advance(timedelta(minutes=55))
    texting.world.tick()
    tries = 2 if effect in ("later", "account") else 1
    assert sorted(texting.tried()) == sorted([PHONE] * tries + ([] if effect == "channel" else [NEIGHBOUR, ABROAD]))


def test_a_country_that_is_not_permitted_waits_and_the_others_go_on(texting: Texting) -> None:
    texting.twilio.fail_next(400, 21408)
    texting.text_all()
    texting.owes("DELT", "+447700900125")
    texting.owes("EPSI", "+14165550100")
    texting.world.at("2027-03-09 10:00")
    assert texting.tried()[3:] == ["+14165550100"]


# ---- a text of uncertain fate


def test_a_text_whose_answer_was_lost_is_found_when_the_list_has_caught_up_and_never_posted_again(
    texting: Texting,
) -> None:
    texting.twilio.list_lag(timedelta(minutes=10))
    texting.twilio.break_next("body", "reset", accepting=True)
    texting.text_all()
    assert texting.world.states() == ["uncertain", "accepted", "accepted"]
    for minutes, state in ((2, "uncertain"), (3, "uncertain"), (6, "confirmed")):
        texting.world.clock.advance(timedelta(minutes=minutes))
        texting.world.restart()
        texting.world.tick()
        reconcile_once(texting.world.house)
        assert texting.world.reminder(1).state == state
    assert texting.world.reminder(1).reference == texting.twilio.accepted[0].sid
    assert texting.world.case_kinds("ACME") == []
    assert texting.tried() == [PHONE, NEIGHBOUR, ABROAD]


def test_a_text_that_twilio_never_took_stays_with_a_person_and_is_never_posted_again(texting: Texting) -> None:
    texting.twilio.break_next("answer", "close", accepting=False)
    texting.text_all()
    states = []
    for _ in range(4):
        texting.world.clock.advance(timedelta(minutes=15))
        texting.world.tick()
        reconcile_once(texting.world.house)
        states.append(texting.world.reminder(1).state)
    assert states == ["uncertain", "uncertain", "not_sent", "not_sent"]
    assert texting.world.case_kinds("ACME") == ["delivery"]
    assert texting.tried() == [PHONE, NEIGHBOUR, ABROAD]


@pytest.mark.parametrize(("at", "how"), BREAKS)
def test_a_list_that_cannot_be_read_settles_nothing_and_the_next_look_does(texting: Texting, at: str, how: str) -> None:
    texting.twilio.break_next("body", "close", accepting=True)
    texting.text_all()
    texting.twilio.break_next(at, how, method="GET")
    texting.patience = patience(how)
    assert (reconcile_once(texting.world.house), texting.world.reminder(1).state) == (0, "uncertain")
    texting.patience = PATIENT
    assert (reconcile_once(texting.world.house), texting.world.reminder(1).state) == (1, "confirmed")


# ---- what comes in


class Distorted(TwilioStandIn):
    """A Twilio whose list is true, and odd."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.oddity = ""

    def perform(self, method: str, path: str, values: dict[str, str], login: str) -> tuple[int, dict[str, Any]]:
        # Two texts a page.
        status, page = super().perform(method, path, values | {"PageSize": "2"}, login)
        if method == "GET" and "messages" in page:
            page["messages"] = self._odd(page["messages"])
        return status, page

    def _odd(self, texts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        match self.oddity:
            case "twice":
                return texts + texts
            case "out of order":
                return texts[1::2] + texts[::2]
            case "strangers":
                return texts + [
                    {**one, "sid": f"SM{n:032d}", "direction": "outbound-api"} for n, one in enumerate(texts)
                ]
            case "undated":
                return [{**one, "date_sent": None, "date_created": None, "date_updated": None} for one in texts]
            case "nameless":
                return [{**one, "sid": None} for one in texts]
            case _:
                return texts


@dataclasses.dataclass
class Hearing:
    """A business that gets texts, and its Twilio."""

    world: World
    twilio: Distorted
    heard: int = 0
    patience: float = PATIENT

    def inbox(self) -> TwilioInbox:
        return TwilioInbox(ACCOUNT_SID, TOKEN, self.twilio.url, (OUR_NUMBER,), timeout=self.patience)

    def receives(self, count: int) -> None:
        for _ in range(count):
            self.heard += 1
            self.twilio.receive(PHONE, OUR_NUMBER, f"I dispute this, number {self.heard}")

    def look(self) -> None:
        Listener(self.world.house).look()

    def kept(self) -> list[str]:
        with self.world.house.store.reading() as connection:
            rows = connection.execute(select(inbound.c.digest, inbound.c.state).order_by(inbound.c.inbound_id)).all()
        assert {row.state for row in rows} <= {"understood"}
        return [self.world.house.spool.read(row.digest).decode() for row in rows]

    def is_silent(self) -> bool:
        """Whether a missing answer of the texts' list keeps everything from leaving."""
        with self.world.house.store.reading() as connection:
            return "texts" in {s.kind for s in standing_stops(self.world.house, connection, self.world.now)}

    def everything(self) -> list[str]:
        return sorted(f"I dispute this, number {n + 1}" for n in range(self.heard))


@pytest.fixture(scope="module")
def hearing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hearing]:
    world = World(tmp_path_factory.mktemp("hearing") / "shop", sms=True)
    world.customer("ACME", phone=PHONE).invoice("INV-1", "ACME", "2027-03-05")
    world.begin()
    with Distorted(world.clock, numbers=(OUR_NUMBER,)) as twilio:
        made = Hearing(world, twilio)
        world.house = dataclasses.replace(world.house, open_text_inbox=made.inbox)
        yield made
    world.close()


@pytest.mark.parametrize("page", [0, 1])
@pytest.mark.parametrize(("at", "how"), BREAKS)
def test_a_list_that_breaks_off_is_no_list_and_the_next_one_brings_each_text_once(
    hearing: Hearing, at: str, how: str, page: int
) -> None:
    hearing.world.clock.advance(timedelta(minutes=5))
    hearing.receives(3)
    before = hearing.kept()
    hearing.twilio.break_next(at, how, method="GET", after=page)
    hearing.patience = patience(how)
    with pytest.raises(InboxUnavailable):
        hearing.look()
    assert hearing.kept() == before and hearing.is_silent()
    hearing.patience = PATIENT
    hearing.look()
    assert sorted(hearing.kept()) == hearing.everything() and not hearing.is_silent()


@pytest.mark.parametrize("status", [302, 400, 401, 404, 429, 500, 502, 503])
def test_a_list_that_is_refused_is_no_list_and_the_next_one_brings_each_text_once(
    hearing: Hearing, status: int
) -> None:
    hearing.world.clock.advance(timedelta(minutes=5))
    hearing.receives(2)
    hearing.twilio.fail_next(status, 20500, method="GET", retry_after=30)
    with pytest.raises(InboxUnavailable):
        hearing.look()
    assert hearing.is_silent()
    hearing.look()
    assert sorted(hearing.kept()) == hearing.everything() and not hearing.is_silent()


@pytest.mark.parametrize("oddity", ["twice", "out of order", "strangers", "undated"])
def test_an_odd_list_brings_each_text_once(hearing: Hearing, oddity: str) -> None:
    hearing.world.clock.advance(timedelta(minutes=5))
    hearing.receives(3)
    hearing.twilio.oddity = oddity
    for _ in range(3):
        hearing.look()
    hearing.twilio.oddity = ""
    hearing.look()
    assert sorted(hearing.kept()) == hearing.everything()


def test_texts_that_cannot_be_told_apart_are_no_list(hearing: Hearing) -> None:
    hearing.world.clock.advance(timedelta(minutes=5))
    hearing.receives(3)
    hearing.twilio.oddity = "nameless"
    with pytest.raises(InboxUnavailable, match="has no SID"):
        hearing.look()
    hearing.twilio.oddity = ""
    hearing.look()
    assert sorted(hearing.kept()) == hearing.everything()


@pytest.mark.parametrize("lag", [timedelta(0), timedelta(minutes=5), timedelta(minutes=10), timedelta(hours=3)])
def test_texts_that_a_late_list_shows_out_of_their_turn_come_once(hearing: Hearing, lag: timedelta) -> None:
    hearing.receives(1)
    hearing.twilio.list_lag(lag)
    for _ in range(4):
        hearing.receives(2)
        hearing.world.clock.advance(timedelta(minutes=5))
        hearing.look()
    hearing.world.clock.advance(lag)
    hearing.look()
    hearing.twilio.list_lag(timedelta(0))
    assert sorted(hearing.kept()) == hearing.everything()
