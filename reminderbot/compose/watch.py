"""Keeps one file as its last good version, and reads it again when it was changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from reminderbot.clock import elapsed
from reminderbot.compose.errors import BadLetter, Mistake
from reminderbot.compose.letter import MOST_CHARS

T = TypeVar("T")
# When the file was changed, its size and inode: enough to see every edit.
_Look = tuple[int, int, int]


class Watched(Generic[T]):
    """One file of the letters folder."""

    def __init__(self, path: Path, read: Callable[[str], T], settled_after: float) -> None:
        self.path = path
        self.mistakes: list[Mistake] = []
        self._read = read
        self._settled_after = settled_after
        self._good: T | None = None
        self._seen: _Look | None = None
        # A change we have noticed, and when: it counts once the file has been left alone.
        self._changing: tuple[_Look, float] | None = None

    def current(self) -> T | None:
        """The last good version; None where there is no such file. BadLetter where it never was good."""
        look = self._look()
        if look is None:
            self._good, self._seen, self.mistakes = None, None, []
            return None
        if look != self._seen and (self._good is None or self._settled(look)):
            self._reload(look)
        if self._good is None:
            raise BadLetter(self.mistakes)
        return self._good

    def look_now(self) -> list[Mistake]:
        """What is wrong with the file as it is on disk now, without waiting for it to settle."""
        look = self._look()
        if look is not None and look != self._seen:
            self._reload(look)
        return self.mistakes

    def _look(self) -> _Look | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _settled(self, look: _Look) -> bool:
        if self._changing is None or self._changing[0] != look:
            self._changing = look, elapsed()
        return elapsed() - self._changing[1] >= self._settled_after

    def _reload(self, look: _Look) -> None:
        self._seen, self._changing = look, None
        try:
            self._good = self._read(self._source())
            self.mistakes = []
        except BadLetter as error:
            self.mistakes = error.mistakes

    def _source(self) -> str:
        return read_source(self.path)


class Fixed(Watched[T]):
    """What somebody is writing, in the place of a file."""

    def __init__(self, path: Path, read: Callable[[str], T], source: str) -> None:
        super().__init__(path, read, 0)
        self._written = source

    def _look(self) -> _Look | None:
        return 0, 0, 0

    def _source(self) -> str:
        return self._written


def read_source(path: Path) -> str:
    """The words of a letter's file, whatever its line ends; BadLetter where they cannot be read."""
    try:
        raw = path.read_bytes()[: 4 * MOST_CHARS + 1]
        return with_plain_ends(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadLetter([Mistake(line, "a character is not UTF-8: save the file as UTF-8")]) from None
    except OSError as error:
        raise BadLetter([Mistake(1, f"it cannot be read: {error.strerror}")]) from None


def with_plain_ends(text: str) -> str:
    """`text` with "\\n" at the end of each line, as every letter is read."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
