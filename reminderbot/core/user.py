"""Who works at the desk, what their role lets them do, and how long a session and a series of wrong passwords last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# OWASP's ASVS 2.1: passwords of at least 12 characters, and long ones must be let in.
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200

# promises.md S13: a session ends after half an hour of nothing, and after twelve hours whatever happens.
IDLE = timedelta(minutes=30)
LONGEST_SESSION = timedelta(hours=12)

# promises.md S15: so many wrong passwords in so long a time, for one name and from one address.
MOST_FAILURES = 10
FAILURES_COUNT_FOR = timedelta(minutes=15)
# Slips cost nothing; from here on each failure doubles the wait.
_FREE_FAILURES = 3

INVITATION_LASTS = timedelta(hours=24)


class Role(StrEnum):
    """A collector works the answers; an owner also edits letters and says who works here."""

    COLLECTOR = "collector"
    OWNER = "owner"

    def includes(self, needed: Role) -> bool:
        """Whether whoever has this role may do what `needed` may."""
        return self is Role.OWNER or self is needed


@dataclass(frozen=True, slots=True)
class User:
    """One person with a key to the desk."""

    user_id: int
    # What they sign in with, and what the journal calls them.
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in."""

    user: User
    began_at: datetime
    seen_at: datetime

    def is_alive(self, now: datetime) -> bool:
        return now - self.seen_at < IDLE and now - self.began_at < LONGEST_SESSION


def next_try_at(failures: Sequence[datetime]) -> datetime | None:
    """When a password may be tried again after these failures, oldest first; None: at once."""
    if not failures:
        return None
    if len(failures) >= MOST_FAILURES:
        return failures[-MOST_FAILURES] + FAILURES_COUNT_FOR
    over = len(failures) - _FREE_FAILURES
    return failures[-1] + timedelta(seconds=2**over) if over > 0 else None
