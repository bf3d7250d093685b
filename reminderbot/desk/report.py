"""The books at a glance: what is owed and how old it is, promises, cases, and what was sent."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection

from reminderbot.core.calendar import start_of_day
from reminderbot.core.money import Money
from reminderbot.core.promise import PromiseState
from reminderbot.core.statement import BUCKETS, bucket
from reminderbot.desk.handover import Away, away
from reminderbot.desk.status import promised_money
from reminderbot.house import House
from reminderbot.store import case, listing, promise


@dataclass(frozen=True, slots=True)
class Owing:
    """What one customer owes in one currency, by bucket."""

    customer_id: str
    customer: str
    currency: str
    buckets: dict[str, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.buckets.values(), Decimal(0))


@dataclass(frozen=True, slots=True)
class Report:
    """One look at the books."""

    on: date
    since: date
    # (currency, bucket) -> sum
    aging: dict[str, dict[str, Decimal]]
    # Those who owe most first.
    customers: tuple[Owing, ...]
    promises: dict[str, int]
    promised: tuple[Money, ...]
    cases: dict[str, int]
    # (tier, channel, how many) since then.
    sent: tuple[tuple[str, str, int], ...]
    received: tuple[Money, ...]
    # What is with an agency or a lawyer, or written off; still counted above as long as the books have it.
    away: tuple[Away, ...] = ()


def report(house: House, connection: Connection, days: int = 30) -> Report:
    """The books as of today; what was sent and received in the last `days` days. Sums never cross currencies."""
    today = house.clock.now().astimezone(house.rules.zone).date()
    since = today - timedelta(days=days)
    by_customer: dict[tuple[str, str, str], dict[str, Decimal]] = defaultdict(
        lambda: dict.fromkeys(BUCKETS, Decimal(0))
    )
    for row in listing.open_invoices(connection):
        by_customer[row.customer_id, row.customer, row.currency][bucket(row.due_on, today)] += row.balance
    owing = [Owing(*key, buckets) for key, buckets in by_customer.items()]
    words = promise.every(connection)
    return Report(
        on=today,
        since=since,
        aging=_aging(owing),
        customers=tuple(sorted(owing, key=lambda o: (o.currency, -o.total, o.customer_id))),
        promises={state.value: number for state, number in Counter(word.state for word in words).items()},
        promised=promised_money(connection, [word for word in words if word.state is PromiseState.OPEN]),
        cases=dict(Counter(found.kind.value for found in case.waiting(connection))),
        sent=tuple(sorted(listing.sent_by_tier(connection, start_of_day(since, house.rules.zone)))),
        received=tuple(Money(amount, currency) for currency, amount in listing.received(connection, since)),
        away=tuple(away(connection)),
    )


def _aging(owing: list[Owing]) -> dict[str, dict[str, Decimal]]:
    sums: dict[str, dict[str, Decimal]] = {}
    for one in owing:
        column = sums.setdefault(one.currency, dict.fromkeys(BUCKETS, Decimal(0)))
        for name, amount in one.buckets.items():
            column[name] += amount
    return dict(sorted(sums.items()))
