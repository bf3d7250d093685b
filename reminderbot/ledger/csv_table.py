"""Turns the bytes of a CSV file (RFC 4180, UTF-8, `,` or `;`) into rows, or into sentences saying why it cannot."""

from __future__ import annotations

import csv
import difflib
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from dataclasses import dataclass

from reminderbot.ledger.csv_report import Report, seen

_AS_UTF8 = 'export it as UTF-8 (Excel: "CSV UTF-8"; LibreOffice: character set "Unicode (UTF-8)")'
_HALF_WRITTEN = "the file looks half-written: export it again"
_EMPTY = f"line 1: the file is empty; {_HALF_WRITTEN} (a list without entries still has its header)"
# What a workbook of Excel or LibreOffice begins with, whatever it is called.
_ZIP = b"PK\x03\x04"
_FOREIGN_DELIMITERS = {"\t": "tabs", "|": "bars", ":": "colons"}


class _UnreadableTable(ValueError):
    """The file cannot be read as a table at all."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The columns a file must have and those it may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return self.required + self.optional


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows with the line each starts on; the cells stand in the order of its sheet's columns."""

    name: str
    rows: tuple[tuple[int, list[str]], ...]
    # False where rows were left out as mistakes.
    whole: bool = True


def read_table(name: str, data: bytes, sheet: Sheet, report: Report) -> Table | None:
    """The rows of one file, each as wide as `sheet`; None where the file is no such table (told in `report`)."""
    try:
        text = _decode(data)
        delimiter = _delimiter(text, sheet)
        records = list(_records(text, delimiter))
    except _UnreadableTable as error:
        report.mistakes.add(f"{name}, {error}.")
        return None
    if not records:
        report.mistakes.add(f"{name}, {_EMPTY}.")
        return None
    (header_line, header), *records = records
    header = [title.strip() for title in header]
    if not _header_fits(f"{name}, line {header_line}", header, sheet, report):
        return None
    ends_mid_line = not text.endswith(("\n", "\r"))
    if ends_mid_line and not records:
        # Cut off within the header's optional columns it would pass for an empty list.
        report.mistakes.add(f"{name}, line {header_line}: the header's line does not end; {_HALF_WRITTEN}, or end it.")
    wide = list(_wide_rows(name, records, len(header), ends_mid_line, delimiter, report))
    # An absent column is found at -1, where every row gets a blank cell.
    order = [header.index(column) if column in header else -1 for column in sheet.columns]
    return Table(name, tuple((line, _ordered(row, order)) for line, row in wide), whole=len(wide) == len(records))


def _ordered(row: list[str], order: list[int]) -> list[str]:
    row.append("")
    return [row[i] for i in order]


def _decode(data: bytes) -> str:
    if data.startswith(_ZIP):
        raise _UnreadableTable('line 1: the file is a workbook (Excel, LibreOffice), not CSV; save it as "CSV UTF-8"')
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise _UnreadableTable(f"line 1: the file is in UTF-16; {_AS_UTF8}")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        what = "there are NUL bytes, as in a file cut off by a crash or written in UTF-16"
        raise _UnreadableTable(f"line {line}: {what}; {_AS_UTF8}")
    body = data.removeprefix(BOM_UTF8)
    if not body.strip():
        raise _UnreadableTable(_EMPTY)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        if error.end == len(body) and error.reason == "unexpected end of data":
            raise _UnreadableTable(f"line {line}: it ends in the middle of a character; {_HALF_WRITTEN}") from None
        # Windows-1252 is what Excel writes where it is not asked for UTF-8: it shows the user the word that is meant.
        around = body[max(0, error.start - 12) : error.start + 12].decode("cp1252", "replace")
        word = next((w for w in re.split(r'[\s,;"]', around) if not w.isascii()), around)
        raise _UnreadableTable(f"line {line}: {seen(word)} is not in UTF-8; {_AS_UTF8}") from None


def _delimiter(text: str, sheet: Sheet) -> str:
    """`,` or `;`, whichever finds more of the sheet's columns in the first line."""
    first = io.StringIO(text.lstrip("\r\n"), newline="").readline()
    known = set(sheet.columns)

    def titles_found(delimiter: str) -> int:
        return len(known & {title.strip(' "\r\n') for title in first.split(delimiter)})

    delimiter = max((",", ";"), key=titles_found)
    foreign = max(_FOREIGN_DELIMITERS, key=titles_found)
    if titles_found(foreign) > titles_found(delimiter):
        what = f"the columns are divided by {_FOREIGN_DELIMITERS[foreign]}"
        raise _UnreadableTable(f'line 1: {what}; export with "," or ";" between them')
    return delimiter


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The records with the line each starts on, blank ones left out."""
    # newline="" leaves line ends inside quotation marks to the csv module, as its documentation asks.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    width = 0
    try:
        for row in reader:
            width = width or len(row)
            if reader.line_num > line and any(_swallows_rows(cell, width, delimiter) for cell in row):
                what = "a quotation mark swallows the lines after it"
                raise _UnreadableTable(f"line {line}: {what}; close it, or write it twice")
            if "".join(row).strip():
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            what = f"a cell holds more than {csv.field_size_limit()} characters"
            raise _UnreadableTable(f"line {line}: {what}; shorten it, or close its quotation mark") from None
        if "unexpected end of data" in str(error):
            what = "a quotation mark is opened and never closed"
            raise _UnreadableTable(f"line {line}: {what}; {_HALF_WRITTEN}, or close it") from None
        what = 'a quotation mark stands inside a quoted cell; write it twice ("")'
        raise _UnreadableTable(f"line {line}: {what}") from None


def _header_fits(where: str, header: list[str], sheet: Sheet, report: Report) -> bool:
    before = report.mistakes.count
    if not any(title in sheet.columns or _near(title, list(sheet.columns)) for title in header):
        found = seen(", ".join(title for title in header if title))
        report.mistakes.add(f"{where}: {found} names no column; the first line must read {','.join(sheet.required)}.")
        return False
    missing = [column for column in sheet.columns if column not in header]
    meant: set[str] = set()
    for title in dict.fromkeys(header):
        if header.count(title) > 1 and title in sheet.columns:
            report.mistakes.add(f"{where}: the column {title} is there twice; keep one.")
        elif title and title not in sheet.columns:
            near = _near(title, missing)
            meant |= {near}
            if near:
                report.mistakes.add(f"{where}: there is no column {seen(title)}; did you mean {near}?")
            else:
                report.notes.add(f"{where}: the column {seen(title)} is not known and was left out.")
    for column in missing:
        if column in sheet.required and column not in meant:
            found = ", ".join(title for title in header if title)
            report.mistakes.add(f"{where}: the column {column} is missing; add it (found: {seen(found)}).")
    return report.mistakes.count == before


def _near(title: str, missing: list[str]) -> str:
    plain = "_".join(title.lower().replace("-", " ").replace(".", " ").split())
    return next(iter(difflib.get_close_matches(plain, missing, n=1, cutoff=0.8)), "")


def _wide_rows(
    name: str, records: list[tuple[int, list[str]]], width: int, ends_mid_line: bool, delimiter: str, report: Report
) -> Iterator[tuple[int, list[str]]]:
    """The rows that are as wide as the header; every other one is a mistake."""
    for place, (line, row) in enumerate(records, start=1):
        where = f"{name}, line {line}"
        if len(row) == width:
            yield line, row
        elif ends_mid_line and place == len(records) and len(row) < width:
            report.mistakes.add(f"{where}: the last line ends after {len(row)} of {width} cells; {_HALF_WRITTEN}.")
        else:
            cure = f"put cells that contain {delimiter} into quotation marks"
            report.mistakes.add(f"{where}: there are {len(row)} cells where the header has {width}; {cure}.")


def _swallows_rows(cell: str, width: int, delimiter: str) -> bool:
    """Whether a cell holds what looks like a whole row: a line break and the delimiters of one."""
    return ("\n" in cell or "\r" in cell) and width > 1 and cell.count(delimiter) >= width - 1
