"""The facts that a decision is made upon: all that is known about one customer at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reminderbot.core import plan, thanks
from reminderbot.core.account import Account
from reminderbot.core.contact import Reach
from reminderbot.core.hold import Hold
from reminderbot.core.money import Money
from reminderbot.core.payer import Judgement


@dataclass(frozen=True, slots=True)
class LastLetter:
    """The last e-mail that went out and whose tier has a text message too, which has not been sent."""

    reminder_id: int
    tier: str
    sent_at: datetime
    # (invoice number, open balance then): a text follows only while nothing has changed.
    items: tuple[tuple[str, Money], ...]
    # Money not yet matched then, which the letter took off its sums.
    taken_off: tuple[Money, ...] = ()
    # (invoice number, the tier it took with the letter), where that was another one than the letter's own.
    below: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known about one customer at one moment."""

    account: Account
    reach: Reach
    holds: tuple[Hold, ...] = ()
    follow_up: LastLetter | None = None
    # Somebody with this customer opted out of one channel: what is left needs a person's yes (47 CFR 64.1200).
    ask_first: bool = False
    # What their own history says of them; None: nobody asked.
    past: Judgement | None = None
    # The segment that a person chose for them; empty: as the settings say.
    segment_by_hand: str = ""
    # The plans that stand, each beside what is open now.
    plans: tuple[plan.Standing, ...] = ()
    # What they have not been thanked for yet.
    thanks: tuple[thanks.Thanks, ...] = ()
