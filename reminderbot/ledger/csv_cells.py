"""Reads single cells: a day, a sum, a word, an address; each either right or with what is wrong and the cure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from zoneinfo import available_timezones

from reminderbot.core.calendar import regions_of
from reminderbot.core.money import Money, minor_digits

_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_PLAIN_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
# More than any sum a small business is owed, in the smallest of currencies.
_MAX_SUM = Decimal(10) ** 15
_YEARS = range(1970, 2101)
_MOST_DAYS = 365
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
# RFC 5646: language, script, region, variants.
_LANGUAGE = re.compile(r"([a-z]{2,3})(-[a-z]{4})?(-(?:[a-z]{2}|\d{3}))?((?:-[a-z0-9]{5,8})*)", re.ASCII | re.IGNORECASE)
_WEB_ADDRESS = re.compile(r"https?://[\w.-]+(:\d+)?([/?#]\S*)?")
_MAX_ID = 100
_MAX_TEXT = 500
_MAX_WEB_ADDRESS = 2000
# CVE-2026-1299: an encoded word in a name has injected headers. Line and paragraph separators and the marks
# that turn text around would likewise let a name look like something else in a letter.
_NEUTRALISED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")


class BadCell(ValueError):
    """A cell cannot be what it should be."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(f"{what}; {cure}")


def identifier(cell: str) -> str:
    """A customer id, invoice number or payment id: kept letter by letter, since others write it too."""
    if not cell:
        raise BadCell("is blank", "every row needs its own")
    if len(cell) > _MAX_ID:
        raise BadCell(f"is longer than {_MAX_ID} characters", "check for a shifted column")
    if not cell.isprintable() or "=?" in cell:
        raise BadCell("contains characters that cannot be printed or that e-mail takes for code", "write it plainly")
    return cell


def text(cell: str) -> str:
    """Free words on one line: what could break out of a header or a line is made harmless."""
    if len(cell) > _MAX_TEXT:
        raise BadCell(f"is longer than {_MAX_TEXT} characters", "shorten it, or check for a shifted column")
    if cell.isprintable() and "=?" not in cell:
        return cell
    return _NEUTRALISED.sub(" ", cell).replace("=?", "= ?").strip()


def name(cell: str) -> str:
    """Like `text`, and not blank."""
    words = text(cell)
    if not words:
        raise BadCell("is blank", "letters need a name to speak to")
    return words


@lru_cache(maxsize=8192)
def day(cell: str) -> date:
    """A date as ISO 8601 writes it, YYYY-MM-DD."""
    if not _ISO_DATE.fullmatch(cell):
        raise BadCell("is not a date as YYYY-MM-DD", _date_cure(cell))
    try:
        found = date.fromisoformat(cell)
    except ValueError:
        raise BadCell("is not a day of the calendar", "correct it") from None
    if found.year not in _YEARS:
        raise BadCell("is outside the years 1970 to 2100", "correct the year")
    return found


def days(cell: str) -> int | None:
    """A number of days from 0 to 365, or none where the cell is blank."""
    if not cell:
        return None
    if not re.fullmatch(r"\d{1,3}", cell, re.ASCII) or int(cell) > _MOST_DAYS:
        raise BadCell("is not a number of days", f"write a whole number from 0 to {_MOST_DAYS}, or leave it blank")
    return int(cell)


def day_or_none(cell: str) -> date | None:
    """A date, or none where the cell is blank."""
    return day(cell) if cell else None


def _date_cure(cell: str) -> str:
    numbers = re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", cell, re.ASCII)
    if not numbers:
        return "write 2026-03-31 for the last of March"
    a, b, year = numbers[1].zfill(2), numbers[2].zfill(2), numbers[3]
    # Which of the two is the month cannot be told, and a wrong one would remind somebody too early.
    candidates = dict.fromkeys(f"{year}-{month}-{day_}" for month, day_ in ((b, a), (a, b)) if month <= "12")
    which = ", whichever is meant" if len(candidates) > 1 else ""
    return f"write {' or '.join(candidates)}{which}" if candidates else "correct it"


def currency(cell: str) -> str:
    """An ISO 4217 code."""
    if not _CURRENCY.fullmatch(cell):
        raise BadCell("is not a currency of three capital letters", "write EUR, USD or the like")
    return cell


def money(cell: str, currency_code: str) -> Money:
    """A sum of zero or more in `currency_code`, with a decimal point and no more places than the currency has."""
    if not _PLAIN_NUMBER.fullmatch(cell):
        raise _bad_sum(cell)
    places = len(cell.partition(".")[2])
    if places > minor_digits(currency_code):
        cure = "round it, or leave the point out if it divides thousands"
        raise BadCell(f"has {places} decimal places where {currency_code} has {minor_digits(currency_code)}", cure)
    amount = Decimal(cell) if len(cell) <= 40 else _MAX_SUM
    if amount >= _MAX_SUM:
        raise BadCell("is larger than any sum taken in", "check for a shifted column")
    return Money(amount, currency_code)


def money_or_back(cell: str, currency_code: str) -> Money:
    """A sum in `currency_code`; below zero it takes back money that came in before."""
    sum_of = money(cell.removeprefix("-"), currency_code)
    return Money(-sum_of.amount, currency_code) if cell.startswith("-") else sum_of


def _bad_sum(cell: str) -> BadCell:
    if not cell:
        return BadCell("is blank where a sum belongs", "write 0.00 if it is nothing")
    if _PLAIN_NUMBER.fullmatch(cell.lstrip("-−")):
        return BadCell("is below zero", "write credit notes without a minus, in payments.csv with kind credit_note")
    if re.search(r"\d", cell, re.ASCII):
        return BadCell("is not a plain sum", "write 1234.56: a decimal point, nothing between thousands, no currency")
    return BadCell("is not a number", "write it as 1234.56")


def one_of(cell: str, words: Sequence[str]) -> str:
    """One of a few fixed words."""
    if cell in words:
        return cell
    near = difflib.get_close_matches(cell.lower().replace(" ", "_"), words, n=1)
    cure = f"did you mean {near[0]}?" if near else f"write {', '.join(words[:-1])} or {words[-1]}"
    raise BadCell("is none of the known words" if cell else "is blank", cure)


def country(cell: str) -> str:
    """An ISO 3166-1 alpha-2 code, or blank."""
    if cell == "UK":
        raise BadCell("is not the code of a country", "write GB for the United Kingdom")
    if cell and not _COUNTRY.fullmatch(cell):
        raise BadCell("is not the code of a country in two capital letters", "write US, DE or the like")
    return cell


def region(cell: str, country: str) -> str:
    """The part of a country by its ISO 3166-2 code, with the country or without it, or blank."""
    found = cell.upper().removeprefix(f"{country}-") if country else cell.upper()
    if found and found not in regions_of(country):
        raise BadCell("is no region of that country whose holidays are known", "write BY or DE-BY, or leave it empty")
    return found


def language(cell: str) -> str:
    """A BCP 47 tag in its usual spelling (en-GB, zh-Hant), or blank."""
    if not cell:
        return ""
    parts = _LANGUAGE.fullmatch(cell)
    if not parts:
        raise BadCell("is not a language tag (BCP 47)", "write en, en-GB or the like")
    script, region, variants = parts[2] or "", parts[3] or "", parts[4] or ""
    return parts[1].lower() + script.title() + region.upper() + variants.lower()


def time_zone(cell: str) -> str:
    """An IANA zone name, or blank."""
    if not cell or cell in _zones():
        return cell
    near = difflib.get_close_matches(cell, _zones(), n=1)
    cure = f"did you mean {near[0]}?" if near else "write a name like Europe/Berlin, or leave it blank"
    raise BadCell("is not a time zone", cure)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    # "localtime" is whatever the server's own zone is, and Factory is no place at all.
    return frozenset(available_timezones() - {"localtime", "Factory"})


def web_address(cell: str) -> str:
    """An http or https address, or blank."""
    if cell and (len(cell) > _MAX_WEB_ADDRESS or not cell.isprintable() or not _WEB_ADDRESS.fullmatch(cell)):
        raise BadCell("is not a web address", "write https://... in full, or leave it blank")
    return cell
