"""The delivery run: takes what is due from the outbox, asks every gate again, and hands it to the wire once.

In this order, each step durable before the next: claim (gates asked and bytes made in one transaction), open the
channel, mark as on the wire, send log, send, settle. A crash before the second mark loses nothing; after it the
reminder is uncertain and never sent again by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from reminderbot.clock import elapsed
from reminderbot.core.beside import round_of
from reminderbot.core.clock import judge
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
from reminderbot.core.ladder import Channel
from reminderbot.core.stop import Mode, Stop
from reminderbot.door import mode, standing_stops
from reminderbot.house import House
from reminderbot.logs import log_bug
from reminderbot.runs.caps import remember_size, unusual
from reminderbot.runs.claim import take
from reminderbot.runs.settle import settle
from reminderbot.store import halt, history, outbox, setting
from reminderbot.store.sendlog import Attempt, Step

# Every message marked as on the wire and not yet settled is uncertain after a crash: a small window keeps those few.
WINDOW = 20
# The gates' answers hold for this long; a slow relay must not carry a message out of somebody's day.
WINDOW_LIFE = timedelta(minutes=2)
# Invariant 28: the kill switch holds within a second.
SWITCH_SECONDS = 0.5
_MENDED_BY_LOOKING = frozenset({"inbox", "texts"})


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
    allowed, waiting = _before_looking(house, done)
    if not waiting:
        return done
    if stop := unusual(house, waiting, approved_only=allowed is Mode.APPROVE):
        done.stops = (stop,)
        return done
    channels = _Channels(house)
    try:
        while not house.ending.is_set() and _window(house, look, allowed, channels, done):
            if not _any_left(house, allowed):
                # The inboxes are not read once more only to find that out.
                break
    finally:
        channels.close()
    if done.accepted:
        remember_size(house, done.accepted)
    return done


def _before_looking(house: House, done: Delivered) -> tuple[Mode, int]:
    """The mode, and how many might leave for all that is known without a look; what looking cannot mend is noted."""
    now = house.clock.now()
    with house.store.reading() as connection:
        allowed = mode(house, connection)
        count = partial(outbox.count_due, connection, now, approved_only=allowed is Mode.APPROVE)
        if allowed is Mode.DRAFT or not count():
            return allowed, 0
        done.stops = tuple(s for s in standing_stops(house, connection, now) if s.kind not in _MENDED_BY_LOOKING)
        waiting = count(without=halt.at_rest(connection, now))
    # Otherwise every tick would ask all servers, for as long as it stands.
    return allowed, 0 if _stop_all(done.stops) else waiting


def _any_left(house: House, allowed: Mode) -> bool:
    with house.store.reading() as connection:
        return outbox.count_due(connection, house.clock.now(), approved_only=allowed is Mode.APPROVE) > 0


def _stop_all(stops: Sequence[Stop]) -> bool:
    """Whether one of them is about more than one channel."""
    return any(not stop.kind.endswith(" halted") for stop in stops)


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
        if _stop_all(done.stops):
            return False
        resting = halt.at_rest(connection, now)
        rows = outbox.due(connection, now, WINDOW, approved_only=allowed is Mode.APPROVE, without=sorted(resting))
        if not rows:
            return False
        claims = take(house, connection, rows, now)
    done.withdrawn += claims.withdrawn
    done.troubles += claims.troubles
    try:
        groups = groupby(sorted(claims.taken, key=lambda c: c.row.channel), key=lambda c: c.row.channel)
        troubles = [_send_group(house, list(group), channels.get(Channel(name)), done) for name, group in groups]
    except BaseException:
        # What this worker had taken is not left lying about: unsent it is planned again, else it is uncertain.
        with house.store.writing() as connection:
            outbox.recover(connection, house.clock.now(), {c.row.reminder_id for c in claims.taken})
        raise
    return not any(troubles)


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
        house.send_log.append(_attempt(claim, now) for claim in claims)
    except OSError as error:
        trouble = Deferred(f"the send log cannot be written ({error.strerror}): nothing was sent", halts=True)
        _settle(house, [(claim.row, trouble) for claim in claims], done)
        done.troubles.append(trouble.why)
        return True
    with house.store.writing() as connection:
        # Before the first byte: a backup made while messages leave must know how long its log was.
        history.remember_log(connection, house.send_log)
    results = _send_all(house, claims, channel)
    _settle(house, results, done)
    troubles = [why for _, outcome in results if (why := _trouble(outcome))]
    done.troubles += dict.fromkeys(troubles)
    return bool(troubles)


def _attempt(claim: outbox.Claim, now: datetime) -> Attempt:
    row = claim.row
    rounds = {item.invoice.number: item.round for item in claim.items}
    steps = tuple(Step(number, round_of(rounds, number, tier), tier, days) for number, tier, days in row.steps)
    return Attempt(row.reminder_id, row.attempts + 1, row.recipient_hash, now, Channel(row.channel), steps)


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
    switch = _Switch(house)
    for claim in claims:
        if trouble is None and (why := switch.off()):
            trouble = Deferred(why)
        outcome: Outcome
        try:
            outcome = trouble or channel.send(claim.message)
        except Exception as error:
            # A mistake of ours: nobody knows how far this one came, and the ones after it are not risked.
            log_bug("channel_failed", error, reminder=claim.row.reminder_id)
            outcome = Uncertain(f"a mistake of ours while sending it ({type(error).__name__})")
            trouble = Deferred("not tried: the message before it met a mistake of ours", halts=True)
        results.append((claim.row, outcome))
        if trouble is None and (why := _trouble(outcome)):
            trouble = Deferred(f"not tried: {why}")
    return results


class _Switch:
    """Whether the next message of a window may still leave: asked before each."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._claimed = house.clock.read()
        self._asked_at = elapsed()

    def off(self) -> str:
        """Why nothing more may leave; empty: it may."""
        if self._house.ending.is_set() or self._house.stop_file_is_there or self._stopped():
            return "sending was stopped before its turn"
        now = self._house.clock.read()
        if judge(self._claimed, now):
            return "the clock was set while messages were leaving"
        if now.wall - self._claimed.wall > WINDOW_LIFE:
            return "the ones before it took so long that the gates must be asked again"
        return ""

    def _stopped(self) -> bool:
        """The kill switch in the store, asked twice a second at most."""
        if elapsed() - self._asked_at < SWITCH_SECONDS:
            return False
        self._asked_at = elapsed()
        with self._house.store.reading() as connection:
            return setting.get(connection, setting.STOPPED) is not None


def _settle(house: House, results: Sequence[tuple[Row[Any], Outcome]], done: Delivered) -> None:
    now = house.clock.now()
    settled = [
        (row, outcome, after_attempt(outcome, row.attempts + 1, now, again=bool(row.earlier)))
        for row, outcome in results
    ]
    with house.store.writing() as connection:
        settle(connection, settled, now)
    for _, outcome in results:
        done.count(outcome)
