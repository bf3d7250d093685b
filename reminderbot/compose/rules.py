"""The courtesy rules of each language, from `compose/courtesy/`: what letters must and must not say, and how firmly.

`findings.toml` tells what each rule is about, the same in every language; the language's file brings the patterns.
A pattern is an expression on words without capitals and accents, from a word's start to a word's end: "<name>" stands
for one of the sets in [words], and "~" for up to four words in between.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from reminderbot.compose.finding import Kind, Severity

_FOLDER = files("reminderbot.compose") / "courtesy"
# Possessive, so that a text made to be searched for long is not: what was taken for a word is never tried as half one.
_GAP = r"(?:[^\w]{1,3}\w++){0,4}?[^\w]{1,3}"


# "No late fees" threatens nobody, where "no more time" does.
_NEGATED = ("threat", "law")
# What is said "outright" is sharp beside anything.
# Thanks can be sarcastic, and shouting has nothing to do with words; these are only sharp in a sharp sentence.
_EXCUSED = ("threat", "law", "ultimatum", "blame", "demand")


# What begins with a sign is looked for anywhere.
_SIGN = re.compile(r"\\[?.]|[!§¡¿-]")
_WORD_ENDS = r"(?!\w)"


class _Plain(dict[int, str]):
    """Each letter as one small letter without its accent, so that places in the text stay what they are."""

    def __missing__(self, code: int) -> str:
        self[code] = unicodedata.normalize("NFD", chr(code))[0].lower()[0]
        return self[code]


_PLAIN = _Plain({ord("’"): "'", ord("‘"): "'"})
_NO_ACCENTS = {code: _PLAIN[code] for code in range(0xC0, 0x250)}


def plain(text: str) -> str:
    """`text` as the patterns see it: as long as it was, without capitals, accents and curly apostrophes."""
    return text.translate(_PLAIN)


@dataclass(frozen=True, slots=True)
class Unfit:
    """Words that a letter had better not say."""

    severity: Severity
    kind: Kind
    why: str
    better: str
    pattern: re.Pattern[str] | None
    # Each all in one sentence, in any order.
    together: tuple[tuple[re.Pattern[str], ...], ...]
    # The words are left alone where this ends just before them.
    negation: re.Pattern[str] | None
    # A sentence that has one of these is left alone.
    unless: tuple[re.Pattern[str], ...]
    # Said so, nothing beside it makes it harmless.
    outright: bool


@dataclass(frozen=True, slots=True)
class Courtesy:
    """What one language's letters must and must not say, and how what they ask is weighed."""

    must: Mapping[str, re.Pattern[str]]
    unfit: tuple[Unfit, ...]
    # Words that shout in capitals, where another word in capitals may be a name.
    loud: frozenset[str]
    # From informing (0) to the last letter.
    firmness: tuple[tuple[int, re.Pattern[str]], ...]
    # The most words in a sentence, and the most long words in a text (LIX), before it is hard to read.
    longest: int
    hardest: int


@lru_cache(maxsize=16)
def courtesy_of(language: str) -> Courtesy | None:
    """The rules of `language`; None where nobody has written them yet."""
    source = _FOLDER / f"{language}.toml"
    if not source.is_file():
        return None
    rules = tomllib.loads(source.read_text("utf-8"))
    sets = _sets(rules["words"])
    negation, harmless = any_of([rules["negation"]], sets), any_of(rules["harmless"], sets)
    return Courtesy(
        {name: any_of(patterns, sets) for name, patterns in rules["must"].items()},
        tuple(_unfit(rule, rules["better"], sets, negation, harmless) for rule in rules["unfit"]),
        frozenset(plain(word) for word in rules["loud"]),
        tuple((level["level"], any_of(level["patterns"], sets)) for level in rules["firmness"]),
        rules["reading"]["longest"],
        rules["reading"]["hardest"],
    )


def languages() -> list[str]:
    """The languages that have courtesy rules."""
    return sorted(file.name.removesuffix(".toml") for file in _FOLDER.iterdir() if len(file.name) == len("en.toml"))


@lru_cache(maxsize=1)
def _told() -> dict[str, Any]:
    return tomllib.loads((_FOLDER / "findings.toml").read_text("utf-8"))


def about(rule: str) -> tuple[Severity, Kind, str, str]:
    """How grave `rule` is, what it is about, why it matters, and what would be better."""
    told = _told()[rule]
    return Severity(told["severity"]), Kind(told["kind"]), told["why"], told["better"]


def _unfit(
    rule: Mapping[str, Any],
    better: Mapping[str, str],
    sets: Mapping[str, str],
    negation: re.Pattern[str],
    harmless: re.Pattern[str],
) -> Unfit:
    together = [tuple(any_of([group], sets) for group in groups) for groups in rule.get("together", [])]
    severity, kind, why, advice = about(rule["is"])
    unless = [any_of(rule["unless"], sets)] if "unless" in rule else []
    unless += [harmless] if rule["is"] in _EXCUSED and not rule.get("outright") else []
    return Unfit(
        severity,
        kind,
        why,
        f"{advice}: “{better[rule['is']]}”" if rule["is"] in better else advice,
        any_of(rule["patterns"], sets) if "patterns" in rule else None,
        tuple(together),
        negation if rule["is"] in _NEGATED else None,
        tuple(unless),
        rule.get("outright", False),
    )


def _sets(words: Mapping[str, str]) -> dict[str, str]:
    sets: dict[str, str] = {}
    for name, choice in words.items():
        sets[name] = f"(?:{_filled(choice, sets)})"
    return sets


def _filled(pattern: str, sets: Mapping[str, str]) -> str:
    return re.sub(r"(?<!\?)(?<!\?P)<(\w+)>", lambda found: sets[found[1]], pattern)


def any_of(patterns: Iterable[str], sets: Mapping[str, str]) -> re.Pattern[str]:
    """One expression for any of `patterns`, from a word's start to a word's end."""
    filled = [_filled(pattern, sets).translate(_NO_ACCENTS).replace(" ~ ", _GAP) for pattern in patterns]
    signs = [_ended(pattern) for pattern in filled if _SIGN.match(pattern)]
    words = "|".join(_ended(pattern) for pattern in filled if not _SIGN.match(pattern))
    # Looked for at the start of each word alone, and there once for all: hundreds of phrases cost little then.
    return re.compile("|".join([rf"(?<!\w)(?=\w)(?:{words})", *signs] if words else signs))


def _ended(pattern: str) -> str:
    # A space at the end asks for another word, which is not part of what is quoted.
    return f"(?:{pattern.rstrip()}){'(?= )' if pattern.endswith(' ') else _WORD_ENDS}"
