"""Foresees what the next days bring if nobody answers, pays or steps in: what the runs would do, in their own order.

Pure. Time goes from one moment at which something may change to the next; at each of them the planning run looks at
whose time has come, then the delivery run takes what is due. What needs a person's yes is taken to get it at once.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import TypeVar
from zoneinfo import ZoneInfo

from reminderbot.core.case import CaseKind
from reminderbot.core.contact import address_on, alike, in_their_day
from reminderbot.core.course import Course, Foreseen, Planned
from reminderbot.core.facts import Facts
from reminderbot.core.ladder import Channel
from reminderbot.core.promise import Judged
from reminderbot.core.room import NO_CAPS, Caps, Room
from reminderbot.core.rules import Rules

# The planning run decides about so many customers at a time.
BATCH = 500


def _one_segment(_customer_id: str, _tier: str) -> int:
    return 1


@dataclass(frozen=True, slots=True)
class Before:
    """What stands in the outbox and waits for a person at the beginning."""

    planned: Mapping[str, Planned] = field(default_factory=dict)
    waiting_cases: Mapping[str, frozenset[CaseKind]] = field(default_factory=dict)
    # How promises will have ended that nobody has paid by then, by their pauses.
    endings: Mapping[int, Judged] = field(default_factory=dict)
    undo: timedelta = timedelta(0)
    # How many segments the text message of a tier to a customer has.
    segments: Callable[[str, str], int] = _one_segment


NOTHING_BEFORE = Before()


def foresee(facts: Facts, rules: Rules, now: datetime, until: datetime) -> tuple[Foreseen, ...]:
    """What happens to one customer from `now` up to `until`: each message at its moment, and each case."""
    return foresee_all({"": facts}, rules, now, until)[""]


def foresee_all(
    everybody: Mapping[str, Facts],
    rules: Rules,
    now: datetime,
    until: datetime,
    caps: Caps = NO_CAPS,
    before: Before = NOTHING_BEFORE,
    tell: Callable[[datetime], None] | None = None,
) -> dict[str, tuple[Foreseen, ...]]:
    """The same for many customers at once, within what the house may send; `tell` hears how far it has come."""
    courses = {
        key: Course(
            facts,
            rules,
            before.undo,
            before.planned.get(key),
            before.waiting_cases.get(key, frozenset()),
            before.endings,
        )
        for key, facts in everybody.items()
    }
    line = _Line(courses, rules, Room(caps, rules.zone, now), before, now)
    while (moment := line.next_at()) is not None and moment <= until:
        now = max(now, moment)
        line.live(now)
        if tell is not None:
            tell(now)
    return {key: tuple(course.found) for key, course in courses.items()}


@dataclass(frozen=True, slots=True)
class _Kind:
    """What those have in common who wait for room together: one cap lets them go, and one window."""

    stranger: bool
    text: bool
    zones: tuple[ZoneInfo, ...]
    place: str


@dataclass(slots=True)
class _Crowd:
    """Messages that found no room and are tried again together: (number, which wait it is, whose), lowest first."""

    at: datetime
    kind: _Kind
    members: list[tuple[int, int, str]] = field(default_factory=list)
    # Whose planned message may not be what is due any more, and from which day on: (day, which wait it is, whose).
    overtaken: list[tuple[date, int, str]] = field(default_factory=list)


# (not before, number, which wait it is, whose, with whom): the order in which the delivery run takes what is due.
_Due = tuple[datetime, int, int, str, _Crowd | None]
_ALONE = 0
_Entry = TypeVar("_Entry", bound=tuple[object, ...])


class _Line:
    """All courses in one queue of looks, one of messages, and the crowds that wait for room."""

    def __init__(self, courses: Mapping[str, Course], rules: Rules, room: Room, before: Before, now: datetime) -> None:
        self._courses, self._rules, self._room, self._segments = courses, rules, room, before.segments
        self._numbers = count(max((planned.number for planned in before.planned.values()), default=0) + 1)
        self._sharing = _sharing(courses)
        # Entries that their course has left behind stay in the queues and are passed over.
        self._looks = [(now, key) for key in sorted(courses)]
        for course in courses.values():
            course.review_at = now
        self._messages: list[tuple[datetime, int, str]] = []
        self._crowds: dict[tuple[datetime, _Kind], _Crowd] = {}
        self._crowded: list[tuple[datetime, int, _Crowd]] = []
        self._order = count(_ALONE + 1)
        # Who waits in a crowd, and by which of its waits.
        self._waits: dict[str, int] = {}

    def next_at(self) -> datetime | None:
        """When something may change next."""
        return min((queue[0][0] for queue in (self._looks, self._messages, self._crowded) if queue), default=None)

    def live(self, now: datetime) -> None:
        """One tick of both runs."""
        self._plan(now)
        self._deliver(now)

    def _plan(self, now: datetime) -> None:
        while batch := self._next_batch(now):
            for key in batch:
                course = self._courses[key]
                course.plan(now, self._numbers)
                self._queue(key, course)

    def _next_batch(self, now: datetime) -> list[str]:
        batch: dict[str, None] = {}
        while self._looks and self._looks[0][0] <= now and len(batch) < BATCH:
            at, key = heapq.heappop(self._looks)
            if self._courses[key].review_at == at:
                batch[key] = None
        return list(batch)

    def _queue(self, key: str, course: Course) -> None:
        """Have the course looked at, and its message taken, when their times come."""
        # A look sets the message's moment anew, whatever it waited for.
        self._waits.pop(key, None)
        if course.review_at is not None:
            heapq.heappush(self._looks, (course.review_at, key))
        if course.planned is not None:
            heapq.heappush(self._messages, (course.planned.due_at, course.planned.number, key))

    def _deliver(self, now: datetime) -> None:
        due: list[_Due] = []
        while self._messages and self._messages[0][0] <= now:
            _, number, key = heapq.heappop(self._messages)
            planned = self._courses[key].planned
            if planned is not None and planned.number == number and planned.due_at <= now:
                heapq.heappush(due, (planned.not_before, number, _ALONE, key, None))
        while self._crowded and self._crowded[0][0] <= now:
            self._open(heapq.heappop(self._crowded)[2], now, due)
        while due:
            not_before, number, wait, key, crowd = heapq.heappop(due)
            planned = self._courses[key].planned
            is_there = planned is not None and planned.number == number and self._waits.get(key, _ALONE) == wait
            if is_there and planned is not None and (crowd or planned.not_before == not_before):
                self._take(key, planned, now, crowd)
            if crowd is not None:
                _bring_next(crowd, now, due)

    def _open(self, crowd: _Crowd, now: datetime, due: list[_Due]) -> None:
        """Bring the first of a crowd to the door, or put all of them off until their window opens."""
        del self._crowds[crowd.at, crowd.kind]
        self._let_overtaken_go(crowd, now)
        rules = self._rules
        day = in_their_day(now, crowd.kind.zones, rules.hours, rules.business_days(crowd.kind.place), rules.at_work)
        if day.until is not None:
            self._put_off(crowd, day.until)
        else:
            _bring_next(crowd, now, due)

    def _let_overtaken_go(self, crowd: _Crowd, now: datetime) -> None:
        """Decide anew about those of a crowd whose books this day has changed: undoing what is new begins now."""
        today = now.astimezone(self._rules.zone).date()
        while crowd.overtaken and crowd.overtaken[0][0] <= today:
            _, wait, key = heapq.heappop(crowd.overtaken)
            if self._waits.get(key) != wait:
                continue
            if self._courses[key].claim(now, has_room=False):
                self._watch(crowd, key, now)
            else:
                self._queue(key, self._courses[key])

    def _watch(self, crowd: _Crowd, key: str, now: datetime) -> None:
        """Remember when one of a crowd is to be decided about anew."""
        day = self._courses[key].overtaken_on(now)
        if day is not None:
            heapq.heappush(crowd.overtaken, (day, self._waits[key], key))

    def _take(self, key: str, planned: Planned, now: datetime, crowd: _Crowd | None) -> None:
        """One message at the door: it leaves, or waits."""
        course = self._courses[key]
        is_text = planned.send.channel is Channel.SMS
        full = self._room.wait(key, now, text=is_text)
        if full and crowd:
            # What keeps the first of them keeps them all, and nobody is decided about anew.
            heapq.heappush(crowd.members, (planned.number, self._waits[key], key))
            self._put_off(crowd, full[1])
        elif not course.claim(now, has_room=full is None):
            self._queue(key, course)
        elif full:
            who = course.facts.account.customer
            kind = _Kind(self._room.is_stranger(key), is_text, course.facts.reach.zones, who.place)
            self._waits[key] = next(self._order)
            alone = _Crowd(now, kind, [(planned.number, self._waits[key], key)])
            self._watch(alone, key, now)
            self._put_off(alone, full[1])
        else:
            self._room.take(key, now, self._segments(key, planned.send.tier) if is_text else 0)
            self._tell_neighbours(key, course, planned, now)
            self._queue(key, course)

    def _put_off(self, crowd: _Crowd, later: datetime) -> None:
        """Have a crowd wait until then, together with those of its kind who do as well."""
        there = self._crowds.get((later, crowd.kind))
        if there is None:
            there = self._crowds[later, crowd.kind] = _Crowd(later, crowd.kind)
            heapq.heappush(self._crowded, (later, next(self._order), there))
        there.members, crowd.members = _merged(crowd.members, there.members), []
        there.overtaken, crowd.overtaken = _merged(crowd.overtaken, there.overtaken), []
        crowd.at = later

    def _tell_neighbours(self, key: str, course: Course, planned: Planned, now: datetime) -> None:
        """Who shares an address hears what is sent there."""
        recipient = alike(address_on(course.facts.account.customer, planned.send.channel))
        for other in self._sharing.get(recipient, ()):
            if other != key:
                self._courses[other].hear(now)


def _merged(one: list[_Entry], other: list[_Entry]) -> list[_Entry]:
    """Both heaps in one."""
    few, many = sorted((one, other), key=len)
    for each in few:
        heapq.heappush(many, each)
    return many


def _bring_next(crowd: _Crowd, now: datetime, due: list[_Due]) -> None:
    if crowd.at <= now and crowd.members:
        heapq.heappush(due, (crowd.at, *heapq.heappop(crowd.members), crowd))


def _sharing(courses: Mapping[str, Course]) -> dict[str, list[str]]:
    """Who is to be found at each address or number that several customers have."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, course in courses.items():
        contact = course.facts.account.customer.contact
        for address in {alike(address) for address in (contact.email, contact.phone) if address}:
            found[address].append(key)
    return {address: keys for address, keys in found.items() if len(keys) > 1}
