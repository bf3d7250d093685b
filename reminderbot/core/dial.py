"""A setting that an owner may want to try another value of: its place in the file, and its value as written there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Table(StrEnum):
    """Where in the file it stands."""

    # The days of one tier of the main ladder.
    LADDER = "ladder"
    # The days by which one segment waits longer.
    SEGMENT = "segment"
    SENDING = "sending"


@dataclass(frozen=True, slots=True)
class Dial:
    """One setting and its value."""

    table: Table
    # The tier's, the segment's or the key's.
    name: str
    value: str

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return f"{self.table}.{self.name}"
