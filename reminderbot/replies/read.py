"""Reads a mail: bytes in, headers and text out, within bounds that are checked before anything is parsed.

Never raises, whatever the bytes; what could not be read, or was left out, is told in `problems`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from reminderbot.replies import charset, markup

MAX_MESSAGE = 25 * 1024 * 1024
MAX_HEADER_BLOCK = 64 * 1024
MAX_HEADERS = 500
MAX_HEADER = 8 * 1024
MAX_PARTS = 100
MAX_DEPTH = 20
MAX_TEXT = 200_000
# HTML is mostly markup.
MAX_MARKUP = 1_000_000

_BOUNDARY = re.compile(rb'(?i)boundary\s{0,20}=\s{0,20}(?:"([^"\r\n]{1,200})"|([^"\s;]{1,200}))')
_CONTINUED_BOUNDARY = re.compile(rb"(?i)boundary\*")
_NESTED = re.compile(rb"(?i)content-type\s{0,50}:\s{0,50}message/")
_REPORTS = frozenset({"message/delivery-status", "message/disposition-notification", "message/feedback-report"})
_ORIGINALS = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})


class TooMuch(ValueError):
    """The mail exceeds what is read by machine; a person opens it in a mail program."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as far as it could be read."""

    # Names in lower case, in order.
    headers: tuple[tuple[str, str], ...] = ()
    # The body as lines; the HTML part where there is no plain one.
    text: str = ""
    attachments: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    # Delivery, disposition and abuse reports (RFC 3464, 8098, 5965) as header lines.
    reports: tuple[str, ...] = ()
    # Mails inside this one: their headers and the beginning of their text.
    originals: tuple[str, ...] = ()
    # What a person should know: why this may not be the whole mail.
    problems: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """The first header called `name` (lower case), empty where there is none."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, *names: str) -> tuple[str, ...]:
        """Every header with one of these names (lower case)."""
        return tuple(value for key, value in self.headers if key in names)


def read_mail(raw: bytes) -> Mail:
    """The mail in `raw`."""
    try:
        check_bounds(raw)
        return _read(BytesParser(policy=compat32).parsebytes(raw))
    except TooMuch as error:
        return Mail(headers=_headers_only(raw), problems=(str(error),))
    except Exception as error:
        # Any failure of a parser on hostile bytes; the person who opens the mail is told which.
        return Mail(headers=_headers_only(raw), problems=(f"the mail cannot be read ({type(error).__name__})",))


def header_block(raw: bytes) -> bytes:
    """Everything before the first empty line."""
    ends = [at for at in (raw.find(gap) for gap in (b"\r\n\r\n", b"\n\n", b"\r\r")) if at >= 0]
    return raw[: min(ends)] if ends else raw


def check_bounds(raw: bytes) -> None:
    """TooMuch where the mail is more than is parsed."""
    if len(raw) > MAX_MESSAGE:
        raise TooMuch("the mail is larger than 25 MB")
    block = header_block(raw)
    if len(block) > MAX_HEADER_BLOCK:
        raise TooMuch("the header block is larger than 64 kB")
    if len(re.findall(rb"(?m)^[^\s:]", block)) > MAX_HEADERS:
        raise TooMuch("the mail has more than 500 headers")
    if _count_parts(raw) > MAX_PARTS:
        raise TooMuch("the mail has more than 100 parts")


def _count_parts(raw: bytes) -> int:
    """At least the number of MIME parts, found without parsing (the parser needs 2 s for 100,000 of them)."""
    nested = len(_NESTED.findall(raw))
    dashes = raw.count(b"\n--") + raw.count(b"\r--")
    if dashes <= MAX_PARTS:
        return max(nested, 1)
    if _CONTINUED_BOUNDARY.search(raw):
        return dashes
    names = {quoted or bare for quoted, bare in _BOUNDARY.findall(raw)}
    if len(names) > 2 * MAX_DEPTH:
        return MAX_PARTS + 1
    return max(nested, sum(raw.count(b"\n--" + name) for name in names))


def _headers_only(raw: bytes) -> tuple[tuple[str, str], ...]:
    """What can be told of the headers of a mail that is not parsed, so that its sender can still be found."""
    try:
        return _headers(BytesParser(policy=compat32).parsebytes(header_block(raw[:MAX_HEADER_BLOCK]), headersonly=True))
    except Exception:
        return ()


def _headers(message: Message) -> tuple[tuple[str, str], ...]:
    items = list(message.raw_items())[:MAX_HEADERS]
    return tuple((name.lower(), charset.decode_words(str(value)[:MAX_HEADER])) for name, value in items)


def _read(message: Message) -> Mail:
    plain: list[str] = []
    marked: list[str] = []
    names: list[str] = []
    types: list[str] = []
    reports: list[str] = []
    originals: list[str] = []
    problems: list[str] = []
    for part, depth, inside in parts(message):
        kind = part.get_content_type()
        types.append(kind)
        if depth > MAX_DEPTH:
            problems.append("the mail is nested more than 20 deep")
            break
        if inside:
            continue
        name = charset.decode_words(str(part.get_filename() or "")[:300])
        if kind in _REPORTS:
            reports.append(_report_text(part))
        elif kind in _ORIGINALS:
            originals.append(_original_text(part))
        elif name or part.get_content_disposition() == "attachment":
            names.append(name or kind)
        elif kind == "text/plain":
            plain.append(text_of(part, problems, MAX_TEXT))
        elif kind == "text/html":
            marked.append(text_of(part, problems, MAX_MARKUP))
        elif part.get_content_maintype() not in ("multipart", "text", "image") and "signature" not in kind:
            names.append(kind)
    text = _body(plain, marked, problems)
    return Mail(
        _headers(message),
        text,
        tuple(names),
        tuple(types),
        tuple(reports),
        tuple(originals),
        tuple(dict.fromkeys(problems)),
    )


def parts(message: Message) -> Iterator[tuple[Message, int, bool]]:
    """Every part in order, how deep it lies, and whether it lies inside a mail within this mail."""
    todo = [(message, 1, False)]
    while todo:
        part, depth, inside = todo.pop()
        yield part, depth, inside
        payload = part.get_payload()
        if isinstance(payload, list):
            within = inside or part.get_content_maintype() == "message"
            todo.extend((child, depth + 1, within) for child in reversed(payload) if isinstance(child, Message))


def text_of(part: Message, problems: list[str], limit: int) -> str:
    """The text of a part, up to `limit` bytes; what was left out is added to `problems`."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if len(data) > limit:
        problems.append("the text is too long to be read to its end")
    text = charset.decode(data[:limit], str(part.get_content_charset() or ""))
    # RFC 3676: a line that ends in a space goes on in the next one.
    flowed = str(part.get_param("format", "")).lower() == "flowed"
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return re.sub(r"(?m)^([^>\n][^\n]{0,200}[^\s]) \n(?=[^>\s])", r"\1 ", text) if flowed else text


def _body(plain: list[str], marked: list[str], problems: list[str]) -> str:
    text = "\n\n".join(part for part in plain if part.strip())
    if text.strip() and not (marked and len(text) < 300 and "html" in text.lower()):
        return text[:MAX_TEXT]
    for html in marked:
        seen, trouble = markup.to_text(html)
        text += "\n\n" + seen
        problems.extend(trouble)
    if len(text) > MAX_TEXT:
        problems.append("the text is too long to be read to its end")
    return text[:MAX_TEXT].strip()


def _report_text(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n\n".join(
            "\n".join(f"{k}: {v}" for k, v in _headers(block)) for block in payload[:20] if isinstance(block, Message)
        )
    return charset.decode(str(payload)[:MAX_TEXT].encode("utf-8", "surrogateescape"))


def _original_text(part: Message) -> str:
    payload = part.get_payload()
    if not isinstance(payload, list):
        decoded = part.get_payload(decode=True)
        return charset.decode(decoded[:MAX_TEXT]) if isinstance(decoded, bytes) else ""
    inner = payload[0] if payload and isinstance(payload[0], Message) else None
    return "\n".join(f"{k}: {v}" for k, v in _headers(inner)) if inner is not None else ""
