"""The clock run: looks at the clock once a tick, and remembers what trusted servers said of it (invariant 25)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from reminderbot.core import clock
from reminderbot.core.clock import Belief, Reading
from reminderbot.house import House
from reminderbot.logs import log
from reminderbot.store import clock as kept
from reminderbot.store import history, ledger


def remember_time(house: House, slept: str = "") -> None:
    """One tick; `slept` tells why it came so late. Once a doubt is over everybody is looked at anew."""
    now = house.clock.read()
    with house.store.writing() as connection:
        before = kept.get(connection)
        after = clock.tick(before, now, slept)
        kept.put(connection, after)
        if before.doubt and not after.doubt:
            ledger.review_everybody(connection, now.wall)
    if after.doubt != before.doubt:
        log("clock", doubt=after.doubt or "over")
    with house.store.reading() as connection:
        history.remember_journal(connection, house.send_log)


def heard_time(house: House, connection: Connection, said: datetime, first: datetime, last: datetime, who: str) -> None:
    """A trusted server says when something was that lay between two moments of ours."""
    off = clock.compare(said, first, last, who)
    if off is not None:
        _change(house, connection, lambda known, now: clock.hear(known, now, off))


def in_doubt(house: House, connection: Connection) -> str:
    """Why the clock is not believed now; empty: it is."""
    return clock.in_doubt(kept.get(connection), house.clock.read())


def _change(house: House, connection: Connection, change: Callable[[Belief, Reading], Belief]) -> None:
    before = kept.get(connection)
    after = change(before, house.clock.read())
    if after != before:
        kept.put(connection, after)
