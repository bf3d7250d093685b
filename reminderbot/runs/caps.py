"""The house's own caps over all customers: a day, an hour, new conversations, text message segments, and the breaker.

A cap that is reached makes a reminder wait for its next moment; nothing is queued up for a burst (invariant 27).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.core.answer import ANSWER
from reminderbot.core.calendar import start_of_day
from reminderbot.core.ladder import Channel
from reminderbot.core.room import Full, Left, start_of_month, wait, wait_for_texts
from reminderbot.core.stop import Stop
from reminderbot.door import batch_stop
from reminderbot.house import House
from reminderbot.store import halt, ledger, outbox, said, setting

# Circuit breaker: a batch this many times the usual size waits for a person, from this many messages up.
UNUSUAL = 3
UNUSUAL_FROM = 20
# Batches of the last month or so tell what is usual.
_REMEMBERED = 30
# So long a person's yes to a large batch holds: caps may stretch it over the hours.
LET_GO_FOR = timedelta(days=1)


class Room:
    """How much the house's own caps still leave: a day, an hour, new conversations, text message segments."""

    def __init__(self, house: House, connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> None:
        self._now, self._zone = now, house.rules.zone
        start = start_of_day(now.astimezone(self._zone).date(), self._zone)
        limits = house.limits
        sent_today, sent_lately = said.sent_since(connection, start, now - timedelta(hours=1))
        self._day = limits.per_day - sent_today
        self._hour = limits.per_hour - sent_lately
        self._first = limits.first_contacts_per_day - sent_today
        self._strangers: set[str] = set()
        if self._first < len(rows):
            # Not all that was said today was said to a stranger; telling them apart takes a while.
            self._first = limits.first_contacts_per_day - said.first_contacts_since(connection, start)
            self._strangers = said.strangers(connection, [row.customer_id for row in rows])
        self._segments = 0
        if any(row.channel == Channel.SMS.value for row in rows):
            month = start_of_month(now, self._zone)
            self._segments = limits.segments_per_month - said.segments_since(connection, month)

    def wait(self, row: Row[Any]) -> Full | None:
        """Which cap does not let a reminder out now, and when it may be tried again; None: it may leave.

        A person's answer takes its place among them and waits for none but the month's text messages, which cost.
        """
        text = row.channel == Channel.SMS.value
        left = Left(self._day, self._first, self._hour, self._segments)
        if row.tier == ANSWER:
            return wait_for_texts(left, self._now, self._zone) if text else None
        return wait(left, self._now, self._zone, stranger=row.customer_id in self._strangers, text=text)

    def take(self, row: Row[Any], segments: int | None) -> None:
        self._day -= 1
        self._hour -= 1
        self._segments -= segments or 0
        if row.customer_id in self._strangers:
            self._first -= 1
            self._strangers.discard(row.customer_id)


def unusual(house: House, waiting: int, *, approved_only: bool) -> Stop | None:
    """The circuit breaker: the very first batch, and one far larger than usual, wait for a person's yes.

    New conversations that today has no room for are not part of it: after one yes they begin day by day.
    """
    with house.store.writing() as connection:
        sizes = setting.get(connection, setting.BATCH_SIZES) or []
        usual = sorted(sizes)[len(sizes) // 2] if sizes else 0
        stop, now = batch_stop(connection), house.clock.now()
        expected = max(UNUSUAL_FROM - 1, UNUSUAL * usual, _let_go(connection, now))
        if waiting > expected:
            waiting -= _without_room(house, connection, waiting, approved_only, now)
        if stop is None and sizes and waiting > expected:
            held = {"why": f"{waiting} messages at once, usually about {usual}", "at": now.isoformat()}
            setting.put(connection, setting.BREAKER, held)
            stop = batch_stop(connection)
    return stop


def _without_room(house: House, connection: Connection, waiting: int, approved_only: bool, now: datetime) -> int:
    """How many of those that wait are new conversations that today has no room for."""
    rows = outbox.due(
        connection, now, waiting, approved_only=approved_only, without=sorted(halt.at_rest(connection, now))
    )
    keys = sorted({row.customer_id for row in rows})
    new = sum(len(said.strangers(connection, some)) for some in ledger.chunks(keys))
    start = start_of_day(now.astimezone(house.rules.zone).date(), house.rules.zone)
    room = house.limits.first_contacts_per_day - said.first_contacts_since(connection, start)
    return max(0, new - max(0, room))


def _let_go(connection: Connection, now: datetime) -> int:
    """How many at once a person has said yes to."""
    given = setting.get(connection, setting.LET_GO)
    holds = given is not None and timedelta(0) <= now - datetime.fromisoformat(given["at"]) < LET_GO_FOR
    return int(given["most"]) if holds else 0


def remember_size(house: House, size: int) -> None:
    with house.store.writing() as connection:
        sizes = setting.get(connection, setting.BATCH_SIZES) or []
        setting.put(connection, setting.BATCH_SIZES, [*sizes, size][-_REMEMBERED:])
