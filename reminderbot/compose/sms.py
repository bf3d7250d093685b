"""Fits a text message into GSM-7 and counts its segments (3GPP TS 23.038 6.2.1; 160/153 and 70/67 characters)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

# promises.md section 4: two segments at most, since long messages cost more and are read less.
MOST_SEGMENTS = 2

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Sent as an escape and a character: each counts two.
_EXTENDED = frozenset("^{}\\[~]|€\f")
# Nothing is lost by these: the same sign in another dress.
_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼ`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f\t", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
        "…": "...",
        "•": "-",
    }
)
# Letters that no decomposition takes apart.
_PLAIN = str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "œ": "oe", "Œ": "OE", "ð": "d", "þ": "th"})


@dataclass(frozen=True, slots=True)
class Size:
    """How a text travels: its encoding ("GSM-7" or "UCS-2") and how many segments are paid for."""

    encoding: str
    segments: int


def fold(text: str) -> str:
    """`text` with typographic quotes, dashes and spaces as GSM-7 has them; nothing else is changed."""
    return " ".join(text.translate(_SAME).split(" "))


def fold_accents(text: str) -> str:
    """`text` with the accents that GSM-7 lacks taken off: "Łódź" becomes "Lodz"."""
    return "".join(char if char in _BASIC or char in _EXTENDED else _bare(char) for char in text)


def size(text: str) -> Size:
    """Encoding and number of segments of `text` as it stands."""
    if all(char in _BASIC or char in _EXTENDED for char in text):
        return Size("GSM-7", _segments(sum(2 if char in _EXTENDED else 1 for char in text), 160, 153))
    # UTF-16 code units: an emoji takes two.
    return Size("UCS-2", _segments(len(text.encode("utf-16-be", "surrogatepass")) // 2, 70, 67))


def fitted(text: str) -> tuple[str, Size]:
    """`text` folded where nothing is lost; only where it would need more than two segments, accents go as well."""
    folded = fold(text)
    travels = size(folded)
    if travels.segments > MOST_SEGMENTS and travels.encoding == "UCS-2":
        plain = fold_accents(folded)
        return plain, size(plain)
    return folded, travels


def _segments(units: int, one: int, each: int) -> int:
    return 1 if units <= one else -(-units // each)


def _bare(char: str) -> str:
    plain = unicodedata.normalize("NFKD", char.translate(_PLAIN))
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return kept if kept and all(c in _BASIC for c in kept) else char
