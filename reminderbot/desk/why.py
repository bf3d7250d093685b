"""Tells why a customer was, or was not, reminded: decided anew at this moment, with every gate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.core.customer import Customer
from reminderbot.core.dunning import Decision, Facts, decide
from reminderbot.core.hold import Hold, active
from reminderbot.core.outlook import Foreseen, foresee
from reminderbot.core.promise import Promise
from reminderbot.desk.door import Door
from reminderbot.desk.find import Found
from reminderbot.house import House
from reminderbot.store import case, decision, hold, listing, outbox, promise

LOOK_AHEAD = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Why:
    """Everything that answers the question about one customer."""

    customer: Customer
    invoice: str | None
    now: datetime
    # None: the ledger no longer lists the customer.
    facts: Facts | None
    decision: Decision
    # The decision a run came to last, where it was another one than now's.
    decided_at: datetime | None
    decided_otherwise: bool
    # What comes first if nobody answers or pays; None: nothing in sight.
    next: Foreseen | None
    planned: tuple[Row[Any], ...]
    holds: tuple[Hold, ...]
    promises: tuple[Promise, ...]
    cases: tuple[Any, ...]
    door: Door
    messages: tuple[Row[Any], ...]
    replies: tuple[Row[Any], ...]


def why(house: House, connection: Connection, found: Found, door: Door) -> Why:
    """Decide about `found` anew, and gather what has been said on both sides; nothing is changed."""
    now, key = house.clock.now(), found.customer.customer_id
    facts = house.gatherer.gather(connection, [key], now).get(key)
    made = decide(facts, house.rules, now) if facts else Decision(())
    stored = decision.latest(connection, key)
    planned = tuple(outbox.planned(connection, [key]))
    return Why(
        customer=found.customer,
        invoice=found.invoice,
        now=now,
        facts=facts,
        decision=made,
        decided_at=stored.looked_at if stored else None,
        decided_otherwise=stored is not None and _gist(stored.made) != _gist(made),
        next=_next(facts, house, max([now, *(row.not_before for row in planned)])),
        planned=planned,
        holds=active(hold.of_customers(connection, [key]).get(key, ()), now),
        promises=tuple(promise.open_ones(connection, [key]).get(key, ())),
        cases=tuple(case.waiting(connection, key)),
        door=door,
        messages=tuple(listing.recent_messages(connection, key)),
        replies=tuple(listing.recent_replies(connection, key)),
    )


def _next(facts: Facts | None, house: House, start: datetime) -> Foreseen | None:
    """What comes first from `start` on; that is later than now where a planned reminder was put off."""
    return next(iter(foresee(facts, house.rules, start, start + LOOK_AHEAD)), None) if facts else None


def _gist(made: Decision) -> tuple[Any, ...]:
    """What a decision comes to, without the words and hours that move with the clock."""
    send = made.send
    what = (send.tier, send.channel, send.lists) if send else None
    return what, [gate.code for gate in made.closed]
