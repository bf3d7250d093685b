"""Neutralises what customers, ledgers and mailboxes put into names, so that a value can only ever be a value."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

# Long enough for any real name of a person, a business or an invoice; a letter is no place for more.
LONGEST = 120
# Stripe's hosted invoice links run to some 200 characters.
_LONGEST_URL = 500
# Stream-safe text has no more in a row (UAX #15 section 13).
_MOST_MARKS = 30
# Zero-width joiner and non-joiner belong to words in Persian and Hindi; other format characters hide or turn text.
JOINERS = "\u200c\u200d"


def clean(text: str, longest: int = LONGEST) -> str:
    """`text` as one line of visible characters, at most `longest` of them.

    Control and format characters go, line ends become spaces, and the opening of an encoded word (RFC 2047) is
    broken up, since Python before 3.11.15 and some mail programs decode one wherever it stands (CVE-2026-1299).
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(_visible, _normal(text)))
    text = " ".join(text.split(" ")).replace("=?", "= ?")
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def clean_text(text: str) -> str:
    """`text` in its own lines and paragraphs, each of visible characters; nothing is shortened."""
    if not text.isascii():
        text = _normal(text)
    return "\n".join("".join(map(_visible, line)).rstrip() for line in text.splitlines())


def clean_lines(text: str) -> str:
    """A postal address, written in one line or several, as one line."""
    return ", ".join(line.strip(" ,") for line in map(clean, text.splitlines()) if line.strip(" ,"))


# A letter shows one address in several places.
@lru_cache(maxsize=256)
def clean_url(url: str) -> str:
    """A web address that may stand in a letter; empty where it is none: then the letter names other ways to pay."""
    url = url.strip()
    if len(url) > _LONGEST_URL or not (url.isascii() and url.isprintable()) or set(url) & set(" <>\"'\\`{}|^"):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    # user:password@ in front of the host is how a link pretends to lead elsewhere.
    return url if parts.scheme.lower() in ("https", "http") and parts.hostname and "@" not in parts.netloc else ""


def _normal(text: str) -> str:
    """NFC; of more accents in a row than any writing has, the rest are dropped: ordering them takes their square."""
    # Twice, since some signs come apart into several accents.
    return _few_marks(unicodedata.normalize("NFC", _few_marks(text)))


def _few_marks(text: str) -> str:
    kept, row = [], 0
    for char in text:
        row = row + 1 if unicodedata.combining(char) else 0
        if row <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def _visible(char: str) -> str:
    match unicodedata.category(char):
        case "Cc" | "Zl" | "Zp" | "Zs":
            return " "
        case "Cf":
            return char if char in JOINERS else ""
        case "Cs" | "Co" | "Cn":
            return ""
        case _:
            return char
