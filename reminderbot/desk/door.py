"""What stands before all sending, as a person should see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from reminderbot.core.stop import Mode, Stop
from reminderbot.door import mode, standing_stops
from reminderbot.house import House

# Invariant 22: an inbox unread for longer than this is in trouble; before that it is simply read before the next batch.
INBOX_IN_TROUBLE = timedelta(minutes=15)
_LOOKED_AT = ("inbox", "texts")


@dataclass(frozen=True, slots=True)
class Door:
    """How much may leave by itself, and every reason why nothing may leave now."""

    mode: Mode
    stops: tuple[Stop, ...] = ()

    def lasting(self, now: datetime) -> tuple[Stop, ...]:
        """The stops that do not go away by themselves.

        Every batch reads the inbox first, so a short while since it was read is nothing; in draft nothing is risked.
        """
        return tuple(stop for stop in self.stops if not _passing(stop, now) and not self._harmless(stop))

    def after_a_look(self, now: datetime) -> tuple[Stop, ...]:
        """The stops among them that the next look into the inboxes does not end."""
        return tuple(stop for stop in self.lasting(now) if stop.lasting or stop.kind not in _LOOKED_AT)

    def _harmless(self, stop: Stop) -> bool:
        return self.mode is Mode.DRAFT and stop.kind in _LOOKED_AT


def _passing(stop: Stop, now: datetime) -> bool:
    return (
        stop.kind in _LOOKED_AT and not stop.lasting and stop.since is not None and now - stop.since <= INBOX_IN_TROUBLE
    )


def look_at(house: House, connection: Connection) -> Door:
    """The mode that counts, and every stop of this moment."""
    return Door(mode(house, connection), standing_stops(house, connection, house.clock.now()))
