"""Loads the phrase tables: what people write, as word patterns that a native speaker can extend without code.

The notation of a pattern (phrases/README.md): blanks between words; `a|b` either; `[a]` may be missing; `pay*` any
ending; `bank_transfer` two words as one choice; `..` up to three words, none of which denies; `@list` the words of a
list of the same file; `DATE MONEY INVOICE NUMBER PAST` what stands for itself; `^` and `$` the ends of the sentence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reminderbot.replies.words import fold

LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "nl")
# Opt-outs and alarm words of any other language.
ELSEWHERE = "xx"
PLACEHOLDERS = frozenset({"DATE", "PAST", "MONEY", "INVOICE", "NUMBER", "ADDRESS", "PHONE"})
IDIOM = "idiom"
# Before the kind, in the groups of weaker signs.
HINT = "hint."

_FOLDER = Path(__file__).parent / "phrases"
_DENIALS = """
not never no nor unable refuse nicht kein keine keinen nie pas jamais non nunca jamas nao mai niet geen nooit
"""
DENIALS = frozenset(_DENIALS.split())
# These deny what follows them: "nothing wrong", "sans contestation". After "not only" it stands all the same.
_DENYING = """
without nothing neither nichts ohne weder keinerlei keiner keinem keines niemals rien sans aucun aucune ni sin nada
ningun ninguna tampoco sem nenhum nenhuma nem niente senza nessun nessuno nessuna ne niets zonder geenszins
"""
DENYING = DENIALS | frozenset(_DENYING.split())
_ONLY = """
only just merely simply nur bloss lediglich seulement uniquement solo solamente unicamente apenas so soltanto alleen
slechts enkel
"""
ONLY = frozenset(_ONLY.split())
_TEMPORAL = """
when once as soon after cuando cuanto apenas una tan quand des lorsque aussitot wenn sobald nachdem quando assim logo
mal appena als zodra wanneer nadat
"""
# With these a condition may be but a time of day.
TEMPORAL = frozenset(_TEMPORAL.split())
_JOINING = """
and then so but und dann also aber et puis donc mais y e luego entonces pero depois entao mas poi quindi allora ma
en dan dus maar
"""
# Where one part of a sentence ends and another begins.
JOINING = frozenset(_JOINING.split())
_NOT_IN_GAPS = "|".join([*sorted(DENIALS), ","])


class Vocabulary:
    """A list of words of which some stand for all that begin with them ("leak*")."""

    def __init__(self, listed: str) -> None:
        folded = fold(listed).split()
        self.words = frozenset(word for word in folded if not word.endswith("*"))
        self._stems = tuple(word[:-1] for word in folded if word.endswith("*"))

    def __contains__(self, word: str) -> bool:
        return word in self.words or word.startswith(self._stems)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One pattern: what it shows, and the words without one of which it cannot match."""

    # "promise", "dispute.defective", "hedge" ...
    group: str
    source: str
    expression: str
    anchors: frozenset[str]

    @property
    def pattern(self) -> re.Pattern[str]:
        """The regular expression over words between single blanks; compiled when first needed."""
        return _compiled(self.expression)


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


class Index:
    """Phrases by a word that must be there; few are then left to try on a sentence."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._by_word: dict[str, list[Phrase]] = {}
        self._always = [phrase for phrase in phrases if not phrase.anchors]
        for phrase in phrases:
            for word in phrase.anchors:
                self._by_word.setdefault(word, []).append(phrase)

    def candidates(self, words: Iterable[str]) -> list[Phrase]:
        """The phrases that could match a sentence of these words, each once."""
        found = {phrase.expression: phrase for phrase in self._always}
        for word in words:
            for phrase in self._by_word.get(word, ()):
                found[phrase.group + phrase.expression] = phrase
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Table:
    """Everything known about one language."""

    language: str
    phrases: tuple[Phrase, ...]
    index: Index
    # Set phrases that never matter, cut out before the rest is read.
    idioms: Index
    fillers: frozenset[str]
    # Words that never matter by themselves; unlike `fillers` they do not tell the language.
    everyday: frozenset[str]
    # Words that never pass unexplained: they complain, deny, ask or part.
    loaded: Vocabulary
    # Words of paying, in the forms that look ahead: beside a day to come they promise.
    pays: Vocabulary
    # Words that tell of a payment that has happened: then a day to come is when it will arrive.
    happened: Vocabulary
    matters: frozenset[str]
    # Words of customers speaking of themselves.
    speaker: frozenset[str]
    # Words of their own comings and goings.
    own_time: frozenset[str]
    not_then: frozenset[str]
    spellings: dict[str, str]
    sms_spellings: dict[str, str]


@cache
def load(language: str) -> Table:
    """The table of a language, read from the files of its folder once."""
    together: dict[str, Any] = {}
    for path in sorted((_FOLDER / language).glob("*.toml")):
        for name, value in tomllib.loads(path.read_text(encoding="utf-8")).items():
            together[name] = together.get(name, {}) | value if isinstance(value, dict) else value
    return _build(language, together)


def is_spoken(language: str, text: str, instead_of: str) -> bool:
    """True where the small words of `language` are not clearly fewer than those of the language that was told."""
    words = re.findall(r"[^\W\d_]+", fold(text[:2000]))[:200]
    counts = _small_words(words)
    return len(words) < 4 or counts[language] * 10 >= counts[instead_of] * 7


def _small_words(words: Sequence[str]) -> dict[str, int]:
    return {language: sum(word in _fillers(language) for word in words) for language in LANGUAGES}


@cache
def _fillers(language: str) -> frozenset[str]:
    """The small words of a language, without loading the rest of it: most languages are never asked for more."""
    listed = tomllib.loads((_FOLDER / language / "words.toml").read_text(encoding="utf-8"))
    return frozenset(fold(listed["fillers"]).split())


def language_of(text: str, home: str) -> str:
    """The language of a text by its small words, `home` unless another leads by two; empty for none of `LANGUAGES`."""
    words = re.findall(r"[^\W\d_]+", fold(text[:2000]))[:200]
    counts = _small_words(words)
    best = max(LANGUAGES, key=lambda language: (counts[language], language == home, language == "en"))
    if counts[best] * 6 < len(words):
        return ""
    return home if home in counts and counts[home] and counts[home] + 1 >= counts[best] else best


def _build(language: str, data: dict[str, Any]) -> Table:
    lists = {name: fold(words) for name, words in data.get("lists", {}).items()}
    phrases = tuple(compile_phrase(group, source, lists) for group, source in _sources(data.get("phrases", {})))

    def words(key: str) -> frozenset[str]:
        return frozenset(fold(data.get(key, "")).split())

    def spellings(key: str) -> dict[str, str]:
        return {fold(short): fold(full) for short, full in data.get(key, {}).items()}

    idioms = tuple(phrase for phrase in phrases if phrase.group == IDIOM)
    return Table(
        language, phrases, Index(phrases), Index(idioms),
        fillers=words("fillers"), everyday=words("everyday"),
        loaded=Vocabulary(data.get("loaded", "")), pays=Vocabulary(data.get("pays", "")),
        happened=Vocabulary(data.get("happened", "")),
        matters=words("matters"), speaker=words("speaker"), own_time=words("own_time"), not_then=words("not_then"),
        spellings=spellings("spellings"), sms_spellings=spellings("sms_spellings"),
    )  # fmt: skip


def _sources(data: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _sources(value, f"{prefix}{name}.")
        else:
            yield from ((prefix + name, source) for source in value)


def compile_phrase(group: str, source: str, lists: dict[str, str]) -> Phrase:
    """A pattern of the notation above as a regular expression over words separated by single blanks."""
    parts = []
    anchors: frozenset[str] = frozenset()
    for element in source.split():
        if element == "..":
            parts.append(rf"((?:(?!(?:{_NOT_IN_GAPS}) )\S+ ){{0,3}}?)")
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
    return Phrase(group, source, pattern, anchors)


def _element(element: str, lists: dict[str, str]) -> tuple[str, frozenset[str]]:
    optional = element.startswith("[") and element.endswith("]")
    choices = _choices(element.strip("[]"), lists)
    expressions = "|".join(sorted((_words(choice) for choice in choices), key=len, reverse=True))
    anchors = frozenset(_parts(choice)[0] for choice in choices)
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
    return " ".join(re.escape(word).replace(r"\*", r"[^\s,]*") for word in _parts(choice))


def _parts(choice: str) -> list[str]:
    """The words of one choice; a hyphen parts them as it does in a reply ("post-dated" is read as two words)."""
    return re.split("[_-]", choice)


def _rarity(words: frozenset[str]) -> float:
    return min(len(word) for word in words) - 0.7 * len(words)
