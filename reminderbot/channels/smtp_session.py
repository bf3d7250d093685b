"""Getting to the point where a mail server takes messages: connect, TLS, EHLO, AUTH; and how each of them fails."""

from __future__ import annotations

import base64
import ipaddress
import socket
import ssl
from dataclasses import dataclass, field

from reminderbot.channels.smtp_wire import BadReplyError, Reply, SmtpTimeouts, Wire
from reminderbot.core import oauth
from reminderbot.core.oauth import AccessTokens, Credential, NoAccessToken


class HandshakeError(Exception):
    """The mail server cannot be used now; the text is one sentence with host, failure and cure."""

    def __init__(self, sentence: str, code: str = "", *, locked_out: bool = False) -> None:
        super().__init__(sentence)
        self.code, self.locked_out = code, locked_out


@dataclass(frozen=True, slots=True)
class Relay:
    """Which mail server, and how to greet it."""

    host: str
    port: int
    security: str
    username: str
    credential: Credential = field(repr=False)
    local_hostname: str
    timeouts: SmtpTimeouts
    context: ssl.SSLContext | None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Session:
    """A server that has greeted us and taken our login, and what it offers (EHLO keyword -> parameters)."""

    wire: Wire
    offers: dict[str, str]


def connect(relay: Relay) -> Session:
    """A session ready for messages; HandshakeError says in one sentence why there is none."""
    wire = Wire(_dial(relay))
    try:
        return _shake_hands(relay, wire)
    except BaseException:
        wire.close()
        raise


def _dial(relay: Relay) -> socket.socket:
    try:
        return socket.create_connection((relay.host, relay.port), relay.timeouts.connect)
    except socket.gaierror as error:
        raise HandshakeError(
            f"The mail server's name {relay.host} is not known ({error.strerror}): check [email] host, then the DNS."
        ) from error
    except OSError as error:
        raise HandshakeError(
            f"Cannot connect to the mail server {relay} ({_plain(error)}): "
            f"check [email] host and port, and that no firewall is in the way."
        ) from error


def _shake_hands(relay: Relay, wire: Wire) -> Session:
    try:
        if relay.security == "tls":
            _secure(relay, wire)
        _expect(relay, wire.reply(relay.timeouts.command), 2, "greeted us with")
        offers = _hello(relay, wire)
        if relay.security == "starttls":
            _start_tls(relay, wire, offers)
            offers = _hello(relay, wire)
        if relay.username:
            _log_in(relay, wire, offers)
    except (OSError, BadReplyError) as error:
        raise HandshakeError(
            f"The mail server {relay} broke off while greeting us ({_plain(error)}): "
            f"check that [email] port and security belong together (587 starttls, 465 tls), or try later."
        ) from error
    return Session(wire, offers)


def _hello(relay: Relay, wire: Wire) -> dict[str, str]:
    name = relay.local_hostname or _own_name(wire)
    reply = _ask(wire, f"EHLO {name}", relay.timeouts.command)
    _expect(relay, reply, 2, "answered EHLO with")
    # "AUTH=PLAIN LOGIN" is how servers of the last century wrote it; some still send both lines.
    lines = [line.upper().replace("AUTH=", "AUTH ", 1).partition(" ") for line in reply.lines[1:]]
    return {keyword: parameters for keyword, _, parameters in lines}


def _own_name(wire: Wire) -> str:
    # socket.getfqdn would ask the DNS and may hang; RFC 5321 4.1.4 takes an address literal instead of a name.
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    address = ipaddress.ip_address(wire.local_address().partition("%")[0])
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"


def _start_tls(relay: Relay, wire: Wire, offers: dict[str, str]) -> None:
    # An eavesdropper who strips STARTTLS from the answer must get neither password nor letter.
    if "STARTTLS" not in offers:
        raise HandshakeError(
            f"The mail server {relay} offers no encryption (STARTTLS), so nothing was sent: "
            f'set [email] security = "tls" with port 465, or ask your provider.'
        )
    _expect(relay, _ask(wire, "STARTTLS", relay.timeouts.command), 2, "answered STARTTLS with")
    # CVE-2011-0411: what was sent in clear after this answer must not be taken for part of the encrypted talk.
    if wire.has_unread():
        raise BadReplyError("it spoke on in clear after agreeing to encrypt")
    _secure(relay, wire)


def _secure(relay: Relay, wire: Wire) -> None:
    try:
        wire.secure(relay.context or strict_context(), relay.host, relay.timeouts.connect)
    except ssl.SSLCertVerificationError as error:
        raise HandshakeError(
            f"The certificate of the mail server {relay} cannot be trusted ({error.verify_message}), "
            f"so nothing was sent: write the name in the certificate as [email] host, or have the certificate renewed; "
            f"an authority of your own must be among those that this machine trusts."
        ) from error
    except (OSError, ValueError) as error:
        raise HandshakeError(
            f"No encryption could be agreed with the mail server {relay} ({_plain(error)}), so nothing was sent: "
            f"check that [email] port and security belong together (587 starttls, 465 tls); TLS 1.2 is the least taken."
        ) from error


def strict_context() -> ssl.SSLContext:
    """TLS 1.2 or better, certificate and host name verified."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _log_in(relay: Relay, wire: Wire, offers: dict[str, str]) -> None:
    mechanisms = offers.get("AUTH", "").split()
    if isinstance(relay.credential, str):
        _give_password(relay, wire, mechanisms, relay.credential.encode())
    else:
        _show_tokens(relay, wire, mechanisms, relay.credential)


def _give_password(relay: Relay, wire: Wire, mechanisms: list[str], password: bytes) -> None:
    user = relay.username.encode()
    plain = _b64(b"\0" + user + b"\0" + password)
    if "PLAIN" in mechanisms:
        reply = _ask(wire, f"AUTH PLAIN {plain}", relay.timeouts.command)
    elif "LOGIN" in mechanisms:
        reply = _ask(wire, "AUTH LOGIN", relay.timeouts.command)
        for secret in (user, password):
            if reply.kind == 3:
                reply = _ask(wire, _b64(secret), relay.timeouts.command)
    else:
        raise HandshakeError(
            f"The mail server {relay} offers no login we know (it offers {' '.join(mechanisms) or 'none'}): "
            f"leave [email] username empty if it needs none, or use the provider's submission port (587 or 465)."
        )
    if reply.kind != 2:
        cure = "check [email] username and the password in REMINDERBOT_SMTP_PASSWORD"
        raise _refused(relay, reply, "", cure, (password.decode(), _b64(password), plain))


def _show_tokens(relay: Relay, wire: Wire, mechanisms: list[str], tokens: AccessTokens) -> None:
    """Log in with a token; with a newer one where the first is no longer taken."""
    mechanism = oauth.choose(mechanisms)
    if not mechanism:
        raise HandshakeError(
            f"The mail server {relay} takes no OAuth2 token (it offers {' '.join(mechanisms) or 'no login'}): "
            f'write [email] auth = "password", or use the provider\'s submission port (587 or 465).'
        )
    refused, token = "", _token(relay, tokens)
    while True:
        failure = _show_token(relay, wire, mechanism, token)
        if failure is None:
            return
        refused, token = token, _token(relay, tokens, token)
        if token == refused:
            raise failure


def _token(relay: Relay, tokens: AccessTokens, refused: str = "") -> str:
    try:
        return tokens.get(refused)
    except NoAccessToken as error:
        raise HandshakeError(
            f"The mail server {relay} was not asked, for there is no token to show: {error}.", locked_out=error.lasting
        ) from None


def _show_token(relay: Relay, wire: Wire, mechanism: str, token: str) -> HandshakeError | None:
    first = _b64(oauth.first_response(mechanism, relay.username, relay.host, relay.port, token))
    reply = _ask(wire, f"AUTH {mechanism}", relay.timeouts.command)
    why = ""
    if reply.kind == 3:
        # Not in the same line: with it the command may grow longer than the 512 bytes that every server takes.
        reply = _ask(wire, first, relay.timeouts.command)
    if reply.kind == 3:
        why = oauth.refusal(_decoded(reply.lines[-1]))
        reply = _ask(wire, _b64(oauth.last_response(mechanism)), relay.timeouts.command)
    if reply.kind == 2:
        return None
    cure = "check that [email] username is the account you signed in with and that [oauth] scope covers sending"
    return _refused(relay, reply, why, cure, (token, first))


def _refused(relay: Relay, reply: Reply, why: str, cure: str, secrets: tuple[str, ...]) -> HandshakeError:
    said = str(reply)
    # Some servers answer with what they were told; it must not get into the log or the store.
    for word in filter(None, secrets):
        said, why = said.replace(word, "***"), why.replace(word, "***")
    told = f"{said}; {why}" if why else said
    return HandshakeError(
        f"The mail server {relay} refused the login ({told}): {cure}.",
        reply.enhanced or str(reply.code),
        # RFC 4954 4.7.0 and 454: not now, where 5 is never.
        locked_out=reply.kind == 5,
    )


def _ask(wire: Wire, command: str, timeout: float) -> Reply:
    wire.write(command.encode() + b"\r\n", timeout)
    return wire.reply(timeout)


def _expect(relay: Relay, reply: Reply, kind: int, what: str) -> None:
    if reply.kind != kind:
        raise HandshakeError(
            f"The mail server {relay} {what} {reply}: try later, or ask your provider whether this machine may send.",
            reply.enhanced or str(reply.code),
        )


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except ValueError:
        return b""


def _plain(error: Exception) -> str:
    """A system error without its number."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    reason = error.strerror if isinstance(error, OSError) else None
    return str(reason or error)
