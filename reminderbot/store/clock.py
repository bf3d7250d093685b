"""What is remembered of the clock from tick to tick."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from reminderbot.core.clock import Belief, Reading
from reminderbot.store import setting


def get(connection: Connection) -> Belief:
    return read(setting.get(connection, setting.CLOCK))


def read(kept: dict[str, Any] | None) -> Belief:
    """The belief as `put` wrote it."""
    if kept is None:
        return Belief()
    wall = setting.moment(kept["wall"])
    believed = Reading(wall, kept["boot"], kept["boot_id"]) if wall else None
    return Belief(believed, kept["at_least"], kept["doubt"], setting.moment(kept["since"]), kept["steady"], kept["off"])


def put(connection: Connection, belief: Belief) -> None:
    believed = belief.believed
    kept = {
        "wall": believed.wall.isoformat() if believed else None,
        "boot": believed.boot if believed else 0.0,
        "boot_id": believed.boot_id if believed else "",
        "at_least": belief.at_least,
        "doubt": belief.doubt,
        "since": belief.since.isoformat() if belief.since else None,
        "steady": belief.steady,
        "off": belief.off,
    }
    setting.put(connection, setting.CLOCK, kept)
