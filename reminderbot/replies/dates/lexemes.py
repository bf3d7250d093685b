"""Turns the words of a sentence into a string of signs, one a word or expression, for the grammar to work on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reminderbot.replies.amounts import CURRENCIES
from reminderbot.replies.dates.figures import NO_DATE, Order, figure, span_of
from reminderbot.replies.dates.lexicon import Lexicon

# Before these a bare 5.12 or 12-4 is a date.
_DAY_WORDS = frozenset("WwsgDJ<'VCXf")
# A number after "at", or before "o'clock", is none of a day.
_CLOCK = re.compile(r"(?<!i)(?<!i[gDJ])[nrc#Z](?=t)|(?<=@)g?[ncZ](?![.%gkdqQBMmWO])")


@dataclass(slots=True)
class Signs:
    """A sentence in signs; sign number i stands for words `starts[i]` to `ends[i]`."""

    text: str = ""
    values: list[Any] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)


def signs(words: Sequence[str], lexicon: Lexicon, order: Order, is_own: bool) -> Signs:
    """The sentence in signs. `is_own`: the lexicon is that of the language spoken, its abbreviations count."""
    found = Signs()
    text: list[str] = []
    at = 0
    while at < len(words):
        end, meanings = _at(words, at, lexicon, order, text, is_own)
        for sign, value in meanings:
            text.append(sign)
            found.values.append(value)
            found.starts.append(at)
            found.ends.append(end)
        at = end
    found.text = _CLOCK.sub(lambda match: "t" * len(match[0]), "".join(text))
    return found


def _at(
    words: Sequence[str], at: int, lexicon: Lexicon, order: Order, text: list[str], is_own: bool
) -> tuple[int, Sequence[tuple[str, Any]]]:
    """Where the expression at a word ends, and what it means."""
    word = words[at]
    for rest, meanings, own_only in lexicon.entries.get(word, ()):
        if own_only and not is_own:
            continue
        if not rest or tuple(words[at + 1 : at + 1 + len(rest)]) == rest:
            return at + 1 + len(rest), meanings
    if word == ",":
        return at + 1, ((",", None),)
    if not word[:1].isdigit():
        return at + 1, (("-", None),)
    if _is_money(words, at):
        return at + 1, (("-", None),)
    sign, value = figure(word, order, lexicon.suffixes, _is_after_day_word(text))
    end = at + 1
    following = words[end] if end < len(words) else ""
    if (sign == "Z" and _is_month(following, lexicon)) or (word in NO_DATE and not text):
        sign, value = span_of(word)
    # "2 ten", "1. o"; "2 o 3" is two or three.
    has_ending = following in lexicon.suffixes and (len(following) > 1 or sign == "n.")
    if sign == "n." or (sign == "n" and has_ending):
        end += has_ending
        # "20." is an ordinal where a point makes one; in English it ends an abbreviated sentence.
        sign = "o" if end > at + 1 or order.point else "n"
    elif sign == "n" and order.point and text[-1:] == ["<"] and end == len(words):
        # "Zahle bis 15.": the full stop has been taken for the end of the sentence.
        sign = "o"
    elif sign == "o" and not order.point:
        # "15th" says by itself that it is a day; "15." and "15e" count anything.
        sign = "*"
    return end, ((sign, value),)


def _is_month(word: str, lexicon: Lexicon) -> bool:
    return any(meaning[0][0] in "Mm" for _, meaning, _ in lexicon.entries.get(word, ()))


def _is_after_day_word(text: list[str]) -> bool:
    last = text[-2] if text[-1:] == [","] and len(text) > 1 else text[-1] if text else "W"
    return last in ("W" if text[-1:] == [","] else _DAY_WORDS)


def _is_money(words: Sequence[str], at: int) -> bool:
    if words[at + 1 : at + 2] and words[at + 1] in CURRENCIES:
        return True
    # "12 dollar 27 december": the currency belongs to the figure before it.
    return at > 0 and words[at - 1] in CURRENCIES and not words[max(0, at - 2)][:1].isdigit()
