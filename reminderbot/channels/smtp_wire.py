"""Bytes to and from a mail server: commands out, whole replies in, never waiting past a deadline."""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass

from reminderbot.clock import elapsed

# RFC 5321 4.5.3.1.5 allows 512 bytes a line; real servers go over it with links to their help pages.
LONGEST_LINE = 4096
MOST_LINES = 128
LONGEST_TEXT = 300

REPLY_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
# RFC 3463: "550 5.1.1 No such user", "250-2.1.5 ok".
ENHANCED = re.compile(r"([245])\.\d{1,3}\.\d{1,3}(?=\s|$)")


@dataclass(frozen=True, slots=True)
class SmtpTimeouts:
    """Seconds: for TCP and TLS, the answer to a command, to the final dot, a whole conversation, and to QUIT."""

    connect: float = 15
    command: float = 120
    # Postfix gives a server ten minutes (smtp_data_done_timeout): hanging up earlier makes doubt where there was none.
    final_dot: float = 600
    # promises.md 1.1: servers grow impatient with long conversations, and a fresh one heals whatever went odd.
    session: float = 60
    goodbye: float = 2


class BadReplyError(Exception):
    """The mail server answered something that is not SMTP."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a server, all its lines."""

    code: int
    lines: tuple[str, ...]

    @property
    def kind(self) -> int:
        """The first digit: 2 yes, 3 go on, 4 not now, 5 no."""
        return self.code // 100

    @property
    def text(self) -> str:
        """What the server said, on one line, printable and cut to a readable length."""
        said = " ".join(line for line in self.lines if line)
        return "".join(c if c.isprintable() else "?" for c in said[:LONGEST_TEXT])

    @property
    def enhanced(self) -> str:
        """The RFC 3463 status ("5.1.1"), empty where there is none or it contradicts the code."""
        found = ENHANCED.match(self.lines[0])
        return found[0] if found and int(found[1]) == self.kind else ""

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


class Wire:
    """One TCP connection to a mail server, in clear until `secure`."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        self._unread = bytearray()
        self.closed = False

    def write(self, data: bytes, timeout: float) -> None:
        """Send all of `data`; OSError when that fails or takes longer than `timeout` seconds."""
        self._sock.settimeout(timeout)
        self._sock.sendall(data)

    def reply(self, timeout: float) -> Reply:
        """The next whole reply; OSError (TimeoutError) or BadReplyError when there is none."""
        deadline = elapsed() + timeout
        code, lines = b"", list[str]()
        while len(lines) < MOST_LINES:
            found = REPLY_LINE.fullmatch(self._line(deadline))
            if not found or code not in (b"", found[1]):
                raise BadReplyError("the server answered something that is not SMTP")
            code = found[1]
            lines.append((found[3] or b"").decode("utf-8", "replace"))
            if found[2] != b"-":
                return Reply(int(code), tuple(lines))
        raise BadReplyError(f"the server's answer has more than {MOST_LINES} lines")

    def has_unread(self) -> bool:
        """Whether the server has said more than was asked: then replies no longer match commands."""
        return bool(self._unread)

    def secure(self, context: ssl.SSLContext, host: str, timeout: float) -> None:
        """Wrap the connection in TLS, verified for `host`; ssl.SSLError or OSError when that fails."""
        self._sock.settimeout(timeout)
        # Raises where the server has reset the connection meanwhile; wrapping such a one leaves it open (CPython 3.11).
        self._sock.getpeername()
        self._sock = context.wrap_socket(self._sock, server_hostname=host)

    def local_address(self) -> str:
        """Our end of the connection, as an IP address."""
        return str(self._sock.getsockname()[0])

    def close(self) -> None:
        """Hang up without a word; a second time does nothing."""
        self.closed = True
        self._sock.close()

    def _line(self, deadline: float) -> bytes:
        while (end := self._unread.find(b"\n", 0, LONGEST_LINE)) < 0:
            if len(self._unread) >= LONGEST_LINE:
                raise BadReplyError("a line of the server's answer has no end")
            self._receive(deadline)
        line = bytes(self._unread[:end])
        del self._unread[: end + 1]
        return line.removesuffix(b"\r")

    def _receive(self, deadline: float) -> None:
        # A server that drips one byte a minute would never trip the timeout of a single recv.
        left = deadline - elapsed()
        if left <= 0:
            raise TimeoutError("the server did not answer in time")
        self._sock.settimeout(left)
        data = self._sock.recv(65536)
        if not data:
            raise ConnectionResetError("the server closed the connection")
        self._unread += data
