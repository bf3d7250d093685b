"""Decides what the carrier's list says of a text message whose fate is uncertain: it is there, it is not, or nothing.

Pure. Found at any look, it was taken. It counts as not sent after three looks at a whole list without it, as
promises.md 1.2 spreads them; two more, an hour and a day later, can still find it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

# 2, 5 and 15 minutes after the attempt; then, for a list that lags by more than anybody has seen, an hour and a day.
_AGES = (timedelta(), *(timedelta(minutes=n) for n in (2, 5, 15, 60, 1440)))
_GAPS = tuple(later - earlier for earlier, later in pairwise(_AGES))
LOOKS_NEEDED = 3
# The carrier's clock and ours.
CLOCKS_APART = timedelta(minutes=5)
# Our own clock may have been wrong when the text was claimed.
LOOK_BACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ListedText:
    """A text to a number of theirs, as the carrier lists it."""

    reference: str
    words: str
    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class TextList:
    """All texts to one number, read to the list's end; `at`: the carrier's own clock as it answered."""

    texts: tuple[ListedText, ...]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """The carrier took it."""

    reference: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The list is whole and as of `at`, and nothing in it can be this text."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nothing can be said."""

    why: str


def judge(
    listed: TextList, words: str, claimed_at: datetime, known: Collection[str], now: datetime
) -> Found | Missing | Unclear:
    """What the list says of a text with these words; `known` are the references of texts that are certainly others."""
    unknown = [text for text in listed.texts if text.reference not in known]
    for text in unknown:
        if text.words.strip() == words.strip() and _since(text, claimed_at - LOOK_BACK):
            return Found(text.reference)
    if listed.at is None or abs(listed.at - now) > CLOCKS_APART:
        return Unclear("the carrier's clock and ours differ")
    # The account may hide the words of its texts, or put some of its own before them, as a trial account does.
    if any(_since(text, claimed_at - 2 * CLOCKS_APART) for text in unknown):
        return Unclear("a text to that number is listed which may be this one")
    return Missing(listed.at)


def _since(text: ListedText, moment: datetime) -> bool:
    return text.made_at is None or text.made_at >= moment


def is_worth_it(missed: Sequence[datetime]) -> bool:
    """Whether the list is to be asked at all, after the looks that missed the text."""
    return len(missed) < len(_GAPS)


def counts(settled_at: datetime, missed: Sequence[datetime], at: datetime) -> bool:
    """Whether a look at `at` counts: late enough after the attempt, and after the look before it."""
    return is_worth_it(missed) and at - (missed[-1] if missed else settled_at) >= _GAPS[len(missed)]
