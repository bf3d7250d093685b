"""The wordings that letters have had: kept whole, by content hash, so that every one can be gone back to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select

from reminderbot.core.letter_version import How, LetterVersion, Rulings
from reminderbot.store.tables import letter_version

_IN_USE = letter_version.c.how != How.SET_ASIDE.value


def keep(connection: Connection, version: LetterVersion) -> int:
    """Keep a wording; gives its number."""
    values = {name: getattr(version, name) for name in _PLAIN}
    values |= {"how": version.how.value, "stood_by": list(version.stood_by)}
    result = connection.execute(insert(letter_version).values(**values))
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0])


_PLAIN = ("file", "digest", "source", "made_at", "made_by", "why", "override", "counts_from")


def of_file(connection: Connection, file: str, limit: int = 100) -> list[LetterVersion]:
    """The wordings of one file, the newest first."""
    query = select(letter_version).where(letter_version.c.file == file).order_by(letter_version.c.version_id.desc())
    return [_version_of(row) for row in connection.execute(query.limit(limit))]


def get(connection: Connection, version_id: int) -> LetterVersion | None:
    row = connection.execute(select(letter_version).where(letter_version.c.version_id == version_id)).first()
    return None if row is None else _version_of(row)


def newest_in_use(connection: Connection, file: str) -> LetterVersion | None:
    """What we last knew to lie in the folder as `file`."""
    query = select(letter_version).where(letter_version.c.file == file, _IN_USE)
    row = connection.execute(query.order_by(letter_version.c.version_id.desc()).limit(1)).first()
    return None if row is None else _version_of(row)


def was_in_use(connection: Connection, digest: str, now: datetime) -> bool:
    """Whether letters have carried this wording before."""
    query = select(letter_version.c.version_id).where(letter_version.c.digest == digest, _IN_USE)
    return connection.execute(query.where(letter_version.c.counts_from <= now).limit(1)).first() is not None


def rulings(connection: Connection, now: datetime) -> Rulings:
    """What holds now for wordings that were published: the youngest ones wait, and some were answered for."""
    columns = (letter_version.c.digest, letter_version.c.counts_from, letter_version.c.stood_by)
    matters = or_(letter_version.c.counts_from > now, letter_version.c.override != "")
    waits: dict[str, datetime] = {}
    excused: dict[str, frozenset[str]] = {}
    for digest, counts_from, words in connection.execute(select(*columns).where(_IN_USE, matters)):
        # One that was in use before is published again to count at once.
        waits[digest] = min(counts_from, waits.get(digest, counts_from))
        excused[digest] = excused.get(digest, frozenset()) | frozenset(words)
    return Rulings(waits, excused)


def _version_of(row: Row[Any]) -> LetterVersion:
    told = {name: getattr(row, name) for name in ("version_id", *_PLAIN)}
    return LetterVersion(how=How(row.how), stood_by=tuple(row.stood_by), **told)
