"""Beside a word of paying and a day it is told apart who pays whom, and whether anybody pays at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from reminderbot.core.understanding import Kind, Understanding
from reminderbot.replies.understand import Context, understand_sms

# One sentence a line, a file a language.
FALLS_SHORT = Path(__file__).parent / "short"
PROMISED = Path(__file__).parent / "promised"
RECEIVED = datetime.fromisoformat("2026-03-10T10:00:00+00:00")
FRIDAY = date(2026, 3, 13)


def sentences(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.txt")):
        yield from ((path.stem, line) for line in path.read_text(encoding="utf-8").splitlines())


def understood(language: str, text: str) -> Understanding:
    return understand_sms(text, RECEIVED, Context(("INV-1",), Decimal(480), "EUR", f"{language}-{language.upper()}"))


@pytest.mark.parametrize(("language", "text"), list(sentences(FALLS_SHORT)))
def test_what_falls_short_of_a_promise_calls_a_person(language: str, text: str) -> None:
    assert understood(language, text).needs_human


@pytest.mark.parametrize(("language", "text"), list(sentences(PROMISED)))
def test_a_promise_in_few_words_needs_nobody(language: str, text: str) -> None:
    found = understood(language, text)
    assert (found.kinds, found.needs_human, found.promise_on) == ((Kind.PROMISE,), False, FRIDAY)
