"""Foresees what the next days bring if nobody answers, pays or steps in: the decisions that runs would come to.

Pure. It takes the same `dunning.decide` as the runs do and steps a copy of the facts forward from one moment at
which something changes to the next.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count

from reminderbot.core.account import Progress
from reminderbot.core.calendar import start_of_day
from reminderbot.core.case import CaseKind
from reminderbot.core.dunning import Decision, Facts, LastLetter, OpenCase, Rules, Send, decide
from reminderbot.core.hold import Hold, HoldKind
from reminderbot.core.ladder import Channel, Task, Tier
from reminderbot.core.tiering import days_at

Foreseen = tuple[datetime, Decision]

# What finds the hour full is tried again so much later.
AGAIN = timedelta(minutes=15)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Caps:
    """The house's own limits over all customers, and what of them is used up already."""

    per_day: int
    first_contacts_per_day: int
    per_hour: int
    sent_today: int = 0
    first_contacts_today: int = 0
    # When those of the last hour were sent, in their order.
    sent_lately: tuple[datetime, ...] = ()
    # Customers who have never heard from us.
    strangers: frozenset[str] = frozenset()


def foresee(facts: Facts, rules: Rules, now: datetime, until: datetime) -> tuple[Foreseen, ...]:
    """What happens to one customer from `now` up to `until`: each message at its moment, and each case."""
    course = _Course(facts, rules)
    moment: datetime | None = now
    while moment is not None and moment <= until:
        moment = course.step(moment, may_leave=True)
    return tuple(course.found)


def foresee_all(
    everybody: Mapping[str, Facts], rules: Rules, now: datetime, until: datetime, caps: Caps
) -> dict[str, tuple[Foreseen, ...]]:
    """The same for many customers at once, within what the house may send a day and an hour."""
    courses = {key: _Course(facts, rules) for key, facts in everybody.items()}
    order = count()
    queue = [(now, next(order), key) for key in courses]
    heapq.heapify(queue)
    room = _Room(caps, rules, now)
    while queue:
        moment, _, key = heapq.heappop(queue)
        course = courses[key]
        full = room.wait(key, moment)
        # Who waits for room alone is not decided about anew at each full hour.
        later = full if full and course.waits else _live(course, room, key, moment, full)
        if later is not None and later <= until:
            heapq.heappush(queue, (later, next(order), key))
    return {key: tuple(course.found) for key, course in courses.items()}


def _live(course: _Course, room: _Room, key: str, moment: datetime, full: datetime | None) -> datetime | None:
    said = course.said
    later = course.step(moment, may_leave=full is None)
    if course.said > said:
        room.take(key, moment)
    return full if later is None and course.waits else later


class _Room:
    """How many messages and new conversations each day, and how many messages each hour, still has room for."""

    def __init__(self, caps: Caps, rules: Rules, now: datetime) -> None:
        self._caps = caps
        self._zone = rules.zone
        today = self._day(now)
        self._sent: dict[date, int] = {today: caps.sent_today}
        self._first: dict[date, int] = {today: caps.first_contacts_today}
        self._strangers = set(caps.strangers)
        self._lately = deque(caps.sent_lately, caps.per_hour)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()

    def wait(self, key: str, moment: datetime) -> datetime | None:
        """When a message that finds no room now is tried again; None: it may leave."""
        day = self._day(moment)
        strange = key in self._strangers and self._first.get(day, 0) >= self._caps.first_contacts_per_day
        if strange or self._sent.get(day, 0) >= self._caps.per_day:
            return start_of_day(day + timedelta(days=1), self._zone)
        if len(self._lately) == self._caps.per_hour and (free := self._lately[0] + _HOUR) > moment:
            return moment + AGAIN * -((moment - free) // AGAIN)
        return None

    def take(self, key: str, moment: datetime) -> None:
        day = self._day(moment)
        self._sent[day] = self._sent.get(day, 0) + 1
        self._lately.append(moment)
        if key in self._strangers:
            self._strangers.discard(key)
            self._first[day] = self._first.get(day, 0) + 1


@dataclass(slots=True)
class _Course:
    """One customer on the way through time."""

    facts: Facts
    rules: Rules
    found: list[Foreseen] = field(default_factory=list)
    said: int = 0
    # A message is due that the house's limits do not let out today.
    waits: bool = False
    _opened: set[CaseKind] = field(default_factory=set)

    def step(self, now: datetime, *, may_leave: bool) -> datetime | None:
        """Live through `now`; gives the next moment at which something may change, `now` itself after a change."""
        self.waits = False
        if broken := self._break_promise(now):
            self.found.append((now, Decision((), cases=(broken,))))
        made = decide(self.facts, self.rules, now)
        tasks = [case for case in made.cases if case.tier]
        # A matter of a kind that already waits for a person is not opened twice.
        new = tuple(case for case in made.cases if case.kind not in self._opened)
        self._opened |= {case.kind for case in made.cases}
        if new:
            self.found.append((now, replace(made, send=None, cases=new)))
        if tasks:
            self._take(tasks, now)
            return now
        send = made.send
        if send is not None and send.not_before <= now:
            if may_leave:
                self.found.append((now, replace(made, cases=())))
                self._say(send, now)
                return now
            self.waits = True
        return _earliest([send.not_before if send else None, made.review_at], now)

    def _break_promise(self, now: datetime) -> OpenCase | None:
        """The case for a promise whose days have passed: nobody paid, so a person asks what got in the way."""
        for hold in self.facts.holds:
            lapsed = hold.until is not None and hold.until <= now and hold.released_at is None
            if hold.kind is HoldKind.PROMISE and lapsed:
                why = f"the promise passed unpaid by {hold.until:%Y-%m-%d}; a person talks to them first"
                pause = Hold(0, hold.customer_id, HoldKind.BROKEN_PROMISE, now, why)
                rest = tuple(other for other in self.facts.holds if other is not hold)
                self.facts = replace(self.facts, holds=(*rest, pause))
                return OpenCase(CaseKind.BROKEN_PROMISE, why, hold.invoices)
        return None

    def _take(self, tasks: Iterable[OpenCase], now: datetime) -> None:
        """The invoices stand at the task's tier; after a review nothing moves without a person."""
        for task in tasks:
            tier = self._tier(task.tier)
            self._reach(dict.fromkeys(task.invoices, tier), now)
            if tier.task is Task.REVIEW:
                customer_id = self.facts.account.customer.customer_id
                pause = Hold(0, customer_id, HoldKind.REVIEW, now, "a person decides what happens next")
                self.facts = replace(self.facts, holds=(*self.facts.holds, pause))

    def _say(self, send: Send, now: datetime) -> None:
        self.said += 1
        balances = {item.invoice.number: item.balance for item in self.facts.account.items}
        reach = replace(self.facts.reach, contacted_at=(*self.facts.reach.contacted_at, now))
        follow_up = self.facts.follow_up
        if send.follows is not None:
            follow_up = None
        elif send.channel is Channel.EMAIL:
            stepped = tuple((number, balances[number]) for number, _, _ in send.steps)
            both = {Channel.EMAIL, Channel.SMS} <= set(self._tier(send.tier).channels)
            follow_up = LastLetter(0, send.tier, now, stepped) if both else None
        self.facts = replace(self.facts, reach=reach, follow_up=follow_up)
        if send.follows is None:
            self._reach({number: self._tier(tier) for number, tier, _ in send.steps}, now)

    def _reach(self, tiers: Mapping[str, Tier], now: datetime) -> None:
        account = self.facts.account
        items = tuple(
            replace(item, progress=Progress(tier.name, days_at(item, tier), now))
            if (tier := tiers.get(item.invoice.number))
            else item
            for item in account.items
        )
        self.facts = replace(self.facts, account=replace(account, items=items))

    def _tier(self, name: str) -> Tier:
        ladder = self.rules.ladder_of(self.facts)
        return ladder.tiers[ladder.index(name)]


def _earliest(moments: Iterable[datetime | None], now: datetime) -> datetime | None:
    return min((moment for moment in moments if moment is not None and moment > now), default=None)
