"""Loads the words of dates of one language (phrases/dates/*.toml) and gives each its sign."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from reminderbot.replies.words import fold

_FOLDER = Path(__file__).parent.parent / "phrases" / "dates"

# What a list of words is called in the files, and the sign of its words in the grammar.
SIGNS = {
    "day": "d", "week": "k", "month": "q", "quarter": "Q", "year": "Y", "working_day": "B", "weekend": "E",
    "hour": "H", "fortnight": "F", "next": "X", "coming": "C", "this": "S", "last": "L", "after_next": "A",
    "end": "e", "beginning": "b", "middle": "j", "within": "i", "before": "f", "after": "a", "starting": "z",
    "ago": "P", "from_now": ">", "by": "<", "on": "'", "of": "%", "of_the": "V", "the": "g", "the_day": "D",
    "the_day_perhaps": "J", "since": "~", "or": "|", "vague": "v", "past": "p", "nothing": "-", "document": "R",
    "counted": "I", "not": "!", "but": "&", "the_one_after": "1", "at": "@", "clock": "t", "part_of_day": "s",
    "close_of_day": "u", "payday": "U", "latest": "l", "calendar_week": "K", "now": "N", "today": "T",
    "tomorrow": "T", "day_after": "2", "day_after_tomorrow": "T", "yesterday": "T", "last_day": "e", "few": "9",
    "each": "3",
}  # fmt: skip
_VALUES = {"today": 0, "tomorrow": 1, "day_after_tomorrow": 2, "yesterday": -1}

Lexeme = tuple[str, Any]


@dataclass(slots=True)
class Lexicon:
    """The words of one language: by their first word, the longest entries first."""

    # (further words, what the entry stands for); abbreviations only where the language is the reply's own.
    entries: dict[str, list[tuple[tuple[str, ...], tuple[Lexeme, ...], bool]]] = field(default_factory=dict)
    suffixes: frozenset[str] = frozenset()

    def add(self, words: str, *meaning: Lexeme, own_only: bool = False) -> None:
        """Takes in each of the blank-separated `words`; "_" stands between the words of one entry."""
        for entry in fold(words).split():
            first, *rest = entry.split("_")
            self.entries.setdefault(first, []).append((tuple(rest), meaning, own_only))


@cache
def load(language: str) -> Lexicon | None:
    """The words of a language; None for one we have no file for."""
    path = _FOLDER / f"{language}.toml"
    return _build(tomllib.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def _build(data: dict[str, Any]) -> Lexicon:
    lexicon = Lexicon(suffixes=frozenset(fold(data.get("ordinal_endings", "")).split()))
    for sign, name in (("W", "weekdays"), ("M", "months")):
        for n, words in enumerate(data.get(name, [])):
            lexicon.add(words, (sign, n))
        for n, words in enumerate(data.get(f"{name}_short", [])):
            lexicon.add(words, (sign, n), own_only=True)
            # Elsewhere they are as unsure as words with another sense.
            lexicon.add(words, (sign.lower(), n))
        for n, words in enumerate(data.get(f"{name}_unsure", [])):
            lexicon.add(words, (sign.lower(), n), own_only=sign == "W")
    for sign, name in (("c", "numbers"), ("O", "ordinals")):
        for n, words in enumerate(data.get(name, []), start=1):
            lexicon.add(words, (sign, n))
    for n, words in data.get("more_numbers", {}).items():
        lexicon.add(words, ("c" if int(n) < 32 else "x", int(n)))
    for day, words in data.get("holidays", {}).items():
        lexicon.add(words, ("G" if day in ("12-25", "01-01") else "h", day))
    for meaning, words in data.get("together", {}).items():
        lexicon.add(words, *(_lexeme(part) for part in meaning.split()))
    for name, words in data.get("words", {}).items():
        lexicon.add(words, (SIGNS[name], _VALUES.get(name)))
    for choices in lexicon.entries.values():
        choices.sort(key=lambda entry: -len(entry[0]))
    return lexicon


def _lexeme(part: str) -> Lexeme:
    """ "month", "weekday:0" or "number:2" of a word that stands for several."""
    name, _, value = part.partition(":")
    return {"weekday": "W", "number": "c", "quarter_of_year": "4", "fortnight": "F"}.get(name) or SIGNS[name], (
        int(value) if value else _VALUES.get(name)
    )
