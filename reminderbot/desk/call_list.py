"""The telephone: whom to call, when in their day and about what, and what to know before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from reminderbot.core.account import totals
from reminderbot.core.call import (
    TALKS,
    Attempt,
    Matters,
    Reason,
    TheirDay,
    When,
    WhenCode,
    Why,
    reasons,
    when,
)
from reminderbot.core.case import Case
from reminderbot.core.customer import Customer
from reminderbot.core.dispute import Dispute
from reminderbot.core.facts import Facts
from reminderbot.core.hold import HoldKind
from reminderbot.core.money import Money
from reminderbot.core.promise import Promise, PromiseState
from reminderbot.core.reliability import reliability
from reminderbot.core.talking_points import Background, Point, for_call
from reminderbot.house import House
from reminderbot.store import case, dispute, hold, note, promise

# A call that somebody asked for may be so far off.
FURTHEST = timedelta(days=180)
# Calls before that say nothing any more of when to call.
LOOK_BACK = FURTHEST + timedelta(days=14)


@dataclass(frozen=True, slots=True)
class CallTask:
    """One call to one customer, for all their matters: who, when, why, and what to know before."""

    customer: Customer
    reasons: tuple[Reason, ...]
    when: When
    # What is open on the invoices that it is about, and on all of theirs.
    about: tuple[Money, ...]
    owed: tuple[Money, ...]
    # Of the oldest one it is about; None: it has no due date.
    days_past_due: int | None
    # What they promised, the newest first; what was taken back is left out.
    promised: tuple[Promise, ...]
    points: tuple[Point, ...]
    # The newest first.
    attempts: tuple[Attempt, ...]
    # What the clock shows where they are; None: nobody knows where that is.
    local_time: datetime | None

    @property
    def is_now(self) -> bool:
        """They may be called at this moment."""
        return self.when.code is WhenCode.NOW

    @property
    def case_id(self) -> int | None:
        """The most urgent of its cases."""
        return next((reason.case_id for reason in self.reasons if reason.case_id is not None), None)


def tasks(house: House, connection: Connection) -> list[CallTask]:
    """All whom a person should call, those who may be called now first, the most urgent first among equals."""
    now = house.clock.now()
    waiting = case.waiting(connection, now=now)
    known = dispute.unsettled(connection)
    asked = hold.of_kind(connection, HoldKind.CALL_BACK)
    keys = {one.customer_id for one in waiting if one.kind in TALKS and one.customer_id}
    keys |= {one.customer_id for one in known} | {one.customer_id for one in asked}
    found = _tasks(house, connection, sorted(keys), waiting, known, now)
    return sorted(found, key=_order)


def task(house: House, connection: Connection, customer_id: str) -> CallTask | None:
    """The call to this customer; None: nobody needs to make one."""
    now = house.clock.now()
    waiting = case.waiting(connection, customer_id, now)
    known = [one for one in dispute.of_customer(connection, customer_id) if one.upheld is None]
    return next(iter(_tasks(house, connection, [customer_id], waiting, known, now)), None)


def _order(one: CallTask) -> tuple[bool, int, bool, float, str]:
    at = one.when.at
    return (
        not one.is_now,
        list(Why).index(one.reasons[0].why) if one.is_now else 0,
        at is None,
        at.timestamp() if at and not one.is_now else 0.0,
        one.customer.customer_id,
    )


def _tasks(
    house: House,
    connection: Connection,
    keys: Sequence[str],
    waiting: Iterable[Case],
    disputes: Iterable[Dispute],
    now: datetime,
) -> list[CallTask]:
    facts = house.gatherer.gather(connection, keys, now)
    attempts = note.calls_of(connection, keys, now - LOOK_BACK)
    words = promise.of_customers(connection, keys)
    cases: dict[str, list[Case]] = defaultdict(list)
    for one in waiting:
        cases[one.customer_id or ""].append(one)
    lanes: dict[str, list[Dispute]] = defaultdict(list)
    for matter in disputes:
        lanes[matter.customer_id].append(matter)
    made = []
    for key, known in facts.items():
        matters = Matters(
            tuple(cases[key]),
            tuple(lanes[key]),
            known.holds,
            tuple(item.invoice.number for item in known.account.items),
            tuple(attempts.get(key, ())),
        )
        if why := reasons(matters, now):
            made.append(_task(house, known, matters, why, words.get(key, []), now))
    return made


def _task(
    house: House, facts: Facts, matters: Matters, why: tuple[Reason, ...], words: Iterable[Promise], now: datetime
) -> CallTask:
    who = facts.account.customer
    meant = {number for reason in why for number in reason.invoices}
    about = tuple(item for item in facts.account.items if not meant or item.invoice.number in meant)
    late = [days for item in about if (days := item.days_past_due(now.astimezone(house.rules.zone).date())) is not None]
    told = tuple(sorted(words, key=lambda word: (word.promised_on, word.promise_id), reverse=True))
    oldest = max(late, default=None)
    background = Background(
        reliability(told),
        oldest,
        has_loose=bool(facts.account.taken_off(about)),
        has_paid_part=bool(told) and told[0].state is PromiseState.PARTLY_KEPT,
        in_distress=any(r.matter is not None and r.matter.lane.hold is HoldKind.SENSITIVE for r in why),
    )
    zones = facts.reach.zones
    return CallTask(
        who,
        why,
        when(matters.attempts, number_hash(house, who), their_day(house, facts), now),
        totals(about),
        totals(facts.account.items),
        oldest,
        told,
        for_call(background),
        matters.attempts,
        now.astimezone(zones[0]) if zones else None,
    )


def number_hash(house: House, who: Customer) -> str:
    """How their number is known where it must not stand; empty: they have none."""
    return house.gatherer.hash_of(who.contact.phone) if who.contact.phone else ""


def their_day(house: House, facts: Facts) -> TheirDay:
    """Their zones, and when in their days somebody may call them."""
    rules = house.rules
    return TheirDay(facts.reach.zones, rules.hours, rules.business_days(facts.account.customer.place), rules.at_work)
