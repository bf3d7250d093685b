"""Whether the store and what lies beside it tell one history; anything else was restored, copied, cut or lost.

Pure. Each side keeps a mark of the other: the store how its send log stood, the state folder how far the journal was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class LogState(StrEnum):
    """How the send log stands beside what the store knows of it."""

    SOUND = "sound"
    SHORTER = "shorter"
    # Not the file that it was, though no shorter.
    ANOTHER = "another"
    # A folder, a link to nothing, a file of somebody else: `log_trouble` tells.
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class History:
    """What the store, the send log and the secret key say of one another."""

    log: LogState = LogState.SOUND
    # Reminders of which the log knows an attempt that the store does not.
    lost: Sequence[int] = ()
    # The journal's last line, as the state folder remembers it and as the store has it.
    journal_seen: int = 0
    journal: int = 0
    # A canary that this store has never sent came back.
    foreign_canary: bool = False
    another_key: bool = False
    # What is wrong with a log that is UNUSABLE, and where it lies.
    log_trouble: str = ""

    @property
    def is_behind(self) -> bool:
        """Whether the store is older than the folder beside it."""
        return bool(self.lost) or self.foreign_canary or self.journal_seen > self.journal


def log_state(known: tuple[int, int] | None, now: tuple[int, int], *, grown: bool = True) -> LogState:
    """How a log of (size, moment of the last change) `now` stands to what was `known` of it; None: nothing.

    With `grown` what is longer begins as it was, as far as that was looked at.
    """
    if known is None or known == now:
        return LogState.SOUND
    if now[0] < known[0]:
        return LogState.SHORTER
    # Longer is what a crash right after an attempt leaves; its lines are compared one by one.
    return LogState.SOUND if now[0] > known[0] and grown else LogState.ANOTHER
