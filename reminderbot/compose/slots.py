"""Slots: where a customer's values go into a letter that was read without them.

A letter goes through Jinja and Markdown with slots in place of values, so that a value is never read as Markdown,
HTML or a template; and the costly part is done once a letter, not once a customer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from reminderbot.compose.errors import EmptyValue
from reminderbot.compose.schema import FACTS, LAYOUT, Fact, Shown

NAMES: Mapping[str, Fact] = {**FACTS, **LAYOUT}
_NUMBER = {name: number for number, name in enumerate(NAMES)}
_NAME = list(NAMES)

# Letters and figures only: passes through Jinja, Markdown and the encoding of links unchanged.
MARK = "q7slot"
_MARKER = re.compile(r"q7slot(\d{3})([ulc]*)x7q")

FILTERS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "upper": ("u", str.upper),
    "lower": ("l", str.lower),
    "capitalize": ("c", lambda text: text[:1].upper() + text[1:]),
}
"""What `{{ name|filter }}` may do to a value; `default('...')` comes on top."""
_CHANGE = dict(FILTERS.values())

# Keeps a sum or a date in one piece while lines are broken.
NBSP = "\u00a0"

Values = Mapping[str, str | bool]


@dataclass(frozen=True, slots=True)
class Slot:
    """Stands for a fact while a letter is read: prints as a marker, and is as true or empty as the value."""

    name: str
    filled: bool
    changes: str = ""

    def __str__(self) -> str:
        return f"{MARK}{_NUMBER[self.name]:03d}{self.changes}x7q"

    def __bool__(self) -> bool:
        return self.filled

    def changed(self, code: str) -> Slot:
        """The same slot, whose value is changed by one more filter."""
        return Slot(self.name, self.filled, self.changes + code)


@dataclass(frozen=True, slots=True)
class Hole:
    """Where a value is put: its name, what is done to it, and whether it stands inside a tag or a link."""

    name: str
    changes: str = ""
    bare: bool = False

    def text(self, values: Values) -> str:
        """The value as plain text, a sum or date held together by no-break spaces."""
        value = self._value(values)
        return value.replace(" ", NBSP) if NAMES[self.name].shown is Shown.WHOLE else value

    def html(self, values: Values) -> str:
        """The value as HTML: escaped, and a link where it is an address."""
        shown = NAMES[self.name].shown
        if shown in (Shown.HTML, Shown.BLOCK):
            return str(values[self.name])
        text = escape(self._value(values))
        if self.bare:
            return text
        if shown is Shown.URL:
            return f'<a href="{text}">{text}</a>'
        return f'<a href="mailto:{text}">{text}</a>' if shown is Shown.EMAIL else text

    def _value(self, values: Values) -> str:
        value = str(values[self.name])
        if not value:
            raise EmptyValue(self.name)
        for code in self.changes:
            value = _CHANGE[code](value)
        return value


Part = str | Hole


def parts(text: str) -> list[Part]:
    """`text` cut at its markers."""
    found: list[Part] = []
    end = 0
    for match in _MARKER.finditer(text):
        found += [text[end : match.start()], Hole(_NAME[int(match[1])], match[2])]
        end = match.end()
    return [part for part in (*found, text[end:]) if part]


def html_parts(html: str) -> list[Part]:
    """`html` cut at its markers; those inside a tag or a link are marked bare."""
    found: list[Part] = []
    before = ""
    for part in parts(html):
        if isinstance(part, str):
            before += part
            found.append(part)
        else:
            in_tag = before.rfind("<") > before.rfind(">")
            in_link = before.rfind("<a ") > before.rfind("</a>")
            found.append(Hole(part.name, part.changes, in_tag or in_link))
    return found


def fill_text(pieces: Sequence[Part], values: Values) -> str:
    """Plain text with the values in it."""
    return "".join([piece if isinstance(piece, str) else piece.text(values) for piece in pieces])


def fill_html(pieces: Sequence[Part], values: Values) -> str:
    """HTML with the values in it, each escaped."""
    return "".join([piece if isinstance(piece, str) else piece.html(values) for piece in pieces])
