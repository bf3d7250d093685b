"""Loads the phrase tables: what people write, as word patterns that a native speaker can extend without code.

The notation of a pattern (phrases/README.md): blanks between words; `a|b` either; `[a]` may be missing; `pay*` any
ending; `bank_transfer` two words as one choice; `..` up to three words, none of which denies; `@list` the words of a
list of the same file; `DATE MONEY INVOICE NUMBER PAST` what stands for itself; `^` and `$` the ends of the sentence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from reminderbot.replies.words import fold

LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "nl")
# Opt-outs and alarm words of any other language.
ELSEWHERE = "xx"
PLACEHOLDERS = frozenset({"DATE", "PAST", "MONEY", "INVOICE", "NUMBER", "ADDRESS", "PHONE"})

_FOLDER = Path(__file__).parent / "phrases"
_GAP_DENIES = (
    "not|never|no|nor|nicht|unable|refuse|kein|keine|keinen|nie|pas|jamais|nunca|jamas|nao|non|mai|niet|geen|nooit|,"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One pattern: what it shows, and the words without which it cannot match."""

    # "promise", "dispute.defective", "hedge", "harmless" ...
    group: str
    source: str
    pattern: re.Pattern[str]
    anchors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Table:
    """Everything known about one language."""

    language: str
    phrases: tuple[Phrase, ...]
    # Phrases by a word that must be there; those without such a word are under "".
    index: dict[str, tuple[Phrase, ...]]
    fillers: frozenset[str]
    loaded: frozenset[str]
    spellings: dict[str, str]
    sms_spellings: dict[str, str]
    dates: dict[str, tuple[re.Pattern[str], ...]]
    weekdays: dict[str, int] = field(default_factory=dict)
    months: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def candidates(self, words: Iterable[str]) -> Iterator[Phrase]:
        """The phrases that could match a sentence of these words."""
        yield from self.index.get("", ())
        for word in words:
            yield from self.index.get(word, ())


@cache
def load(language: str) -> Table:
    """The table of a language, read from its file once."""
    return _build(language, tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8")))


def language_of(text: str, home: str) -> str:
    """The language of a text by its small words; empty where it is none of `LANGUAGES`. `home` wins a tie."""
    words = re.findall(r"[^\W\d_]+", fold(text[:2000]))[:200]
    counts = {language: sum(word in load(language).fillers for word in words) for language in LANGUAGES}
    best = max(LANGUAGES, key=lambda language: (counts[language], language == home, language == "en"))
    if counts[best] * 6 < len(words):
        return ""
    return home if home in counts and counts[home] >= counts[best] else best


def _build(language: str, data: dict[str, Any]) -> Table:
    lists = {name: fold(words) for name, words in data.get("lists", {}).items()}
    phrases = [compile_phrase(group, source, lists) for group, source in _sources(data.get("phrases", {}))]
    calendar = data.get("calendar", {})
    names = {kind: _numbered(calendar.get(kind, [])) for kind in ("weekdays", "months")}
    numbers = {
        fold(word): n
        for n, text in calendar.get("numbers", {}).items()
        for word, n in ((w, int(n)) for w in text.split())
    }
    slots = {
        "weekday": _choice(names["weekdays"]),
        "month": _choice(names["months"]),
        "n": r"\d{1,3}" + ("|" + _choice(numbers) if numbers else ""),
        "day": r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th|er|º|ª|e|\.)?"
        + "".join(f"|{w}" for w in ("first",) if language == "en"),
        "ordinal": r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th|er|º|ª|e|\.)",
        "year": r"(?:20)\d\d",
    }
    return Table(
        language, tuple(phrases), _index(phrases),
        fillers=frozenset(fold(data.get("fillers", "")).split()),
        loaded=frozenset(fold(data.get("loaded", "")).split()),
        spellings={fold(k): fold(v) for k, v in data.get("spellings", {}).items()},
        sms_spellings={fold(k): fold(v) for k, v in data.get("sms_spellings", {}).items()},
        dates={rule: tuple(_date_pattern(source, slots) for source in sources) for rule, sources in data.get(
            "dates"
        , {}).items()},
        weekdays=names["weekdays"], months=names["months"], numbers=numbers,
    )  # fmt: skip


def _sources(data: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _sources(value, f"{prefix}{name}.")
        else:
            yield from ((prefix + name, source) for source in value)


def _numbered(rows: list[str]) -> dict[str, int]:
    return {fold(word): n for n, row in enumerate(rows) for word in row.split()}


def _choice(words: Iterable[str]) -> str:
    return "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True)) or r"(?!)"


def _index(phrases: list[Phrase]) -> dict[str, tuple[Phrase, ...]]:
    index: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        for word in phrase.anchors or {""}:
            index.setdefault(word, []).append(phrase)
    return {word: tuple(found) for word, found in index.items()}


def compile_phrase(group: str, source: str, lists: dict[str, str]) -> Phrase:
    """A pattern of the notation above as a regular expression over words separated by single blanks."""
    parts = []
    anchors: frozenset[str] = frozenset()
    for element in source.split():
        if element == "..":
            parts.append(rf"(?:(?!(?:{_GAP_DENIES}) )\S+ ){{0,3}}?")
        elif element in "^$":
            parts.append("^ " if element == "^" else "$")
        else:
            expression, words = _element(element, lists)
            parts.append(expression)
            # The rarest choice makes the best key: few alternatives, long words.
            if words and (not anchors or _rarity(words) > _rarity(anchors)):
                anchors = words
    pattern = "".join(parts)
    if not pattern.startswith("^"):
        pattern = "(?<= )" + pattern
    return Phrase(group, source, re.compile(pattern), anchors)


def _element(element: str, lists: dict[str, str]) -> tuple[str, frozenset[str]]:
    optional = element.startswith("[") and element.endswith("]")
    choices = _choices(element.strip("[]"), lists)
    expressions = "|".join(sorted((_words(choice) for choice in choices), key=len, reverse=True))
    anchors = frozenset(choice.split("_")[0] for choice in choices)
    certain = not optional and not any("*" in choice for choice in choices)
    return f"(?:(?:{expressions}) )" + ("?" if optional else ""), anchors if certain else frozenset()


def _choices(element: str, lists: dict[str, str]) -> list[str]:
    found: list[str] = []
    for choice in element.split("|"):
        if choice.startswith("@"):
            found.extend(_choices(lists[choice[1:]].replace(" ", "|"), lists))
        else:
            found.append(choice if choice in PLACEHOLDERS else fold(choice))
    return found


def _words(choice: str) -> str:
    return " ".join(re.escape(word).replace(r"\*", r"[^\s,]*") for word in choice.split("_"))


def _rarity(words: frozenset[str]) -> float:
    return min(len(word) for word in words) - 0.7 * len(words)


def _date_pattern(source: str, slots: dict[str, str]) -> re.Pattern[str]:
    parts = []
    for element in source.split():
        optional = element.startswith("[")
        inner = element.strip("[]")
        if inner.startswith("{"):
            name = inner.strip("{}")
            expression = f"(?P<{name}>{slots[name]})"
        else:
            expression = "|".join(_words(fold(choice)) for choice in inner.split("|"))
        parts.append(f"(?:(?:{expression}) )" + ("?" if optional else ""))
    return re.compile("(?<= )" + "".join(parts))
