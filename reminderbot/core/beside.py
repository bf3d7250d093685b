"""Letters beside the ladder: they take no step of any invoice, and each is said once.

A note before an instalment, and a thank-you. Both leave by the way of every reminder: outbox, claim, caps, the
recipient's hours and the contact budget.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from reminderbot.core.ladder import Channel, Ladder, Tier

INSTALMENT = "instalment"
THANKS = "thanks"

TIERS = (
    Tier(INSTALMENT, -3, (Channel.EMAIL, Channel.SMS), letter=INSTALMENT),
    # Nobody's telephone rings for a thank-you.
    Tier(THANKS, 0, (Channel.EMAIL,), letter=THANKS),
)
NAMES = frozenset(tier.name for tier in TIERS)
"""What the outbox calls them where a reminder has its tier; no ladder may have tiers of these names."""

# In place of an invoice's round, a channel and a recipient: such a letter is said once, whichever way it goes.
ONCE = 1
ANY_CHANNEL = "any"
ANYBODY = ""

StepKey = tuple[str, int, str, str, str]
"""What may be used once: (invoice or occasion, round, tier, channel, recipient hash)."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A letter beside the ladder that may be said between two days, and what it is about."""

    tier: str
    # What names it for good, in the outbox and in the send log; one thank-you may be for several things.
    keys: tuple[str, ...]
    invoices: tuple[str, ...]
    opens_on: date
    # The first day on which it would come too late.
    lapses_on: date
    why: str


def named(ladder: Ladder, name: str) -> Tier:
    """The tier called `name`, on the ladder or beside it; ValueError where there is none."""
    return next((tier for tier in TIERS if tier.name == name), None) or ladder.tiers[ladder.index(name)]


def round_of(rounds: Mapping[str, int], number: str, tier: str) -> int:
    """The round in which a step is taken: the invoice's; what is beside the ladder has but one."""
    return ONCE if tier in NAMES else rounds[number]


def step_key(number: str, taken_round: int, tier: str, channel: str, recipient_hash: str) -> StepKey:
    """What one step of a message uses up: beside the ladder whichever way it goes."""
    if tier in NAMES:
        return number, taken_round, tier, ANY_CHANNEL, ANYBODY
    return number, taken_round, tier, channel, recipient_hash
