"""Reads what came over the wire, by itself: the bytes of a mail and the words of a text message.

The letters are the ones the program ships with: the invoices stand in a table, one row each, its columns two spaces
apart, its sums as a currency and a figure.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from tests.oracle.evidence import Text

_DAY = r"[A-Z][a-z]{2,3} \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]{2,3} \d{4}"
_SUM = r"-?[A-Z]{3} \d[\d,]*(?:\.\d+)?"
# INV-1040  Aug 3, 2026   Sep 2, 2026   USD 1,000.00; what is in a plan may have no due date.
_ROW = re.compile(rf"^(\S.*?) {{2,}}(?:{_DAY}) {{2,}}({_DAY})? +({_SUM})$", re.MULTILINE)
# Total                                 USD 2,760.00
_TOTAL = re.compile(rf"^Total +({_SUM})$", re.MULTILINE)
_SUMS = re.compile(_SUM)
_DAYS = re.compile(_DAY)
_MORE = re.compile(r" and (\d+) more\b")
# Message-ID: <r.1o.isalorooxpbvl45rbika@harborpine.example>: the reminder's number in base 36, and its seal.
_OWN_ID = re.compile(r"^<r\.([0-9a-z]+)\.[0-9a-z]+@[^<>@\s]+>$")
# In-Reply-To: <r.56.5il55r7junh74y4sgjsa@brightwater.example>; To: accounts+r56.v7ygrlxzlsz6@brightwater.example
_OWN_IDS = re.compile(r"(?:<r\.|\+r)([0-9a-z]+)\.[0-9a-z]+@")
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_ANGLE = re.compile(r"<([^<>]*)>\s*$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# GSM 03.38; what stands in the second table takes two places.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True, slots=True)
class Money:
    """So much of a currency, as it is written in a message."""

    currency: str
    amount: Decimal
    # As it stands there.
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One invoice in the table of a letter."""

    number: str
    due_on: date | None
    owed: Money


@dataclass(frozen=True, slots=True)
class Letter:
    """What one mail says, and in which headers."""

    headers: tuple[tuple[str, str], ...]
    message_id: str
    # The number of the reminder that its Message-ID names.
    reminder: int | None
    text: str
    # Its signs as they are read: &amp; is &.
    html: str
    rows: tuple[Row, ...]
    totals: tuple[Money, ...]

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header."""
        return tuple(value for header, value in self.headers if header.lower() == name)


@dataclass(frozen=True, slots=True)
class Note:
    """What one text message says."""

    sums: tuple[Money, ...]
    due_on: date | None
    # "and 2 more": invoices that it counts and does not name.
    unnamed: int


def letter(content: bytes) -> Letter:
    """One mail as it came through DATA."""
    head, body = _split(content)
    headers = tuple(_headers(head))
    message_id = next((value for name, value in headers if name.lower() == "message-id"), "")
    own = _OWN_ID.match(message_id)
    texts = dict(_parts(headers, body, depth=0))
    text = texts.get("text/plain", "").replace("\xa0", " ")
    rows = tuple(Row(number, day(due) if due else None, money(words)) for number, due, words in _ROW.findall(text))
    totals = tuple(money(words) for words in _TOTAL.findall(text))
    page = html.unescape(texts.get("text/html", "")).replace("\xa0", " ")
    return Letter(headers, message_id, int(own[1], 36) if own else None, text, page, rows, totals)


def answered(content: bytes) -> Iterator[int]:
    """The reminders that an answer names in its headers: by the address it went to, or by their Message-IDs."""
    for name, value in _headers(_split(content)[0]):
        if name.lower() in {"to", "in-reply-to", "references"}:
            for own in reversed(_OWN_IDS.findall(value)):
                yield int(own, 36)


def note(text: Text) -> Note:
    """One text message."""
    days = _DAYS.findall(text.body)
    more = _MORE.search(text.body)
    sums = tuple(money(words) for words in _SUMS.findall(text.body))
    return Note(sums, day(days[0]) if days else None, int(more[1]) if more else 0)


def address(value: str) -> str:
    """The bare address of a To or From, for comparing."""
    angle = _ANGLE.search(value)
    return plain(angle[1] if angle else value)


@lru_cache(maxsize=4096)
def plain(written: str) -> str:
    """An address or number for comparing: small letters, and its domain as people write it."""
    small = written.strip().lower()
    if "@xn--" not in small and ".xn--" not in small:
        return small
    local, _, domain = small.rpartition("@")
    try:
        return f"{local}@{domain.encode('ascii').decode('idna')}"
    except UnicodeError:
        return small


def names(body: str, number: str) -> bool:
    """Whether an invoice's number stands in a text by itself, and not inside a longer one."""
    place = body.find(number)
    while place >= 0:
        before, after = body[place - 1 : place], body[place + len(number) : place + len(number) + 2]
        # "INV-1" stands in "INV-1." and "INV-1, due", not in "INV-1.5", "INV-12" and "XINV-1".
        if not _inside(before) and not _inside(after[:1]) and not (after[:1] in "-./" and _inside(after[1:])):
            return True
        place = body.find(number, place + 1)
    return False


def segments(body: str) -> int:
    """How many segments a provider bills for a text."""
    if all(sign in _GSM or sign in _GSM_TWICE for sign in body):
        size = sum(2 if sign in _GSM_TWICE else 1 for sign in body)
        return 1 if size <= 160 else -(-size // 153)
    size = len(body.encode("utf-16-be")) // 2
    return 1 if size <= 70 else -(-size // 67)


@lru_cache(maxsize=4096)
def day(words: str) -> date:
    """Aug 28, 2026 or 28 Aug 2026."""
    first, second, year = words.replace(",", "").split()
    name, number = (second, first) if first.isdigit() else (first, second)
    return date(int(year), _MONTHS.index(name[:3].lower()) + 1, int(number))


def money(words: str) -> Money:
    """USD 1,234.56, or -EUR 80.00."""
    currency, figure = words.lstrip("-").split(" ")
    amount = Decimal(figure.replace(",", ""))
    return Money(currency, -amount if words.startswith("-") else amount, words)


def _inside(sign: str) -> bool:
    return bool(sign) and sign.isalnum()


def _split(content: bytes) -> tuple[bytes, bytes]:
    for gap in (b"\r\n\r\n", b"\n\n"):
        head, found, body = content.partition(gap)
        if found:
            return head, body
    return content, b""


def _headers(head: bytes) -> Iterator[tuple[str, str]]:
    name, value = "", ""
    for line in head.decode("utf-8", "replace").replace("\r\n", "\n").split("\n"):
        if line[:1] in (" ", "\t"):
            value += " " + line.strip()
            continue
        if name:
            yield name, value.strip()
        name, _, value = line.partition(":")
    if name:
        yield name, value.strip()


def _parts(headers: tuple[tuple[str, str], ...], body: bytes, depth: int) -> Iterator[tuple[str, str]]:
    """The text of each part by its type; a letter of ours nests no deeper than three."""
    fields = {name.lower(): value for name, value in headers}
    kind = fields.get("content-type", "text/plain")
    boundary = _BOUNDARY.search(kind)
    if not kind.lower().startswith("multipart/") or boundary is None or depth > 3:
        yield kind.partition(";")[0].strip().lower(), _decoded(fields.get("content-transfer-encoding", ""), body)
        return
    for piece in body.split(b"--" + boundary[1].encode())[1:]:
        if not piece.startswith(b"--"):
            head, inner = _split(piece.lstrip(b"\r\n"))
            yield from _parts(tuple(_headers(head)), inner, depth + 1)


def _decoded(encoding: str, body: bytes) -> str:
    match encoding.strip().lower():
        case "quoted-printable":
            body = binascii.a2b_qp(body)
        case "base64":
            body = binascii.a2b_base64(body)
        case _:
            pass
    return body.decode("utf-8", "replace").replace("\r\n", "\n")
