"""Sends letters through a mail server: verified TLS, one recipient a transaction, and an honest word on each."""

from __future__ import annotations

import contextlib
import ssl

from reminderbot.channels.smtp_session import HandshakeError, Relay, Session, connect
from reminderbot.channels.smtp_transaction import Envelope, LostError, envelope_for, transact
from reminderbot.channels.smtp_wire import BadReplyError, SmtpTimeouts
from reminderbot.clock import elapsed
from reminderbot.core.delivery import Deferred, Outcome
from reminderbot.core.loopback import is_loopback
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.oauth import Credential

__all__ = ["SmtpChannel", "SmtpTimeouts"]

# promises.md 1.1, like the sixty seconds of a conversation in SmtpTimeouts.
MOST_MESSAGES = 50


class SmtpChannel:
    """A mail server to send through (RFC 5321, 3207, 4954, 2920)."""

    def __init__(
        self,
        host: str,
        port: int,
        security: str,
        username: str = "",
        password: Credential = "",
        local_hostname: str = "",
        timeouts: SmtpTimeouts | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """ValueError, in one sentence, for a setting that would send in clear or unverified."""
        _check_security(host, security, ssl_context)
        timeouts = timeouts or SmtpTimeouts()
        self._relay = Relay(host, port, security, username, password, local_hostname, timeouts, ssl_context)
        self._session: Session | None = None
        self._opened_at = 0.0
        self._sent = 0

    def open(self) -> Deferred | None:
        """A fresh conversation up to and with the login; what fails here touches no message and halts the channel."""
        self.close()
        try:
            self._session = connect(self._relay)
        except HandshakeError as error:
            return Deferred(str(error), error.code, halts=True, locked_out=error.locked_out)
        self._opened_at, self._sent = elapsed(), 0
        return None

    def send(self, message: OutgoingMessage) -> Outcome:
        """One message by table 1.1; ValueError for bytes that must not go on any wire (a mistake of ours)."""
        envelope = envelope_for(message)
        if self._worn():
            self.close()
        if self._session and self._sent:
            # The server may have hung up while we were busy elsewhere; a second, fresh conversation tells.
            with contextlib.suppress(LostError):
                return self._offer(self._session, envelope)
        failed = None if self._session else self.open()
        if failed or not self._session:
            return failed or Deferred("the mail server could not be reached", halts=True)
        try:
            return self._offer(self._session, envelope)
        except LostError as error:
            return Deferred(f"The mail server {self._relay} broke off before the message: {error}", halts=True)

    def close(self) -> None:
        """Say QUIT, wait briefly for the answer and hang up; never raises."""
        session, self._session = self._session, None
        if session:
            with contextlib.suppress(OSError, BadReplyError):
                session.wire.write(b"QUIT\r\n", self._relay.timeouts.goodbye)
                session.wire.reply(self._relay.timeouts.goodbye)
            session.wire.close()

    def _worn(self) -> bool:
        session = self._session
        too_old = elapsed() - self._opened_at > self._relay.timeouts.session
        return session is not None and (session.wire.closed or self._sent >= MOST_MESSAGES or too_old)

    def _offer(self, session: Session, envelope: Envelope) -> Outcome:
        """One transaction; after anything but a clear answer the conversation is over."""
        try:
            outcome = transact(session, envelope, self._relay.timeouts, reset=self._sent > 0)
        except BaseException:
            self._session = None
            session.wire.close()
            raise
        self._sent += 1
        return outcome


def _check_security(host: str, security: str, context: ssl.SSLContext | None) -> None:
    if security not in ("starttls", "tls", "none"):
        raise ValueError(f'[email] security is "{security}"; write "starttls", "tls" or "none".')
    if security == "none" and not is_loopback(host):
        raise ValueError(
            f'[email] security = "none" would send letters and password in clear to {host}; '
            f'it is allowed for this machine only (127.0.0.1). Write "starttls" or "tls".'
        )
    if context and (context.verify_mode is not ssl.CERT_REQUIRED or not context.check_hostname):
        raise ValueError("a TLS context that does not verify certificate and host name cannot carry mail")
