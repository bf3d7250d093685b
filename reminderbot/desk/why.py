"""Tells why a customer was, or was not, reminded: decided anew at this moment with every gate, or as it was kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.core.calendar import start_of_day
from reminderbot.core.case import CaseKind
from reminderbot.core.course import Foreseen
from reminderbot.core.customer import Customer
from reminderbot.core.decision import Decision
from reminderbot.core.dunning import decide
from reminderbot.core.facts import Facts
from reminderbot.core.hold import Hold, active
from reminderbot.core.outlook import foresee
from reminderbot.core.promise import Promise, PromiseState
from reminderbot.core.promise_share import Share
from reminderbot.core.reliability import Reliability, reliability
from reminderbot.core.stop import Mode
from reminderbot.core.telling import Barrier, Hands, Telling, Waiting, barriers, kind_of, tell
from reminderbot.desk.door import Door
from reminderbot.desk.find import Found
from reminderbot.door import batch_stop
from reminderbot.house import House
from reminderbot.store import case, decision, hold, listing, outbox, preference, promise, promise_share
from reminderbot.store.decision import Kept, Place

LOOK_AHEAD = timedelta(days=90)
# So many of the decisions before are shown.
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Why:
    """Everything that answers the question about one customer."""

    customer: Customer
    invoice: str | None
    now: datetime
    # None: the ledger no longer lists the customer.
    facts: Facts | None
    decision: Decision
    # What is to be said of each open invoice, and who takes care of what needs a person.
    told: Telling
    hands: Hands
    # The decision a run came to last, where it was another one than now's.
    decided_at: datetime | None
    decided_otherwise: bool
    # What comes first if nobody answers or pays; None: nothing in sight.
    next: Foreseen | None
    planned: tuple[Row[Any], ...]
    holds: tuple[Hold, ...]
    promises: tuple[Promise, ...]
    # What has come in towards each promise that counts, and how far their word has held so far.
    towards: Mapping[int, Share]
    reliability: Reliability
    cases: tuple[Any, ...]
    door: Door
    messages: tuple[Row[Any], ...]
    replies: tuple[Row[Any], ...]
    # What was decided before, the newest first.
    history: tuple[Kept, ...]

    @property
    def beside(self) -> tuple[CaseKind, ...]:
        """What waits for a person besides what keeps the invoices back."""
        told = {str(kind_of(gate)) for gate in self.decision.closed}
        coming = {str(one.task) for one in self.told.invoices if one.task}
        return tuple(dict.fromkeys(one.kind for one in self.cases if one.kind.value not in told | coming))


def why(house: House, connection: Connection, found: Found, door: Door) -> Why:
    """Decide about `found` anew, and gather what has been said on both sides; nothing is changed."""
    now, key = house.clock.now(), found.customer.customer_id
    facts = house.gatherer.gather(connection, [key], now).get(key)
    made = decide(facts, house.rules, now) if facts else Decision(())
    kept = tuple(decision.history(connection, key, limit=_SHOWN))
    stored = decision.latest(connection, key)
    planned = tuple(outbox.planned(connection, [key]))
    ahead = _ahead(facts, house, max([now, *(max(row.not_before, row.release_at) for row in planned)]))
    told = Telling(())
    if facts is not None:
        told = tell(made, facts, ahead, house.rules.of(facts), now, _barriers(connection, door, planned, kept, now))
    cases = tuple(case.waiting(connection, key))
    words = promise.of_customers(connection, [key]).get(key, [])
    return Why(
        customer=found.customer,
        invoice=found.invoice,
        now=now,
        facts=facts,
        decision=made,
        decided_at=stored.looked_at if stored else None,
        decided_otherwise=stored is not None and _gist(stored.made) != _gist(made),
        told=told,
        hands=Hands(
            preference.get(connection, key).collector,
            {one.kind.value: one.assigned_to for one in cases if one.assigned_to},
        ),
        next=next(iter(ahead), None),
        planned=planned,
        holds=active(hold.of_customers(connection, [key]).get(key, ()), now),
        promises=tuple(word for word in words if word.state is PromiseState.OPEN),
        towards=promise_share.standing(
            connection, [key], now.astimezone(house.rules.zone).date(), house.rules.is_small
        ),
        reliability=reliability(words),
        cases=cases,
        door=door,
        messages=tuple(listing.recent_messages(connection, key)),
        replies=tuple(listing.recent_replies(connection, key)),
        history=kept,
    )


def _ahead(facts: Facts | None, house: House, start: datetime) -> tuple[Foreseen, ...]:
    """What comes from `start` on; that is later than now where a planned reminder was put off."""
    return foresee(facts, house.rules, start, start + LOOK_AHEAD) if facts else ()


def _barriers(
    connection: Connection,
    door: Door,
    planned: Sequence[Row[Any]],
    kept: Sequence[Kept],
    now: datetime,
) -> tuple[Barrier, ...]:
    """Why what is planned for them has not left."""
    row = next(iter(planned), None)
    waiting = None
    if row is not None:
        needs_yes = (row.needs_approval or door.mode is Mode.APPROVE) and not row.approved_by
        waiting = Waiting(row.reminder_id, row.not_before, row.release_at, needs_yes)
    held = batch_stop(connection) if waiting else None
    turn = next((one.turn for one in kept if one.place is Place.DOOR), None)
    return barriers(door.mode, (*door.lasting(now), *([held] if held else [])), waiting, turn, now)


def on_day(house: House, connection: Connection, found: Found, day: date) -> list[Kept]:
    """The decisions about a customer that stood on a day, the oldest first: the one it began with, and each new one."""
    begins, ends = start_of_day(day, house.rules.zone), start_of_day(day + timedelta(days=1), house.rules.zone)
    until = decision.history(connection, found.customer.customer_id, ends)
    that_day = [one for one in until if one.looked_at >= begins]
    before = next((one for one in until if one.looked_at < begins and one.place is Place.PLAN), None)
    return ([before] if before else []) + that_day[::-1]


def _gist(made: Decision) -> tuple[Any, ...]:
    """What a decision comes to, without the words and hours that move with the clock."""
    send = made.send
    what = (send.tier, send.channel, send.lists) if send else None
    return what, [gate.code for gate in made.closed]
