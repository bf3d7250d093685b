"""The delivery run: takes what is due from the outbox, asks every gate again, and hands it to the wire once.

In this order, each step durable before the next: claim (gates asked and bytes made in one transaction), open the
channel, mark as on the wire, send log, send, settle. A crash before the second mark loses nothing; after it the
reminder is uncertain and never sent again by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.compose.errors import LetterError
from reminderbot.compose.facts import NothingOwed
from reminderbot.compose.headers import UnsafeMessage
from reminderbot.core.account import OpenItem
from reminderbot.core.calendar import is_open, start_of_day
from reminderbot.core.delivery import (
    Accepted,
    Blame,
    Deferred,
    DeliveryChannel,
    Outcome,
    Refused,
    Uncertain,
    after_attempt,
)
from reminderbot.core.dunning import Decision, Facts, decide
from reminderbot.core.ladder import Channel
from reminderbot.core.stop import Mode, Stop
from reminderbot.house import House
from reminderbot.runs.door import mode, standing_stops
from reminderbot.runs.plan import same
from reminderbot.runs.settle import settle
from reminderbot.runs.write import Written, write
from reminderbot.store import ledger, outbox, setting
from reminderbot.store.sendlog import Attempt

# Every message marked as on the wire and not yet settled is uncertain after a crash: a small window keeps those few.
WINDOW = 20
LETTER_RETRY = timedelta(hours=1)
# Circuit breaker: a batch this many times the usual size waits for a person, from this many messages up.
UNUSUAL = 3
UNUSUAL_FROM = 20


@dataclass(slots=True)
class Delivered:
    """What one delivery run did, and what kept it from doing more."""

    accepted: int = 0
    deferred: int = 0
    refused: int = 0
    uncertain: int = 0
    withdrawn: int = 0
    stops: tuple[Stop, ...] = ()
    troubles: list[str] = field(default_factory=list)

    def count(self, outcome: Outcome) -> None:
        match outcome:
            case Accepted():
                self.accepted += 1
            case Deferred():
                self.deferred += 1
            case Refused():
                self.refused += 1
            case Uncertain():
                self.uncertain += 1


def deliver_once(house: House, look: Callable[[], None]) -> Delivered:
    """Send what is due now, in windows of a few messages; `look` reads all inboxes and acts on what is there."""
    done = Delivered()
    with house.store.reading() as connection:
        allowed = mode(house, connection)
        waiting = len(_due(house, connection, allowed, 10**6)) if allowed is not Mode.DRAFT else 0
    if not waiting:
        return done
    if stop := _unusual(house, waiting):
        done.stops = (stop,)
        return done
    channels = _Channels(house)
    try:
        while not house.ending.is_set() and _window(house, look, allowed, channels, done):
            pass
    finally:
        channels.close()
    if done.accepted:
        _remember_size(house, done.accepted)
    return done


def _due(house: House, connection: Connection, allowed: Mode, limit: int) -> list[Row[Any]]:
    return outbox.due(connection, house.clock.now(), limit, approved_only=allowed is Mode.APPROVE)


class _Channels:
    """The open channels of one run; each is opened when it is first needed."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._open: dict[Channel, DeliveryChannel] = {}

    def get(self, name: Channel) -> DeliveryChannel | Deferred:
        if name in self._open:
            return self._open[name]
        make = self._house.channels.get(name)
        if make is None:
            return Deferred(f"no {name} channel is set up", halts=True)
        channel = make()
        trouble = channel.open()
        if trouble is not None:
            channel.close()
            return trouble
        self._open[name] = channel
        return channel

    def close(self) -> None:
        for channel in self._open.values():
            channel.close()


def _window(house: House, look: Callable[[], None], allowed: Mode, channels: _Channels, done: Delivered) -> bool:
    """One window: look, claim, send, settle. False when there is nothing more to do in this run."""
    look()
    now = house.clock.now()
    with house.store.writing() as connection:
        done.stops = standing_stops(house, connection, now)
        halted = set(setting.get(connection, setting.HALTED) or {})
        if any(not stop.kind.endswith("halted") for stop in done.stops):
            return False
        rows = [row for row in _due(house, connection, allowed, WINDOW) if row.channel not in halted]
        if not rows:
            return False
        claims = _claims(house, connection, rows, now, done)
        outbox.claim(connection, claims, now)
    troubled = False
    for name, group in groupby(sorted(claims, key=lambda c: c.row.channel), key=lambda c: c.row.channel):
        troubled |= _send_group(house, list(group), channels.get(Channel(name)), done)
    return not troubled


def _claims(
    house: House, connection: Connection, rows: Sequence[Row[Any]], now: datetime, done: Delivered
) -> list[outbox.Claim]:
    """Ask every gate again for each reminder and make its bytes; what no longer holds is withdrawn and planned anew."""
    ids = list(dict.fromkeys(row.customer_id for row in rows))
    facts = house.gatherer.gather(connection, ids, now)
    threads = outbox.threads(connection, ids)
    spent = outbox.spent_steps(connection, rows)
    room = _Room(house, connection, ids, now)
    claims: list[outbox.Claim] = []
    for row in rows:
        known = facts.get(row.customer_id)
        made = decide(known, house.rules, now) if known else Decision(())
        why = _against(row, known, made, spent, now)
        if known is None or why:
            outbox.withdraw(connection, row, why or "the ledger no longer lists this customer", now)
            ledger.review(connection, [row.customer_id], now)
            done.withdrawn += 1
            continue
        if later := room.wait(row):
            outbox.reschedule(connection, row.reminder_id, later)
            continue
        claim = _claim(house, row, known, threads.get(row.customer_id, ()), now, done)
        if claim is None:
            outbox.reschedule(connection, row.reminder_id, now + LETTER_RETRY)
            continue
        room.take(row, claim)
        claims.append(claim)
    return claims


def _against(
    row: Row[Any], facts: Facts | None, made: Decision, spent: set[tuple[str, int, str, str, str]], now: datetime
) -> str:
    """Why this reminder must not leave after all; empty where every gate is open."""
    if facts is None or made.send is None or not same(row, facts, made.send):
        return "; ".join(gate.because for gate in made.closed) or "something else is due now"
    if made.send.not_before > now:
        return "; ".join(gate.because for gate in made.closed) or "its hour has passed"
    rounds = {item.invoice.number: item.round for item in facts.account.items}
    for number, tier, _ in row.steps:
        if (number, rounds[number], tier, row.channel, row.recipient_hash) in spent:
            return f"'{tier}' was already sent for {number}"
    return ""


class _Room:
    """How much the house's own caps still leave: a day, an hour, new conversations, text message segments."""

    def __init__(self, house: House, connection: Connection, ids: Sequence[str], now: datetime) -> None:
        zone = house.rules.zone
        today = now.astimezone(zone).date()
        start = start_of_day(today, zone)
        self._tomorrow = start_of_day(today + timedelta(days=1), zone)
        self._next_month = start_of_day((today.replace(day=1) + timedelta(days=32)).replace(day=1), zone)
        self._next_hour = now + timedelta(minutes=15)
        limits = house.limits
        self._day = limits.per_day - outbox.sent_since(connection, start)
        self._hour = limits.per_hour - outbox.sent_since(connection, now - timedelta(hours=1))
        self._strangers = outbox.strangers(connection, ids)
        self._first = limits.first_contacts_per_day - outbox.first_contacts_since(connection, start)
        month = start_of_day(today.replace(day=1), zone)
        self._segments = limits.segments_per_month - outbox.segments_since(connection, month)

    def wait(self, row: Row[Any]) -> datetime | None:
        """When a reminder may be tried again that the caps do not let out now; None: it may leave."""
        if self._day <= 0:
            return self._tomorrow
        if row.customer_id in self._strangers and self._first <= 0:
            return self._tomorrow
        if self._hour <= 0:
            return self._next_hour
        if row.channel == Channel.SMS.value and self._segments <= 0:
            return self._next_month
        return None

    def take(self, row: Row[Any], claim: outbox.Claim) -> None:
        self._day -= 1
        self._hour -= 1
        self._segments -= claim.segments or 0
        if row.customer_id in self._strangers:
            self._first -= 1
            self._strangers.discard(row.customer_id)


def _claim(
    house: House, row: Row[Any], facts: Facts, thread: tuple[str, ...], now: datetime, done: Delivered
) -> outbox.Claim | None:
    """The reminder with its final bytes; None where its letter cannot be written, which is told and tried again."""
    items = tuple(item for item in facts.account.items if item.invoice.number in row.lists)
    if row.body is not None and row.balances == balances(items):
        # A retry of what was provably not sent: the same bytes under the same Message-ID.
        return outbox.Claim(row, outbox.message_of(row), items, row.letter_version, row.segments)
    try:
        made = write(house, row, facts, items, thread, now, _closes(house, facts, now))
    except (LetterError, NothingOwed, UnsafeMessage) as error:
        done.troubles.append(f"reminder {row.reminder_id} ({row.tier}, {row.channel}) cannot be written: {error}")
        return None
    return _claimed(row, made, items)


def _claimed(row: Row[Any], made: Written, items: tuple[OpenItem, ...]) -> outbox.Claim:
    return outbox.Claim(row, made.message, items, made.letter_version, made.segments)


def balances(items: Sequence[OpenItem]) -> list[list[str]]:
    """What was owed on each listed invoice, as the outbox keeps it."""
    return [[i.invoice.number, str(i.balance.amount), i.balance.currency] for i in items]


def _closes(house: House, facts: Facts, now: datetime) -> timedelta:
    """How long the recipient's window stays open from now on."""
    business = house.rules.business_days(facts.account.customer.country)
    left = timedelta(0)
    step = timedelta(minutes=15)
    while left < timedelta(hours=4) and is_open(now + left + step, facts.reach.zones, house.rules.hours, business):
        left += step
    return left + step


def _send_group(
    house: House, claims: Sequence[outbox.Claim], channel: DeliveryChannel | Deferred, done: Delivered
) -> bool:
    """Mark, log, send and settle the claims of one channel; True where the channel is in trouble."""
    now = house.clock.now()
    if isinstance(channel, Deferred):
        _settle(house, [(claim.row, channel) for claim in claims], done)
        done.troubles.append(channel.why)
        return True
    ids = [claim.row.reminder_id for claim in claims]
    with house.store.writing() as connection:
        outbox.mark_onwire(connection, ids, now)
    try:
        house.send_log.append(Attempt(c.row.reminder_id, c.row.attempts + 1, c.row.recipient_hash, now) for c in claims)
    except OSError as error:
        trouble = Deferred(f"the send log cannot be written ({error.strerror}): nothing was sent", halts=True)
        _settle(house, [(claim.row, trouble) for claim in claims], done)
        done.troubles.append(trouble.why)
        return True
    results = _send_all(house, claims, channel)
    _settle(house, results, done)
    troubles = [why for _, outcome in results if (why := _trouble(outcome))]
    done.troubles += dict.fromkeys(troubles)
    return bool(troubles)


def _trouble(outcome: Outcome) -> str:
    """What is wrong with the channel itself, so that nothing more is tried on it; empty: nothing."""
    match outcome:
        case Deferred(why=why, halts=True) | Refused(why=why, blame=Blame.CHANNEL):
            return why
        case _:
            return ""


def _send_all(house: House, claims: Sequence[outbox.Claim], channel: DeliveryChannel) -> list[tuple[Row[Any], Outcome]]:
    """Hand the messages over one by one; what is not handed over any more is provably not sent."""
    results: list[tuple[Row[Any], Outcome]] = []
    trouble: Deferred | None = None
    for claim in claims:
        if trouble is None and (house.ending.is_set() or house.stop_file.exists()):
            trouble = Deferred("sending was stopped before its turn")
        outcome: Outcome = trouble or channel.send(claim.message)
        results.append((claim.row, outcome))
        if trouble is None and (why := _trouble(outcome)):
            trouble = Deferred(f"not tried: {why}")
    return results


def _settle(house: House, results: Sequence[tuple[Row[Any], Outcome]], done: Delivered) -> None:
    now = house.clock.now()
    settled = [(row, outcome, after_attempt(outcome, row.attempts + 1, now)) for row, outcome in results]
    with house.store.writing() as connection:
        settle(connection, settled, now)
    for _, outcome in results:
        done.count(outcome)


def _unusual(house: House, waiting: int) -> Stop | None:
    """The circuit breaker: the very first batch, and one far larger than usual, wait for a person's yes."""
    with house.store.writing() as connection:
        held = setting.get(connection, setting.BREAKER)
        sizes = setting.get(connection, setting.BATCH_SIZES) or []
        usual = sorted(sizes)[len(sizes) // 2] if sizes else 0
        if held is None and sizes and waiting >= UNUSUAL_FROM and waiting > UNUSUAL * usual:
            held = {"why": f"{waiting} messages at once, usually about {usual}", "at": house.clock.now().isoformat()}
            setting.put(connection, setting.BREAKER, held)
    if held is None:
        return None
    cure = "look at `reminderbot plan`, then `reminderbot approve`"
    return Stop("unusual batch", held["why"], cure, datetime.fromisoformat(held["at"]))


def _remember_size(house: House, size: int) -> None:
    with house.store.writing() as connection:
        sizes = setting.get(connection, setting.BATCH_SIZES) or []
        setting.put(connection, setting.BATCH_SIZES, [*sizes, size][-30:])
