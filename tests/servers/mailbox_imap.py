"""An IMAP server with folders in memory: what it holds, how it numbers it and what goes wrong is up to the test."""

from __future__ import annotations

import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# HALF: the answer is cut in its middle, then the line.
FAULTS = ("close", "reset", "hang", "drip", "half", "junk", "NO", "BAD", "BYE")


@dataclass(frozen=True)
class Mail:
    """A mail in a folder."""

    uid: int
    received_at: datetime
    raw: bytes


@dataclass
class Folder:
    """Mails by UID; `uidvalidity` None: the server tells none."""

    uidvalidity: int | None = 7
    uidnext: int = 1
    mails: list[Mail] = field(default_factory=list)
    attributes: str = "\\HasNoChildren"

    def add(self, raw: bytes, received_at: datetime) -> None:
        self.mails.append(Mail(self.uidnext, received_at, raw))
        self.uidnext += 1

    def renumber(self, uidvalidity: int | None) -> None:
        """As after a move to another server: the same mails under other numbers."""
        self.uidvalidity = uidvalidity
        self.mails = [replace(mail, uid=number) for number, mail in enumerate(self.mails, 1)]
        self.uidnext = len(self.mails) + 1


class _GoneError(Exception):
    """This connection has ended."""


class MailboxImap:
    """A context manager; `faults` are used up, one at each visit of a step, and an empty one means that all is well."""

    def __init__(self, tls: ssl.SSLContext | None = None, capabilities: str = "IMAP4rev1 IDLE") -> None:
        self.folders = {"INBOX": Folder()}
        self.faults: dict[str, list[str]] = {}
        self.capabilities = capabilities
        # Called with the step whenever one is reached, before it is answered.
        self.at: Callable[[str], None] = lambda _step: None
        self.heard: list[bytes] = []
        self._tls = tls
        self._stop = threading.Event()
        self._lock = threading.RLock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._idling: list[_Talk] = []
        self._threads = [threading.Thread(target=self._accept)]

    @property
    def inbox(self) -> Folder:
        return self.folders["INBOX"]

    def arrives(self, raw: bytes, at: datetime | None = None, folder: str = "INBOX") -> None:
        """A mail comes in, and whoever idles is told."""
        with self._lock:
            self.folders[folder].add(raw, at or datetime.now(UTC))
            for talk in self._idling:
                with suppress(OSError):
                    talk.say(b"* %d EXISTS\r\n" % len(self.folders[folder].mails))

    def __enter__(self) -> MailboxImap:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(0.1)
        talk = _Talk(self, connection)
        with suppress(OSError, _GoneError):
            talk.run()
        with self._lock, suppress(ValueError):
            self._idling.remove(talk)
        talk.sock.close()


class _Talk:
    """One connection."""

    def __init__(self, server: MailboxImap, sock: socket.socket) -> None:
        self.server, self.sock = server, sock
        self._unread = bytearray()
        self._folder = Folder()

    def run(self) -> None:
        self._answer("greeting", b"*", b"* OK ready\r\n")
        for line in self._lines():
            self.server.heard.append(line)
            tag, _, command = line.rstrip(b"\r\n").partition(b" ")
            if tag == b"DONE":
                continue
            self._obey(tag, command.decode("latin-1"))

    def say(self, data: bytes) -> None:
        self.sock.sendall(data)

    def _obey(self, tag: bytes, command: str) -> None:
        with self.server._lock:
            name, untagged = self._untagged(command)
        done = b"%s OK done\r\n" % tag
        if name == "IDLE":
            self._idle(tag)
        elif name == "AUTHENTICATE":
            if self._answer(name, tag, b"+ \r\n") and next(self._lines(), None):
                self._answer("PASSWORD", tag, done)
        else:
            self._answer(name, tag, untagged + done)
        if name == "STARTTLS" and self.server._tls:
            self._answer("TLS", tag, b"")
            self.sock = self.server._tls.wrap_socket(self.sock, server_side=True)
        if name == "LOGOUT":
            raise _GoneError

    def _idle(self, tag: bytes) -> None:
        if not self._answer("IDLE", tag, b"+ idling\r\n"):
            return
        self.server._idling.append(self)
        next(self._lines(), None)
        self.server._idling.remove(self)
        self._answer("DONE", tag, b"%s OK idle is over\r\n" % tag)

    def _untagged(self, command: str) -> tuple[str, bytes]:
        """The step that a command is, and what is said before it is done."""
        verb = command.split()[0].upper()
        if verb == "CAPABILITY":
            return verb, f"* CAPABILITY {self.server.capabilities}\r\n".encode()
        if verb == "EXAMINE":
            self._folder = self.server.folders[command.split(" ", 1)[1].strip('"')]
            return verb, self._opened()
        if verb == "LIST":
            listed = (f'* LIST ({f.attributes}) "/" "{name}"\r\n' for name, f in self.server.folders.items())
            return verb, "".join(listed).encode()
        if verb == "LOGOUT":
            return verb, b"* BYE see you\r\n"
        if command.upper().startswith("UID SEARCH"):
            return "SEARCH", self._found(command[len("UID SEARCH ") :])
        if command.upper().startswith("UID FETCH"):
            return ("SIZES" if "RFC822.SIZE" in command else "BODIES"), self._fetched(command)
        return verb, b""

    def _opened(self) -> bytes:
        told = f"* {len(self._folder.mails)} EXISTS\r\n* OK [UIDNEXT {self._folder.uidnext}] next\r\n"
        if self._folder.uidvalidity is not None:
            told += f"* OK [UIDVALIDITY {self._folder.uidvalidity}] ok\r\n"
        return told.encode()

    def _found(self, criteria: str) -> bytes:
        uids = [mail.uid for mail in self._folder.mails if _fits(mail, criteria)]
        if places := re.fullmatch(r"(\d+):\*", criteria):
            uids = [mail.uid for mail in self._folder.mails[int(places[1]) - 1 :]]
        if (begin := re.fullmatch(r"UID (\d+):\*", criteria)) and self._folder.mails:
            # RFC 9051 6.4.8: the last one is always among them.
            uids = [u for u in (m.uid for m in self._folder.mails) if u >= int(begin[1])] or [
                self._folder.mails[-1].uid
            ]
        return f"* SEARCH {' '.join(map(str, uids))}\r\n".encode()

    def _fetched(self, command: str) -> bytes:
        wanted = {int(number) for number in command.split()[2].split(",")}
        found = re.search(r"BODY\.PEEK\[(HEADER)?\]<(\d+)\.(\d+)>", command)
        told = b""
        for place, mail in enumerate(self._folder.mails, 1):
            if mail.uid not in wanted:
                continue
            head = b"* %d FETCH (UID %d " % (place, mail.uid)
            if found is None:
                told += head + f'RFC822.SIZE {len(mail.raw)} INTERNALDATE "{_internal(mail.received_at)}")\r\n'.encode()
                continue
            whole = mail.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if found[1] else mail.raw
            part = whole[int(found[2]) : int(found[2]) + int(found[3])]
            told += head + b"BODY[%s]<%s> {%d}\r\n%s)\r\n" % (
                (found[1] or "").encode(), found[2].encode(), len(part), part,
            )  # fmt: skip
        return told

    def _answer(self, step: str, tag: bytes, well: bytes) -> bool:
        """Answer well, which is True, or as the next fault of this step wants it."""
        self.server.at(step)
        waiting = self.server.faults.get(step)
        if not waiting or not (fault := waiting.pop(0)):
            self.say(well)
            return True
        said = {
            "half": well[: len(well) // 2],
            "drip": b"* OK ",
            "junk": b"?!<html>not imap\r\n" * 3,
            "NO": b"%s NO [UNAVAILABLE] not now\r\n" % tag,
            "BAD": b"%s BAD what?\r\n" % tag,
            "BYE": b"* BYE shutting down\r\n",
        }.get(fault, b"")
        self.say(said)
        while fault == "drip" and not self.server._stop.wait(0.05):
            self.say(b"x")
        if fault == "hang":
            self.server._stop.wait(10)
        if fault == "reset":
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if fault not in ("junk", "NO", "BAD"):
            raise _GoneError
        return False

    def _lines(self) -> Iterator[bytes]:
        while not self.server._stop.is_set():
            while (end := self._unread.find(b"\n") + 1) == 0 and not self.server._stop.is_set():
                with suppress(TimeoutError):
                    data = self.sock.recv(65536)
                    if not data:
                        return
                    self._unread += data
            line = bytes(self._unread[:end])
            del self._unread[:end]
            if line:
                yield line


def _fits(mail: Mail, criteria: str) -> bool:
    if exact := re.fullmatch(r"UID (\d+)", criteria):
        return mail.uid == int(exact[1])
    if re.fullmatch(r"SINCE \S+", criteria):
        return (mail.received_at.year, mail.received_at.month, mail.received_at.day) >= _day(criteria.split()[1])
    if words := re.findall(r'"([^"]*)"', criteria):
        return any(word.encode() in mail.raw.partition(b"\r\n\r\n")[0] for word in words)
    return False


def _day(text: str) -> tuple[int, int, int]:
    day, month, year = text.split("-")
    return int(year), MONTHS.index(month) + 1, int(day)


def _internal(at: datetime) -> str:
    return f"{at.day:2}-{MONTHS[at.month - 1]}-{at:%Y %H:%M:%S} +0000"
