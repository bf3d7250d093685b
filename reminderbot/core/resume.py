"""Decides how reminders go on after a person has settled or lifted what paused them: gently, whatever it was.

Pure, and the only place that decides it: a dispute that was not upheld, a hold that was released, a promise or a plan
that was closed, an order number that was found. Only what is still owed, with the tier after the one where it stood,
and never sooner than that ladder's spacing from the day on which it goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reminderbot.core.account import OpenItem
from reminderbot.core.calendar import start_of_day
from reminderbot.core.facts import Facts
from reminderbot.core.hold import Hold, HoldKind, active
from reminderbot.core.rules import Rules
from reminderbot.core.tiering import next_place

# What these paused was never said, so nothing is answered by the letter that follows; the last is the pause itself.
_NOTHING_WAS_SAID = frozenset({HoldKind.OLD_DEBT, HoldKind.DELIVERY, HoldKind.BOUNCE, HoldKind.RESUMING})


@dataclass(frozen=True, slots=True)
class Resuming:
    """The pause that lies between a person's word and the next letter."""

    invoices: tuple[str, ...]
    # The first day for a letter, and its first moment.
    on: date
    until: datetime


def resumes_on(items: Iterable[OpenItem], rules: Rules, today: date) -> date:
    """The first day for a letter about `items`: the spacing of their next tiers from today, on their own ladder.

    The pause was long enough for every tier, but a letter on the very day would feel like the answer to a complaint.
    """
    gaps = [rules.min_gap_days]
    for item in items:
        place = next_place(item, rules.ladder, today)
        if place is not None:
            gaps.append(rules.ladder.spacing(place))
    return today + timedelta(days=max(gaps))


def resuming(
    facts: Facts | None, invoices: Collection[str], rules: Rules, now: datetime, chosen: date | None = None
) -> Resuming:
    """The pause before reminders about these invoices (none named: all) go on, as far as they are open.

    A person may choose a later day, never a sooner one. No facts: the ledger no longer lists the customer.
    """
    own = rules.of(facts) if facts else rules
    items = facts.account.items if facts else ()
    about = tuple(item for item in items if not invoices or item.invoice.number in invoices)
    on = resumes_on(about, own, now.astimezone(rules.zone).date())
    on = max(on, chosen or on)
    return Resuming(tuple(item.invoice.number for item in about), on, start_of_day(on, rules.zone))


def after_lifting(
    facts: Facts, lifted: Iterable[Hold], standing: Iterable[Hold], rules: Rules, now: datetime
) -> Resuming | None:
    """The pause for what these lifted holds leave free; None: nothing, or nothing that was talked about."""
    spoken = [hold for hold in active(lifted, now) if hold.kind not in _NOTHING_WAS_SAID]
    free = _free(facts.account.items, spoken, active(standing, now))
    return resuming(facts, free, rules, now) if free else None


def _free(items: Iterable[OpenItem], lifted: Collection[Hold], standing: Collection[Hold]) -> tuple[str, ...]:
    # One that goes on gently already may still be too soon for this.
    pausing = [hold for hold in standing if hold.kind is not HoldKind.RESUMING]
    return tuple(
        item.invoice.number
        for item in items
        if any(hold.covers(item.invoice.number) for hold in lifted)
        and not any(hold.covers(item.invoice.number) for hold in pausing)
    )
