"""The files a letter is made of, each checked in all its variants when it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from itertools import product
from typing import Generic, TypeVar

from reminderbot.compose.errors import BadLetter, Mistake
from reminderbot.compose.letter import Wording, fingerprint, read_wording
from reminderbot.compose.markdown import Misplaced, Mould, mould
from reminderbot.compose.schema import FACTS, LAYOUT, Fact
from reminderbot.compose.slots import Part, Values, html_parts, parts

T = TypeVar("T")

_SMS = {name: fact for name, fact in FACTS.items() if name != "items"}
# More conditions than this are tried one by one instead of in every combination.
_ALL_COMBINATIONS = 6
_FETCHING_TAGS = frozenset(
    (
        "script",
        "link",
        "iframe",
        "frame",
        "object",
        "embed",
        "img",
        "picture",
        "source",
        "audio",
        "video",
        "form",
        "input",
        "button",
        "base",
        "svg",
    )
)
_FETCHING = ("url(", "@import", "expression(", "javascript:")


class Piece(Generic[T]):
    """A wording with its variants, each shaped once."""

    def __init__(self, wording: Wording, shape: Callable[[str], T]) -> None:
        self._wording = wording
        self._shape = shape
        self._shaped: dict[tuple[bool, ...], T] = {}

    def __call__(self, values: Values) -> T:
        """The variant that these values call for."""
        key = self._wording.key(values)
        found = self._shaped.get(key)
        if found is None:
            found = self._shaped[key] = self._shape(self._wording.variant(values))
        return found

    def variants(self, names: Mapping[str, Fact]) -> Iterator[T]:
        """The variants in which it may come, for checking; many conditions are tried one at a time."""
        decisive = self._wording.decisive
        if len(decisive) <= _ALL_COMBINATIONS:
            cases = [
                dict(zip(decisive, truths, strict=True)) for truths in product((True, False), repeat=len(decisive))
            ]
        else:
            cases = [{name: name == odd for name in decisive} for odd in ("", *decisive)]
            cases += [{name: name != odd for name in decisive} for odd in ("", *decisive)]
        for case in cases:
            yield self({**dict.fromkeys(names, True), **case})


class EmailFile:
    """NAME.email.md: `Subject: ...` in the first line, then Markdown."""

    def __init__(self, source: str) -> None:
        first, _, body = source.partition("\n")
        start, _, subject = first.lstrip("\ufeff").partition(":")
        if start.strip().lower() != "subject" or not subject.strip():
            raise BadLetter([Mistake(1, "the first line must be the subject: Subject: About invoice {{ invoice }}")])
        self.source = source
        self.subject = Piece(_wording(subject.strip(), _SMS, 1), lambda text: tuple(parts(text)))
        self.body = Piece(_wording(body, FACTS, 2), mould)
        _try_all(self.subject, _SMS, 1, first, "the subject")
        _try_all(self.body, FACTS, 2, body, "the letter")


class TextFile:
    """Markdown without a subject: the footer, or talking points for a person."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.body = Piece(_wording(source, FACTS, 1), mould)
        _try_all(self.body, FACTS, 1, source, "the text")


class SmsFile:
    """NAME.sms.txt: plain words; line ends count as spaces."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.version = fingerprint(source)
        self.text = Piece(_wording(source, _SMS, 1), lambda text: tuple(parts(text.strip())))
        _try_all(self.text, _SMS, 1, source, "the text message")


class LayoutFile:
    """layout.html: the page around the letter; nothing in it may be fetched from elsewhere."""

    def __init__(self, source: str) -> None:
        fetching = _Fetching()
        fetching.feed(source)
        if fetching.found:
            raise BadLetter(fetching.found)
        missing = [name for name in ("body", "footer") if "{{ " + name + " }}" not in source]
        if missing:
            raise BadLetter([Mistake(1, f"put {{{{ {missing[0]} }}}} where the {missing[0]} shall stand")])
        self.source = source
        self.page: Piece[tuple[Part, ...]] = Piece(read_wording(source, LAYOUT), lambda text: tuple(html_parts(text)))


def _wording(source: str, names: Mapping[str, Fact], first_line: int) -> Wording:
    if not source.strip():
        raise BadLetter([Mistake(first_line, "there are no words in it: write the letter below the subject")])
    return read_wording(source, names, first_line)


def _try_all(piece: Piece[T], names: Mapping[str, Fact], line: int, source: str, what: str) -> None:
    try:
        for shaped in piece.variants(names):
            if not (shaped.blocks if isinstance(shaped, Mould) else shaped):
                raise BadLetter([Mistake(line, f"{what} is empty where an {{% if %}} does not hold: add {{% else %}}")])
    except Misplaced as error:
        raise BadLetter([Mistake(line + _lines_above(error.name, source), str(error))]) from None


def _lines_above(name: str, source: str) -> int:
    used = re.search(r"\{\{-?\s*" + name, source)
    return source.count("\n", 0, used.start()) if used else 0


class _Fetching(HTMLParser):
    """Finds whatever would make a mail program fetch or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Mistake] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _FETCHING_TAGS:
            self._note(f"<{tag}> is not for letters: leave it out")
        for name, value in attrs:
            low = (value or "").lower().replace(" ", "")
            if name.startswith("on") or name in ("src", "srcset", "background", "http-equiv"):
                self._note(f"{name}= is not for letters: leave it out")
            if any(call in low for call in _FETCHING):
                self._note(f"{name}= would fetch or run something: leave it out")

    def handle_data(self, data: str) -> None:
        if any(call in data.lower().replace(" ", "") for call in _FETCHING):
            self._note("the style would fetch something: leave it out")

    def _note(self, what: str) -> None:
        self.found.append(Mistake(self.getpos()[0], what))
