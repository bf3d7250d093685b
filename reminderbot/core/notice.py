"""What the people who run this installation are told: a mail to each owner, a few words wherever else they listen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

# A server that takes none of our mail is not asked every minute.
AGAIN_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell; `mark` says in the mail's header which sort it is."""

    mark: str
    subject: str
    text: str
    # What may pass through anybody's hands: no customer's words, no server's. Empty: it goes by mail alone.
    short: str = ""


class Pushed(StrEnum):
    """What became of a few words on their way to a service, or what is known of its address."""

    TAKEN = "taken"
    # Nobody took it in time; it may have arrived all the same.
    FAILED = "failed"
    # No service has such addresses.
    UNKNOWN = "unknown"
    # The library that knows the services is not there.
    MISSING = "missing"
