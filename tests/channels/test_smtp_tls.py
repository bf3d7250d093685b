"""No password and no letter over a connection that is not encrypted and verified; and the good case, on aiosmtpd."""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from reminderbot.channels.smtp import SmtpChannel, SmtpTimeouts
from reminderbot.core.delivery import Accepted, Deferred
from tests.channels.messages import BODY, letter
from tests.servers.scripted_smtp import ScriptedSmtp

PASSWORD = "s3cret-pass"
OFFERS = ("STARTTLS", "AUTH PLAIN LOGIN")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """What a client has whose system trusts the test's authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def old_tls(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = serving(certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def connect(server: ScriptedSmtp, security: str, context: ssl.SSLContext, host: str = "localhost") -> Deferred | None:
    channel = SmtpChannel(
        host, server.port, security, "ledger", PASSWORD, timeouts=SmtpTimeouts(5, 5, 5), ssl_context=context
    )
    failed = channel.open()
    channel.close()
    return failed


def heard_no_secret(server: ScriptedSmtp) -> bool:
    secrets = (PASSWORD.encode(), b"AUTH", b"AGxlZGdlc", b"czNjcmV0", b"MAIL FROM")
    return not any(secret in server.heard for secret in secrets)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("flaw", "says"),
    [
        ("stranger", "unable to get local issuer certificate"),
        ("wrong host", "Hostname mismatch, certificate is not valid for 'localhost'"),
        ("expired", "certificate has expired"),
        ("old", "No encryption could be agreed"),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")  # what is tested
def test_a_server_that_cannot_be_trusted_never_hears_the_password(
    authority: trustme.CA, trusting: ssl.SSLContext, flaw: str, says: str, security: str
) -> None:
    contexts = {
        "stranger": lambda: serving(trustme.CA().issue_cert("localhost")),
        "wrong host": lambda: serving(authority.issue_cert("mail.other.test")),
        "expired": lambda: serving(authority.issue_cert("localhost", not_after=datetime(2020, 1, 2, tzinfo=UTC))),
        "old": lambda: old_tls(authority.issue_cert("localhost")),
    }
    with ScriptedSmtp(offers=OFFERS, tls=contexts[flaw](), tls_at_once=security == "tls") as server:
        failed = connect(server, security, trusting)
    assert isinstance(failed, Deferred)
    assert failed.halts
    assert says in failed.why
    assert f"localhost:{server.port}" in failed.why
    assert "nothing was sent" in failed.why
    assert heard_no_secret(server)


def test_the_system_trust_store_is_what_counts_by_default(authority: trustme.CA) -> None:
    with ScriptedSmtp(offers=OFFERS, tls=serving(authority.issue_cert("localhost"))) as server:
        channel = SmtpChannel("localhost", server.port, "starttls", "ledger", PASSWORD)
        failed = channel.open()
        channel.close()
    assert isinstance(failed, Deferred)
    assert "cannot be trusted" in failed.why
    assert heard_no_secret(server)


@pytest.mark.parametrize(
    ("script", "offers", "says"),
    [
        ({}, ("AUTH PLAIN LOGIN",), "offers no encryption (STARTTLS), so nothing was sent"),
        ({"STARTTLS": "454 4.7.0 not now"}, OFFERS, "answered STARTTLS with 454 4.7.0 not now"),
        ({"STARTTLS": "502 5.5.1 what?"}, OFFERS, "answered STARTTLS with 502 5.5.1 what?"),
        # CVE-2011-0411: the answer to come is put in the clear part by somebody on the way.
        ({"STARTTLS": "220 go on\r\n250-me\r\n250 AUTH PLAIN"}, OFFERS, "it spoke on in clear"),
        ({"STARTTLS": "220 go on"}, OFFERS, "No encryption could be agreed"),
    ],
)
def test_a_stripped_or_broken_starttls_halts_before_the_password(
    trusting: ssl.SSLContext, script: dict[str, str], offers: tuple[str, ...], says: str
) -> None:
    script = {**script, "": ""}
    with ScriptedSmtp(script, offers) as server:
        failed = connect(server, "starttls", trusting)
    assert isinstance(failed, Deferred)
    assert failed.halts
    assert says in failed.why
    assert heard_no_secret(server)


@pytest.mark.parametrize(
    ("script", "offers", "says", "code"),
    [
        ({"AUTH": "535 5.7.8 bad password"}, OFFERS, "REMINDERBOT_SMTP_PASSWORD", "5.7.8"),
        ({"AUTH": "454 4.7.0 directory down"}, OFFERS, "refused the login (454", "4.7.0"),
        ({}, ("STARTTLS", "AUTH CRAM-MD5"), "it offers CRAM-MD5", ""),
        ({}, ("STARTTLS",), "it offers none", ""),
    ],
)
def test_a_refused_login_halts_the_channel_and_says_what_to_change(
    authority: trustme.CA,
    trusting: ssl.SSLContext,
    script: dict[str, str],
    offers: tuple[str, ...],
    says: str,
    code: str,
) -> None:
    with ScriptedSmtp(script, offers, serving(authority.issue_cert("localhost"))) as server:
        failed = connect(server, "starttls", trusting)
    assert isinstance(failed, Deferred)
    assert (failed.halts, failed.code) == (True, code)
    assert says in failed.why
    assert PASSWORD not in failed.why
    assert b"MAIL FROM" not in server.heard


def test_a_context_that_verifies_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="verify"):
        SmtpChannel("mail.example", 587, "starttls", ssl_context=ssl._create_unverified_context())


@dataclass
class Mailbox:
    """What aiosmtpd hands over: one entry a message."""

    received: list[tuple[str | None, list[str], bytes]]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert session.authenticated
        assert isinstance(envelope.content, bytes)
        self.received.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 2.0.0 taken"


def check_login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: LoginPassword) -> AuthResult:
    good = login.login == b"ledger" and login.password == PASSWORD.encode()
    return AuthResult(success=good, handled=False)


class LoopbackController(Controller):
    """aiosmtpd on a port of the system's choice: its own first call goes to port 0 otherwise."""

    def real_port(self) -> int:
        assert self.server is not None
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    def _trigger_server(self) -> None:
        socket.create_connection(("127.0.0.1", self.real_port()), 5).close()


@pytest.fixture
def real_server(authority: trustme.CA) -> Iterator[tuple[int, Mailbox]]:
    mailbox = Mailbox([])
    controller = LoopbackController(
        mailbox,
        hostname="127.0.0.1",
        port=0,
        authenticator=check_login,
        auth_required=True,
        require_starttls=True,
        tls_context=serving(authority.issue_cert("localhost")),
        decode_data=False,
    )
    controller.start()
    yield controller.real_port(), mailbox
    controller.stop()


def test_letters_arrive_one_recipient_each_over_starttls_with_login(
    real_server: tuple[int, Mailbox], trusting: ssl.SSLContext
) -> None:
    port, mailbox = real_server
    channel = SmtpChannel("localhost", port, "starttls", "ledger", PASSWORD, ssl_context=trusting)
    assert channel.open() is None
    for name in ("ann", "bea", "cid"):
        assert channel.send(letter(recipient=f"{name}@acme.test")) == Accepted("2.0.0 taken")
    channel.close()
    sender = letter().sender
    assert mailbox.received == [(sender, [f"{name}@acme.test"], BODY) for name in ("ann", "bea", "cid")]


def test_a_wrong_password_is_told_before_any_letter(real_server: tuple[int, Mailbox], trusting: ssl.SSLContext) -> None:
    port, mailbox = real_server
    channel = SmtpChannel("localhost", port, "starttls", "ledger", "wrong", ssl_context=trusting)
    failed = channel.send(letter())
    channel.close()
    assert isinstance(failed, Deferred)
    assert failed.halts
    assert "535" in failed.why
    assert mailbox.received == []


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_server_that_repeats_the_password_is_not_quoted_with_it(
    authority: trustme.CA, trusting: ssl.SSLContext, mechanism: str
) -> None:
    plain = base64.b64encode(f"\0ledger\0{PASSWORD}".encode()).decode()
    repeated = f"535 5.7.8 no: {plain} {base64.b64encode(PASSWORD.encode()).decode()} {PASSWORD}"
    offers = ("STARTTLS", f"AUTH {mechanism}")

    with ScriptedSmtp({"AUTH": repeated}, offers, serving(authority.issue_cert("localhost"))) as server:
        failed = connect(server, "starttls", trusting)

    assert isinstance(failed, Deferred)
    assert "refused the login (535 5.7.8 no: *** *** ***)" in failed.why
