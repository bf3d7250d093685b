"""What is remembered of the clock from tick to tick."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from reminderbot.core.clock_watch import Reading, Watch
from reminderbot.store import setting


def get(connection: Connection) -> Watch:
    return read(setting.get(connection, setting.CLOCK))


def read(kept: dict[str, Any] | None) -> Watch:
    """The watch as `put` wrote it."""
    if kept is None:
        return Watch()
    wall = setting.moment(kept["wall"])
    believed = Reading(wall, kept["boot"], kept["boot_id"]) if wall else None
    return Watch(believed, kept["at_least"], kept["doubt"], setting.moment(kept["since"]), kept["steady"], kept["off"])


def put(connection: Connection, watch: Watch) -> None:
    believed = watch.believed
    kept = {
        "wall": believed.wall.isoformat() if believed else None,
        "boot": believed.boot if believed else 0.0,
        "boot_id": believed.boot_id if believed else "",
        "at_least": watch.at_least,
        "doubt": watch.doubt,
        "since": watch.since.isoformat() if watch.since else None,
        "steady": watch.steady,
        "off": watch.off,
    }
    setting.put(connection, setting.CLOCK, kept)
