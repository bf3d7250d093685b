"""What became of an attempt to send, and what follows from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, assert_never

from reminderbot.core.message import OutgoingMessage


class Blame(StrEnum):
    """Whose fault a refusal is: decides who is left in peace and who is told."""

    # No such mailbox, not a mobile number: this address is used no more.
    ADDRESS = "address"
    # This message only (too large, bad syntax): a person looks at it.
    MESSAGE = "message"
    # Our standing with the relay or carrier (authentication, policy, spam block): the channel halts.
    CHANNEL = "channel"
    # Our standing with the carrier for numbers of one country (not permitted, not registered there): those wait.
    COUNTRY = "country"
    # The recipient told the carrier to stop (Twilio 21610, 30004).
    OPT_OUT = "opt_out"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took it; `reference` is its queue id or MessageSid."""

    reference: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Provably not sent; the same bytes may go later."""

    why: str
    code: str = ""
    # The server named a pause (Retry-After).
    wait: timedelta | None = None
    # The channel itself is in trouble (cannot connect, log in or agree on TLS): the whole batch stops here.
    halts: bool = False
    # The log-in is refused: the channel is left alone until a person mends it. The message waits for nothing else.
    locked_out: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The server said no for good."""

    why: str
    blame: Blame
    code: str = ""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """It may or may not have been taken; a second copy would be worse than none."""

    why: str


Outcome = Accepted | Deferred | Refused | Uncertain

# RFC 5321 4.5.4.1 asks for 30 minutes between tries; greylisting is commonly over after five.
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=4)


# As in: the mail server answered RCPT with 554 5.7.1 <jane@acme.example>: Jane Roe is not for you
_QUOTED = re.compile(r"(answered [\w ]{1,20} with [2-5]\d\d(?: [245]\.\d{1,3}\.\d{1,3})?) .*", re.DOTALL)


def unquoted(why: str) -> str:
    """`why` without a mail server's own words, which may name whom the message was for; its codes stay."""
    return _QUOTED.sub(r"\1", why)


class State(StrEnum):
    """Where a reminder is on its way out (`promises.md` section 1)."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    ONWIRE = "onwire"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    CONFIRMED = "confirmed"
    NOT_SENT = "not_sent"
    WITHDRAWN = "withdrawn"


# What counts as having been said to the customer: silence is never inferred from doubt.
SAID = frozenset({State.CLAIMED, State.ONWIRE, State.ACCEPTED, State.UNCERTAIN, State.CONFIRMED})
# What counts against the contact budget: that a carrier's list has not got a text is no proof.
MAY_HAVE_HEARD = SAID | {State.NOT_SENT}


@dataclass(frozen=True, slots=True)
class AfterAttempt:
    """The next state of a reminder, and when it may be tried again."""

    state: State
    not_before: datetime | None = None


def after_attempt(outcome: Outcome, attempts: int, now: datetime, *, again: bool = False) -> AfterAttempt:
    """What follows from the outcome of attempt number `attempts` (1 for the first).

    With `again` a copy before this one may have arrived: that this one was refused says nothing about it.
    """
    match outcome:
        case Accepted():
            return AfterAttempt(State.ACCEPTED)
        case Deferred(locked_out=True):
            return AfterAttempt(State.PLANNED, now)
        case Deferred(wait=wait):
            doubling = min(FIRST_RETRY * 2 ** min(attempts - 1, 10), LONGEST_RETRY)
            return AfterAttempt(State.PLANNED, now + max(wait or FIRST_RETRY, doubling))
        case Refused():
            return AfterAttempt(State.UNCERTAIN if again else State.REFUSED)
        case Uncertain():
            return AfterAttempt(State.UNCERTAIN)
        case _:
            assert_never(outcome)


class DeliveryChannel(Protocol):
    """What can carry a message out of the house: SMTP, Twilio, or a folder in a dry run."""

    def open(self) -> Deferred | None:
        """Connect, agree on TLS and log in, so that failures there touch no message; None when ready."""
        ...

    def send(self, message: OutgoingMessage) -> Outcome:
        """Hand over one message; never raises for anything that the other side does."""
        ...

    def close(self) -> None:
        """End the conversation politely; never raises."""
        ...
