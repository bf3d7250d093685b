"""Renders letters: the owner's files, kept as last good versions, filled with one customer's facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

from reminderbot.compose.errors import BadLetter, EmptyValue, LetterError, Mistake, NoLetter, TooLong
from reminderbot.compose.facts import LetterFacts
from reminderbot.compose.files import EmailFile, LayoutFile, SmsFile, TextFile
from reminderbot.compose.letter import fingerprint
from reminderbot.compose.slots import Values, fill_html, fill_text
from reminderbot.compose.sms import MOST_SEGMENTS, fitted
from reminderbot.compose.watch import Fixed, Watched
from reminderbot.compose.words import WORDS, base
from reminderbot.core.ladder import Channel

T = TypeVar("T")

FOOTER = "footer"
_ENDINGS = {Channel.EMAIL: ".email.md", Channel.SMS: ".sms.txt", None: ".md"}

# promises.md S3: what is longer was not meant.
MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    """A letter with its values: subject in one line, text with "\\n" line ends, a whole HTML page."""

    subject: str
    text: str
    html: str
    # The content hash of letter, footer and layout.
    version: str
    # The content hashes of the files of a language it was made from.
    wordings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderedSms:
    """A text message with its values, and what it costs: segments in "GSM-7" or "UCS-2"."""

    text: str
    segments: int
    encoding: str
    version: str
    wordings: tuple[str, ...] = ()


class Letters:
    """The letters in a folder, read again when a file changes; an edit with mistakes leaves the version before in use.

    A changed file counts once it has been left alone for `settled_after` seconds, so that half-saved text never does.
    """

    def __init__(self, folder: Path, settled_after: float = 1.0) -> None:
        self.folder = folder
        self._settled_after = settled_after
        self._watched: dict[str, Watched[Any]] = {}

    def languages(self, letter: str, channel: Channel | None) -> frozenset[str]:
        """The languages that `letter` is written in for `channel`; None: as talking points."""
        try:
            folders = [found for found in self.folder.iterdir() if found.is_dir()]
        except OSError:
            return frozenset()
        return frozenset(found.name for found in folders if (found / f"{letter}{_ENDINGS[channel]}").is_file())

    def render_email(self, facts: LetterFacts) -> RenderedEmail:
        """The e-mail for `facts`; LetterError where there is no such letter or it came out too long."""
        language, letter = self._find(facts.languages, facts.letter + _ENDINGS[Channel.EMAIL], EmailFile)
        _, footer = self._find(facts.languages, FOOTER + _ENDINGS[Channel.EMAIL], TextFile)
        layout = self._layout()
        as_text: Values = {**facts.values, "items": facts.listing.as_text()}
        as_html: Values = {**facts.values, "items": facts.listing.as_html()}
        subject = " ".join(fill_text(letter.subject(as_text), as_text).split())
        body, foot = letter.body(as_text), footer.body(as_text)
        page: Values = {
            **facts.values,
            "subject": subject,
            "language": language,
            "body": fill_html(body.html, as_html),
            "footer": fill_html(foot.html, as_html),
        }
        # RFC 3676 4.3: mail programs leave out what follows "-- " when they answer.
        text = f"{body.text(as_text)}\n-- \n{foot.text(as_text)}"
        html = fill_html(layout.page(page), page)
        _refuse_long(facts.letter, text, html)
        version = _version(letter.source, footer.source, layout.source)
        return RenderedEmail(subject, text, html, version, (_version(letter.source), _version(footer.source)))

    def render_sms(self, facts: LetterFacts) -> RenderedSms:
        """The text message for `facts`; TooLong where it needs more than two segments."""
        _, letter = self._find(facts.languages, facts.letter + _ENDINGS[Channel.SMS], SmsFile)
        text, size = fitted(" ".join(fill_text(letter.text(facts.values), facts.values).split()))
        if size.segments > MOST_SEGMENTS:
            raise TooLong(
                f"the text message '{facts.letter}' would take {size.segments} segments in {size.encoding}"
                f" ({len(text)} characters), and {MOST_SEGMENTS} are allowed: shorten it"
            )
        return RenderedSms(text, size.segments, size.encoding, letter.version, (letter.version,))

    def render_notes(self, facts: LetterFacts) -> str:
        """Talking points for a person (call.md), as plain text."""
        _, notes = self._find(facts.languages, facts.letter + _ENDINGS[None], TextFile)
        values: Values = {**facts.values, "items": facts.listing.as_text()}
        return notes.body(values).text(values)

    def mistakes(self) -> list[str]:
        """Every mistake in every letter: file, line, what is wrong and the cure; none: all can be used."""
        if not self.folder.is_dir():
            return [f"{self.folder}: there is no such folder: reminderbot init writes one with letters in it"]
        found = [] if (self.folder / "layout.html").is_file() else [f"{self.folder / 'layout.html'}: it is missing"]
        for name in self.names():
            found += [f"{self.folder / name}, {mistake}" for mistake in self.mistakes_in(name)]
        return found + [f"{folder}: {what}" for folder, what in self._incomplete()]

    def mistakes_in(self, name: str) -> list[Mistake]:
        """What is wrong with one file of the folder, e.g. "en/gentle.email.md"; none where it is no letter."""
        kind = _kind(name)
        return self._watch(name, kind).look_now() if kind else []

    def names(self) -> list[str]:
        """The files that letters are made of, by their place in the folder."""
        files = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return [name for path in files if _kind(name := path.relative_to(self.folder).as_posix())]

    def _incomplete(self) -> list[tuple[Path, str]]:
        found = []
        for folder in sorted(path for path in self.folder.iterdir() if any(path.glob("*.email.md"))):
            if base(folder.name) not in WORDS:
                found.append((folder, f"no sums and dates are known in this language; there are {', '.join(WORDS)}"))
            elif "-" not in folder.name and not (folder / "footer.email.md").is_file():
                found.append((folder, "footer.email.md is missing: it tells your address and how to stop reminders"))
        return found

    def _find(self, languages: tuple[str, ...], name: str, read: Callable[[str], T]) -> tuple[str, T]:
        for language in languages:
            found = self._watch(f"{language}/{name}", read).current()
            if found is not None:
                return language, found
        raise NoLetter(
            f"there is no letter {name} in {', '.join(languages)}: write {self.folder / languages[-1] / name}"
        )

    def _layout(self) -> LayoutFile:
        layout = self._watch("layout.html", LayoutFile).current()
        if layout is None:
            raise NoLetter(f"there is no layout: put layout.html into {self.folder}")
        return layout

    def _watch(self, name: str, read: Callable[[str], T]) -> Watched[T]:
        watched = self._watched.get(name)
        if watched is None:
            watched = self._watched[name] = Watched(self.folder / name, partial(_read, read), self._settled_after)
        return watched


class Draft(Letters):
    """The letters in a folder, one of them as somebody is about to change it; nothing is written there."""

    def __init__(self, folder: Path, name: str, source: str) -> None:
        super().__init__(folder, settled_after=0)
        kind = _kind(name)
        if kind:
            self._watched[name] = Fixed(folder / name, partial(_read, kind), source)


# Taking a letter apart costs ten times as much as filling it in, and the desk looks at the same ones again and again.
@lru_cache(maxsize=256)
def _read(kind: Callable[[str], Any], source: str) -> Any:
    return kind(source)


def _kind(name: str) -> Callable[[str], object] | None:
    if name == "layout.html":
        return LayoutFile
    if name.count("/") != 1:
        return None
    if name.endswith(".sms.txt"):
        return SmsFile
    if name.endswith("/footer.email.md"):
        return TextFile
    if name.endswith(".email.md"):
        return EmailFile
    return TextFile if name.endswith(".md") else None


@lru_cache(maxsize=256)
def _version(*sources: str) -> str:
    return fingerprint(*sources)


def _refuse_long(letter: str, text: str, html: str) -> None:
    longest = max(len(text), len(html))
    if longest > MOST_BYTES or max(len(text.encode()), len(html.encode())) > MOST_BYTES:
        raise TooLong(f"the letter '{letter}' came out longer than {MOST_BYTES // 1024} kB: shorten it")


__all__ = [
    "BadLetter",
    "Draft",
    "EmptyValue",
    "LetterError",
    "Letters",
    "NoLetter",
    "RenderedEmail",
    "RenderedSms",
    "TooLong",
]
