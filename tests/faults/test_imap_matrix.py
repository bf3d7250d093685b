"""Fault F12: a mail server met at every step by every fault, and folders that change underfoot.

Whatever happens: no answer lost, none acted on twice, nothing sent while it is unsure, all well at the next look.
"""

from __future__ import annotations

import dataclasses
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from reminderbot.core.inbound import InboxUnavailable, MailCursor
from reminderbot.door import standing_stops
from reminderbot.inbox.imap import ImapInbox, ImapTimeouts
from reminderbot.inbox.imap_session import PIECE
from reminderbot.runs.deliver import deliver_once
from reminderbot.runs.listen import Listener
from reminderbot.runs.look_again import look_again_once
from reminderbot.store.tables import case, inbound
from tests.faults.life import Reader
from tests.servers.mailbox_imap import FAULTS, Folder, MailboxImap
from tests.servers.scripted_imap import ScriptedImap
from tests.servers.tls import Authority
from tests.stories.world import World

# silent: the look fails with a sentence, and nothing is sent.   read: it does no harm, the answer is read.
# rests: likewise, and the server is not asked again for an hour.
# waits: the wait for mail ends in time and nothing is lost.
TABLE = """
             close  reset  hang   drip   half   junk   NO     BAD    BYE
greeting     silent silent silent silent silent silent silent silent silent
CAPABILITY   silent silent silent silent silent silent silent silent silent
STARTTLS     silent silent silent silent silent silent silent silent silent
TLS          silent silent silent silent silent silent silent silent silent
AUTHENTICATE silent silent silent silent silent silent silent rests  silent
PASSWORD     silent silent silent silent silent silent silent rests  silent
LOGIN        silent silent silent silent silent silent silent rests  silent
CAP-again    silent silent silent silent silent silent read   silent silent
EXAMINE      silent silent silent silent silent silent silent silent silent
SEARCH       silent silent silent silent silent silent silent silent silent
SIZES        silent silent silent silent silent silent read   silent silent
BODIES       silent silent silent silent silent silent read   silent silent
PIECE        silent silent silent silent silent silent silent silent silent
IDLE         silent silent silent silent silent silent waits  waits  silent
DONE         silent silent silent silent silent silent waits  waits  silent
NOOP         silent silent silent silent silent silent waits  silent silent
LOGOUT       read   read   read   read   read   read   read   read   read
"""
_HEAD, *_ROWS = TABLE.strip().splitlines()
CELLS = {
    (row.split()[0], fault): end for row in _ROWS for fault, end in zip(_HEAD.split(), row.split()[1:], strict=True)
}
STEPS = tuple(dict.fromkeys(step for step, _ in CELLS))
WAITING = {"IDLE", "DONE", "NOOP"}
HASTY = ImapTimeouts(connect=1.2, answer=1.2, idle=0.3, goodbye=0.2)
PATIENT = ImapTimeouts(connect=10, answer=10, idle=0.3, goodbye=0.2)
# Two look: one visit goes well, the fault meets the second.
SECOND = {"CAP-again": "CAPABILITY", "PIECE": "BODIES"}


class Business:
    """An installation that reads its answers from an IMAP server, with a letter that is due all the time."""

    server: MailboxImap

    def __init__(self, folder: Path, tls: Authority | None = None) -> None:
        self.world = World(folder)
        self.world.invoice("INV-1", "ACME", "2027-03-05").invoice("INV-2", "DUE", "2027-03-05").begin()
        self.world.clock.move_to(self.world.now.replace(day=8, hour=10))
        self.world.export()
        self.world.take_ledger()
        self.world.plan()
        self.sent: list[bytes] = []
        self.timeouts = PATIENT
        self.tls = tls
        self.world.house = dataclasses.replace(self.world.house, reader=Reader(), open_inbox=self._open)
        self.listener = Listener(self.world.house)

    def serve(self, server: MailboxImap) -> Business:
        """Read from this server, from now on: what it holds already was there before us."""
        self.server = server
        return self

    def _open(self) -> ImapInbox:
        context = self.tls.context() if self.tls else None
        return ImapInbox(
            "127.0.0.1", self.server.port, "starttls" if self.tls else "none", "a", "secret",
            timeouts=self.timeouts, ssl_context=context, clock=self.world.clock,
        )  # fmt: skip

    # ---- what happens

    def arrives(self, count: int = 1, *, size: int = 0, folder: str = "INBOX", at: datetime | None = None) -> None:
        for _ in range(count):
            number = len(self.sent) + 1
            raw = f"From: acme@customer.example\r\nSubject: {number}\r\n\r\nWe dispute this, {number}.\r\n".encode()
            self.sent.append(raw + b"x" * size + b"\r\n")
            self.server.arrives(self.sent[-1], at or self.world.now, folder)

    def look(self) -> str:
        """One turn of the listener: "read", or why not."""
        try:
            self.listener.look()
        except InboxUnavailable as error:
            self.listener.close()
            return str(error)
        return "read"

    def wait(self, seconds: float = 0.4) -> str:
        try:
            self.listener.wait(seconds, threading.Event())
        except InboxUnavailable as error:
            self.listener.close()
            return str(error)
        return "waits"

    def is_silent(self) -> bool:
        """Whether nothing leaves although a letter is due: neither by what is known nor after another look."""
        self.world.clock.advance(timedelta(seconds=61))
        with self.world.house.store.reading() as connection:
            stopped = "inbox" in {s.kind for s in standing_stops(self.world.house, connection, self.world.now)}
        return stopped and self.world.email.tried == []

    def deliver_looking(self) -> str:
        """Try to send what is due, which looks first: "silent" where that look failed and nothing left."""
        try:
            deliver_once(self.world.house, self.listener.look)
        except InboxUnavailable as error:
            self.listener.close()
            assert str(error).startswith("The inbox at 127.0.0.1:")
            return "silent"
        return "sent"

    def answer_to_a_letter(self) -> bytes:
        """Send what is due, and have one letter answered from an address that nobody knows."""
        assert self.deliver_looking() == "sent"
        (letter,) = (sent for sent in self.world.sent if sent.to == "due@customer.example")
        return self.world.answer("We dispute this.", letter, sender="somebody@elsewhere.example")

    def rests(self) -> bool:
        """Whether the server is left alone although its log-in was refused but once; then an hour passes."""
        heard = len(self.server.heard)
        if self.look() == "read" or len(self.server.heard) > heard:
            return False
        self.world.clock.advance(timedelta(hours=1))
        return True

    # ---- what is left

    def wrong(self) -> list[str]:
        """What was lost, or acted on twice."""
        with self.world.house.store.reading() as connection:
            rows = connection.execute(select(inbound.c.digest, inbound.c.state)).all()
            cases = connection.execute(select(case.c.inbound_id, func.count()).group_by(case.c.inbound_id)).all()
        kept = [self.world.house.spool.read(row.digest) for row in rows]
        found = [f"lost: {raw!r}" for raw in self.sent if raw not in kept]
        found += [f"twice: {raw!r}" for raw in set(kept) if kept.count(raw) > 1]
        found += [f"left {row.state}" for row in rows if row.state != "understood"]
        found += [f"{count} cases for {number}" for number, count in cases if count != 1]
        return found + ([] if len(cases) == len(self.sent) else [f"{len(cases)} cases for {len(self.sent)} answers"])


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Business]:
    """A business of one test, on a server of its own, that has looked once."""
    made = Business(tmp_path / "shop")
    with MailboxImap() as server:
        assert made.serve(server).look() == "read"
        yield made
        made.listener.close()
    made.world.close()


def server_for(step: str, authority: Authority) -> MailboxImap:
    if step in ("STARTTLS", "TLS"):
        mine = authority.issue("127.0.0.1")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(mine.certificate, mine.key)
        return MailboxImap(context, "IMAP4rev1 IDLE STARTTLS")
    return MailboxImap(capabilities="IMAP4rev1 IDLE" + " AUTH=PLAIN" * (step in ("AUTHENTICATE", "PASSWORD")))


def test_no_step_and_no_fault_is_missing_from_the_table() -> None:
    assert tuple(_HEAD.split()) == FAULTS
    assert len(CELLS) == len(STEPS) * len(FAULTS) == 17 * 9
    assert set(CELLS.values()) == {"silent", "rests", "read", "waits"}


# A connection that is reset at the very moment at which TLS begins is left to the garbage collector by CPython 3.11.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("step", STEPS)
def test_every_fault_at_this_step_ends_as_the_table_says(tmp_path: Path, authority: Authority, step: str) -> None:
    shop = Business(tmp_path / "shop", authority if step in ("STARTTLS", "TLS") else None)
    ends, wrong = {}, {}
    with server_for(step, authority) as server:
        assert shop.serve(server).look() == "read"
        for fault in FAULTS:
            shop.timeouts = HASTY if fault in ("hang", "drip", "junk") else PATIENT
            ends[step, fault] = cell(shop, step, fault)
            wrong[step, fault] = shop.wrong()
            shop.listener.close()
    shop.world.close()
    assert ends == {key: end for key, end in CELLS.items() if key[0] == step}
    assert not any(wrong.values()), wrong


def cell(shop: Business, step: str, fault: str) -> str:
    """Meet one fault at one step while answers come in; then look again."""
    shop.listener.close()
    if step in (*WAITING, "LOGOUT"):
        assert shop.look() == "read"
    shop.arrives()
    shop.arrives(size=PIECE if step == "PIECE" else 0)
    shop.server.faults = {SECOND.get(step, step): [""] * (step in SECOND) + [fault]}
    began = time.monotonic()
    if step in WAITING:
        end = "waits" if shop.wait() == "waits" else "silent"
    elif step == "LOGOUT":
        shop.listener.close()
        end = "read"
    elif CELLS[step, fault] in ("silent", "rests"):
        end = shop.deliver_looking()
        assert shop.is_silent()
        end = "rests" if shop.rests() else end
    else:
        end = shop.look()
    assert time.monotonic() - began < 9, "waited past its time"
    shop.timeouts = PATIENT
    assert not any(shop.server.faults.values()), "the fault was never met"
    assert shop.look() == "read"
    shop.listener.close()
    return end


# ---- folders that change underfoot


def moved(mailbox: Folder, to: Folder) -> None:
    """A mail program, or the server, moves everything."""
    for mail in mailbox.mails:
        to.add(mail.raw, mail.received_at)
    mailbox.mails = []


@pytest.mark.parametrize("uidvalidity", [8, 0, None], ids=["another", "0", "none"])
def test_a_folder_numbered_anew_is_read_again_before_anything_leaves(shop: Business, uidvalidity: int | None) -> None:
    shop.arrives(3)
    assert shop.look() == "read"
    shop.arrives(2)
    shop.server.inbox.renumber(uidvalidity)
    # The line breaks while it is read again: nothing may leave on half of it.
    shop.server.faults = {"BODIES": ["half"]}
    assert shop.deliver_looking() == "silent"
    assert shop.is_silent()
    assert [shop.look() for _ in range(3)] == ["read"] * 3
    assert shop.wrong() == []


def test_a_server_without_uidvalidity_from_the_start_loses_and_repeats_nothing(tmp_path: Path) -> None:
    shop = Business(tmp_path / "shop")
    with MailboxImap() as server:
        server.inbox.uidvalidity = 0
        assert shop.serve(server).look() == "read"
        for _ in range(4):
            shop.arrives(2)
            assert shop.look() == "read"
        shop.listener.close()
    assert shop.wrong() == []
    shop.world.close()


def test_a_folder_put_back_from_a_backup_is_read_again(shop: Business) -> None:
    shop.arrives(6)
    assert shop.look() == "read"
    shop.server.inbox.mails = shop.server.inbox.mails[:3]
    shop.server.inbox.uidnext = 4
    shop.arrives(2)
    assert shop.look() == "read"
    assert shop.wrong() == []


def test_a_backup_whose_numbers_had_grown_past_us_again_is_caught_up_with_within_a_day(shop: Business) -> None:
    shop.arrives(4)
    assert shop.look() == "read"
    shop.server.inbox.mails = shop.server.inbox.mails[:2]
    shop.server.inbox.uidnext = 3
    shop.arrives(4)
    assert shop.look() == "read"
    # Two of the four have numbers that were ours before; only the daily look at the last month finds them.
    assert len(shop.wrong()) == 3
    assert look_again_once(shop.world.house) == 2
    assert shop.wrong() == []


def test_a_folder_that_was_emptied_loses_nothing_of_what_comes_after(shop: Business) -> None:
    shop.arrives(3)
    assert shop.look() == "read"
    shop.server.inbox.mails = []
    assert shop.look() == "read"
    shop.arrives(2)
    assert shop.look() == "read"
    assert shop.wrong() == []


def test_answers_moved_to_junk_before_anybody_looked_are_found_by_our_own_token(shop: Business) -> None:
    junk = shop.server.folders["Junk"] = Folder(attributes="\\HasNoChildren \\Junk", uidvalidity=9)
    world = shop.world
    shop.server.arrives(shop.answer_to_a_letter(), world.now)
    shop.server.arrives(b"From: spam@spam.example\r\nSubject: riches\r\n\r\nacme@customer.example INV-1\r\n", world.now)
    moved(shop.server.inbox, junk)
    assert shop.look() == "read"
    assert look_again_once(world.house) == 1
    assert world.hold_kinds("DUE") == ["dispute"]
    world.clock.advance(timedelta(hours=25))
    assert look_again_once(world.house) == 0
    assert len(world.cases()) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_look_into_junk_that_fails_is_made_up_for_at_the_next(shop: Business, fault: str) -> None:
    shop.server.folders["Junk"] = Folder(attributes="\\HasNoChildren \\Junk", uidvalidity=9)
    shop.timeouts = HASTY if fault in ("hang", "drip", "junk") else PATIENT
    shop.server.arrives(shop.answer_to_a_letter(), shop.world.now, "Junk")
    shop.server.faults = {"SEARCH": [fault]}
    with pytest.raises(InboxUnavailable):
        look_again_once(shop.world.house)
    assert look_again_once(shop.world.house) == 1
    assert len(shop.world.cases()) == 1


@pytest.mark.parametrize("step", ["SIZES", "BODIES"])
def test_a_mail_that_another_program_deletes_while_we_read_disturbs_no_other(shop: Business, step: str) -> None:
    shop.arrives(5)
    inbox = shop.server.inbox
    gone = shop.sent.pop(2)

    def delete(reached: str) -> None:
        if reached == step:
            inbox.mails = [mail for mail in inbox.mails if mail.raw != gone]

    # SIZES: gone before anything of it was told; BODIES: after its size was.
    shop.server.at = delete
    assert shop.look() == "read"
    shop.server.at = lambda _step: None
    assert shop.look() == "read"
    with shop.world.house.store.reading() as connection:
        kept = len(connection.execute(select(inbound.c.digest)).all())
    # Whether it was read before it went is up to the server's haste; the others are there.
    assert kept in (4, 5)
    assert [line for line in shop.wrong() if line.startswith(("lost", "twice"))] == []


def test_a_login_that_expires_while_we_wait_is_told_and_works_again_once_it_does(shop: Business) -> None:
    assert shop.look() == "read"
    shop.server.faults = {"IDLE": ["BYE"], "LOGIN": ["NO", "NO"]}
    assert "saying: shutting down" in shop.wait()
    shop.arrives(2)
    for _ in range(2):
        assert "the log-in failed" in shop.look()
        assert shop.is_silent()
    assert shop.look() == "read"
    assert shop.wrong() == []


@pytest.mark.parametrize(
    "clock",
    [datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), datetime(2037, 12, 31, 23, 59, tzinfo=UTC)],
    ids=["1970", "a year ago", "2037"],
)
def test_a_server_whose_clock_is_wrong_loses_nothing_even_when_it_numbers_anew(shop: Business, clock: datetime) -> None:
    shop.arrives(3, at=clock)
    assert shop.look() == "read"
    assert shop.wrong() == []
    shop.arrives(2, at=clock)
    shop.server.inbox.renumber(8)
    assert shop.look() == "read"
    assert shop.wrong() == []
    with shop.world.house.store.reading() as connection:
        latest = connection.execute(select(func.max(inbound.c.received_at))).scalar_one()
    # Nothing has arrived in the future, whatever the server says.
    assert latest <= shop.world.now


@pytest.mark.parametrize("refusal", ["NO", "BAD"])
def test_an_idle_that_is_offered_and_refused_is_not_asked_for_again_and_again(shop: Business, refusal: str) -> None:
    assert shop.look() == "read"
    shop.server.faults = {"IDLE": [refusal] * 1000}
    began = time.monotonic()
    assert shop.wait(1.3) == "waits"
    assert time.monotonic() - began >= 1.3
    assert sum(b"IDLE" in line for line in shop.server.heard) == 1
    shop.arrives()
    assert shop.look() == "read"
    assert shop.wrong() == []


def test_an_idle_that_ends_at_once_is_not_asked_for_a_thousand_times() -> None:
    with ScriptedImap({"IDLE": b"+ idling\r\n%s OK that was it\r\n", "DONE": b""}) as server:
        inbox = ImapInbox("127.0.0.1", server.port, "none", "a", "secret", timeouts=HASTY)
        inbox.poll(None)
        inbox.wait(1.5, threading.Event())
        inbox.close()
        assert sum(b"IDLE" in line for line in server.heard) <= 3


# ---- a million mails


MILLION = 1_000_000
ALL = b"* SEARCH " + b" ".join(b"%d" % n for n in range(1, MILLION + 1)) + b"\r\n%s OK done\r\n"
HUGE = {
    "EXAMINE": b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT %d] ok\r\n" % (MILLION, MILLION + 1)
    + b"%s OK [READ-ONLY] done\r\n",
    "UID SEARCH UID": b"* SEARCH %d\r\n" % MILLION + b"%s OK done\r\n",
    "UID SEARCH SINCE": ALL,
    f"UID SEARCH {MILLION - 49}:*": b"* SEARCH "
    + b" ".join(b"%d" % n for n in range(MILLION - 49, MILLION + 1))
    + b"\r\n%s OK done\r\n",
    "UID FETCH": b"%s OK nothing\r\n",
}


def test_a_folder_of_a_million_mails_is_begun_with_and_read_on_in_no_time() -> None:
    with ScriptedImap(HUGE) as server:  # type: ignore[arg-type]  # a dict of bytes alone
        inbox = ImapInbox("127.0.0.1", server.port, "none", "a", "secret", timeouts=PATIENT)
        began = time.monotonic()
        cursor = inbox.poll(None).cursor
        assert cursor == MailCursor("INBOX", 7, MILLION)
        assert list(inbox.poll(cursor).messages) == []
        assert time.monotonic() - began < 3
        inbox.close()
        assert not [line for line in server.heard if b"FETCH" in line]


def test_a_folder_of_a_million_mails_that_is_numbered_anew_is_gone_through_in_small_bites() -> None:
    with ScriptedImap(HUGE) as server:  # type: ignore[arg-type]  # a dict of bytes alone
        inbox = ImapInbox("127.0.0.1", server.port, "none", "a", "secret", timeouts=PATIENT)
        began = time.process_time()
        poll = inbox.poll(MailCursor("INBOX", 6, 12))
        assert (poll.reset, poll.cursor.uid) == (True, MILLION)
        assert time.process_time() - began < 10
        inbox.close()
        # A hundred numbers at a time, so that no command and no answer grows with the folder.
        assert max(len(line) for line in server.heard) < 2000
