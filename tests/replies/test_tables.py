"""Phrase tables: every pattern understands the line that stands above it, in linear time."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from reminderbot.replies import tables
from reminderbot.replies.hits import Reader
from reminderbot.replies.intent import read_sentence
from reminderbot.replies.tables import compile_phrase

FOLDER = Path(tables.__file__).parent / "phrases"
LANGUAGES = (*tables.LANGUAGES, tables.ELSEWHERE)


def lines_with_patterns(language: str) -> Iterator[tuple[str, str, str]]:
    """The group, the line in the comment, and the pattern below it."""
    section, name, example, inside = "", "", "", False
    written = [path.read_text(encoding="utf-8") for path in sorted((FOLDER / language).glob("*.toml"))]
    for line in "\n".join(written).splitlines():
        if match := re.match(r"\[(?:phrases\.?)([\w.]*)\]", line):
            section, inside = match[1] + "." * bool(match[1]), True
        elif line.startswith("["):
            inside = False
        elif inside and (match := re.match(r"(\w+) = \[", line)):
            name = section + match[1]
        elif inside and line.strip().startswith("# "):
            example = line.strip()[2:]
        elif inside and (match := re.match(r'\s+"(.+)",', line)):
            assert example, f"{language}: no line above {match[1]}"
            yield name, example, match[1]
            example = ""


ALL = [(language, *found) for language in LANGUAGES for found in lines_with_patterns(language)]


def reader(language: str) -> Reader:
    loaded = (tables.load(language),)
    return Reader(loaded, date(2026, 3, 4), language, spellings=loaded[0].sms_spellings | loaded[0].spellings)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_pattern_understands_the_line_above_it(language: str) -> None:
    wrong = [
        f"{group}: {pattern!r} does not find {example!r} in {' '.join(read.words)!r}"
        for spoken, group, example, pattern in ALL
        if spoken == language
        for read in [read_sentence(example, reader(language))]
        if not matches(language, group, pattern, " " + " ".join(read.words) + " ")
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def matches(language: str, group: str, pattern: str, words: str) -> bool:
    found = tables.load(language).index.candidates(words.split())
    return any(p.pattern.search(words) for p in found if (p.group, p.source) == (group, pattern))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_pattern_takes_long_on_a_hundred_thousand_signs(language: str) -> None:
    text = " " + "will not a a paid DATE MONEY , if you nicht mehr " * 2_000
    for phrase in tables.load(language).phrases:
        began = time.process_time()
        phrase.pattern.search(text)
        # 50 ms are promised; a busy machine is given ten times that, a pattern that is not linear takes minutes.
        assert time.process_time() - began < 0.5, phrase.source


def test_a_gap_lets_no_denial_through() -> None:
    phrase = compile_phrase("promise", "will .. pay", {})
    assert phrase.pattern.search(" i will gladly pay ")
    assert not phrase.pattern.search(" i will not pay ")


def test_a_gap_is_three_words_at_most() -> None:
    phrase = compile_phrase("promise", "will .. pay", {})
    assert phrase.pattern.search(" will a b pay ")
    assert phrase.pattern.search(" will a b c pay ")
    assert not phrase.pattern.search(" will a b c d pay ")


def test_a_hyphen_in_a_pattern_parts_two_words_as_it_does_in_a_reply() -> None:
    assert compile_phrase("promise", "post-dated|dated cheque", {}).pattern.search(" a post dated cheque ")


def test_the_language_is_told_by_its_small_words() -> None:
    assert tables.language_of("Ich werde die Rechnung am Freitag bezahlen", "en") == "de"
    assert tables.language_of("Nie zapłacę. Kafelki odpadają po tygodniu, fuszerka", "en") == ""
    assert tables.language_of("ok", "nl") == "nl"
