"""Sets a paper: headings, paragraphs and tables on pages, in every script that the machine has letters for.

Black on white, with bookmarks, page numbers, and tags in reading order for whoever listens to it. The same words on the
same day give the same bytes.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from reminderbot.papers import fonts, signs
from reminderbot.papers.words import Words, words_for

if TYPE_CHECKING:
    from fpdf import FPDF

BODY, SMALL = 9.5, 8.0
_MARGIN, _TOP, _BOTTOM = 24.0, 22.0, 24.0
_MM = 25.4 / 72
# A line is so much higher than its letters.
_LEAD = 1.42
_BLACK, _GREY = 0, 95
_GUTTER = 3.0
# Beyond it a paragraph is a wall of letters that nobody reads.
_MOST_TOLD = 30
# A table or a rule made of blanks and dashes.
_LINED_UP = re.compile(r"\S {2,60}\S|^ {2,20}\S|^-{5}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is drawn."""

    text: str
    # Its letters change shape or come from several fonts: the slow way.
    fancy: bool = False
    from_right: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """How words look."""

    size: float = BODY
    bold: bool = False
    grey: bool = False
    # Each letter as wide as the next, for what was lined up with blanks.
    even: bool = False

    @property
    def height(self) -> float:
        return self.size * _MM * _LEAD


class Sheet:
    """One paper while it is being set."""

    def __init__(
        self,
        title: str,
        author: str,
        made_on: date,
        footer: str,
        *,
        us_letter: bool = False,
        words: Words | None = None,
        found: fonts.Fonts | None = None,
    ) -> None:
        from fpdf import FPDF, ViewerPreferences

        # It tells of every font's tables.
        for name in ("fontTools", "fpdf"):
            logging.getLogger(name).setLevel(logging.ERROR)
        self._told = words or words_for()
        self._fonts = found or fonts.find()
        self._pdf: FPDF = FPDF(format="letter" if us_letter else "A4")
        self._lacking: set[int] = set()
        self._more: dict[fonts.Face, str] = {}
        self._widths: dict[tuple[str, Style], float] = {}
        self._marks: Counter[int] = Counter()
        self._sections: list[tuple[str, int]] = []
        self._contents: tuple[int, float] | None = None
        self._footer = footer
        pdf = self._pdf
        pdf.set_auto_page_break(False)
        pdf.set_margins(_MARGIN, _TOP)
        # "{nb}" in somebody's letter is no number of pages.
        pdf.alias_nb_pages("")
        pdf.set_creation_date(datetime(made_on.year, made_on.month, made_on.day, tzinfo=UTC))
        pdf.set_title(title)
        pdf.set_author(author)
        pdf.set_creator("reminderbot")
        pdf.set_lang(self._told.tag)
        pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self._add_main()
        self.page()

    # ---- what a paper is made of

    def page(self) -> None:
        """Begin a new page."""
        self._pdf.add_page()
        self._y = _TOP

    def gap(self, height: float) -> None:
        self._y += height

    def keep(self, height: float) -> None:
        """Begin a new page where less than `height` is left on this one."""
        if self._y + height > self._end:
            self.page()

    def heading(self, text: str, level: int, size: float) -> None:
        """A heading with its bookmark; level 0 is a part of the paper."""
        style = Style(size, bold=True)
        lines = self._wrap(text, self._width, style)
        if level and self._y > _TOP:
            self.gap(3)
        self.keep(style.height * len(lines) + 26)
        if level == 0:
            self._sections.append((text, self._pdf.page))
        self._pdf.y = self._y
        self._pdf.start_section(self._fit(text).replace("\n", " ")[:150] or "-", level=level, strict=False)
        self._draw(lines, 0, self._width, style, f"H{level + 1}")
        self.gap(1.5 if level else 3)

    def words(
        self, text: str, *, size: float = BODY, bold: bool = False, grey: bool = False, indent: float = 0.0,
        bar: bool = False,
    ) -> None:  # fmt: skip
        """Paragraphs, a line break between each; `bar` draws a line beside them, as beside a quotation."""
        for lined_up, block in itertools.groupby(text.split("\n"), key=lambda line: bool(_LINED_UP.search(line))):
            even = lined_up and self._fonts.even is not None
            style = Style(size - 1.2 if even else size, bold, grey, even)
            width = self._width - indent
            lines = [line for piece in block for line in (self._wrap(piece, width, style) or [Line("")])]
            self._draw(lines, indent, width, style, "P", bar=bar)

    def pairs(self, rows: Sequence[tuple[str, str]], *, indent: float = 0.0, label: float = 34.0) -> None:
        """Names on the left, in grey, and what they stand for beside them."""
        name, value = Style(SMALL, grey=True), Style(SMALL)
        # No language's name is cut, and none takes more than half of the line.
        label = min(max([label, *(self._wide(told, name) + _GUTTER for told, _ in rows)]), self._width / 2)
        for told, what in rows:
            lines = self._wrap(what, self._width - indent - label, value)
            self.keep(value.height)
            with self._tagged("P"):
                self._line(self._wrap(told, label, name)[0], indent, self._y, label, name)
                if lines:
                    self._line(lines[0], indent + label, self._y, self._width - indent - label, value)
                self._y += value.height
            self._draw(lines[1:], indent + label, self._width - indent - label, value, "P")

    def table(
        self, heads: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[float], right: frozenset[int],
        *, total: bool = False,
    ) -> None:  # fmt: skip
        """Rows under their headings; `shares` of the width a column; with `total` the last row is a sum."""
        widths = [self._width * share / sum(shares) for share in shares]
        self.keep(20)
        if any(heads):
            self._row(heads, widths, right, Style(SMALL, grey=True))
            self.rule()
        for place, row in enumerate(rows):
            last = total and place == len(rows) - 1
            if last:
                self.rule()
            self._row(row, widths, right, Style(9.0, bold=last), again=heads)
        self.gap(2)

    def rule(self) -> None:
        """A thin line across the page."""
        pdf = self._pdf
        self._y += 0.8
        with self._aside():
            pdf.set_draw_color(_GREY)
            pdf.set_line_width(0.2)
            pdf.line(_MARGIN, self._y, _MARGIN + self._width, self._y)
        self._y += 1.0

    def contents(self, entries: int) -> None:
        """Leave room here for a list of that many parts, each with its page."""
        self._contents = (self._pdf.page, self._y)
        self._y += entries * Style(BODY).height * 1.25

    def finish(self) -> bytes:
        """The paper; what it has no letters for is told at its end."""
        if self._lacking:
            self.heading(self._told.unprintable, 0, 13)
            self.words(self._told.as_code.format(signs=self._codes()), size=SMALL)
        last = self._pdf.page
        if self._contents is not None:
            self._list_contents(*self._contents)
        for number in range(1, last + 1):
            self._turn_to(number)
            self._foot(number, last)
        return bytes(self._pdf.output())

    @property
    def troubles(self) -> tuple[str, ...]:
        """What no font of this machine has, as a sentence with the cure."""
        if not self._lacking:
            return ()
        more = f" and {len(self._lacking) - _MOST_TOLD} more" if len(self._lacking) > _MOST_TOLD else ""
        cure = (
            "install fonts that have them (on Debian fonts-dejavu-core, fonts-noto-core, fonts-noto-cjk) and try again"
        )
        return (f"No font here has {self._codes(_MOST_TOLD)}{more}: each stands in the text as its code; {cure}.",)

    def _codes(self, most: int | None = None) -> str:
        return ", ".join(f"U+{code:04X}" for code in sorted(self._lacking)[:most])

    # ---- letters

    def _add_main(self) -> None:
        if self._fonts.main is None:
            self._family, self._own = "helvetica", frozenset(range(0x20, 0x100))
            self._own_bold = self._own
            return
        self._family, self._own = "main", fonts.signs_of(self._fonts.main)
        bold = self._fonts.bold or self._fonts.main
        self._own_bold = fonts.signs_of(bold)
        self._pdf.add_font("main", "", self._fonts.main.path, collection_font_number=self._fonts.main.number)
        self._pdf.add_font("main", "B", bold.path, collection_font_number=bold.number)
        self._pdf.set_fallback_fonts(["main"], exact_match=False)
        if self._fonts.even is not None:
            self._pdf.add_font("even", "", self._fonts.even.path, collection_font_number=self._fonts.even.number)

    def _fit(self, text: str) -> str:
        """The text with a code for what cannot be printed; fonts are added for what the main one lacks."""
        if self._fonts.main is None:
            text = text.translate(signs.WESTERN)
        return signs.printable(text, self._has, self._lacking)

    def _has(self, sign: int) -> bool:
        if sign in self._own:
            return True
        face = self._fonts.with_sign(sign) if self._fonts.main is not None else None
        if face is not None and face not in self._more:
            self._more[face] = f"more{len(self._more)}"
            self._pdf.add_font(self._more[face], "", face.path, collection_font_number=face.number)
            self._pdf.set_fallback_fonts(["main", *self._more.values()], exact_match=False)
        return face is not None

    def _signs(self, style: Style) -> frozenset[int]:
        """What the font of this style has."""
        if style.even and self._fonts.even is not None:
            return fonts.signs_of(self._fonts.even)
        return self._own_bold if style.bold else self._own

    def _dress(self, style: Style) -> None:
        self._pdf.set_font("even" if style.even else self._family, "B" if style.bold else "", style.size)
        self._pdf.set_text_color(_GREY if style.grey else _BLACK)

    def _wrap(self, text: str, width: float, style: Style) -> list[Line]:
        """One paragraph in lines of that width."""
        text = self._fit(text).rstrip()
        if not text:
            return []
        if signs.is_shaped(text) or (not text.isascii() and any(ord(sign) not in self._signs(style) for sign in text)):
            return self._wrap_fancy(text, width, style)
        return [Line(found) for found in self._wrap_plain(text, width, style)]

    def _wrap_plain(self, text: str, width: float, style: Style) -> Iterator[str]:
        blank = self._wide(" ", style)
        line, used = "", 0.0
        for place, word in enumerate(text.split(" ")):
            wide = self._wide(word, style)
            if place and used + blank + wide <= width:
                line, used = f"{line} {word}", used + blank + wide
                continue
            if place:
                yield line
            rest = word
            while wide > width:
                most = self._fitting(rest, width, style)
                yield rest[:most]
                rest = rest[most:]
                wide = self._wide(rest, style)
            line, used = rest, wide
        yield line

    def _fitting(self, word: str, width: float, style: Style) -> int:
        """How many letters of a word that is too long go on one line; one at least."""
        used, most = 0.0, 0
        for sign in word:
            used += self._wide(sign, style)
            if used > width:
                break
            most += 1
        return max(1, most)

    def _wide(self, word: str, style: Style) -> float:
        key = (word, style)
        known = self._widths.get(key)
        if known is None:
            self._dress(style)
            known = self._pdf.get_string_width(word)
            # Long words are seldom met again.
            if len(word) < 20:
                self._widths[key] = known
        return known

    def _wrap_fancy(self, text: str, width: float, style: Style) -> list[Line]:
        from_right = signs.runs_from_right(text)
        with self._shaping(from_right):
            self._dress(style)
            found = self._pdf.multi_cell(width, text=text, dry_run=True, output="LINES", align="L", padding=0)
        assert isinstance(found, list)
        return [Line(str(line), fancy=True, from_right=from_right) for line in found]

    @contextmanager
    def _shaping(self, from_right: bool) -> Iterator[None]:
        # The letters that every reader has of its own cannot be shaped.
        if self._family != "main":
            yield
            return
        self._pdf.set_text_shaping(True, direction="rtl" if from_right else "ltr")
        self._pdf.c_margin = 0
        yield
        self._pdf.set_text_shaping(False)

    # ---- drawing

    @property
    def _width(self) -> float:
        return float(self._pdf.w) - 2 * _MARGIN

    @property
    def _end(self) -> float:
        return float(self._pdf.h) - _BOTTOM

    def _draw(
        self, lines: Sequence[Line], indent: float, width: float, style: Style, tag: str, *, bar: bool = False
    ) -> None:
        at = 0
        while at < len(lines):
            self.keep(style.height)
            room = max(1, int((self._end - self._y) / style.height))
            top = self._y
            with self._tagged(tag):
                for line in lines[at : at + room]:
                    self._line(line, indent, self._y, width, style)
                    self._y += style.height
            if bar:
                self._bar(indent - 3, top, self._y)
            at += room

    def _line(
        self, line: Line, indent: float, y: float, width: float, style: Style, *, right: bool | None = None
    ) -> None:
        """One line at its place; `right` says to which edge, else the one where its script begins."""
        if not line.text:
            return
        self._dress(style)
        if line.fancy:
            to_right = line.from_right if right is None else right
            with self._shaping(line.from_right):
                self._pdf.set_xy(_MARGIN + indent, y)
                self._pdf.cell(width, style.height, line.text, align="R" if to_right else "L")
            return
        x = _MARGIN + indent
        if right:
            x += width - self._pdf.get_string_width(line.text)
        self._pdf.text(x, y + style.height * 0.5 + style.size * _MM * 0.35, line.text)

    def _row(
        self, cells: Sequence[str], widths: Sequence[float], right: frozenset[int], style: Style,
        *, again: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """One row of a table, whole on one page; its headings stand there again where it begins a new one."""
        # A sum in the last column ends at the margin.
        inner = [wide - _GUTTER for wide in widths]
        inner[-1] += _GUTTER if len(widths) - 1 in right else 0
        laid = [self._wrap(cell, wide, style) for cell, wide in zip(cells, inner, strict=True)]
        height = style.height * max(1, *(len(lines) for lines in laid)) + 0.6
        if self._y + height > self._end:
            self.page()
            if any(again):
                self._row(again, widths, right, Style(SMALL, grey=True))
                self.rule()
        x = 0.0
        with self._tagged("P"):
            for place, (lines, wide) in enumerate(zip(laid, widths, strict=True)):
                for number, line in enumerate(lines):
                    self._line(line, x, self._y + number * style.height, inner[place], style, right=place in right)
                x += wide
        self._y += height

    def _bar(self, indent: float, top: float, bottom: float) -> None:
        with self._aside():
            self._pdf.set_draw_color(160)
            self._pdf.set_line_width(0.5)
            x = _MARGIN + indent
            self._pdf.line(x, top + 0.4, x, bottom - 0.4)

    def _list_contents(self, page: int, top: float) -> None:
        self._turn_to(page)
        style = Style(BODY)
        y = top
        for name, at in self._sections:
            with self._tagged("P"):
                (line, *_) = self._wrap(name, self._width - 20, style)
                self._line(line, 0, y, self._width - 20, style)
                self._line(Line(str(at)), self._width - 20, y, 20, style, right=True)
            self._pdf.link(_MARGIN, y, self._width, style.height, self._pdf.add_link(page=at))
            y += style.height * 1.25

    def _turn_to(self, page: int) -> None:
        """Draw on that page from here on; which letters stand there last, it does not know."""
        self._pdf.page = page
        self._pdf.current_font_is_set_on_page = False

    def _foot(self, number: int, last: int) -> None:
        style = Style(7.5, grey=True)
        y = float(self._pdf.h) - 14
        lines = self._wrap(self._footer, self._width - 30, style)
        with self._aside():
            if lines:
                self._line(lines[0], 0, y, self._width - 30, style)
            self._line(Line(f"{number} / {last}"), self._width - 30, y, 30, style, right=True)

    # ---- tags (ISO 32000-1, 14.8): inner parts of fpdf2, hence its narrow range in pyproject.toml

    @contextmanager
    def _tagged(self, kind: str) -> Iterator[None]:
        """What is drawn within is one element of the paper's structure, in this order."""
        pdf = self._pdf
        number, self._marks[pdf.page] = self._marks[pdf.page], self._marks[pdf.page] + 1
        _, parents = pdf.struct_builder.add_marked_content(pdf.page, f"/{kind}", number)
        pdf.pages[pdf.page].struct_parents = parents
        pdf._set_min_pdf_version("1.4")
        pdf._out(f"/{kind} <</MCID {number}>> BDC")
        yield
        pdf._out("EMC")

    @contextmanager
    def _aside(self) -> Iterator[None]:
        """What is drawn within is for the eye only."""
        self._pdf._out("/Artifact BMC")
        yield
        self._pdf._out("EMC")
