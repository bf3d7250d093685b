"""Guesses what is promised where nothing is understood but a day; a person reads the reply all the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reminderbot.core.understanding import Finding, Kind
from reminderbot.replies.hits import Reader
from reminderbot.replies.intent import Sentence, last_day


def promised_perhaps(read: Sequence[Sentence], reader: Reader, until: date) -> list[Finding]:
    """What "I pay the trade on the last Monday, and that's the 25th" may promise: the last day named by `until`."""
    named = [(day, s.text) for s in read if _may_promise(s, reader) and (day := last_day(s.deadlines, surely=True))]
    near = [(day, text) for day, text in named if reader.today <= day <= until]
    return [Finding(Kind.PROMISE, text, day=day) for day, text in sorted(near)[-1:]]


def _may_promise(sentence: Sentence, reader: Reader) -> bool:
    """True where writers speak of themselves or of paying, and neither deny, complain, ask nor set a condition."""
    words = sentence.words
    if sentence.is_question or sentence.on_condition or "not_promise" in sentence.groups:
        return False
    if any(reader.denies(word) or reader.loads(word) for word in words):
        return False
    return any(reader.speaks_of_self(word) or reader.pays(word) for word in words)
