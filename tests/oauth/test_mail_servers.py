"""Tokens at real mail servers: Dovecot checks them itself, Postfix asks Dovecot; and what scripted servers add."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reminderbot.channels.smtp import SmtpChannel, SmtpTimeouts
from reminderbot.core.delivery import Accepted, Deferred
from reminderbot.core.inbound import InboxUnavailable
from reminderbot.core.oauth import NoAccessToken
from reminderbot.inbox.imap import ImapInbox, ImapTimeouts
from reminderbot.oauth.keep import KeptToken
from reminderbot.oauth.provider import Client
from reminderbot.oauth.provider import Provider as Place
from reminderbot.oauth.tokens import TokenSource
from tests.channels.messages import letter
from tests.servers.dovecot import Dovecot
from tests.servers.oauth import Provider, jwt
from tests.servers.postfix import Postfix
from tests.servers.scripted_imap import Answer, ScriptedImap
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.tls import Authority
from tests.servers.world import MailWorld

BUSINESS = "business@shop.example"
CHALLENGE = base64.b64encode(b'{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}')


@dataclass
class Tokens:
    """Hands out these tokens; the next one where the one before was refused."""

    supply: list[str]
    given: list[str] = field(default_factory=list)

    def get(self, refused: str = "") -> str:
        if refused == self.supply[0] and len(self.supply) > 1:
            self.supply.pop(0)
        self.given.append(self.supply[0])
        return self.supply[0]


class NoTokens:
    """Has none, for good or for now."""

    def __init__(self, *, lasting: bool) -> None:
        self._lasting = lasting

    def get(self, refused: str = "") -> str:
        raise NoAccessToken("the provider says no", "sign in anew", lasting=self._lasting)


def good() -> str:
    return jwt(BUSINESS, scope="mail")


@dataclass(frozen=True)
class Servers:
    """One Dovecot and one Postfix, and the mechanism they know."""

    dovecot: Dovecot
    postfix: Postfix
    authority: Authority
    mechanism: str

    def inbox(self, tokens: Tokens | NoTokens | TokenSource, user: str = BUSINESS) -> ImapInbox:
        return ImapInbox(
            "127.0.0.1", self.dovecot.imaps_port, "tls", user, tokens, ssl_context=self.authority.context()
        )

    def channel(self, tokens: Tokens | NoTokens, user: str = BUSINESS) -> SmtpChannel:
        port, tls = self.postfix.submission_port, self.authority.context()
        return SmtpChannel("127.0.0.1", port, "starttls", user, tokens, ssl_context=tls)

    def opened(self, tokens: Tokens | NoTokens, user: str = BUSINESS) -> Deferred | None:
        with closing(self.channel(tokens, user)) as channel:
            return channel.open()

    def refused(self, tokens: Tokens | NoTokens, user: str = BUSINESS) -> InboxUnavailable:
        with closing(self.inbox(tokens, user)) as inbox, pytest.raises(InboxUnavailable) as caught:
            inbox.connect()
        return caught.value


@pytest.fixture(scope="module")
def _bearers(authority: Authority) -> Iterator[Servers]:
    """Servers that know OAUTHBEARER alone."""
    dovecot = Dovecot(authority, tokens="oauthbearer")
    postfix = Postfix(dovecot, (BUSINESS, "jane@customer.example"), authority)
    try:
        for user in (BUSINESS, "jane@customer.example"):
            dovecot.add_user(user)
        dovecot.start()
        postfix.start()
        yield Servers(dovecot, postfix, authority, "OAUTHBEARER")
    finally:
        postfix.remove()
        dovecot.remove()


@pytest.fixture(params=["XOAUTH2", "OAUTHBEARER"])
def servers(request: pytest.FixtureRequest) -> Servers:
    if request.param == "OAUTHBEARER":
        found: Servers = request.getfixturevalue("_bearers")
        return found
    world: MailWorld = request.getfixturevalue("mail_world")
    return Servers(world.dovecot, world.postfix, world.authority, "XOAUTH2")


# ---- real servers


def test_a_valid_token_opens_the_inbox(servers: Servers) -> None:
    with closing(servers.inbox(Tokens([good()]))) as inbox:
        inbox.connect()
    assert f"method={servers.mechanism}" in (servers.dovecot.home / "dovecot.log").read_text()


def test_a_valid_token_submits_a_letter(servers: Servers) -> None:
    with closing(servers.channel(Tokens([good()]))) as channel:
        outcome = channel.send(letter(recipient="jane@customer.example", sender=BUSINESS))
    assert isinstance(outcome, Accepted)
    assert f"sasl_method={servers.mechanism}" in (servers.postfix.home / "postfix.log").read_text()
    servers.postfix.settle()


def test_an_expired_token_is_replaced_on_the_same_connection(servers: Servers) -> None:
    for enter in (servers.inbox, servers.channel):
        tokens = Tokens([jwt(BUSINESS, -5, scope="mail"), good()])
        with closing(enter(tokens)) as opened:
            assert (opened.connect() if isinstance(opened, ImapInbox) else opened.open()) is None
        assert len(tokens.given) == 2


@pytest.mark.parametrize(
    ("user", "token"),
    [
        (BUSINESS, jwt("somebody@else.example", scope="mail")),
        (BUSINESS, jwt(BUSINESS, scope="calendar")),
        (BUSINESS, jwt(BUSINESS, scope="mail", key=b"x" * 32)),
        (BUSINESS, "canary-nonsense"),
        ("nobody@shop.example", jwt(BUSINESS, scope="mail")),
    ],
    ids=["other user", "other scope", "other key", "no token", "other mailbox"],
)
def test_a_token_that_does_not_fit_locks_us_out_with_the_cure_and_without_the_token(
    servers: Servers, user: str, token: str
) -> None:
    error = servers.refused(Tokens([token]), user)
    assert error.locked_out
    assert "[oauth] scope" in error.cure and "[inbox] username" in error.cure
    assert token not in str(error)

    trouble = servers.opened(Tokens([token]), user)
    assert trouble is not None
    assert trouble.halts and trouble.locked_out
    assert "refused the login (535" in trouble.why and "[oauth] scope" in trouble.why
    assert token not in trouble.why


def test_the_servers_own_words_about_the_token_are_told(servers: Servers) -> None:
    error = servers.refused(Tokens([jwt(BUSINESS, scope="calendar")]))
    # Dovecot speaks as Google does in the one, and as RFC 7628 3.2.2 in the other.
    status = {"XOAUTH2": "401; it wants the scope mail", "OAUTHBEARER": "invalid_token"}[servers.mechanism]
    assert f"the token was refused with status {status}" in error.what


@pytest.mark.parametrize("lasting", [True, False])
def test_without_a_token_the_server_is_not_asked_and_the_reason_is_told(servers: Servers, lasting: bool) -> None:
    error = servers.refused(NoTokens(lasting=lasting))
    assert error.locked_out is lasting
    assert "the provider says no. Sign in anew." in str(error)
    trouble = servers.opened(NoTokens(lasting=lasting))
    assert trouble is not None
    assert trouble.halts and trouble.locked_out is lasting
    assert "the provider says no: sign in anew" in trouble.why


def test_a_token_that_ends_while_we_wait_for_mail_is_replaced_and_nothing_is_lost(
    authority: Authority, tmp_path: Path
) -> None:
    dovecot = Dovecot(authority)
    dovecot.add_user(BUSINESS)
    with Provider(BUSINESS, seconds=2, rotates=True) as provider:
        kept = KeptToken(tmp_path, f"{provider.url}/token", "us", provider.refresh_token)
        source = TokenSource(Place(f"{provider.url}/token", "mail"), Client("us"), kept)
        inbox = ImapInbox("127.0.0.1", dovecot.imaps_port, "tls", BUSINESS, source, ssl_context=authority.context())
        try:
            dovecot.start()
            cursor = inbox.poll(None).cursor
            inbox.poll(cursor)
            ended: list[InboxUnavailable] = []

            def wait() -> None:
                try:
                    inbox.wait(30, threading.Event())
                except InboxUnavailable as error:
                    ended.append(error)

            waiting = threading.Thread(target=wait)
            waiting.start()
            # As a server does whose patience with a token is over.
            time.sleep(1.2)
            dovecot.stop()
            waiting.join(10)
            assert not ended[0].locked_out
            dovecot.start()
            dovecot.append(BUSINESS, b"Subject: meanwhile\r\n\r\nI paid.\r\n")
            found = [message.raw for message, _ in inbox.poll(cursor).messages]
            assert found == [b"Subject: meanwhile\r\n\r\nI paid.\r\n"]
            assert provider.tokens_asked == 2
        finally:
            inbox.close()
            dovecot.remove()


# ---- servers that no Dovecot is


def imap(script: dict[str, Answer]) -> ScriptedImap:
    return ScriptedImap({"CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n%s OK done\r\n"} | script)


def scripted_failure(server: ScriptedImap, tokens: Tokens) -> InboxUnavailable:
    quick = ImapTimeouts(connect=2, answer=2)
    with closing(ImapInbox("127.0.0.1", server.port, "none", "a", tokens, timeouts=quick)) as inbox:
        with pytest.raises(InboxUnavailable) as caught:
            inbox.connect()
        return caught.value


def test_the_challenge_that_refuses_is_answered_with_an_empty_line_before_the_no() -> None:
    def authenticate(connection: object, tag: bytes) -> None:
        import socket

        assert isinstance(connection, socket.socket)
        connection.sendall(b"+ \r\n")
        first = connection.recv(4096)
        connection.sendall(b"+ " + CHALLENGE + b"\r\n")
        heard.append((base64.b64decode(first), connection.recv(4096)))
        connection.sendall(tag + b" NO [AUTHENTICATIONFAILED] Invalid credentials " + first.strip() + b"\r\n")

    heard: list[tuple[bytes, bytes]] = []
    with imap({"AUTHENTICATE": authenticate}) as server:
        error = scripted_failure(server, Tokens(["canary"]))

    assert heard == [(b"user=a\1auth=Bearer canary\1\1", b"\r\n")]
    assert "Invalid credentials ***; the token was refused with status 401" in error.what
    assert "https://mail.google.com/" in error.what
    assert error.locked_out


@pytest.mark.parametrize(
    ("answer", "locked_out"),
    [
        (b"%s NO AUTHENTICATE failed.\r\n", True),
        (b"%s BAD [AUTHENTICATIONFAILED] canary\r\n", True),
        (b"%s NO AUTHENTICATE failed.\r\n* BYE canary\r\n", True),
        (b"%s NO [UNAVAILABLE] Temporary authentication failure.\r\n", False),
        (b"%s NO [UNAVAILABLE] Temporary authentication failure.\r\n* BYE canary\r\n", False),
        # Gmail, with sixteen programs open.
        (b"%s NO [ALERT] Too many simultaneous connections. (Failure)\r\n", False),
        (b"* BYE canary too many\r\n", False),
        (b"+ !!!not base64\r\n", False),
        (b"", False),
    ],
)
def test_only_a_clear_no_locks_us_out(answer: bytes, locked_out: bool) -> None:
    with imap({"AUTHENTICATE": answer}) as server:
        error = scripted_failure(server, Tokens(["canary"]))
    assert error.locked_out is locked_out
    assert "canary" not in str(error)


def test_a_server_that_takes_no_token_never_sees_it() -> None:
    with ScriptedImap() as server:
        error = scripted_failure(server, Tokens(["canary"]))
        heard = b"".join(server.heard)
    assert "takes no OAuth2 token" in error.what and 'auth = "password"' in error.cure
    assert b"canary" not in heard and base64.b64encode(b"user=a")[:6] not in heard


def submit(server: ScriptedSmtp, tokens: Tokens) -> Deferred:
    timeouts = SmtpTimeouts(connect=2, command=2)
    with closing(SmtpChannel("127.0.0.1", server.port, "none", "a", tokens, timeouts=timeouts)) as channel:
        trouble = channel.open()
    assert trouble is not None
    return trouble


@pytest.mark.parametrize(
    ("offer", "first", "last"),
    [
        ("AUTH PLAIN XOAUTH2", b"user=a\1auth=Bearer canary\1\1", b""),
        ("AUTH PLAIN OAUTHBEARER", b"n,a=a,\1host=127.0.0.1\1port=%d\1auth=Bearer canary\1\1", b"AQ=="),
    ],
)
def test_smtp_answers_the_challenge_and_tells_its_words(offer: str, first: bytes, last: bytes) -> None:
    # The scripted server takes the first four letters of a line for its verb.
    challenge = {"DXNL": f"334 {CHALLENGE.decode()}", "BIXH": f"334 {CHALLENGE.decode()}"}
    no = {"": "535 5.7.8 canary not accepted", "AQ==": "535 5.7.8 canary not accepted"}
    with ScriptedSmtp({"AUTH": "334 "} | challenge | no, offers=(offer,)) as server:
        trouble = submit(server, Tokens(["canary"]))
        lines = bytes(server.heard).split(b"\r\n")

    shown = first.replace(b"%d", str(server.port).encode())
    assert lines[1:4] == [b"AUTH " + offer.split()[-1].encode(), base64.b64encode(shown), last]
    assert "535 5.7.8 *** not accepted; the token was refused with status 401" in trouble.why
    assert trouble.locked_out and trouble.code == "5.7.8"


@pytest.mark.parametrize("answer", ["454 4.7.0 Temporary authentication failure", "421 4.3.2 busy", "<close>", "junk"])
def test_smtp_does_not_take_not_now_for_no(answer: str) -> None:
    with ScriptedSmtp({"AUTH": answer}, offers=("AUTH XOAUTH2",)) as server:
        trouble = submit(server, Tokens(["canary"]))
    assert trouble.halts and not trouble.locked_out


def test_smtp_without_a_mechanism_for_tokens_never_hears_one() -> None:
    with ScriptedSmtp(offers=("AUTH PLAIN LOGIN",)) as server:
        trouble = submit(server, Tokens(["canary"]))
        heard = bytes(server.heard)
    assert "takes no OAuth2 token (it offers PLAIN LOGIN)" in trouble.why
    assert b"AUTH" not in heard


@pytest.mark.parametrize(("code", "locked_out"), [("535 5.7.8 no", True), ("454 4.7.0 later", False)])
def test_a_refused_password_locks_us_out_and_a_deferred_one_does_not(code: str, locked_out: bool) -> None:
    with (
        ScriptedSmtp({"AUTH": code}, offers=("AUTH PLAIN",)) as server,
        closing(SmtpChannel("127.0.0.1", server.port, "none", "a", "canary")) as channel,
    ):
        trouble = channel.open()
    assert trouble is not None
    assert trouble.locked_out is locked_out and "canary" not in trouble.why
