"""Decides how bytes become text: the declared charset where it can be believed, a likelier one where it lies."""

from __future__ import annotations

import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header

# Names that are text and nothing else; "rot13", "idna" or "unicode_escape" are codecs too and must not be believed.
_TRUSTED = re.compile(
    r"(ascii|utf[-_]?(8|16|32)([-_]?[bl]e)?([-_]sig)?|iso8859[-_]\d{1,2}|cp\d{3,4}|windows[-_]\d{4}|koi8[-_][rut]"
    r"|gb2312|gbk|gb18030|big5(hkscs)?|shift_jis(x0213|_2004)?|euc_(jp|kr|jis_2004|jisx0213)|iso2022_(jp|kr)(_\d"
    r"|_ext)?|mac[-_]\w{1,12}|tis[-_]620|johab)"
)
# Encoded words longer than this are no honest subject or name (RFC 5322 2.1.1: lines of 998).
_MAX_ENCODED = 2048


def trusted(name: str) -> str:
    """Python's name of the charset called `name`; empty where it is unknown or no charset of text."""
    try:
        canonical = codecs.lookup(name.strip().strip("'\"")[:40]).name
    except (LookupError, ValueError, UnicodeError):
        return ""
    return canonical if _TRUSTED.fullmatch(canonical) else ""


def decode(data: bytes, declared: str = "") -> str:
    """The text in `data`; never fails. Valid UTF-8 wins over a declared single-byte charset."""
    for name in ("utf-8", trusted(declared), "cp1252"):
        if not name or (name == "utf-8" and trusted(declared).startswith(("utf-16", "utf_16", "iso2022", "utf-32"))):
            continue
        try:
            return data.decode(name)
        except UnicodeError:
            continue
    return data.decode(trusted(declared) or "utf-8", "replace")


def decode_words(value: str) -> str:
    """A header value with its encoded words (RFC 2047) and raw 8-bit bytes made readable; never fails."""
    value = decode(value.encode("utf-8", "surrogateescape"))
    value = " ".join(value.split())
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value[:_MAX_ENCODED])
    except (HeaderParseError, ValueError, AssertionError):
        return value
    return "".join(p if isinstance(p, str) else decode(p, charset or "") for p, charset in pieces)
