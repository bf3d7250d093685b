"""Sets today's rules against changed ones: which customers would hear from us otherwise, from which day on, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from reminderbot.core.customer import Customer
from reminderbot.desk.outlook import Coming, Outlook


class Kind(StrEnum):
    """How what a customer hears differs, at the first message that does."""

    SOONER = "sooner"
    LATER = "later"
    ANOTHER_TIER = "another tier"
    OTHERWISE = "otherwise"
    NEWLY = "newly"
    NO_MORE = "no more"


@dataclass(frozen=True, slots=True)
class Difference:
    """The first message of one customer that is another one with the change."""

    customer: Customer
    kind: Kind
    # None: there is none in that time.
    today: Coming | None
    changed: Coming | None

    @property
    def on(self) -> date:
        """The first day on which it shows."""
        return min(one.on for one in (self.today, self.changed) if one is not None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The course of both, and every customer for whom they differ, the earliest first."""

    today: Outlook
    changed: Outlook
    differences: tuple[Difference, ...]

    @property
    def first_day(self) -> date | None:
        """The first day on which somebody hears from us otherwise; None: nobody does."""
        return min((one.on for one in self.differences), default=None)

    def newly_on(self, day: date) -> tuple[Customer, ...]:
        """Who hears from us on that day with the change, and would not by today's rules."""
        return _only(self.changed, self.today, day)

    def spared_on(self, day: date) -> tuple[Customer, ...]:
        """Who would hear from us on that day by today's rules, and does not with the change."""
        return _only(self.today, self.changed, day)


def compare(today: Outlook, changed: Outlook) -> Comparison:
    """What differs between two looks ahead from the same moment."""
    before, after = _by_customer(today.messages), _by_customer(changed.messages)
    found = [_difference(before[key], after[key]) for key in sorted(before.keys() | after.keys())]
    differences = [one for one in found if one is not None]
    return Comparison(today, changed, tuple(sorted(differences, key=lambda d: (d.on, d.customer.customer_id))))


def weeks(messages: Iterable[Coming]) -> list[tuple[date, dict[str, int]]]:
    """How many messages of which tier in each week, by its Monday."""
    found: dict[date, Counter[str]] = defaultdict(Counter)
    for one in messages:
        found[one.on - timedelta(days=one.on.weekday())][one.send.tier] += 1
    return [(monday, dict(tiers)) for monday, tiers in sorted(found.items())]


def _by_customer(messages: Iterable[Coming]) -> dict[str, list[Coming]]:
    found: dict[str, list[Coming]] = defaultdict(list)
    for one in messages:
        found[one.customer.customer_id].append(one)
    return found


def _difference(before: Sequence[Coming], after: Sequence[Coming]) -> Difference | None:
    for place in range(max(len(before), len(after))):
        old = before[place] if place < len(before) else None
        new = after[place] if place < len(after) else None
        if old is None or new is None or _gist(old) != _gist(new):
            one = old or new
            assert one is not None
            return Difference(one.customer, _kind(old, new), old, new)
    return None


def _gist(one: Coming) -> tuple[object, ...]:
    return one.at, one.send.tier, one.send.channel, one.send.lists, one.send.needs_approval


def _kind(old: Coming | None, new: Coming | None) -> Kind:
    if old is None:
        return Kind.NEWLY
    if new is None:
        return Kind.NO_MORE
    if old.on != new.on:
        return Kind.SOONER if new.on < old.on else Kind.LATER
    return Kind.ANOTHER_TIER if old.send.tier != new.send.tier else Kind.OTHERWISE


def _only(these: Outlook, others: Outlook, day: date) -> tuple[Customer, ...]:
    heard = {one.customer.customer_id for one in others.messages if one.on == day}
    found = {one.customer.customer_id: one.customer for one in these.messages if one.on == day}
    return tuple(customer for key, customer in sorted(found.items()) if key not in heard)
