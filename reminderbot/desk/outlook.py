"""Shows what the next days would bring, and who waits for what."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from reminderbot.compose.errors import LetterError
from reminderbot.core.account import Account
from reminderbot.core.calendar import start_of_day
from reminderbot.core.case import CaseKind
from reminderbot.core.contact import address_on
from reminderbot.core.course import Foreseen, Planned
from reminderbot.core.customer import Customer
from reminderbot.core.decision import Decision, OpenCase, Send
from reminderbot.core.dunning import decide
from reminderbot.core.facts import Facts
from reminderbot.core.gate import Gate, GateCode
from reminderbot.core.ladder import Channel
from reminderbot.core.money import Money, subtotals
from reminderbot.core.outlook import Before, foresee_all
from reminderbot.core.promise import Circumstances, Judged, Promise, PromiseState, judge, overtaken
from reminderbot.core.promise_share import Share
from reminderbot.core.room import Caps, start_of_month
from reminderbot.core.rules import Rules
from reminderbot.desk.preview import facts_for
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import case, listing, outbox, promise, promise_share, said
from reminderbot.store.ledger import chunks


@dataclass(frozen=True, slots=True)
class Coming:
    """One message that would leave, and when."""

    at: datetime
    customer: Customer
    # The customer's own time zone, in the name of an IANA zone.
    zone: str
    send: Send
    recipient: str
    owed: tuple[Money, ...]
    # In the gates' own words.
    why: str

    @property
    def on(self) -> date:
        """The customer's own day on which it comes."""
        return self.at.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, slots=True)
class Task:
    """One case that would open for a person, and when."""

    at: datetime
    customer: Customer
    case: OpenCase


@dataclass(frozen=True, slots=True)
class Waiting:
    """One customer who owes and will hear nothing in that time, and the first reason why."""

    customer: Customer
    gate: Gate
    owed: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the time up to `until` would bring if nobody answered, paid or stepped in."""

    now: datetime
    until: datetime
    messages: tuple[Coming, ...]
    tasks: tuple[Task, ...]
    waiting: tuple[Waiting, ...]


Tell = Callable[[float], None]
"""Hears which share of the work is done."""


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing here points in circles, and looking for them among a million values takes longer than deciding."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def only(seen: Outlook, customer_id: str) -> Outlook:
    """What of it is about one customer."""
    return replace(
        seen,
        messages=tuple(one for one in seen.messages if one.customer.customer_id == customer_id),
        tasks=tuple(one for one in seen.tasks if one.customer.customer_id == customer_id),
        waiting=tuple(one for one in seen.waiting if one.customer.customer_id == customer_id),
    )


def outlook(house: House, connection: Connection, days: int, tell: Tell | None = None) -> Outlook:
    """Look `days` days ahead, within what the house may send; nothing is changed."""
    with _uncollected():
        return _look(house, connection, days, tell or (lambda _: None))


# So much of the work is gathering.
_GATHERED = 0.2


def _look(house: House, connection: Connection, days: int, tell: Tell) -> Outlook:
    now = house.clock.now()
    today = now.astimezone(house.rules.zone).date()
    until = start_of_day(today + timedelta(days=days + 1), house.rules.zone) - timedelta(microseconds=1)
    everybody: dict[str, Facts] = {}
    owing = listing.owing(connection)
    for some in chunks(owing):
        everybody |= house.gatherer.gather(connection, some, now)
        tell(_GATHERED * len(everybody) / len(owing))
    caps = _caps(house, connection, everybody, now)
    foreseen = foresee_all(
        everybody, house.rules, now, until, caps, _before(house, connection, everybody),
        lambda at: tell(_GATHERED + (1 - _GATHERED) * ((at - now) / max(until - now, timedelta(1)))),
    )  # fmt: skip
    found = [_of_customer(house.rules, everybody[key], course) for key, course in foreseen.items()]
    messages = sorted((one for some, _ in found for one in some), key=lambda c: (c.at, c.customer.customer_id))
    tasks = sorted((task for _, tasks in found for task in tasks), key=lambda t: (t.at, t.customer.customer_id))
    waiting = tuple(
        _waiting(everybody[key], decide(everybody[key], house.rules, now))
        for key, (coming, tasks_of) in zip(foreseen, found, strict=True)
        if not coming and not tasks_of
    )
    return Outlook(now, until, tuple(messages), tuple(tasks), waiting)


def _caps(house: House, connection: Connection, everybody: dict[str, Facts], now: datetime) -> Caps:
    start = start_of_day(now.astimezone(house.rules.zone).date(), house.rules.zone)
    return Caps(
        per_day=house.limits.per_day,
        first_contacts_per_day=house.limits.first_contacts_per_day,
        per_hour=house.limits.per_hour,
        sent_today=said.sent_since(connection, start, start)[0],
        sent_lately=said.moments_since(connection, now - timedelta(hours=1)),
        first_contacts_today=said.first_contacts_since(connection, start),
        strangers=_strangers(connection, list(everybody)),
        segments_per_month=house.limits.segments_per_month,
        segments_this_month=said.segments_since(connection, start_of_month(now, house.rules.zone)),
    )


def _before(house: House, connection: Connection, everybody: Mapping[str, Facts]) -> Before:
    planned = {row.customer_id: _planned(row) for row in outbox.planned(connection)}
    cases: dict[str, set[CaseKind]] = defaultdict(set)
    for one in case.waiting(connection):
        if one.customer_id and one.inbound_id is None:
            cases[one.customer_id].add(one.kind)
    waiting = {key: frozenset(kinds) for key, kinds in cases.items()}
    endings = _endings(house, connection, everybody)
    return Before(planned, waiting, endings, house.limits.undo, _segments(house, everybody))


def _endings(house: House, connection: Connection, everybody: Mapping[str, Facts]) -> dict[int, Judged]:
    """How each open promise ends if no more comes in until the books of its last day are there, by its pause."""
    found = {}
    today = house.clock.now().astimezone(house.rules.zone).date()
    for some in chunks(list(everybody)):
        words = [(w, hold_id) for w, hold_id in promise.to_judge(connection, some) if w.state is PromiseState.OPEN]
        shares = promise_share.standing(connection, some, today, house.rules.is_small) if words else {}
        for word, hold_id in words:
            if hold_id is not None:
                found[hold_id] = _ending(house, word, shares[word.promise_id], everybody[word.customer_id])
    return found


def _ending(house: House, word: Promise, share: Share, facts: Facts) -> Judged:
    grace = house.grace_of(facts.account.customer)
    ends = grace.ends(word.due_on)
    graver = overtaken(word, facts.holds, grace, ends)
    return judge(word, share, Circumstances(grace.last_day(word.due_on), ended=True, booked=True, overtaken=graver))


def _segments(house: House, everybody: Mapping[str, Facts]) -> Callable[[str, str], int]:
    """How many segments the text message of a tier to a customer has, written as if it left today."""

    def segments(customer_id: str, tier: str) -> int:
        known = everybody[customer_id]
        ladder = house.rules.ladder_of(known)
        try:
            told = facts_for(house, known.account, ladder.tiers[ladder.index(tier)], Channel.SMS)
            return house.letters.render_sms(told).segments
        except (LetterError, Refused):
            return 1

    return segments


def _planned(row: Row[Any]) -> Planned:
    steps = tuple((number, tier, days) for number, tier, days in row.steps)
    send = Send(
        row.tier, Channel(row.channel), tuple(row.lists), steps, row.not_before, row.needs_approval, row.follows
    )
    return Planned(row.reminder_id, send, row.not_before, row.release_at)


def _strangers(connection: Connection, ids: list[str]) -> set[str]:
    return {key for some in chunks(ids) for key in said.strangers(connection, some)}


def _of_customer(rules: Rules, facts: Facts, course: tuple[Foreseen, ...]) -> tuple[list[Coming], list[Task]]:
    who = facts.account.customer
    zone = zone_of(facts, rules).key
    coming = [
        Coming(
            at, who, zone, made.send, address_on(who, made.send.channel),
            _asked_for(facts.account.on(at.astimezone(rules.zone).date()), made.send),
            _why(made),
        )
        for at, made in course
        if made.send is not None
    ]  # fmt: skip
    return coming, [Task(at, who, case) for at, made in course for case in made.cases]


_REASONS = frozenset({GateCode.PATIENCE, GateCode.TIER_DUE, GateCode.NOTE_DUE, GateCode.THANKS_DUE})


def _why(made: Decision) -> str:
    told = "; ".join(gate.because for gate in made.gates if gate.passed and gate.code in _REASONS)
    follows = made.send is not None and made.send.follows is not None
    return "the text message follows its letter on the next business day" if follows else told


def _asked_for(account: Account, send: Send) -> tuple[Money, ...]:
    """The sums that the message names: what came in without an invoice is taken off."""
    items = [item for item in account.items if item.invoice.number in send.lists]
    taken_off = (Money(-money.amount, money.currency) for money in account.taken_off(items))
    return subtotals([*(item.balance for item in items), *taken_off])


def zone_of(facts: Facts, rules: Rules) -> ZoneInfo:
    """The zone in which a person thinks of this customer's hours: their own where it is known, else the business's."""
    return facts.reach.zones[0] if len(facts.reach.zones) == 1 else rules.zone


def _waiting(facts: Facts, made: Decision) -> Waiting:
    fallback = Gate("a tier is due", False, "its turn comes later", code=GateCode.TIER_LATER)
    gate = next(iter(made.closed), fallback)
    return Waiting(facts.account.customer, gate, subtotals(item.balance for item in facts.account.items))
