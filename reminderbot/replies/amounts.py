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
    "franc", "sfr", "pesos", "peso", "rupees", "naira", "rand", "stutz", "balles", "pavos", "lempiras",
    "soles", "colones", "sgd", "hkd", "kr", "kes", "ksh", "ghs", "egp", "sar", "czk", "huf", "ron", "jpy",
    "yen", "j$", "tt$", "jmd", "ttd", "pkr", "lkr", "bdt", "php", "myr", "thb", "cents", "dirhams", "dhs",
])  # fmt: skip
# What may be meant by words that are no code of ISO 4217; a code means itself, any other word may mean anything.
_MEANT = {
    "$": "USD CAD AUD NZD SGD HKD MXN", "dollar": "USD CAD AUD NZD SGD HKD", "dollars": "USD CAD AUD NZD SGD HKD",
    "bucks": "USD CAD AUD NZD", "us$": "USD", "c$": "CAD", "a$": "AUD", "nz$": "NZD", "r$": "BRL", "reais": "BRL",
    "real": "BRL", "€": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP EGP", "pound": "GBP EGP", "pounds": "GBP EGP",
    "quid": "GBP", "¥": "JPY CNY", "yen": "JPY", "₹": "INR", "₦": "NGN", "naira": "NGN", "₱": "PHP", "franken": "CHF",
    "j$": "JMD", "tt$": "TTD", "stutz": "CHF", "sfr": "CHF", "rand": "ZAR", "kr": "SEK NOK DKK ISK",
}  # fmt: skip
_FIRST_GROUP = re.compile(r"[1-9]\d{0,2}'?")
_GROUP = re.compile(r"\d{3}(?:[.,]\d{2})?")


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount of money in words `start` to `end` of a sentence."""

    start: int
    end: int
    amount: Decimal
    # The word for its currency, folded; empty: none stands beside it.
    unit: str = ""


def may_be_in(unit: str, currency: str) -> bool:
    """Whether a sum beside `unit` may be meant in `currency` (ISO 4217); in doubt it may."""
    meant = _MEANT.get(unit) or (unit.upper() if len(unit) == 3 and unit.isalpha() else "")
    return not meant or not currency or currency.upper() in meant.split()


def sums_in(words: Sequence[str]) -> list[Sum]:
    """Every amount that stands beside a currency, or says by its "k" that it is one."""
    found: list[Sum] = []
    at = 0
    while at < len(words):
        one = _sum_at(words, at) if words[at][:1].isdigit() else None
        if one:
            found.append(one)
        at = one.end if one else at + 1
    return found


def _sum_at(words: Sequence[str], at: int) -> Sum | None:
    end = _end_of_number(words, at)
    amount = amount_in("".join(words[at:end]))
    is_thousands = words[end : end + 1] == ["k"]
    end += is_thousands
    before = at > 0 and words[at - 1] in CURRENCIES
    after = not before and end < len(words) and words[end] in CURRENCIES
    if amount is None or not (before or after or is_thousands):
        return None
    unit = words[at - 1] if before else words[end] if after else ""
    return Sum(at - before, end + after, amount * (1000 if is_thousands else 1), unit)


def _end_of_number(words: Sequence[str], at: int) -> int:
    """Where a number of several words ends: "1 250,00", "1' 250"."""
    if not _FIRST_GROUP.fullmatch(words[at]):
        return at + 1
    end = at + 1
    while end < len(words) and _GROUP.fullmatch(words[end]):
        end += 1
    # "3 250" is three and 250, unless a currency stands right beside it.
    before, after = words[max(0, at - 1) : at], words[end : end + 1]
    return end if CURRENCIES.intersection((*before, *after)) else at + 1


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
