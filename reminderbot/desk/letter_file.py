"""The letters as an owner finds them: by language and tier, each with its words and where those come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection

from reminderbot.compose.errors import BadLetter
from reminderbot.compose.letter import MOST_CHARS, fingerprint
from reminderbot.compose.render import FOOTER, Letters
from reminderbot.compose.watch import read_source
from reminderbot.compose.words import WORDS, base
from reminderbot.core.beside import TIERS
from reminderbot.core.business import Business
from reminderbot.core.ladder import Channel, Ladder, Task, Tier
from reminderbot.core.letter_version import How, LetterVersion
from reminderbot.desk.letters import Remark, check_letters, letter_of, tiers_of
from reminderbot.desk.refusal import Refused
from reminderbot.desk.setup import shipped_templates
from reminderbot.house import House
from reminderbot.store import letter_version

_ENDINGS = ((".email.md", Channel.EMAIL), (".sms.txt", Channel.SMS), (".md", None))


@dataclass(frozen=True, slots=True)
class LetterName:
    """One file of the letters folder: "en/gentle.email.md" is the e-mail of `gentle` in English."""

    name: str

    @property
    def language(self) -> str:
        return self.name.partition("/")[0]

    @property
    def file(self) -> str:
        return self.name.partition("/")[2]

    @property
    def ending(self) -> str:
        return next(ending for ending, _ in _ENDINGS if self.name.endswith(ending))

    @property
    def letter(self) -> str:
        return self.file.removesuffix(self.ending)

    @property
    def channel(self) -> Channel | None:
        """By which it goes; None: talking points, which nobody is sent."""
        return dict(_ENDINGS)[self.ending]

    @property
    def is_footer(self) -> bool:
        return self.letter == FOOTER and self.channel is Channel.EMAIL


@dataclass(frozen=True, slots=True)
class LetterFile:
    """One letter as it lies in the folder now."""

    name: LetterName
    path: Path
    source: str
    changed_at: datetime

    @property
    def digest(self) -> str:
        return fingerprint(self.source)


@dataclass(frozen=True, slots=True)
class Row:
    """The letters of one tier in one language; `tier` is None for what belongs to all of them, or to none."""

    letter: str
    tier: Tier | None
    names: tuple[LetterName, ...]
    # What the ladder asks for and is not there.
    missing: tuple[Channel | None, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All letters of one language, in the ladder's order; `remarks` are about files as such, or the whole ladder."""

    language: str
    languages: tuple[str, ...]
    rows: tuple[Row, ...]
    remarks: tuple[Remark, ...]


def names(house: House) -> list[LetterName]:
    """Every letter that can be edited."""
    return [LetterName(name) for name in house.letters.names() if "/" in name]


def open_letter(house: House, name: str) -> LetterFile:
    """The letter as it lies in the folder; Refused where there is none of that name, or it cannot be read whole."""
    found = next((known for known in names(house) if known.name == name), None)
    if found is None:
        raise Refused(f"There is no letter {name}.")
    # A link stays one, and leads where it led.
    path = (house.letters.folder / name).resolve()
    try:
        source, looked = read_source(path), path.stat()
    except BadLetter as error:
        raise Refused(f"{name} cannot be edited here ({error}).") from None
    except OSError as error:
        raise Refused(f"{name} cannot be read ({error.strerror}).") from None
    if len(source) > MOST_CHARS:
        raise Refused(f"{name} is longer than {MOST_CHARS} characters: shorten the file itself.")
    return LetterFile(found, path, source, datetime.fromtimestamp(looked.st_mtime, UTC))


def in_use(house: House, connection: Connection, file: LetterFile) -> LetterVersion:
    """The wording that lies in the folder, and whose it is: as the store knows it, or changed since by hand."""
    known = letter_version.newest_in_use(connection, file.name.name)
    if known is not None and known.digest == file.digest:
        return known
    at = min(file.changed_at, house.clock.now())
    how = How.SHIPPED if known is None and _is_ours(file) else How.BY_HAND
    return LetterVersion(None, file.name.name, file.digest, file.source, how, at, counts_from=at)


def _is_ours(file: LetterFile) -> bool:
    ours = shipped_templates() / file.name.name
    return ours.is_file() and read_source(ours) == file.source


def shelf(house: House, language: str = "") -> Shelf:
    """The letters in `language` (none: the house's own), with all that speaks against them."""
    every = names(house)
    languages = _languages(every, house.business.language)
    chosen = language if language in languages else next(iter(languages), "")
    remarks = _checked(house.letters.folder, _look(house.letters.folder), house.rules.ladders, house.business, chosen)
    rows = tuple(_rows(tiers_of(house.rules.ladders), [name for name in every if name.language == chosen], remarks))
    told = {row.letter for row in rows}
    return Shelf(chosen, languages, rows, tuple(remark for remark in remarks if remark.letter not in told))


def spelling(house: House, language: str) -> str:
    """How letters of the folder `language` are written to made-up customers: in the house's own spelling of it."""
    own = house.business.language
    return own if base(own) == language else language


def _languages(every: list[LetterName], own: str) -> tuple[str, ...]:
    """The house's own first."""
    folders = {name.language for name in every if base(name.language) in WORDS}
    return tuple(sorted(folders, key=lambda folder: (folder != own, folder != base(own), folder)))


def _rows(tiers: Sequence[Tier], here: list[LetterName], remarks: tuple[Remark, ...]) -> Iterator[Row]:
    left = {name.name: name for name in here}
    for tier in (*tiers, *TIERS):
        letter = letter_of(tier)
        if tier.task is Task.REVIEW or (tier in TIERS and all(name.letter != letter for name in here)):
            continue
        mine = tuple(name for name in here if name.letter == letter)
        wanted = (None,) if tier.task is Task.CALL else tier.channels
        missing = tuple(channel for channel in wanted if channel not in {name.channel for name in mine})
        yield Row(letter, tier, mine, missing, tuple(remark for remark in remarks if remark.letter == letter))
        for name in mine:
            left.pop(name.name, None)
    for letter in dict.fromkeys(name.letter for name in left.values()):
        yield Row(letter, None, tuple(name for name in left.values() if name.letter == letter), (), ())


_Look = tuple[tuple[str, int, int], ...]


def _look(folder: Path) -> _Look:
    """Enough to see that any file was changed."""
    seen = ((path, path.stat()) for path in sorted(folder.rglob("*")) if path.is_file())
    return tuple((str(path), looked.st_mtime_ns, looked.st_size) for path, looked in seen)


# Reading along in one language takes half a second: it is done again when a file has changed.
@lru_cache(maxsize=16)
def _checked(
    folder: Path, _seen: _Look, ladders: tuple[Ladder, ...], business: Business, language: str
) -> tuple[Remark, ...]:
    spoken = business.language if base(business.language) == language else language
    return tuple(check_letters(Letters(folder), ladders, spoken, business))
