"""No expression of the reader may be made to search for long: 50 ms of processor time for 100,000 signs."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest

import reminderbot.replies
from reminderbot.replies import tables

SIZE = 100_000
LIMIT_SECONDS = 0.05
# What backtracking feeds on: one sign again and again, a start without its end, nearly an address, nearly a date.
PARTS = (
    *(
        "a",
        " ",
        "\n",
        ">",
        "-",
        "=",
        "1",
        "é",
        "<",
        "a@",
        "a.",
        "a'",
        "1,",
        "1/2/",
        "On 1 ",
        "From: x ",
        "inv-1 ",
        "--- a",
    ),
)
HOSTILE = [(part * SIZE)[:SIZE] for part in PARTS]


def expressions() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every compiled expression that a module of the reader holds."""
    for found in pkgutil.walk_packages(reminderbot.replies.__path__, "reminderbot.replies."):
        for name, value in vars(importlib.import_module(found.name)).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                yield f"{found.name}.{name}", value


ALL = dict(expressions())


def seconds(pattern: re.Pattern[str], text: str) -> float:
    """Processor time of the quickest of a few searches, so that a busy machine is not taken for a slow pattern."""
    best = LIMIT_SECONDS
    for _ in range(8):
        began = time.process_time()
        for _found in pattern.finditer(text):
            pass
        best = min(best, time.process_time() - began)
        if best < LIMIT_SECONDS:
            break
    return best


@pytest.mark.parametrize("name", ALL)
def test_no_expression_takes_long_on_any_hostile_text(name: str) -> None:
    slow = [part for part, text in zip(PARTS, HOSTILE, strict=True) if seconds(ALL[name], text) >= LIMIT_SECONDS]
    assert not slow


@pytest.mark.parametrize("language", (*tables.LANGUAGES, tables.ELSEWHERE))
def test_no_pattern_of_the_tables_takes_long_on_its_own_words(language: str) -> None:
    slow = [
        phrase.source
        for phrase in tables.load(language).phrases
        if seconds(phrase.pattern, _nearly(phrase.source)) >= LIMIT_SECONDS
    ]
    assert not slow


def _nearly(source: str) -> str:
    """The words that the pattern looks for, again and again, without the last one."""
    chosen = [element.strip("[]^$").split("|")[0] for element in source.replace("..", "so very much").split()]
    words = [choice.replace("_", " ").replace("*", "s").lstrip("@") for choice in chosen]
    part = " ".join(words[:-1] or words) + " "
    return " " + (part * SIZE)[:SIZE]


def test_a_slow_expression_is_noticed() -> None:
    assert seconds(re.compile(r"(?:a|aa|aaa){1,12}b"), HOSTILE[0][:40]) >= LIMIT_SECONDS
