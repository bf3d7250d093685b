"""Makes any text fit to be printed: what steers or cannot be shown is told by its code, never dropped in silence."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

# They join or part letters, and mark a direction without turning anything around.
_JOINING = frozenset(range(0x200C, 0x2010))
# Shown as nothing by design: soft hyphen, zero-width blank, byte order mark, variation selectors.
_UNSEEN = frozenset((0x00AD, 0x200B, 0x2060, 0xFEFF, *range(0xFE00, 0xFE10)))
# For the letters that every PDF reader has of its own.
WESTERN = str.maketrans({
    "‘": "'", "’": "'", "‚": ",", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "…": "...", "•": "-", "€": "EUR",
    "\u2009": " ", "\u202f": " ", "\u2011": "-", "−": "-",
})  # fmt: skip
# Scripts whose letters change shape or place beside each other: from Hebrew to Myanmar, Khmer, presentation forms.
_SHAPED = ((0x0590, 0x10A0), (0x1780, 0x1800), (0x200C, 0x2010), (0xFB1D, 0xFE00), (0xFE70, 0xFEFF))


def printable(text: str, has: Callable[[int], bool], lacking: set[int]) -> str:
    """`text` with a code in the place of what steers and of what no font has, which is added to `lacking`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(sign, has, lacking) for sign in text)


def _shown(sign: str, has: Callable[[int], bool], lacking: set[int]) -> str:
    code = ord(sign)
    if sign == "\n":
        return sign
    if sign == "\t":
        return "    "
    if sign == "\r" or code in _UNSEEN:
        return ""
    if code in _JOINING:
        return sign
    # Controls, and what turns a line around (UAX 9): "invoice\u202efdp.exe" would read as something else.
    if unicodedata.category(sign)[0] == "C":
        return told(code)
    if has(code):
        return sign
    if unicodedata.category(sign) == "Zs":
        return " "
    lacking.add(code)
    return told(code)


def told(code: int) -> str:
    """A sign by its code."""
    return f"[U+{code:04X}]"


def is_shaped(text: str) -> bool:
    """Whether it holds letters that must be put together, or run from right to left."""
    return not text.isascii() and any(first <= ord(sign) < last for sign in text for first, last in _SHAPED)


def runs_from_right(text: str) -> bool:
    """Whether the first letter with a direction runs from right to left (UAX 9, P2)."""
    for sign in text:
        direction = unicodedata.bidirectional(sign)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False
