"""Writes money and days the way the reader's locale does (CLDR, by Babel)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from reminderbot.compose.words import base
from reminderbot.core.money import Money, minor_digits

if TYPE_CHECKING:
    from babel import Locale


@lru_cache(maxsize=4096)
def money(amount: Money, language: str) -> str:
    """A sum with its ISO 4217 code, e.g. "USD 1,250.00" or "1.250,00 EUR"; never rounded.

    The code, not the sign: "$" is said of twenty currencies, and the sum must be that of the ledger to the last digit.
    """
    exponent = amount.amount.normalize().as_tuple().exponent
    decimals = max(minor_digits(amount.currency), -exponent if isinstance(exponent, int) else 0)
    figures = f"{abs(amount.amount):.{decimals}f}".replace(".", "")
    pieces = _shape(len(figures), decimals, amount.amount < 0, amount.currency, language)
    return "".join(chain.from_iterable(zip_longest(pieces, figures, fillvalue="")))


@lru_cache(maxsize=512)
def _shape(figures: int, decimals: int, negative: bool, currency: str, language: str) -> list[str]:
    """What stands before, between and after that many figures; Babel takes too long to be asked about every sum."""
    from babel.numbers import format_currency

    sample = Decimal(("-" if negative else "") + "1" * figures).scaleb(-decimals)
    pattern = _pattern(language, decimals)
    return format_currency(sample, currency, pattern, locale(language), currency_digits=False).split("1")


@lru_cache(maxsize=4096)
def day(value: date, language: str) -> str:
    """A date that cannot be misread as another, e.g. "3 Mar 2026" or "Mar 3, 2026"."""
    from babel.dates import format_date

    written = format_date(value, "medium", locale(language))
    # CLDR 46: pt-PT 02/04/2026, es-PR 04/02/2026, es-CL 02-04-2026; "de" writes 02.04.2026, which only means one day.
    return written if written.strip("0123456789/-") else format_date(value, "medium", locale(base(language)))


@lru_cache(maxsize=64)
def locale(language: str) -> Locale:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(base(language))


@lru_cache(maxsize=256)
def _pattern(language: str, digits: int) -> str:
    own = locale(language).currency_formats["standard"].pattern.partition(";")[0]
    number = re.search(r"[#,0]+", own)
    grouping = number[0] if number else "#,##0"
    figures = grouping + ("." + "0" * digits if digits else "")
    return f"¤¤ {figures}" if own.find("¤") < own.find("#") else f"{figures} ¤¤"
