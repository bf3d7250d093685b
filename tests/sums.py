"""Reads sums out of finished letters as their readers would: by Babel's parser and the letter's own lines and cells.

It knows nothing of how we write them: neither our formats nor our listing is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from html.parser import HTMLParser

from babel import Locale
from babel.numbers import get_group_symbol, is_currency, parse_decimal

Sum = tuple[str, Decimal]

_FIGURES = r"\d+(?:[.,'\u2019 \u00a0\u202f]\d+)*"
_SUM = re.compile(
    rf"(?P<minus>[-\u2212]?)\b(?:(?P<before>[A-Z]{{3}})[ \u00a0\u202f]?(?P<a>-?{_FIGURES})"
    rf"|(?P<b>{_FIGURES})[ \u00a0\u202f]?(?P<after>[A-Z]{{3}})\b)"
)
# A text message, and a reader, take one kind of space or apostrophe for another.
_SPACES, _QUOTES = " \u00a0\u202f", "'\u2019"
_RULE = re.compile(r"^-{8,}$")


@dataclass(frozen=True)
class Letter:
    """The sums of one letter: by row, taken off, left to pay, and said elsewhere."""

    rows: dict[str, list[Sum]]
    taken_off: tuple[Sum, ...]
    totals: tuple[Sum, ...]
    elsewhere: tuple[Sum, ...] = ()

    def adds_up(self) -> bool:
        """Whether the rows less what is taken off give the totals, in every currency."""
        left: dict[str, Decimal] = {}
        for currency, amount in (*(sums[0] for sums in self.rows.values()), *self.taken_off):
            left[currency] = left.get(currency, Decimal(0)) + amount
        return {c: amount for c, amount in left.items() if amount > 0} == dict(self.totals)


def sums_in(text: str, language: str) -> Iterator[Sum]:
    """Every sum that a text names, in its order."""
    locale = Locale.parse(language.replace("-", "_"))
    for found in _SUM.finditer(text):
        figures = found["a"] or found["b"]
        if not is_currency(found["before"] or found["after"]):
            continue
        amount = _decimal(figures, locale)
        yield found["before"] or found["after"], -amount if found["minus"] else amount


def _decimal(figures: str, locale: Locale) -> Decimal:
    group = get_group_symbol(locale)
    for family in (_SPACES, _QUOTES):
        if group in family:
            figures = re.sub(f"[{family}]", group, figures)
    return parse_decimal(figures, locale)


def in_text(text: str, numbers: Iterable[str], language: str) -> Letter:
    """The sums of a letter's plain text: its list stands around a line of dashes."""
    lines = text.replace("\r\n", "\n").split("\n")
    rule = next(place for place, line in enumerate(lines) if _RULE.match(line))
    rows = {number: _row(lines[:rule], number, language) for number in numbers}
    foot = next((place for place in range(rule, len(lines)) if not lines[place].strip()), len(lines))
    below = [one for line in lines[rule + 1 : foot] for one in sums_in(line, language)]
    first = min(place for number in rows for place, line in enumerate(lines[:rule]) if _starts(line, number))
    prose = " ".join([*lines[:first], *lines[foot:]])
    return Letter(rows, _negative(below), _positive(below), tuple(sums_in(prose, language)))


def _starts(line: str, number: str) -> bool:
    return line.startswith(f"{number} ")


def _row(lines: list[str], number: str, language: str) -> list[Sum]:
    """The open sum of one invoice, and the sums of the note below it."""
    place = next(place for place, line in enumerate(lines) if _starts(line, number))
    found = list(sums_in(lines[place], language))[-1:]
    for line in lines[place + 1 :]:
        if not line.startswith("  "):
            break
        found += sums_in(line, language)
    return found


def _negative(sums: Iterable[Sum]) -> tuple[Sum, ...]:
    return tuple((currency, amount) for currency, amount in sums if amount < 0)


def _positive(sums: Iterable[Sum]) -> tuple[Sum, ...]:
    return tuple((currency, amount) for currency, amount in sums if amount > 0)


def in_html(html: str, numbers: Iterable[str], language: str) -> Letter:
    """The sums of a letter's page: its list is a table of four cells a row."""
    page = _Page()
    page.feed(html)
    wanted = set(numbers)
    rows: dict[str, list[Sum]] = {}
    below: list[Sum] = []
    for cells in page.table:
        number = next((n for n in wanted if re.match(rf"{re.escape(n)}(?:\n|$)", cells[0])), None)
        if number is not None:
            rows[number] = [*sums_in(cells[-1], language), *sums_in(cells[0].partition("\n")[2], language)]
        else:
            below += sums_in(cells[-1], language)
    return Letter(rows, _negative(below), _positive(below), tuple(sums_in("".join(page.prose), language)))


class _Page(HTMLParser):
    """The cells of the table, and what stands around it."""

    def __init__(self) -> None:
        super().__init__()
        self.table: list[list[str]] = []
        self.prose: list[str] = []
        self._inside = self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "title", "head"):
            self._silent = True
        if tag == "tr" and self._inside:
            self.table.append([])
        if tag == "table" and dict(attrs).get("style", "") and "border-collapse" in str(dict(attrs)["style"]):
            self._inside = True
        if tag in ("td", "th") and self._inside:
            self.table[-1].append("")
        if tag == "br" and self._inside and self.table:
            self.table[-1][-1] += "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._inside = False
        if tag == "head":
            self._silent = False

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._inside and self.table and self.table[-1]:
            self.table[-1][-1] += data
        elif not self._inside:
            self.prose.append(data)
