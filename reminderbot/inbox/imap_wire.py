"""One IMAP connection over imaplib2 with its traps closed: verified TLS, every answer bounded, no secret in an error.

What imaplib2 3.6 does by itself, and why it is overridden here: TLS is not verified; connecting and greeting have no
time limit; its reply limit restarts with every line and fires early on a command that follows a pause; a request made
while its threads end waits for ever; mail that arrives as IDLE begins leaves it out of step with the server; its BAD
error quotes the whole command, for LOGIN the password; reader and writer use one TLS object at the same time, which
OpenSSL does not allow and which deadlocks on Python 3.13.6.
"""

from __future__ import annotations

import binascii
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

import imaplib2

T = TypeVar("T")

# No command of ours asks for more than a batch of pieces; a server that sends more than this is cut off.
ANSWER_MAX_BYTES = 64 * 1024 * 1024
NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
# An old certificate, a wrong name, an unknown authority: only the owner of the server can mend these.
CERTIFICATE_CURE = (
    "Set [inbox] host to the name the certificate was made for, "
    "or have the administrator install a valid certificate or trust the authority that signed it."
)
NETWORK_CURE = "Check [inbox] host and port, the network, and that the mail server is running."
TLS_CURE = 'Check [inbox] port and security: "tls" is usual on port 993, "starttls" on port 143.'


class Broken(Exception):
    """The connection failed: what happened, what a person can do, and whether the log-in was refused for good."""

    def __init__(self, what: str, cure: str = NETWORK_CURE, *, locked_out: bool = False) -> None:
        super().__init__(what, cure)
        self.what, self.cure, self.locked_out = what, cure, locked_out


class Wire(imaplib2.IMAP4):  # type: ignore[misc]  # imaplib2 carries no types; this class is the typed face of it
    """One connection, greeted and with its capabilities read; `Broken` if that fails.

    `tls` set and `at_once`: TLS from the first byte (RFC 8314); otherwise in the clear until `start_tls`.
    For one thread at a time.
    """

    def __init__(self, host: str, port: int, seconds: float, tls: ssl.SSLContext | None, at_once: bool) -> None:
        self.sock: socket.socket | None = None
        self._tls, self._at_once, self._seconds = tls, at_once, seconds
        self._io = threading.Lock()
        self._allowance = ANSWER_MAX_BYTES
        # The first thing that went wrong, or the server's own word for it; imaplib2 tells only what followed from it.
        self.fault: Broken | None = None
        failure: Broken | None = None
        try:
            with self.within(seconds):
                # debug=0: any other level writes the password to standard error.
                super().__init__(host, port, debug=0)
        except (imaplib2.IMAP4.error, OSError) as error:
            failure = self.fault or self._explain(error)
            self.shutdown()
        if failure:
            raise failure

    # ---- what imaplib2 calls

    def open_socket(self) -> socket.socket:
        """Connect, and take up TLS at once where that was asked for."""
        self.sock = socket.create_connection((self.host, self.port), timeout=self._seconds)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if self._at_once:
            self.ssl_wrap_socket()
        self.sock.setblocking(False)
        return self.sock

    def ssl_wrap_socket(self) -> None:
        """Begin TLS with the certificate's chain and host name checked; `starttls()` comes here too."""
        assert self._tls is not None and self.sock is not None
        self.sock.settimeout(self._seconds)
        # Raises where the server has reset the connection meanwhile; wrapping such a one leaves it open (CPython 3.11).
        self.sock.getpeername()
        wrapped = self._tls.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
        # Known before the handshake, so that `cut` can end one that drags on.
        self.sock = wrapped
        try:
            wrapped.do_handshake()
        except OSError as error:
            self.fault = self.fault or _told(error)
            raise
        wrapped.setblocking(False)
        self.read_fd = wrapped.fileno()

    def read(self, size: int) -> bytes:
        """Some bytes from the server; the end of the stream is an error at once, not after six empty reads."""
        try:
            data = self._patiently(select.POLLIN, lambda sock: sock.recv(size))
        except OSError as error:
            self.fault = self.fault or _told(error)
            raise
        self._allowance -= len(data)
        if not data:
            self.fault = self.fault or Broken("the server closed the connection")
        elif self._allowance < 0:
            self.fault = self.fault or Broken("the server sent far more than was asked for")
        if self.fault:
            raise OSError(self.fault.what)
        return data

    def send(self, data: bytes) -> None:
        """All of `data` to the server."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._patiently(select.POLLOUT, partial(_send, data=rest)) :]
        except OSError as error:
            self.fault = self.fault or _told(error)
            raise

    def shutdown(self) -> None:
        """Close the socket, whatever state it is in."""
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)
            self.sock.close()

    def _print_log(self) -> None:
        """Nothing: imaplib2 would write to standard error of its own accord."""

    def _append_untagged(self, typ: str, dat: bytes | None) -> None:
        if typ == "BYE" and self.state != imaplib2.imaplib2.LOGOUT:
            said = (dat or b"").decode("ascii", "replace")
            # Another thread reads, and has often seen the end of the stream before this one comes to the reason for it.
            self.fault = Broken(f"the server ended the connection, saying: {said}")
        super()._append_untagged(typ, dat)

    def _request_pop(self, name: str | bytes, data: tuple[Any, Any]) -> None:
        # Dovecot tells of a mail between our IDLE and its "+ idling"; imaplib2 takes that for a refusal to idle.
        untagged = name == "continuation" and not data[0] and data[1].startswith(b"* ")
        if not (untagged and "welcome" in self.__dict__):
            super()._request_pop(name, data)

    def _command_complete(self, rqb: Any, kw: dict[str, Any]) -> Any:
        try:
            return super()._command_complete(rqb, kw)
        except imaplib2.IMAP4.abort:
            # Some servers refuse a log-in and hang up in one breath; imaplib2 then tells only of the BYE.
            if rqb.response and rqb.response[0] in ("NO", "BAD"):
                return rqb.response
            raise

    def _patiently(self, event: int, act: Callable[[socket.socket], T]) -> T:
        # One thread at a time inside the TLS object; waiting happens outside the lock.
        assert self.sock is not None
        while True:
            with self._io, suppress(*NOT_NOW):
                return act(self.sock)
            poll = select.poll()
            poll.register(self.sock, event)
            poll.poll(1000)

    # ---- what ImapInbox calls

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cut the connection if what is done inside takes longer than `seconds`."""
        why = Broken(f"the server gave no answer within {seconds:g} s")
        watch = threading.Timer(seconds, self.cut, (why,))
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def cut(self, why: Broken) -> None:
        """End the connection at once and wake whoever waits for an answer."""
        self.fault = self.fault or why
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)
        # Before the greeting imaplib2 has no requests and no lock yet.
        if lock := self.__dict__.get("commands_lock"):
            with lock:
                waiting = list(self.tagged_commands.values())
                self.tagged_commands.clear()
            for request in waiting:
                request.abort(self.abort, why.what)

    def ask(self, seconds: float, command: str, *arguments: Any, **options: Any) -> tuple[str, list[Any]]:
        """Send one command and return its status and data; `Broken` when no proper answer comes in time."""
        self._allowance = ANSWER_MAX_BYTES
        failure: Broken
        try:
            with self.within(seconds):
                status, data = getattr(self, command)(*arguments, **options)
        except (imaplib2.IMAP4.error, OSError, binascii.Error) as error:
            failure = self._explain(error)
        else:
            return status, data
        # Outside the handler: the library's error may quote the password and must not hang on ours as its context.
        raise failure

    def start_tls(self, seconds: float) -> None:
        """Go on in TLS (RFC 9051 6.2.1); never in the clear when the server, or someone between, does not offer it."""
        if "STARTTLS" not in self.capabilities:
            raise Broken("the server does not offer STARTTLS, and the password is not sent in the clear", TLS_CURE)
        self.ask(seconds, "starttls")

    def pending(self, kind: str) -> bool:
        """Whether the server has sent an untagged `kind` since it was last looked at."""
        return bool(self.response(kind)[1] != [None])

    def leave(self, seconds: float) -> None:
        """Say goodbye if the server listens, and be gone after `seconds` at most."""
        with suppress(imaplib2.IMAP4.error, OSError), self.within(seconds):
            self.logout()
        self.shutdown()

    def _explain(self, error: Exception) -> Broken:
        # What the server answered to this very command says more than the end of the connection behind it.
        answered = isinstance(error, imaplib2.IMAP4.error) and not isinstance(error, imaplib2.IMAP4.abort)
        if self.fault and not answered:
            return self.fault
        if isinstance(error, OSError):
            return _told(error)
        if isinstance(error, binascii.Error):
            # Out of step with the server from here on, hence a fault of the connection.
            self.cut(Broken("the server's challenge is not base64"))
            assert self.fault is not None
            return self.fault
        said = error.args[0] if error.args else ""
        text = said.decode("ascii", "replace") if isinstance(said, bytes) else str(said)
        return Broken(f"the server refused: {text.partition('. Data: ')[0]}")


def _send(sock: socket.socket, data: memoryview) -> int:
    return sock.send(data)


def _told(error: OSError) -> Broken:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Broken(f"its certificate cannot be trusted ({error.verify_message.rstrip('.')})", CERTIFICATE_CURE)
    if isinstance(error, ssl.SSLError):
        return Broken(f"TLS could not be started ({error.reason or error})", TLS_CURE)
    if isinstance(error, socket.gaierror):
        return Broken("its host name is not known", NETWORK_CURE)
    if isinstance(error, TimeoutError):
        return Broken("the server gave no answer in time")
    return Broken((error.strerror or str(error)).lower())
