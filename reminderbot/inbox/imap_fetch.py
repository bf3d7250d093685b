"""Reads what IMAP servers answer to FETCH and SEARCH, and writes folder names as they want them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UID = re.compile(rb"\bUID (\d+)")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
INTERNALDATE = re.compile(rb'\bINTERNALDATE "([ \d]\d)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([-+])(\d\d)(\d\d)"')
# '(\\HasNoChildren \\Junk) "." "Junk"': attributes, hierarchy delimiter, name.
LISTED = re.compile(rb'\(([^)]*)\) (?:"(?:[^"\\]|\\.)"|NIL) (?:"((?:[^"\\]|\\.)*)"|([^\s"]+))')
# RFC 9051 lets a server put a short section, most often an empty one, into quotes instead of a literal.
QUOTED = re.compile(rb'\bBODY\[[^\]]*\](?:<\d+>)? "((?:[^"\\]|\\.)*)"')
# imaplib2 hands over '7 (UID 42 ...' for a message and ')' or ' UID 42)' for what follows a literal.
BEGINNING = re.compile(rb"\d+ \(")


@dataclass(slots=True)
class Reply:
    """What the server told about one message: the attributes outside its literals, and the literals."""

    text: bytes = b""
    literals: list[bytes] = field(default_factory=list)

    @property
    def size(self) -> int | None:
        """RFC822.SIZE in octets."""
        found = SIZE.search(self.text)
        return int(found[1]) if found else None

    @property
    def received_at(self) -> datetime | None:
        """INTERNALDATE in UTC; None when it is absent or no real moment."""
        found = INTERNALDATE.search(self.text)
        if not found:
            return None
        day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = (
            part.decode() for part in found.groups()
        )
        zone = timedelta(hours=int(zone_hours), minutes=int(zone_minutes)) * (-1 if sign == "-" else 1)
        try:
            moment = datetime(
                int(year), MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=timezone(zone)
            )
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    @property
    def body(self) -> bytes | None:
        """The section that was asked for; None when the server sent none."""
        if self.literals:
            return self.literals[0]
        found = QUOTED.search(self.text)
        return re.sub(rb"\\(.)", rb"\1", found[1]) if found else None


def replies(data: Iterable[Any]) -> dict[int, Reply]:
    """FETCH answers by UID; flag changes of other messages, mixed in by the server unasked, do no harm."""
    found: dict[int, Reply] = {}
    for reply in _joined(data):
        if uid := UID.search(reply.text):
            known = found.setdefault(int(uid[1]), Reply())
            known.text += b" " + reply.text
            known.literals += reply.literals
    return found


def _joined(data: Iterable[Any]) -> Iterator[Reply]:
    current = Reply()
    for item in data:
        text, literals = (item[0], [item[1]]) if isinstance(item, tuple) else (item or b"", [])
        if BEGINNING.match(text):
            yield current
            current = Reply()
        current.text += text
        current.literals += literals
    yield current


def uids(data: Iterable[bytes | None]) -> list[int]:
    """The UIDs in SEARCH answers, oldest first; a trailing `(MODSEQ 13)` is not one."""
    found = (re.sub(rb"\(.*?\)", b"", line or b"").split() for line in data)
    return sorted({int(word) for words in found for word in words if word.isdigit()})


def search_day(day: date) -> str:
    """A day as SEARCH wants it, whatever the machine's locale."""
    return f"{day.day}-{MONTHS[day.month - 1]}-{day.year}"


def quoted(text: str) -> str:
    """An IMAP quoted string; the caller has refused line ends."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def mailbox_name(folder: str) -> str:
    """A folder's name in modified UTF-7 (RFC 3501 5.1.3), quoted."""

    def shifted(found: re.Match[str]) -> str:
        if found[0] == "&":
            return "&-"
        return "&" + base64.b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"

    return quoted(re.sub(r"&|[^ -~]+", shifted, folder))


def plain_name(name: str) -> str:
    """What `mailbox_name` wrote, as people read it (RFC 3501 5.1.3); unchanged where it is none of that."""
    try:
        return re.sub(r"&([A-Za-z0-9+,]*)-", _decoded, name)
    except (ValueError, UnicodeDecodeError):
        return name


def _decoded(found: re.Match[str]) -> str:
    if not found[1]:
        return "&"
    data = found[1].replace(",", "/")
    return base64.b64decode(data + "=" * (-len(data) % 4)).decode("utf-16-be")


def listed(data: Iterable[Any]) -> Iterator[tuple[frozenset[str], str]]:
    """The attributes, lower case and without backslashes, and the name of every folder in an answer to LIST."""
    for line in data:
        # A name sent as a literal comes in a tuple: too odd for a folder that anybody uses.
        found = LISTED.fullmatch(line.strip()) if isinstance(line, bytes) else None
        if found:
            attributes, name = found[1].decode("ascii", "replace"), found[2] or found[3]
            words = frozenset(word.lstrip("\\").lower() for word in attributes.split())
            yield words, plain_name(re.sub(rb"\\(.)", rb"\1", name).decode("ascii", "replace"))
