"""Servers that keep all they are told, and whose TLS is flawed in one of the ways an attacker's may be."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import trustme

from tests.servers.tls import Authority

USER, PASSWORD, ACCOUNT = "ledger", "s3cret-canary-pass", f"AC{'a' * 32}"
# Every form in which a password or token goes over one of these wires.
FORMS = tuple(
    form
    for plain in (PASSWORD, f"\0{USER}\0{PASSWORD}", f"{ACCOUNT}:{PASSWORD}")
    for form in (plain.encode(), base64.b64encode(plain.encode()))
)
# TLS is asked for but not offered, or not spoken where it is expected.
STRIPPED = "stripped"


class Certificates:
    """An authority that the machine trusts, and server contexts of which all but `good` must not be."""

    def __init__(self, folder: Path) -> None:
        self._trusted = trustme.CA()
        self._own = Authority(folder)
        self.bundle = folder / "trusted.pem"
        self._trusted.cert_pem.write_to_path(str(self.bundle))

    def context(self, flaw: str, name: str) -> ssl.SSLContext | None:
        """What a server called `name` secures itself with; None where it does not."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        match flaw:
            case "stripped":
                return None
            case "self-signed":
                found = self._own.self_signed(name)
                made.load_cert_chain(found.certificate, found.key)
            case "unknown authority":
                trustme.CA().issue_cert(name).configure_cert(made)
            case "expired":
                self._trusted.issue_cert(name, not_after=datetime(2020, 1, 2, tzinfo=UTC)).configure_cert(made)
            case "wrong host":
                self._trusted.issue_cert(f"not-{name}").configure_cert(made)
            case "TLS 1.1":
                self._trusted.issue_cert(name).configure_cert(made)
                made.set_ciphers("ALL:@SECLEVEL=0")
                made.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
                made.maximum_version = ssl.TLSVersion.TLSv1_1
            case "good":
                self._trusted.issue_cert(name).configure_cert(made)
        return made


FLAWS = (STRIPPED, "self-signed", "unknown authority", "expired", "wrong host", "TLS 1.1")


@dataclass
class Talk:
    """One connection; what is read is kept, in the clear where TLS could be taken off."""

    sock: socket.socket
    tls: ssl.SSLContext | None
    heard: bytearray

    def secure(self) -> None:
        if self.tls:
            self.sock = self.tls.wrap_socket(self.sock, server_side=True)

    def say(self, data: bytes) -> None:
        self.sock.sendall(data)

    def read(self, end: bytes) -> bytes:
        """Up to and with `end`."""
        found = b""
        while not found.endswith(end):
            found += self.take(1)
        return found

    def take(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            piece = self.sock.recv(size - len(found))
            if not piece:
                raise ConnectionResetError
            self.heard += piece
            found += piece
        return found


@dataclass
class Sink:
    """Serves every connection by `speak`."""

    speak: Callable[[Talk], None]
    tls: ssl.SSLContext | None
    heard: bytearray = field(default_factory=bytearray)

    def __enter__(self) -> Sink:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def heard_a_secret(self) -> bool:
        return any(form in self.heard for form in FORMS)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(sock,)))
                self._threads[-1].start()

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(1)
        talk = Talk(sock, self.tls, self.heard)
        with contextlib.suppress(OSError):
            self.speak(talk)
        talk.sock.close()


def smtp_starttls(talk: Talk) -> None:
    talk.say(b"220 ready\r\n")
    while True:
        line = talk.read(b"\n").upper()
        if line.startswith(b"EHLO"):
            starttls = b"" if isinstance(talk.sock, ssl.SSLSocket) or not talk.tls else b"250-STARTTLS\r\n"
            talk.say(b"250-relay\r\n" + starttls + b"250 AUTH PLAIN LOGIN\r\n")
        elif line.startswith(b"STARTTLS"):
            talk.say(b"220 go on\r\n")
            talk.secure()
        else:
            talk.say(b"235 2.7.0 welcome\r\n")


def smtp_tls(talk: Talk) -> None:
    talk.secure()
    smtp_starttls(talk)


def imap_starttls(talk: Talk) -> None:
    talk.say(b"* OK ready\r\n")
    while True:
        tag, _, command = talk.read(b"\n").strip().partition(b" ")
        if command.upper().startswith(b"CAPABILITY"):
            offered = b"" if isinstance(talk.sock, ssl.SSLSocket) or not talk.tls else b" STARTTLS"
            talk.say(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN" + offered + b"\r\n")
        if command.upper() == b"AUTHENTICATE PLAIN":
            talk.say(b"+ \r\n")
            talk.read(b"\n")
        talk.say(tag + b" OK done\r\n")
        if command.upper().startswith(b"STARTTLS"):
            talk.secure()


def imap_tls(talk: Talk) -> None:
    talk.secure()
    imap_starttls(talk)


def https(talk: Talk) -> None:
    talk.secure()
    head = talk.read(b"\r\n\r\n").lower()
    if b"content-length: " in head:
        talk.take(int(head.partition(b"content-length: ")[2].split()[0]))
    talk.say(b"HTTP/1.1 401 no\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")


def postgresql(talk: Talk) -> None:
    """PostgreSQL's own STARTTLS (protocol 3.0, 55.2.10), then a request for the password in the clear."""
    while True:
        size, code = struct.unpack("!II", talk.take(8))
        if code == 80877103 and talk.tls:
            talk.say(b"S")
            talk.secure()
        elif code in (80877103, 80877104):
            talk.say(b"N")
        else:
            talk.take(size - 8)
            talk.say(b"R" + struct.pack("!II", 8, 3))
            talk.take(5 + len(PASSWORD))
            return
