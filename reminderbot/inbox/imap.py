"""Reads the business's mailbox over IMAP without leaving a trace in it: nothing is marked, moved or deleted.

How far it has been read is a cursor of (folder, UIDVALIDITY, UID) that the caller keeps (RFC 9051 2.3.1.1): sequence
numbers move under one's feet (osTicket#6979 lost every other message) and \\Seen belongs to the owner. The folder is
opened with EXAMINE, so that the server itself refuses to change anything for us.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal, NoReturn

from reminderbot.clock import Clock, SystemClock, elapsed
from reminderbot.core.inbound import Inbound, InboxUnavailable, MailCursor
from reminderbot.core.ladder import Channel
from reminderbot.core.loopback import is_loopback
from reminderbot.core.oauth import Credential
from reminderbot.inbox.imap_fetch import Reply, quoted, search_day
from reminderbot.inbox.imap_session import PIECE, Folder, Session
from reminderbot.inbox.imap_wire import NETWORK_CURE, Broken, Wire

Security = Literal["starttls", "tls", "none"]

# How many messages' sizes are asked for at a time, and how many octets of small mails come in one answer.
SIZES_AT_A_TIME, OCTETS_AT_A_TIME = 100, 1024 * 1024
# How far back to read again when the server has renumbered the folder.
RESET_DAYS = 90
RESET_NEWEST = 50


@dataclass(frozen=True, slots=True)
class ImapTimeouts:
    """Seconds: to connect with TLS and greeting; for one answer; for one stay in IDLE; to say goodbye."""

    connect: float = 15
    answer: float = 60
    # RFC 2177 asks for less than 29 minutes; home routers forget a quiet connection sooner.
    idle: float = 540
    goodbye: float = 1


@dataclass(frozen=True, slots=True)
class Poll:
    """What one look into the folder found.

    `cursor` holds once all of `messages` has been stored; each message comes with the cursor that holds once it has.
    `started`: the first look ever, nothing is fetched. `reset`: the server has renumbered the folder, and `messages`
    are those of the last 90 days once more; nothing may be sent until they have all been looked at.
    """

    cursor: MailCursor
    started: bool
    reset: bool
    messages: Iterator[tuple[Inbound, MailCursor]]


class ImapInbox:
    """One folder of one mailbox; for one thread at a time.

    Every failure is an `InboxUnavailable` saying host and port, what happened and the cure, and drops the connection;
    the next call connects anew.
    """

    def __init__(
        self,
        host: str,
        port: int,
        security: Security,
        username: str,
        password: Credential,
        folder: str = "INBOX",
        timeouts: ImapTimeouts | None = None,
        ssl_context: ssl.SSLContext | None = None,
        max_bytes: int = 25 * 1024 * 1024,
        clock: Clock | None = None,
    ) -> None:
        self.host, self.port, self.security, self.folder = host, port, security, folder
        self._username, self._credential = username, password
        self._timeouts = timeouts or ImapTimeouts()
        self._ssl_context = ssl_context
        self._max_bytes = max_bytes
        self._clock = clock or SystemClock()
        self._wire: Wire | None = None
        self._session: Session | None = None
        # Whether the folder has been polled since it was last opened: opening it swallows the news of mail before.
        self._polled = False

    # ---- coming and going

    def connect(self) -> None:
        """Connect, check the certificate, log in and open the folder read-only."""
        self.close()
        with self._told():
            self._check_settings()
            tls = None if self.security == "none" else self._ssl_context or ssl.create_default_context()
            self._wire = Wire(self.host, self.port, self._timeouts.connect, tls, at_once=self.security == "tls")
            session = Session(self._wire, self._timeouts.answer)
            session.log_in(self._username, self._credential, starttls=self.security == "starttls")
            session.examine(self.folder)
            self._session = session

    def close(self) -> None:
        """Take leave of the server, within a second."""
        wire, self._wire, self._session, self._polled = self._wire, None, None, False
        if wire is not None:
            wire.leave(self._timeouts.goodbye)

    def _check_settings(self) -> None:
        if self.security == "none" and not is_loopback(self.host):
            raise Broken("the password would cross the network in the clear", 'Set [inbox] security to "tls".')
        password = self._credential if isinstance(self._credential, str) else "a token"
        for key, value in (("folder", self.folder), ("username", self._username), ("password", password)):
            if not value or any(character in value for character in "\r\n\0"):
                raise Broken(f"its {key} is empty or holds a line break", f"Set the inbox's {key} anew.")

    def _connected(self) -> Session:
        if self._session is None:
            self.connect()
        assert self._session is not None
        return self._session

    # ---- reading

    def poll(self, cursor: MailCursor | None) -> Poll:
        """What has arrived after `cursor`, oldest first; None is the first look, which only notes where to begin.

        `messages` is fetched while it is gone through, on this connection: finish it before the next call.
        """
        with self._told():
            session = self._connected()
            folder = session.examine(self.folder)
            self._polled = True
            here = MailCursor(self.folder, folder.uidvalidity, folder.uidnext - 1)
            if cursor is None:
                return Poll(here, started=True, reset=False, messages=iter(()))
            reset = _renumbered(cursor, folder)
            if reset:
                found, stored = self._after_reset(session, folder), replace(here, uid=0)
            else:
                # `n:*` gives the last message even when its UID is below n (RFC 9051 6.4.8).
                found = [uid for uid in session.search("UID", f"{cursor.uid + 1}:*") if uid > cursor.uid]
                stored = cursor
        end = replace(here, uid=max(found, default=here.uid if reset else cursor.uid))
        return Poll(end, started=False, reset=reset, messages=self._with_cursors(session, folder, found, stored))

    def rescan(self, days: int, folder: str | None = None, about: Sequence[str] = ()) -> Iterator[Inbound]:
        """What arrived in the last `days` days, oldest first, in our folder or another such as Junk.

        With `about` only what has one of these in To, In-Reply-To or References, as the server finds it.
        """
        with self._told():
            session = self._connected()
            self._polled = False
            opened = session.examine(folder or self.folder)
            found = self._since(session, days)
            if about and found:
                answers = {uid for word in about for uid in self._naming(session, word)}
                found = [uid for uid in found if uid in answers]
        yield from self._messages(session, opened, found, [])

    def junk_folders(self) -> list[str]:
        """The folders for what is taken for spam; answers to us may lie there."""
        with self._told():
            return [name for name in self._connected().junk_folders() if name != self.folder]

    def _naming(self, session: Session, word: str) -> list[int]:
        either = ("OR", "TO", quoted(word), "OR", "HEADER", "In-Reply-To", quoted(word), "HEADER", "References")
        return session.search(*either, quoted(word))

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Wait up to `seconds` for mail; True when some may have arrived, False at the end or once `stop` is set.

        With IDLE (RFC 2177) the server tells within a moment; without it this only waits. True at once when the folder
        has not been polled on this connection or since a rescan. A connection that died is noticed after the longest
        stay in IDLE plus the time for one answer.
        """
        with self._told():
            session = self._connected()
            if not self._polled:
                return not stop.is_set()
            end = elapsed() + seconds
            while not stop.is_set() and (left := end - elapsed()) > 0:
                if not session.can_idle:
                    return not stop.wait(left)
                began = elapsed()
                if session.idle(min(left, self._timeouts.idle), stop):
                    return True
                # Not a thousand times a second where the server ends it at once, whatever the reason.
                stop.wait(min(max(0.0, began + 1 - elapsed()), max(0.0, end - elapsed())))
        return False

    def _since(self, session: Session, days: int) -> list[int]:
        # A day more, since SEARCH compares days in the server's own time zone.
        return session.search("SINCE", search_day((self._clock.now() - timedelta(days=days + 1)).date()))

    def _after_reset(self, session: Session, folder: Folder) -> list[int]:
        """The last days by the server's clock, and the newest of all in case that clock is wrong."""
        newest = session.search(f"{max(1, folder.count - RESET_NEWEST + 1)}:*") if folder.count else []
        return sorted({*self._since(session, RESET_DAYS), *newest})

    def _with_cursors(
        self, session: Session, folder: Folder, found: list[int], stored: MailCursor
    ) -> Iterator[tuple[Inbound, MailCursor]]:
        withheld: list[int] = []
        for inbound in self._messages(session, folder, found, withheld):
            # Behind a mail we were not given the cursor stays put: later ones come again rather than that one never.
            if not withheld:
                stored = replace(stored, uid=int(inbound.external_id.rpartition("/")[2]))
            yield inbound, stored

    def _messages(self, session: Session, folder: Folder, found: list[int], withheld: list[int]) -> Iterator[Inbound]:
        for start in range(0, len(found), SIZES_AT_A_TIME):
            with self._told():
                batch = found[start : start + SIZES_AT_A_TIME]
                listed = session.fetch(batch, "RFC822.SIZE INTERNALDATE")
            for group in _groups(batch, listed):
                with self._told():
                    first = session.first_pieces(group)
                for uid in group:
                    with self._told():
                        inbound = self._inbound(session, folder, uid, listed.get(uid, Reply()), first.get(uid, Reply()))
                        # Not handed over: deleted by another program meanwhile, or kept from us by a fault.
                        if inbound is None and session.search("UID", str(uid)) == [uid]:
                            withheld.append(uid)
                    if inbound is not None:
                        yield inbound
        if withheld:
            what = f'message UID {withheld[0]} in its folder "{folder.name}" is listed but not handed over'
            self._unavailable(what, "Move it to another folder, or delete it, with a mail program.")

    def _inbound(self, session: Session, folder: Folder, uid: int, listed: Reply, first: Reply) -> Inbound | None:
        raw = None
        oversize = (listed.size or 0) > self._max_bytes
        if not oversize:
            raw = self._whole(session, uid, first)
            # RFC822.SIZE is the server's word; some estimate it.
            oversize = raw is not None and len(raw) > self._max_bytes
        if oversize:
            raw = session.piece(uid, "HEADER", 0)
        if raw is None:
            return None
        name = f"{folder.name}/{folder.uidvalidity}/{uid}"
        return Inbound(Channel.EMAIL, name, listed.received_at or self._clock.now(), raw, oversize=oversize)

    def _whole(self, session: Session, uid: int, first: Reply) -> bytes | None:
        piece = first.body if first.body is not None else session.piece(uid, "", 0)
        pieces: list[bytes] = []
        size = 0
        while piece is not None:
            pieces.append(piece)
            size += len(piece)
            # A server that does not know pieces sends more than one at once: then that was all.
            if len(piece) != PIECE or size > self._max_bytes:
                return b"".join(pieces)
            piece = session.piece(uid, "", size)
        return None

    # ---- when it goes wrong

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn a broken connection into the sentence for the user, and drop the connection."""
        try:
            yield
        except Broken as error:
            self._unavailable(error.what, error.cure, locked_out=error.locked_out)

    def _unavailable(self, what: str, cure: str = NETWORK_CURE, *, locked_out: bool = False) -> NoReturn:
        self.close()
        what = what.rstrip(".")
        sentence = f"The inbox at {self.host}:{self.port} cannot be read: {what}. {cure}"
        raise InboxUnavailable(sentence, what, cure, locked_out=locked_out)


def _renumbered(cursor: MailCursor, folder: Folder) -> bool:
    # A server that answers UIDVALIDITY 0 exists; and a mailbox put back from a backup counts on from below.
    same = folder.uidvalidity != 0 and (cursor.folder, cursor.uidvalidity) == (folder.name, folder.uidvalidity)
    return not same or folder.uidnext <= cursor.uid


def _groups(batch: list[int], listed: dict[int, Reply]) -> Iterator[list[int]]:
    """Neighbours that fit into one answer together, of each at most its first piece."""
    group: list[int] = []
    octets = 0
    for uid in batch:
        size = min(PIECE, listed[uid].size or PIECE) if uid in listed else PIECE
        if group and octets + size > OCTETS_AT_A_TIME:
            yield group
            group, octets = [], 0
        group.append(uid)
        octets += size
    if group:
        yield group
