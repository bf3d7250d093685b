"""Sets today's rules against changed ones: which customers would hear from us otherwise, from which day on, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from reminderbot.clock import SteppedClock, elapsed
from reminderbot.config import ConfigMistakes
from reminderbot.core.customer import Customer
from reminderbot.core.dial import Dial, Table
from reminderbot.desk.outlook import Coming, Outlook, Tell, outlook
from reminderbot.desk.refusal import Refused
from reminderbot.house import House


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


def dials(house: House) -> tuple[Dial, ...]:
    """The few settings that owners change, as they stand today."""
    rules, limits = house.rules, house.limits
    sending = {
        "window": f"{rules.hours.start:%H:%M}-{rules.hours.end:%H:%M}",
        "min_gap_days": rules.min_gap_days,
        "per_week": rules.budget.per_week,
        "per_month": rules.budget.per_month,
        "max_per_day": limits.per_day,
        "first_contacts_per_day": limits.first_contacts_per_day,
        "min_balance": rules.min_balance,
    }
    return (
        *(Dial(Table.LADDER, tier.name, str(tier.days)) for tier in rules.ladder.tiers),
        *(Dial(Table.SEGMENT, one.name, str(one.patience_days)) for one in rules.segments if not one.has_own_ladder),
        *(Dial(Table.SENDING, name, str(value)) for name, value in sending.items()),
    )


def turned(known: Iterable[Dial], typed: Mapping[str, str]) -> tuple[Dial, ...]:
    """Those of which somebody typed another value, with that value; an empty field leaves it as it is."""
    words = {dial: " ".join(typed.get(dial.key, "").split()) for dial in known}
    return tuple(replace(dial, value=value) for dial, value in words.items() if value not in ("", dial.value))


def try_out(house: House, changes: Sequence[Dial], days: int, patience: float) -> Comparison:
    """What these changes would make different in the next days; Refused where they cannot be, or it takes too long."""
    assert house.tried is not None
    try:
        other = house.tried(house, changes)
    except ConfigMistakes as error:
        raise Refused(" ".join(error.mistakes)) from None
    begun = elapsed()

    def tell(_: float) -> None:
        if elapsed() - begun > patience:
            raise Refused(
                f"{days} days of all customers take longer than {patience:.0f} seconds: look less far ahead, or leave"
                " it to `reminderbot simulate --change`, which takes its time."
            )

    with house.store.reading() as connection:
        return set_against(house, other, connection, days, tell)


def set_against(house: House, other: House, connection: Connection, days: int, tell: Tell) -> Comparison:
    """Both courses from the very same moment."""
    # Else whatever is due now would leave a moment later by the settings that are looked at second.
    still = SteppedClock(house.clock.now())
    today = outlook(replace(house, clock=still), connection, days, lambda share: tell(share / 2))
    return compare(today, outlook(replace(other, clock=still), connection, days, lambda share: tell((1 + share) / 2)))


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
