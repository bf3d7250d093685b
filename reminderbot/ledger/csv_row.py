"""One row of a ledger file: hands out its cells as values and reports what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from reminderbot.ledger import csv_cells
from reminderbot.ledger.csv_out import as_written
from reminderbot.ledger.csv_report import Report, seen

T = TypeVar("T")


class Row:
    """Cells by column; a cell that cannot be read yields the fallback, and the export will be refused."""

    __slots__ = ("_columns", "_file", "_line", "_report", "mistaken")

    def __init__(self, file: str, line: int, columns: Sequence[str], cells: Sequence[str], report: Report) -> None:
        self._file = file
        self._line = line
        self._columns = dict(zip(columns, cells, strict=True))
        self._report = report
        self.mistaken = False

    def cell(self, column: str) -> str:
        return as_written(self._columns[column].strip())

    def get(self, column: str, fallback: T, read: Callable[..., T], *args: object) -> T:
        """What `read` makes of the cell; a mistake and the fallback where it cannot."""
        try:
            return read(self.cell(column), *args)
        except csv_cells.BadCell as bad:
            self.mistake(column, str(bad))
            return fallback

    def get_or_note(self, column: str, read: Callable[..., T | None], *args: object) -> T | None:
        """What `read` makes of the cell; a note and None where it cannot: the row is good without it."""
        try:
            return read(self.cell(column), *args)
        except csv_cells.BadCell as bad:
            self.note(column, f"{bad}. The customer is taken in without it")
            return None

    def text(self, column: str, read: Callable[[str], str] = csv_cells.text) -> str:
        """Free words, with a note where something in them was made harmless."""
        words = self.get(column, "", read)
        if words != self.cell(column) and not self.mistaken:
            self.note(column, f"holds what could be taken for code or a line break; taken in as {seen(words)}")
        return words

    def mistake(self, column: str, what: str) -> None:
        self.mistaken = True
        self._report.mistakes.add(self._sentence(column, what))

    def note(self, column: str, what: str) -> None:
        self._report.notes.add(self._sentence(column, what))

    def _sentence(self, column: str, what: str) -> str:
        end = "" if what.endswith("?") else "."
        return f"{self._file}, line {self._line}, column {column}: {seen(self.cell(column))} {what}{end}"


class Lines:
    """On which line each id was first seen, so that a second one is refused by naming both."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}

    def claim(self, row: Row, column: str, line: int, key: str) -> None:
        first = self._lines.setdefault(key, line)
        if first != line:
            row.mistake(column, f"is already on line {first}; keep one of the two")

    def __contains__(self, key: object) -> bool:
        return key in self._lines
