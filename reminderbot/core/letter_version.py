"""Versions of a letter: which wording was in use when, who put it there, and which sharp words they answer for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class How(StrEnum):
    """How a wording came to be kept."""

    PUBLISHED = "published"
    # It was found in the file when somebody published another one.
    BY_HAND = "by_hand"
    SHIPPED = "shipped"
    # Written at the desk and not published, for the file had been changed meanwhile.
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True)
class LetterVersion:
    """One wording of one file, as the store keeps it."""

    # None: it lies in the folder alone, and is kept when another one takes its place.
    version_id: int | None
    # Its place in the letters folder, e.g. "en/gentle.email.md".
    file: str
    # The content hash, as a letter sent carries it.
    digest: str
    source: str
    how: How
    made_at: datetime
    # Empty: nobody knows who edits by hand.
    made_by: str = ""
    why: str = ""
    # Why an owner published it in spite of these sharp words; empty: there were none.
    override: str = ""
    stood_by: tuple[str, ...] = ()
    # From when on letters carry it (promises.md S28).
    counts_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rulings:
    """What owners have said of wordings, by content hash: from when they count, and which sharp words they may say."""

    counts_from: Mapping[str, datetime] = field(default_factory=dict)
    stood_by: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def wait(self, wordings: Iterable[str], now: datetime) -> datetime | None:
        """When a letter made of these wordings may leave; None: at once."""
        return max((at for digest in wordings if (at := self.counts_from.get(digest)) and at > now), default=None)

    def excused(self, wordings: Iterable[str]) -> frozenset[str]:
        """The sharp words that an owner answers for in a letter made of these wordings."""
        return frozenset().union(*(self.stood_by.get(digest, frozenset()) for digest in wordings))
