"""Messages that could not be read: which there are, and having them read once more."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.core.event import Event, EventKind
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import inbox, journal


def unreadable(connection: Connection) -> list[Row[Any]]:
    """What was set aside, oldest first."""
    return inbox.set_aside(connection)


def retry(house: House, actor: str, numbers: Collection[int] = ()) -> int:
    """Put these messages back to be read at the next look, all of them where none is named; gives how many.

    Refused where a number is none of those, or the message is too large to be read at all. Their senders stay held.
    """
    now = house.clock.now()
    with house.store.writing() as connection:
        aside = {row.inbound_id: row for row in inbox.set_aside(connection)}
        for number in numbers:
            if number not in aside:
                raise Refused(f"Message {number} was not set aside: `reminderbot inbox list` shows those that were.")
            if aside[number].oversize:
                raise Refused(f"Message {number} is larger than 25 MB and can only be read in the mailbox itself.")
        chosen = [row for row in aside.values() if not row.oversize and (not numbers or row.inbound_id in numbers)]
        for row in chosen:
            inbox.put_back(connection, row.inbound_id)
            told = {"inbound": row.inbound_id}
            journal.record(connection, Event(EventKind.PUT_BACK, now, actor, row.customer_id, told))
    return len(chosen)
