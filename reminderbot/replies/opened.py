"""Opens a mail for a person's eyes: its text, its HTML made harmless, its attachments by number.

The same bounds as for reading it; whatever is in it, nothing is fetched and nothing runs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from reminderbot.replies import charset
from reminderbot.replies.read import MAX_DEPTH, MAX_MARKUP, TooMuch, check_bounds, parts, read_mail, text_of

MOST_FILES = 20
# Words and tables; no pictures, no links, no styles: nothing in it can ask anybody for anything.
_TAG_NAMES = """
p div span br hr h1 h2 h3 h4 h5 h6 b strong i em u s small sub sup code pre blockquote ul ol li dl dt dd table thead
tbody tfoot tr td th caption address section article header footer
"""
_TAGS = frozenset(_TAG_NAMES.split())
_ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail; its number is its place among them."""

    number: int
    # As its sender called it, without what could disguise it.
    name: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail as a person may look at it."""

    text: str
    # Harmless; empty where the mail has none.
    html: str
    attachments: tuple[Attachment, ...]
    # Why this may not be the whole mail.
    problems: tuple[str, ...]


def open_mail(raw: bytes) -> Opened:
    """What can be shown of a mail."""
    read = read_mail(raw)
    try:
        found = list(_leaves(raw))
    except TooMuch:
        return Opened(read.text, "", (), read.problems)
    marked = [text_of(part, [], MAX_MARKUP) for part in found if _is_markup(part)]
    files = [
        Attachment(number, plain_name(part), part.get_content_type(), len(_payload(part)))
        for number, part in enumerate(filter(_is_file, found), 1)
    ]
    problems = (*read.problems, *(["there are more files than are shown"] if len(files) > MOST_FILES else []))
    return Opened(read.text, harmless("\n".join(marked)), tuple(files[:MOST_FILES]), problems)


def attachment(raw: bytes, number: int) -> bytes:
    """The content of attachment `number`; LookupError where there is none."""
    files = [part for part in _leaves(raw) if _is_file(part)][:MOST_FILES]
    if not 1 <= number <= len(files):
        raise LookupError(f"there is no attachment {number}")
    return _payload(files[number - 1])


def harmless(html: str) -> str:
    """Foreign HTML with everything taken out that could load, run, link or hide."""
    import nh3

    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        clean_content_tags={"script", "style", "title", "template", "svg", "math", "object", "iframe", "noscript"},
        url_schemes=set(),
        link_rel=None,
        strip_comments=True,
    )


def plain_name(part: Message) -> str:
    """What the sender called a file, without control and direction signs ("invoice\u202efdp.exe") and paths."""
    name = charset.decode_words(str(part.get_filename() or "")[:300])
    seen = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    return seen.replace("\\", "/").rpartition("/")[2].strip()[:120] or part.get_content_type()


def _leaves(raw: bytes) -> Iterator[Message]:
    check_bounds(raw)
    for part, depth, inside in parts(BytesParser(policy=compat32).parsebytes(raw)):
        if depth > MAX_DEPTH:
            return
        if not inside and not part.is_multipart():
            yield part


def _is_markup(part: Message) -> bool:
    return part.get_content_type() == "text/html" and not _is_file(part)


def _is_file(part: Message) -> bool:
    named = bool(part.get_filename()) or part.get_content_disposition() == "attachment"
    return named or part.get_content_maintype() not in ("text", "multipart", "message")


def _payload(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""
