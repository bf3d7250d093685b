"""The mailbox is read without loss, repetition or trace, from real servers, and every fault ends soon with its cure."""

from __future__ import annotations

import itertools
import re
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reminderbot.clock import SteppedClock
from reminderbot.core.inbound import Inbound, InboxUnavailable, MailCursor
from reminderbot.inbox.imap import RESET_NEWEST, ImapInbox, ImapTimeouts
from reminderbot.inbox.imap_session import PIECE
from reminderbot.inbox.imap_wire import Wire
from tests.servers.dovecot import Dovecot
from tests.servers.pymap_imap import Pymap
from tests.servers.scripted_imap import ScriptedImap
from tests.servers.tls import Authority

PASSWORD = 'it"s \\ säcret'
STARTTLS = b"* CAPABILITY IMAP4rev1 STARTTLS\r\n%s OK done\r\n"
NUMBERS = itertools.count()
OPENED: list[ImapInbox] = []


@pytest.fixture(autouse=True)
def _closed(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Close what a test opened; however its connection ended, no thread outlives it and nothing was printed."""
    yield
    while OPENED:
        OPENED.pop().close()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("127.0.0.1 ")]
    assert "".join(capfd.readouterr()) == ""


def letter(subject: str, body: bytes = b"I'll pay on Friday\r\n") -> bytes:
    return f"From: jane@customer.example\r\nSubject: {subject}\r\n\r\n".encode() + body


class Mailbox:
    """A fresh mailbox on Dovecot, and the inbox under test that reads it."""

    def __init__(self, dovecot: Dovecot, authority: Authority) -> None:
        self.dovecot, self.authority = dovecot, authority
        self.user = f"business{next(NUMBERS)}@shop.example"
        dovecot.add_user(self.user, PASSWORD)
        self.inbox = self.reader()

    def reader(self, **settings: object) -> ImapInbox:
        known: dict[str, object] = {"host": "127.0.0.1", "port": self.dovecot.imap_port, "security": "none"}
        known |= {"username": self.user, "password": PASSWORD, "ssl_context": self.authority.context()}
        inbox = ImapInbox(**(known | settings))  # type: ignore[arg-type]  # settings by name, scripts as each test has them
        OPENED.append(inbox)
        return inbox

    def arrives(self, *raws: bytes, at: datetime | None = None) -> None:
        for raw in raws:
            self.dovecot.append(self.user, raw, at)

    def expunge(self, uid: int) -> None:
        with self.dovecot.client(self.user) as client:
            client.select("INBOX")
            client.uid("STORE", str(uid), "+FLAGS", "(\\Deleted)")
            client.expunge()


@pytest.fixture
def mailbox(dovecot: Dovecot, authority: Authority) -> Mailbox:
    return Mailbox(dovecot, authority)


def started(inbox: ImapInbox) -> MailCursor:
    return inbox.poll(None).cursor


def read(inbox: ImapInbox, cursor: MailCursor) -> tuple[list[bytes], MailCursor]:
    poll = inbox.poll(cursor)
    return [inbound.raw for inbound, _ in poll.messages], poll.cursor


def failure(act: Callable[[], object], within: float) -> str:
    """The sentence of an InboxUnavailable that came in time and does not give the password away."""
    begin = time.monotonic()
    with pytest.raises(InboxUnavailable) as raised:
        act()
    assert time.monotonic() - begin < within
    assert PASSWORD not in "".join(traceback.format_exception(raised.value, chain=True))
    error: BaseException | None = raised.value
    while error is not None:
        assert PASSWORD not in repr(error)
        error = error.__context__
    return str(raised.value)


# ---- reading


def test_the_first_look_fetches_nothing_and_begins_with_the_next_mail(mailbox: Mailbox) -> None:
    mailbox.arrives(letter("old"))
    first = mailbox.inbox.poll(None)
    assert (first.started, first.reset, list(first.messages)) == (True, False, [])
    mailbox.arrives(letter("new"))
    raws, _ = read(mailbox.inbox, first.cursor)
    assert raws == [letter("new")]


def test_a_mail_comes_byte_for_byte_with_its_place_and_the_moment_it_arrived(mailbox: Mailbox) -> None:
    raw = letter("bytes", b"\x00\xff) A1 OK done\r\n* 9 EXISTS\r\n{10}\r\n\r\n.\r\n")
    cursor = started(mailbox.inbox)
    mailbox.arrives(raw.replace(b"\x00", b""), at=datetime(2026, 3, 6, 23, 30, tzinfo=UTC))
    ((inbound, after),) = mailbox.inbox.poll(cursor).messages
    assert inbound.raw == raw.replace(b"\x00", b"")
    assert inbound.external_id == f"INBOX/{cursor.uidvalidity}/1"
    assert inbound.received_at == datetime(2026, 3, 6, 23, 30, tzinfo=UTC)
    assert inbound.received_at.tzinfo is UTC and not inbound.oversize
    assert after == MailCursor("INBOX", cursor.uidvalidity, 1)


def test_no_mail_is_lost_or_repeated_over_many_polls_and_connections(mailbox: Mailbox) -> None:
    cursor = started(mailbox.inbox)
    sent, got = [], []
    for turn in range(6):
        batch = [letter(f"{turn}-{number}") for number in range(turn)]
        mailbox.arrives(*batch)
        sent += batch
        raws, cursor = read(mailbox.inbox, cursor)
        got += raws
        if turn % 2:
            mailbox.inbox.close()
    assert got == sent
    assert read(mailbox.inbox, cursor)[0] == []


def test_a_reader_that_died_half_way_goes_on_after_the_last_stored_mail(mailbox: Mailbox) -> None:
    cursor = started(mailbox.inbox)
    mailbox.arrives(*(letter(str(number)) for number in range(5)))
    messages = mailbox.inbox.poll(cursor).messages
    for _ in range(2):
        _, cursor = next(messages)
    mailbox.inbox.close()
    assert read(mailbox.reader(), cursor)[0] == [letter("2"), letter("3"), letter("4")]


def test_more_mail_than_one_batch_comes_whole_and_in_order(mailbox: Mailbox) -> None:
    cursor = started(mailbox.inbox)
    raws = [letter(str(number), b"x" * number * 90 + b"\r\n") for number in range(230)]
    with mailbox.dovecot.client(mailbox.user) as client:
        for raw in raws:
            client.append("INBOX", "", "", raw)
    got, after = read(mailbox.inbox, cursor)
    assert got == raws
    assert after.uid == 230


@pytest.mark.parametrize("more", [-1, 0, 1, PIECE - 1, PIECE, PIECE + 1])
def test_a_mail_around_the_size_of_a_piece_comes_whole(mailbox: Mailbox, more: int) -> None:
    cursor = started(mailbox.inbox)
    head = letter("large", b"")
    raw = head + b"y" * (PIECE + more - len(head) - 2) + b"\r\n"
    assert len(raw) == PIECE + more
    mailbox.arrives(letter("before"), raw, letter("after"))
    assert read(mailbox.inbox, cursor)[0] == [letter("before"), raw, letter("after")]


def test_of_a_mail_too_large_only_the_header_comes_and_the_others_are_not_held_up(mailbox: Mailbox) -> None:
    inbox = mailbox.reader(max_bytes=1000)
    cursor = started(inbox)
    limit = letter("at the limit", b"")
    limit += b"z" * (998 - len(limit)) + b"\r\n"
    mailbox.arrives(letter("one"), limit, limit + b"z", letter("too large", b"z" * 600_000), letter("five"))
    found = [inbound for inbound, _ in inbox.poll(cursor).messages]
    assert [inbound.oversize for inbound in found] == [False, False, True, True, False]
    assert found[1].raw == limit
    assert found[3].raw == letter("too large", b"")
    assert found[4].raw == letter("five")


def test_a_mail_another_program_deletes_meanwhile_does_not_disturb_the_rest(mailbox: Mailbox) -> None:
    cursor = started(mailbox.inbox)
    mailbox.arrives(*(letter(str(number), b"w" * 300_000) for number in range(4)))
    messages = mailbox.inbox.poll(cursor).messages
    first, _ = next(messages)
    mailbox.expunge(3)
    rest = [inbound for inbound, _ in messages]
    subjects = [inbound.raw.split(b"\r\n")[1] for inbound in (first, *rest)]
    # Dovecot still hands out what a client has open, or says it is gone: either is well.
    assert [subject for subject in subjects if subject != b"Subject: 2"] == [
        b"Subject: 0",
        b"Subject: 1",
        b"Subject: 3",
    ]
    assert read(mailbox.inbox, mailbox.inbox.poll(cursor).cursor)[0] == []


def test_nothing_in_the_mailbox_is_changed_by_reading_it(mailbox: Mailbox) -> None:
    cursor = started(mailbox.inbox)
    mailbox.arrives(letter("a"))
    with mailbox.dovecot.client(mailbox.user) as client:
        client.select("INBOX")
        client.uid("STORE", "1", "+FLAGS", "(\\Flagged)")
    mailbox.arrives(letter("b", b"v" * 300_000))
    before = mailbox.dovecot.flags(mailbox.user)
    list(mailbox.inbox.poll(cursor).messages)
    list(mailbox.inbox.rescan(30))
    mailbox.inbox.wait(0.1, threading.Event())
    mailbox.inbox.close()
    assert mailbox.dovecot.flags(mailbox.user) == before
    # \Recent tells the owner's own program which mails it has not seen before; SELECT would take it away.
    assert before == ["(UID 1 FLAGS (\\Flagged))", "(UID 2 FLAGS (\\Recent))"]
    assert len(mailbox.dovecot.messages(mailbox.user)) == 2


def test_nothing_is_ever_sent_to_the_server_that_could_change_the_mailbox() -> None:
    with ScriptedImap(FETCHES) as server:
        inbox = quick(server.port)
        list(inbox.poll(CURSOR).messages)
        list(inbox.rescan(30))
        list(inbox.poll(CURSOR).messages)
        inbox.wait(0.1, threading.Event())
        inbox.close()
        heard = {b" ".join(line.split()[1:]).partition(b"<")[0] for line in server.heard}
    first = re.compile(rb"|CAPABILITY|LOGIN .*|EXAMINE .*|UID SEARCH .*|UID FETCH [\d,]+ \(UID (.*)|IDLE|NOOP|LOGOUT")
    assert all(first.fullmatch(line) for line in heard)
    fetched = {found[1] for line in heard if (found := first.fullmatch(line))}
    assert fetched == {None, b"RFC822.SIZE INTERNALDATE)", b"BODY.PEEK[]"}


def test_a_folder_with_a_foreign_name_is_read_and_wait_returns_to_it_after_a_look_into_junk(mailbox: Mailbox) -> None:
    with mailbox.dovecot.client(mailbox.user) as client:
        client.create('"Kunden &- R&APw-ckfragen"')
        client.create("Junk")
        client.append("Junk", "", "", letter("filtered"))
    inbox = mailbox.reader(folder="Kunden & Rückfragen")
    cursor = started(inbox)
    assert [inbound.raw for inbound in inbox.rescan(30, "Junk")] == [letter("filtered")]
    mailbox.dovecot.append(mailbox.user, letter("question"), folder='"Kunden &- R&APw-ckfragen"')
    assert inbox.wait(20, threading.Event())
    ((inbound, _),) = inbox.poll(cursor).messages
    assert inbound.external_id == f"Kunden & Rückfragen/{cursor.uidvalidity}/1"


def test_the_junk_folder_is_found_by_its_mark_or_its_name(mailbox: Mailbox) -> None:
    inbox = mailbox.reader()
    assert inbox.junk_folders() == []
    with mailbox.dovecot.client(mailbox.user) as client:
        for name in ("Archive", '"Courrier ind&AOk-sirable"', "INBOX.Spam", "Spam-Berichte"):
            client.create(name)
    assert sorted(inbox.junk_folders()) == ["Courrier indésirable", "INBOX.Spam"]


def test_of_another_folder_only_what_answers_us_is_fetched(mailbox: Mailbox) -> None:
    ours = b"In-Reply-To: <r.7.mac@us.example>\r\n" + letter("answer")
    token = b"To: accounts+r7.mac@us.example\r\n" + letter("with a token")
    with mailbox.dovecot.client(mailbox.user) as client:
        client.create("Junk")
        for raw in (letter("spam"), ours, letter("more spam"), token):
            client.append("Junk", "", "", raw)
    inbox = mailbox.reader()
    started(inbox)
    assert [found.raw for found in inbox.rescan(30, "Junk", about=("<r.", "accounts+"))] == [ours, token]


# ---- a folder the server has numbered anew


def test_after_a_change_of_uidvalidity_ninety_days_are_read_again(mailbox: Mailbox) -> None:
    now = datetime.now(UTC)
    inbox = mailbox.reader(folder="Replies")
    with mailbox.dovecot.client(mailbox.user) as client:
        client.create("Replies")
        cursor = started(inbox)
        client.append("Replies", "", "", letter("lost in the move"))
        client.delete("Replies")
        client.create("Replies")
    mailbox.dovecot.append(mailbox.user, letter("ancient"), now - timedelta(days=93), folder="Replies")
    late = [letter(f"of late {number}") for number in range(RESET_NEWEST)]
    for raw in late:
        mailbox.dovecot.append(mailbox.user, raw, now - timedelta(days=89), folder="Replies")
    poll = inbox.poll(cursor)
    assert poll.reset and poll.cursor.uidvalidity != cursor.uidvalidity
    assert [inbound.raw for inbound, _ in poll.messages] == late
    assert read(inbox, poll.cursor)[0] == []
    assert not inbox.poll(poll.cursor).reset


def test_after_a_change_of_uidvalidity_an_empty_folder_is_simply_new(mailbox: Mailbox) -> None:
    old = started(mailbox.inbox)
    poll = mailbox.inbox.poll(MailCursor("INBOX", old.uidvalidity - 1, 40))
    assert poll.reset and list(poll.messages) == []
    mailbox.arrives(letter("next"))
    raws, _ = read(mailbox.inbox, poll.cursor)
    assert raws == [letter("next")]


def test_a_mailbox_put_back_from_a_backup_is_read_again_though_uidvalidity_stayed(mailbox: Mailbox) -> None:
    mailbox.arrives(letter("restored"))
    now = started(mailbox.inbox)
    poll = mailbox.inbox.poll(MailCursor("INBOX", now.uidvalidity, now.uid + 1))
    assert poll.reset
    assert [inbound.raw for inbound, _ in poll.messages] == [letter("restored")]


@pytest.mark.parametrize("days", [29, 30, 31, 33])
def test_the_overlap_rescan_looks_back_whole_days(mailbox: Mailbox, days: int) -> None:
    now = datetime(2026, 7, 1, 12, tzinfo=UTC)
    inbox = mailbox.reader(clock=SteppedClock(now))
    mailbox.arrives(letter(str(days)), at=now - timedelta(days=days))
    # A day more than asked for is looked at, since the server's days are not ours.
    assert len(list(inbox.rescan(30))) == (1 if days <= 31 else 0)


# ---- waiting


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_new_mail_ends_the_wait_within_two_seconds(mailbox: Mailbox, security: str) -> None:
    port = mailbox.dovecot.imaps_port if security == "tls" else mailbox.dovecot.imap_port
    inbox = mailbox.reader(security=security, port=port)
    cursor = started(inbox)
    sent_at: list[float] = []

    def send() -> None:
        time.sleep(0.3)
        mailbox.arrives(letter("now"))
        sent_at.append(time.monotonic())

    sender = threading.Thread(target=send)
    sender.start()
    assert inbox.wait(20, threading.Event())
    sender.join()
    assert time.monotonic() - sent_at[0] < 2
    assert read(inbox, cursor)[0] == [letter("now")]


def test_mail_that_came_between_the_poll_and_the_wait_ends_the_wait_too(mailbox: Mailbox) -> None:
    _, cursor = read(mailbox.inbox, started(mailbox.inbox))
    mailbox.arrives(letter("in between"))
    begin = time.monotonic()
    assert mailbox.inbox.wait(20, threading.Event())
    assert time.monotonic() - begin < 2
    assert read(mailbox.inbox, cursor)[0] == [letter("in between")]


def test_mail_a_server_tells_of_while_it_is_being_read_makes_the_wait_end_before_it_began() -> None:
    with ScriptedImap({"UID SEARCH": b"* SEARCH 9\r\n* 3 EXISTS\r\n%s OK done\r\n"}) as server:
        inbox = quick(server.port)
        inbox.poll(CURSOR)
        assert inbox.wait(20, threading.Event())
        assert not [line for line in server.heard if b"IDLE" in line.split()]


def test_mail_a_server_tells_of_while_idle_begins_ends_the_wait_and_both_stay_in_step() -> None:
    with ScriptedImap({"IDLE": b"* 3 EXISTS\r\n+ idling\r\n"}) as server:
        inbox = quick(server.port)
        cursor = started(inbox)
        begin = time.monotonic()
        assert inbox.wait(20, threading.Event())
        assert time.monotonic() - begin < 1
        inbox.poll(cursor)
        heard = [line.split()[-1] for line in server.heard]
        assert heard[heard.index(b"IDLE") + 1] == b"DONE"


def test_mail_that_came_during_a_rescan_ends_the_wait(mailbox: Mailbox) -> None:
    cursor = started(mailbox.inbox)
    mailbox.arrives(letter("during"))
    list(mailbox.inbox.rescan(30))
    begin = time.monotonic()
    assert mailbox.inbox.wait(20, threading.Event())
    assert time.monotonic() - begin < 2
    assert read(mailbox.inbox, cursor)[0] == [letter("during")]


def test_a_wait_in_which_nothing_comes_ends_on_time_and_the_next_one_works(mailbox: Mailbox) -> None:
    inbox = mailbox.reader(timeouts=ImapTimeouts(idle=0.4))
    started(inbox)
    begin = time.monotonic()
    assert not inbox.wait(1, threading.Event())
    assert 0.9 < time.monotonic() - begin < 2.5
    mailbox.arrives(letter("later"))
    assert inbox.wait(20, threading.Event())


def test_stop_ends_the_wait_and_the_connection_within_a_second(mailbox: Mailbox) -> None:
    started(mailbox.inbox)
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    begin = time.monotonic()
    assert not mailbox.inbox.wait(60, stop)
    mailbox.inbox.close()
    assert time.monotonic() - begin < 1.3
    assert not [thread.name for thread in threading.enumerate() if "127.0.0.1" in thread.name]


def test_pymap_is_read_and_waited_for_as_well() -> None:
    with Pymap("business@shop.example", "secret") as server:
        inbox = ImapInbox("127.0.0.1", server.port, "none", "business@shop.example", "secret")
        server.append(letter("old"))
        cursor = started(inbox)
        timer = threading.Timer(0.3, server.append, (letter("new"),))
        timer.start()
        assert inbox.wait(20, threading.Event())
        timer.join()
        assert read(inbox, cursor)[0] == [letter("new")]
        assert not inbox.wait(0.2, threading.Event())
        inbox.close()
        assert "log-in failed" in failure(
            ImapInbox("127.0.0.1", server.port, "none", "business@shop.example", PASSWORD).connect, within=10
        )


# ---- trust


def test_a_server_is_read_over_tls_only_when_its_certificate_can_be_trusted(mailbox: Mailbox, tmp_path: Path) -> None:
    for security, port in (("tls", mailbox.dovecot.imaps_port), ("starttls", mailbox.dovecot.imap_port)):
        mailbox.reader(security=security, port=port).connect()
        for settings, why in (
            ({"ssl_context": ssl.create_default_context()}, "unable to get local issuer certificate"),
            ({"ssl_context": Authority(tmp_path).context()}, "certificate cannot be trusted"),
            ({"host": "localhost"}, "Hostname mismatch"),
        ):
            said = failure(mailbox.reader(security=security, port=port, **settings).connect, within=5)
            assert why in said and "certificate" in said and f":{port} cannot be read" in said


def test_without_tls_no_password_leaves_this_machine() -> None:
    said = failure(ImapInbox("imap.example.com", 143, "none", "a", PASSWORD).connect, within=1)
    assert said.startswith("The inbox at imap.example.com:143 cannot be read: ")
    assert said.endswith('Set [inbox] security to "tls".')


@pytest.mark.parametrize(
    "script",
    [
        {},
        {"greeting": b"* PREAUTH welcome\r\n", "answers": {"CAPABILITY": STARTTLS}},
        {
            "answers": {
                "CAPABILITY": STARTTLS,
                "STARTTLS": b"%s NO not now\r\n",
            }
        },
        {
            "answers": {
                "CAPABILITY": STARTTLS,
                "STARTTLS": b"%s OK go\r\nnoise\r\n",
            }
        },
        {"answers": {"CAPABILITY": STARTTLS, "STARTTLS": None}},
    ],
    ids=["not offered", "greeted as logged in", "refused", "noise for a handshake", "silence"],
)
def test_a_connection_kept_from_tls_never_hears_the_password(script: dict[str, object]) -> None:
    with ScriptedImap(**script) as server:  # type: ignore[arg-type]  # settings by name, scripts as each test has them
        said = failure(quick(server.port, "starttls").connect, within=4)
        assert f"127.0.0.1:{server.port} cannot be read" in said
        assert not [line for line in server.heard if b"LOGIN" in line or b"AUTHENTICATE" in line]


def test_line_breaks_in_name_or_folder_are_refused_before_anything_is_sent() -> None:
    with ScriptedImap() as server:
        for settings in (
            ("a\r\nx NOOP", "secret", "INBOX"),
            ("a", "sec\nret", "INBOX"),
            ("a", "secret", "IN\0BOX"),
            ("", "b", "c"),
        ):
            inbox = ImapInbox("127.0.0.1", server.port, "none", *settings)
            assert "is empty or holds a line break" in failure(inbox.connect, within=1)
        assert server.heard == []


# ---- faults: each ends in bounded time with a sentence and its cure


def quick(port: int, security: str = "none", **settings: object) -> ImapInbox:
    timeouts = ImapTimeouts(connect=1, answer=1, idle=1, goodbye=0.3)
    inbox = ImapInbox("127.0.0.1", port, security, "a", "secret", timeouts=timeouts, **settings)  # type: ignore[arg-type]  # settings by name, scripts as each test has them
    OPENED.append(inbox)
    return inbox


def test_nobody_listening_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    said = failure(quick(port).connect, within=2)
    assert said == (
        f"The inbox at 127.0.0.1:{port} cannot be read: connection refused. "
        "Check [inbox] host and port, the network, and that the mail server is running."
    )


def test_an_unknown_host_name_is_told() -> None:
    said = failure(ImapInbox("imap.invalid", 993, "tls", "a", "b").connect, within=30)
    assert said.startswith(
        "The inbox at imap.invalid:993 cannot be read: its host name is not known. Check [inbox] host"
    )


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_server_that_accepts_and_says_nothing_is_given_up(security: str) -> None:
    with ScriptedImap(greeting=None) as server:
        assert "gave no answer" in failure(quick(server.port, security).connect, within=3)


def test_a_server_that_talks_but_never_answers_is_given_up() -> None:
    def drip(connection: socket.socket, _tag: bytes) -> None:
        for _ in range(100):
            connection.sendall(b"* OK still here\r\n")
            time.sleep(0.1)

    with ScriptedImap({"EXAMINE": drip}) as server:
        assert "no answer within 1 s" in failure(quick(server.port).connect, within=3)


def test_a_server_that_turns_us_away_is_quoted() -> None:
    with ScriptedImap(greeting=b"* BYE too many connections\r\n") as server:
        assert "saying: too many connections" in failure(quick(server.port).connect, within=2)


def test_plain_tcp_where_tls_was_expected_names_the_setting() -> None:
    with ScriptedImap() as server:
        said = failure(quick(server.port, "tls").connect, within=3)
        assert 'Check [inbox] port and security: "tls" is usual on port 993' in said


@pytest.mark.parametrize("capability", [b"IMAP4rev1", b"IMAP4rev1 AUTH=PLAIN"])
@pytest.mark.parametrize(
    "answer",
    [
        b"%s NO [AUTHENTICATIONFAILED] not you\r\n",
        b"%s BAD [AUTHENTICATIONFAILED] not you\r\n",
        b'%s NO [AUTHENTICATIONFAILED] not you with Hunter2"hunter2\r\n',
        b"%s NO [AUTHENTICATIONFAILED] not you\r\n* BYE too many failures\r\n",
    ],
    ids=["NO", "BAD", "echo", "BYE"],
)
def test_a_refused_password_is_told_without_the_password(capability: bytes, answer: bytes) -> None:
    def authenticate(connection: socket.socket, tag: bytes) -> None:
        connection.sendall(b"+ \r\n")
        connection.recv(1000)
        connection.sendall(answer.replace(b"%s", tag))

    script = {
        "CAPABILITY": b"* CAPABILITY " + capability + b"\r\n%s OK done\r\n",
        "LOGIN": answer,
        "AUTHENTICATE": authenticate,
    }
    with ScriptedImap(script) as server:  # type: ignore[arg-type]  # settings by name, scripts as each test has them
        inbox = ImapInbox("127.0.0.1", server.port, "none", "a", 'Hunter2"hunter2')
        said = failure(inbox.connect, within=2)
        assert "[AUTHENTICATIONFAILED] not you" in said and "REMINDERBOT_IMAP_PASSWORD" in said
        assert "Hunter2" not in said


def test_a_wrong_password_on_dovecot_is_told(mailbox: Mailbox, capfd: pytest.CaptureFixture[str]) -> None:
    said = failure(mailbox.reader(password=PASSWORD + "!").connect, within=5)
    assert "the log-in failed" in said and "[AUTHENTICATIONFAILED]" in said
    assert "säcret" not in "".join(capfd.readouterr())


def test_a_folder_that_does_not_exist_is_named(mailbox: Mailbox) -> None:
    said = failure(mailbox.reader(folder="No such").connect, within=5)
    assert 'its folder "No such" cannot be opened' in said and "Check [inbox] folder" in said


ONE = b'* 1 FETCH (UID 10 RFC822.SIZE 5 INTERNALDATE "06-Mar-2026 10:00:00 +0100")\r\n'
TWO = b'* 2 FETCH (UID 11 RFC822.SIZE 5 INTERNALDATE "06-Mar-2026 10:00:00 +0100")\r\n'
BODIES = b"* 1 FETCH (UID 10 BODY[]<0> {5}\r\nfirst)\r\n* 2 FETCH (UID 11 BODY[]<0> {6}\r\nsecond)\r\n%s OK done\r\n"
FETCHES = {"UID FETCH 10,11 (UID RFC822": ONE + TWO + b"%s OK done\r\n", "UID FETCH 10,11 (UID BODY": BODIES}
CURSOR = MailCursor("INBOX", 7, 9)


def test_a_line_cut_off_in_the_middle_of_a_mail_loses_and_repeats_nothing() -> None:
    def half(connection: socket.socket, _tag: bytes) -> None:
        connection.sendall(b"* 1 FETCH (UID 10 BODY[]<0> {5}\r\nfir")
        connection.shutdown(socket.SHUT_RDWR)

    with ScriptedImap(FETCHES | {"UID FETCH 10,11 (UID BODY": half}) as server:  # type: ignore[arg-type]  # settings by name, scripts as each test has them
        got: list[Inbound] = []
        poll = quick(server.port).poll(CURSOR)
        said = failure(lambda: got.extend(inbound for inbound, _ in poll.messages), within=2)
        assert "the server closed the connection" in said and got == []


def test_flags_of_other_mails_and_attributes_after_the_body_do_no_harm() -> None:
    odd = (
        b"* 1 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (UID 99 FLAGS (\\Seen))\r\n"
        b"* 2 FETCH (BODY[]<0> {6}\r\nsecond UID 11)\r\n* 1 FETCH (UID 11 FLAGS (\\Seen))\r\n"
        b'* 1 FETCH (BODY[]<0> "fir\\"st" UID 10 FLAGS ())\r\n* 3 EXISTS\r\n%s OK done\r\n'
    )
    with ScriptedImap(FETCHES | {"UID FETCH 10,11 (UID BODY": odd}) as server:
        found = list(quick(server.port).poll(CURSOR).messages)
        assert [inbound.raw for inbound, _ in found] == [b'fir"st', b"second"]
        assert found[0][0].received_at == datetime(2026, 3, 6, 9, tzinfo=UTC)
        assert [cursor.uid for _, cursor in found] == [10, 11]


@pytest.mark.parametrize("last", [8, 9, 10])
def test_the_last_mail_that_servers_name_unasked_is_not_taken_for_a_new_one(last: int) -> None:
    search = b"* SEARCH %d (MODSEQ 13)\r\n%%s OK done\r\n" % last
    with ScriptedImap({"UID SEARCH": search} | FETCHES) as server:
        assert quick(server.port).poll(CURSOR).cursor.uid == max(last, 9)


def test_a_server_without_uid_validity_is_read_again_at_every_poll() -> None:
    for examine in (b"* OK [UIDVALIDITY 0] none\r\n* OK [UIDNEXT 12] ok\r\n", b""):
        script = {"EXAMINE": b"* 2 EXISTS\r\n" + examine + b"%s OK [READ-ONLY] done\r\n"}
        with ScriptedImap(FETCHES | script) as server:
            inbox = quick(server.port)
            first = inbox.poll(None)
            assert first.started and first.cursor == MailCursor("INBOX", 0, 11)
            poll = inbox.poll(first.cursor)
            assert poll.reset and [inbound.raw for inbound, _ in poll.messages] == [b"first", b"second"]
            assert inbox.poll(poll.cursor).reset


def test_a_mail_the_server_lists_but_never_hands_over_is_kept_in_view_and_told() -> None:
    refused: dict[str, object] = {
        "UID FETCH 10,11 (UID BODY": b"%s NO [SERVERBUG] internal error\r\n",
        "UID FETCH 10": b"%s NO [SERVERBUG] internal error\r\n",
        "UID FETCH 11": b"* 2 FETCH (UID 11 BODY[]<0> {6}\r\nsecond)\r\n%s OK done\r\n",
        "UID SEARCH UID 10": b"* SEARCH 10\r\n%s OK done\r\n",
        "UID SEARCH UID 10:*": b"* SEARCH 10 11\r\n%s OK done\r\n",
    }
    with ScriptedImap(FETCHES | refused) as server:  # type: ignore[arg-type]  # settings by name, scripts as each test has them
        got: list[tuple[Inbound, MailCursor]] = []
        poll = quick(server.port).poll(CURSOR)
        said = failure(lambda: got.extend(poll.messages), within=3)
        assert [(inbound.raw, cursor) for inbound, cursor in got] == [(b"second", CURSOR)]
        assert 'message UID 10 in its folder "INBOX" is listed but not handed over. Move it' in said


def test_a_size_that_was_a_lie_does_not_let_a_mail_past_the_limit() -> None:
    large = (
        b"* 1 FETCH (UID 10 BODY[]<0> {2000}\r\n" + b"x" * 2000 + b")\r\n* 2 FETCH (UID 11 BODY[]<0> {6}\r\nsecond)\r\n"
    )
    script = {
        "UID FETCH 10,11 (UID BODY": large + b"%s OK done\r\n",
        "UID FETCH 10 (UID BODY.PEEK[HEADER]": b"* 1 FETCH (UID 10 BODY[HEADER]<0> {9}\r\nSubject: )\r\n%s OK done\r\n",
    }
    with ScriptedImap(FETCHES | script) as server:
        found = [inbound for inbound, _ in quick(server.port, max_bytes=1000).poll(CURSOR).messages]
        assert [(inbound.oversize, inbound.raw) for inbound in found] == [(True, b"Subject: "), (False, b"second")]


def test_a_server_that_never_stops_sending_is_cut_off() -> None:
    def flood(connection: socket.socket, _tag: bytes) -> None:
        while True:
            connection.sendall(b"* 1 FETCH (UID 10 BODY[]<0> {4000000000}\r\n" + b"x" * 1_000_000)

    with ScriptedImap(FETCHES | {"UID FETCH 10,11 (UID BODY": flood}) as server:  # type: ignore[arg-type]  # settings by name, scripts as each test has them
        timeouts = ImapTimeouts(connect=1, answer=20, goodbye=0.3)
        inbox = ImapInbox("127.0.0.1", server.port, "none", "a", "secret", timeouts=timeouts)
        assert "far more than was asked for" in failure(lambda: list(inbox.poll(CURSOR).messages), within=20)


def test_a_connection_that_died_in_silence_is_noticed_after_one_stay_in_idle_and_one_answer() -> None:
    with ScriptedImap({"DONE": None, "NOOP": None}) as server:
        inbox = quick(server.port)
        started(inbox)
        said = failure(lambda: inbox.wait(60, threading.Event()), within=4)
        assert "no answer within 1 s" in said


def test_stop_ends_the_wait_within_a_second_even_when_nobody_answers() -> None:
    with ScriptedImap({"DONE": None, "NOOP": None, "LOGOUT": None}) as server:
        inbox = quick(server.port)
        started(inbox)
        stop = threading.Event()
        threading.Timer(0.2, stop.set).start()
        begin = time.monotonic()
        assert not inbox.wait(60, stop)
        inbox.close()
        assert time.monotonic() - begin < 1.2


@pytest.mark.parametrize("slowness", [0, 0.2], ids=["its word first", "the end of the stream first"])
def test_a_server_that_ends_the_connection_during_the_wait_is_noticed_at_once(
    slowness: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_slowly(wire: Wire, typ: str, dat: bytes | None) -> None:
        time.sleep(slowness if typ == "BYE" else 0)
        understood(wire, typ, dat)

    understood = Wire._append_untagged
    monkeypatch.setattr(Wire, "_append_untagged", read_slowly)

    def leave(connection: socket.socket, _tag: bytes) -> None:
        connection.sendall(b"+ idling\r\n")
        time.sleep(0.2)
        connection.sendall(b"* BYE shutting down\r\n")
        connection.shutdown(socket.SHUT_RDWR)

    with ScriptedImap({"IDLE": leave}) as server:
        inbox = quick(server.port)
        started(inbox)
        assert "saying: shutting down" in failure(lambda: inbox.wait(60, threading.Event()), within=2)


def test_a_server_without_idle_is_simply_waited_for() -> None:
    with ScriptedImap({"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n%s OK done\r\n"}) as server:
        inbox = quick(server.port)
        started(inbox)
        begin = time.monotonic()
        assert inbox.wait(0.3, threading.Event())
        assert 0.3 <= time.monotonic() - begin < 1
        stop = threading.Event()
        stop.set()
        assert not inbox.wait(60, stop)
        assert not [line for line in server.heard if b"IDLE" in line]
        inbox.close()


def test_after_dovecot_was_killed_and_came_back_reading_goes_on_where_it_was(authority: Authority) -> None:
    server = Dovecot(authority)
    try:
        server.start()
        box = Mailbox(server, authority)
        inbox = box.reader(timeouts=ImapTimeouts(connect=2, answer=2, idle=2))
        cursor = started(inbox)
        box.arrives(letter("one"))
        raws, cursor = read(inbox, cursor)
        killer = threading.Timer(0.3, server.stop, (9,))
        killer.start()
        failure(lambda: inbox.wait(30, threading.Event()), within=10)
        killer.join()
        failure(lambda: inbox.poll(cursor), within=5)
        server.start()
        box.arrives(letter("two"))
        more, _ = read(inbox, cursor)
        assert raws + more == [letter("one"), letter("two")]
        inbox.close()
    finally:
        server.remove()
