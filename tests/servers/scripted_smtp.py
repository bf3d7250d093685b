"""A mail server on loopback that misbehaves on cue: each step may answer anything, drip, hang, close or reset."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

# An answer may end in CLOSE: said, then hung up; or begin with LATE: not said before `go_on` is set.
CLOSE, RESET, HANG, DRIP, LATE = "<close>", "<reset>", "<hang>", "<drip>", "<late>"

DEFAULTS = {
    "connect": "220 ready",
    "STARTTLS": "220 go on",
    # What is said in the place of the server's part of the handshake.
    "TLS": "",
    "AUTH": "235 2.7.0 welcome",
    "AUTH LOGIN": "334 VXNlcm5hbWU6",
    "user": "334 UGFzc3dvcmQ6",
    "password": "235 2.7.0 welcome",
    "RSET": "250 2.0.0 ok",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 end with a dot",
    "content": "",
    "dot": "250 2.0.0 Ok: queued as 4XZ1",
    "QUIT": "221 bye",
}


class _GoneError(Exception):
    """The script ended this connection."""


@dataclass
class ScriptedSmtp:
    """Steps not in `script` go well; a list is used up one visit at a time, None in it meaning "well"."""

    script: Mapping[str, str | list[str | None]] = field(default_factory=dict)
    offers: tuple[str, ...] = ("PIPELINING", "8BITMIME")
    tls: ssl.SSLContext | None = None
    tls_at_once: bool = False
    # What was heard: all bytes after decryption, whole messages as they lay on the wire, and how often we were called.
    heard: bytearray = field(default_factory=bytearray)
    messages: list[bytes] = field(default_factory=list)
    connections: int = 0
    go_on: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> ScriptedSmtp:
        self._stop = threading.Event()
        self._visits: dict[str, int] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self.go_on.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(OSError):
                sock, _ = self._listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self._serve, args=(sock,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(10)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        conversation = _Conversation(self, sock)
        with contextlib.suppress(OSError, _GoneError):
            if self.tls_at_once:
                conversation.encrypt()
            conversation.run()
        conversation.sock.close()

    def _act(self, step: str, sock: socket.socket) -> None:
        visit = self._visits[step] = self._visits.get(step, -1) + 1
        action = self.script.get(step)
        if isinstance(action, list):
            action = action[visit] if visit < len(action) else None
        if action is None:
            action = DEFAULTS[step] if step in DEFAULTS else self._greeting()
        if action.startswith(LATE):
            self.go_on.wait(30)
            action = action.removeprefix(LATE)
        if action == HANG:
            self._stop.wait(10)
        if action == DRIP:
            self._drip(sock)
        if action == RESET:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if action in (HANG, DRIP, CLOSE, RESET):
            sock.close()
            raise _GoneError
        if said := action.removesuffix(CLOSE):
            sock.sendall(said.encode("latin-1") + b"\r\n")
        if action.endswith(CLOSE):
            self._hang_up(sock)

    def _drip(self, sock: socket.socket) -> None:
        sock.sendall(b"250-")
        while not self._stop.wait(0.02):
            sock.sendall(b"x")

    def _hang_up(self, sock: socket.socket) -> None:
        """End it so that what was said last is heard: closing with something unread would reset the connection."""
        sock.shutdown(socket.SHUT_WR)
        while data := sock.recv(65536):
            self.heard += data
        raise _GoneError

    def _greeting(self) -> str:
        lines = ["relay.test", *self.offers]
        return "\r\n".join(f"250{'-' if line is not lines[-1] else ' '}{line}" for line in lines)


class _Conversation:
    def __init__(self, server: ScriptedSmtp, sock: socket.socket) -> None:
        self.server, self.sock, self.unread = server, sock, bytearray()

    def encrypt(self) -> None:
        assert self.server.tls
        self.sock = self.server.tls.wrap_socket(self.sock, server_side=True)

    def run(self) -> None:
        self.server._act("connect", self.sock)
        for line in self._lines():
            verb = line[:4].upper().decode("ascii", "replace")
            step = "STARTTLS" if verb == "STAR" else verb.strip()
            if line.upper().startswith(b"AUTH LOGIN") and "AUTH" not in self.server.script:
                self._take_login()
                continue
            self.server._act(step, self.sock)
            if step == "STARTTLS" and self.server.tls:
                self.server._act("TLS", self.sock)
                self.encrypt()
            if step == "DATA" and not self._refused("DATA"):
                self._take_message()
            if step == "QUIT":
                return

    def _take_login(self) -> None:
        self.server._act("AUTH LOGIN", self.sock)
        for step, _ in zip(("user", "password"), self._lines(), strict=False):
            self.server._act(step, self.sock)

    def _refused(self, step: str) -> bool:
        action = self.server.script.get(step, "")
        if isinstance(action, list):
            action = action[self.server._visits[step]] or "" if self.server._visits[step] < len(action) else ""
        return bool(action) and not action.startswith("354")

    def _take_message(self) -> None:
        taken = bytearray()
        for number, line in enumerate(self._lines()):
            if number == 0:
                self.server._act("content", self.sock)
            if line == b".\r\n":
                break
            taken += line
        else:
            raise _GoneError
        self.server.messages.append(bytes(taken))
        self.server._act("dot", self.sock)

    def _lines(self) -> Iterator[bytes]:
        while True:
            while (end := self.unread.find(b"\n") + 1) == 0:
                # No makefile: it would keep the socket open when the script closes it.
                data = self.sock.recv(65536)
                if not data:
                    return
                self.server.heard += data
                self.unread += data
            line = bytes(self.unread[:end])
            del self.unread[:end]
            yield line
