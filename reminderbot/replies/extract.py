"""Decides which days, and which sums, the words of a customer mean, by the conventions of docs/replies.md.

Days are counted from the day of receipt in the customer's own offset; a promise's day is its last possible one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from reminderbot.replies.amounts import Sum, amount_in, sums_in
from reminderbot.replies.dates import lexicon
from reminderbot.replies.dates.figures import order_of
from reminderbot.replies.dates.grammar import Day, days_of
from reminderbot.replies.dates.lexemes import signs
from reminderbot.replies.tables import Table

__all__ = ["Day", "Sum", "amount_in", "days_in", "sums_in"]


def days_in(words: Sequence[str], tables: Iterable[Table], today: date, locale: str) -> list[Day]:
    """Every day named, in order; where two readings overlap the longer one holds, then that of the first table."""
    found: list[Day] = []
    for place, table in enumerate(tables):
        words_of_days = lexicon.load(table.language)
        if words_of_days is None:
            continue
        order = order_of(table.language, locale, today)
        found.extend(days_of(signs(words, words_of_days, order, is_own=place == 0), today))
    return _longest(found)


def _longest(days: list[Day]) -> list[Day]:
    kept: list[Day] = []
    for day in sorted(days, key=lambda d: (d.start - d.end, d.start)):
        if all(day.end <= other.start or day.start >= other.end for other in kept):
            kept.append(day)
    return sorted(kept, key=lambda d: d.start)
