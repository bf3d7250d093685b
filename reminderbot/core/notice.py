"""What the people who run this installation are told: a mail to each owner, a few words wherever else they listen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

# A server that takes none of our mail is not asked every minute.
AGAIN_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell; `mark` says in the mail's header which sort it is."""

    mark: str
    subject: str
    text: str
