"""What a person typed into a form, as the values that the desk takes; Refused with a sentence where it is none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from reminderbot.desk import typed
from reminderbot.desk.refusal import Refused

T = TypeVar("T")

# More than anything here is numbered by, and what any store can look for.
MOST_DIGITS = 9
# So much of what nobody can have meant is told again.
_SHOWN = 100


def words_in(name: str) -> str:
    """The words of a field, without blanks around them; empty where there are none."""
    from flask import request

    return request.form.get(name, "").strip()


def day_in(name: str) -> date | None:
    """The day of a field; None where it was left empty."""
    return day_of(words_in(name))


def day_of(words: str) -> date | None:
    """The day that these words are; None where there are none."""
    try:
        return date.fromisoformat(words) if words else None
    except ValueError:
        raise Refused(f"'{words}' is no day: write it as 2026-03-31.") from None


def hour_in(day: str, hour: str) -> datetime | None:
    """The hour of two fields, by whichever clock is meant; None where no day is named."""
    on, at = day_in(day), words_in(hour)
    if on is None:
        return None
    try:
        return datetime.combine(on, time.fromisoformat(at))
    except ValueError:
        raise Refused(f"'{at}' is no hour: write it as 10:00.") from None


def amount_in(name: str) -> Decimal | None:
    """The sum of a field, above nothing; None where it was left empty."""
    words = words_in(name)
    if not words:
        return None
    try:
        return typed.amount(Decimal(words))
    except InvalidOperation:
        raise Refused(f"'{words}' is no sum: write it as 1250.00.") from None


def number_in(name: str) -> int:
    """The whole number of a field, 1 or more."""
    words = words_in(name)
    if not (number := number_of(words)):
        raise Refused(f"'{words[:_SHOWN]}' is no number: write 1 or more.")
    return number


def number_of(words: str) -> int | None:
    """The whole number that these words are, one that the store can look for; None: they are none."""
    return int(words) if words.isdecimal() and len(words) <= MOST_DIGITS else None


def choice_in(word: str, choices: Iterable[T], otherwise: str) -> T:
    """The one of `choices` that is called `word`; else Refused with the sentence `otherwise`."""
    for choice in choices:
        if str(choice) == word:
            return choice
    raise Refused(otherwise)
