"""Reads sums of money: which figures are an amount, and how much it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

CURRENCIES = frozenset([
    "$", "€", "£", "¥", "₹", "₦", "₱", "r$", "a$", "us$", "c$", "nz$", "rs", "inr", "eur", "euro", "euros",
    "usd", "gbp", "chf", "aud", "cad", "nzd", "sek", "nok", "dkk", "pln", "brl", "mxn", "ars", "aed", "zar",
    "ngn", "reais", "real", "dollar", "dollars", "bucks", "pound", "pounds", "quid", "franken", "francs",
    "franc", "sfr", "pesos", "peso", "rupees", "naira", "rand", "stutz",
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount of money in words `start` to `end` of a sentence."""

    start: int
    end: int
    amount: Decimal


def sums_in(words: Sequence[str]) -> list[Sum]:
    """Every amount that stands beside a currency."""
    found: list[Sum] = []
    for index, word in enumerate(words):
        if not word[0].isdigit() or (found and index < found[-1].end):
            continue
        amount = amount_in(word)
        before = index > 0 and words[index - 1] in CURRENCIES
        after = index + 1 < len(words) and words[index + 1] in CURRENCIES
        if amount is not None and (before or after):
            found.append(Sum(index - before, index + 1 + (after and not before), amount))
    return found


def amount_in(number: str) -> Decimal | None:
    """The sum written as 1,250.00, 1.250,00, 1'250.-, 1250 or 12,5; None for anything else."""
    digits = number.rstrip(".,-'").replace("'", "")
    if not re.fullmatch(r"\d+(?:[.,]\d+)*", digits):
        return None
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0 and (
        len(digits) - last - 1 != 3 or (digits.count(digits[last]) == 1 and len({".", ","} & set(digits)) == 2)
    ):
        digits = re.sub("[.,]", "", digits[:last]) + "." + digits[last + 1 :]
    else:
        digits = re.sub("[.,]", "", digits)
    try:
        return Decimal(digits).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
