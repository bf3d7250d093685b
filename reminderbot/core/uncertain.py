"""Decides whether a reminder that may never have arrived can be sent once more, word for word as it was.

Pure. A second copy asks every gate that a first one asks; all it is forgiven is that its own step was taken already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reminderbot.core.account import OpenItem, Progress
from reminderbot.core.contact import address_on
from reminderbot.core.decision import Send
from reminderbot.core.dunning import decide
from reminderbot.core.facts import Facts
from reminderbot.core.ladder import Channel, Ladder
from reminderbot.core.money import Money
from reminderbot.core.rules import Rules

# Longer than any spacing of a ladder: the step before was in time when the first copy was made.
_LONG_BEFORE = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Copy:
    """What the reminder was, and what it said."""

    tier: str
    channel: Channel
    recipient: str
    steps: tuple[tuple[str, str, int], ...]
    # Each listed invoice with its open balance then.
    listed: Mapping[str, Money]
    # The letter that this text message follows.
    follows: int | None = None
    # Money not yet matched then, which it took off their sum.
    taken_off: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True)
class Again:
    """Why it cannot go once more, or else the first moment at which it may."""

    why_not: str = ""
    not_before: datetime | None = None


def may_repeat(copy: Copy, facts: Facts | None, rules: Rules, now: datetime) -> Again:
    """Whether every gate lets the same words go again; their hour and the contact budget only make them wait."""
    if facts is None:
        return Again("the ledger no longer lists this customer")
    if copy.follows is not None:
        # Design law 3: letter, text and text again within three business days are never within the contact budget.
        return Again("it is a text message after a letter, which stands without it")
    if ahead := _come_further(copy, facts):
        return Again(f"{ahead} stands elsewhere on the ladder by now")
    made = decide(_as_before(copy, facts, rules.ladder_of(facts)), rules, now)
    if made.send is None:
        return Again("; ".join(gate.because for gate in made.closed) or "nothing is due now")
    if not _is_what_is_due(copy, facts, made.send):
        return Again("another message is due to them by now")
    owed = {item.invoice.number: item.balance for item in facts.account.items}
    if changed := [number for number, balance in copy.listed.items() if owed.get(number) != balance]:
        return Again(f"what is owed on {', '.join(changed)} has changed since it was written")
    if facts.account.taken_off(i for i in facts.account.items if i.invoice.number in copy.listed) != copy.taken_off:
        return Again("money that is not yet matched to an invoice has come in, or was matched, since it was written")
    return Again(not_before=max(made.send.not_before, now))


def _come_further(copy: Copy, facts: Facts) -> str:
    """The first of its invoices that stands at another tier than the one it took there; empty: none."""
    tiers = {item.invoice.number: item.progress.tier if item.progress else "" for item in facts.account.items}
    return next((number for number, tier, _ in copy.steps if tiers.get(number, tier) != tier), "")


def _is_what_is_due(copy: Copy, facts: Facts, send: Send) -> bool:
    return (
        copy.channel is send.channel
        and copy.tier == send.tier
        and copy.recipient == address_on(facts.account.customer, send.channel)
        and tuple(copy.listed) == send.lists
        and copy.steps == send.steps
        and send.follows is None
    )


def _as_before(copy: Copy, facts: Facts, ladder: Ladder) -> Facts:
    """The facts with its own steps not yet taken."""
    own = {number: tier for number, tier, _ in copy.steps}
    items = tuple(
        replace(item, progress=_before(item, own[item.invoice.number], ladder)) if item.invoice.number in own else item
        for item in facts.account.items
    )
    return replace(facts, account=replace(facts.account, items=items))


def _before(item: OpenItem, tier: str, ladder: Ladder) -> Progress | None:
    """Where the invoice stood when it was due for `tier`; as it stands where the ladder no longer has that tier."""
    names: Sequence[str] = [known.name for known in ladder.tiers]
    if tier not in names or item.progress is None:
        return item.progress
    place = names.index(tier)
    if place <= ladder.first_overdue:
        return None
    last = ladder.tiers[place - 1]
    return Progress(last.name, last.days, item.progress.reached_at - _LONG_BEFORE)
