"""Finds in a text what machines write: the word patterns of phrases/machines/, all languages read together."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from reminderbot.replies.tables import Index, compile_phrase
from reminderbot.replies.words import fold

FOLDER = Path(__file__).parent / "phrases" / "machines"
MAX_READ = 12_000

_LINK = re.compile(r"https?://\S{1,500}|\bwww\.\S{1,300}")
_ADDRESS = re.compile(r"(?<![^\s@<>()\[\]\",;:])[^\s@<>()\[\]\",;:]{1,128}@[^\s@<>()\[\]\",;:]{1,253}")
_CONTRACTED = (("can't", "can not"), ("cannot", "can not"), ("won't", "will not"), ("n't", " not"), ("e-mail", "email"))
_WORD = re.compile(r"[^\W_]+(?:\.[^\W_]+)*|[.!?;]+(?=\s|$)|\n\s*\n|,")
_FIGURES = re.compile(r"[\d.]+")


def words_of(text: str) -> str:
    """The words of a text between single blanks, sentences parted by commas, without numbers and web addresses."""
    folded = fold(_ADDRESS.sub(" \x01 ", _LINK.sub(" ", text[:MAX_READ])))
    for short, full in _CONTRACTED:
        folded = folded.replace(short, full)
    found: list[str] = []
    for part in folded.split("\x01"):
        found.extend("," if not match[0][0].isalnum() else match[0] for match in _WORD.finditer(part))
        found.append("ADDRESS")
    return " ".join(["", *(word for word in found[:-1] if not _FIGURES.fullmatch(word)), ""])


def says(group: str, words: str) -> str:
    """The words that show `group` ("failure.gone", "notice.left") in what `words_of` gave; empty where none does."""
    index = _groups().get(group)
    for phrase in index.candidates(words.split()) if index else ():
        if match := phrase.pattern.search(words):
            return match[0].strip() or phrase.source
    return ""


@cache
def _groups() -> dict[str, Index]:
    found: dict[str, list[str]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for section, lists in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for name, sources in lists.items():
                found.setdefault(f"{section}.{name}", []).extend(sources)
    return {
        group: Index([compile_phrase(group, source, {}) for source in dict.fromkeys(sources)])
        for group, sources in found.items()
    }
