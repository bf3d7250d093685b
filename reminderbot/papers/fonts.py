"""Finds the system's fonts: one for most of it, and for each sign that it lacks another one that has it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
)
# Those with the most scripts first; the bold one beside it in its place.
_MAIN = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("FreeSans.ttf", "FreeSansBold.ttf"),
    ("Arial.ttf", "Arial Bold.ttf"),
)
_EVEN = ("DejaVuSansMono.ttf", "NotoSansMono-Regular.ttf", "LiberationMono-Regular.ttf", "FreeMono.ttf")
# What else many machines have, before the rest in the order of the alphabet.
_MORE = ("DejaVuSans", "NotoSansCJK", "NotoSans", "DroidSansFallback", "wqy-", "Nanum", "Unifont", "unifont")
_UNLIKELY = ("Bold", "Italic", "Oblique", "Condensed", "Narrow", "Light", "Thin", "Mono", "Math", "Serif", "Emoji")
# Opening one takes some hundredths of a second.
_MOST = 150


@dataclass(frozen=True, slots=True)
class Face:
    """A font file, and which of the fonts in it."""

    path: Path
    number: int = 0


@dataclass
class Fonts:
    """The fonts of one paper; `main` is None where the system has none, and only Western letters can be written."""

    main: Face | None
    bold: Face | None
    # Each letter as wide as the next.
    even: Face | None = None
    _rest: list[Path] = field(default_factory=list)
    _at: int = 0
    _opened: list[tuple[Face, frozenset[int]]] = field(default_factory=list)

    def with_sign(self, sign: int) -> Face | None:
        """The first font besides the main one that has this sign; None: none has."""
        for face, signs in self._opened:
            if sign in signs:
                return face
        while self._at < len(self._rest):
            path, self._at = self._rest[self._at], self._at + 1
            face = Face(path)
            self._opened.append((face, signs_of(face)))
            if sign in self._opened[-1][1]:
                return face
        return None


def find(folders: Iterable[Path] = FOLDERS) -> Fonts:
    """The fonts of this machine."""
    files = sorted(_files(folders), key=lambda path: (_rank(path.name), path.name, str(path)))
    by_name = {path.name: path for path in reversed(files)}
    for name, bold in _MAIN:
        if name in by_name:
            main, heavy = by_name[name], by_name.get(bold)
            rest = [path for path in files if path != main and not _is_unlikely(path.name)]
            even = next((Face(by_name[one]) for one in _EVEN if one in by_name), None)
            return Fonts(Face(main), Face(heavy) if heavy else None, even, rest[:_MOST])
    return Fonts(None, None)


@lru_cache(maxsize=_MOST)
def signs_of(face: Face) -> frozenset[int]:
    """The signs that a font has; none where it cannot be read."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        # Opened here: it leaves open what it cannot read.
        with face.path.open("rb") as file, TTFont(file, lazy=True, fontNumber=face.number) as font:
            # What has no outlines (pictures only) cannot be put into a paper.
            return frozenset(font.getBestCmap() or ()) if "glyf" in font or "CFF " in font else frozenset()
    except (TTLibError, OSError, AssertionError, KeyError, ValueError):
        return frozenset()


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for here, _, names in os.walk(folder):
            yield from (Path(here, name) for name in names if name.lower().endswith((".ttf", ".otf", ".ttc")))


def _rank(name: str) -> int:
    return next((place for place, start in enumerate(_MORE) if name.startswith(start)), len(_MORE))


def _is_unlikely(name: str) -> bool:
    return any(word in name for word in _UNLIKELY)
