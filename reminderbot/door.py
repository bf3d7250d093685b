"""The door: gathers what may stop all sending and asks `core/stop.py` about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from reminderbot.core.ladder import Channel
from reminderbot.core.stop import DoorFacts, Mode, Stop, lower, stops
from reminderbot.house import House
from reminderbot.store import outbox, setting

# A refused log-in is not tried again at every tick; see store/halt.py.
RELOAD = "mend it, then `systemctl reload reminderbot`; it is tried again by itself every hour"


def mode(house: House, connection: Connection) -> Mode:
    """What may leave by itself: the lower of the settings' ceiling and the grant given to this installation."""
    grant = setting.get(connection, setting.GRANT)
    return lower(house.ceiling, Mode(grant["mode"])) if grant else Mode.DRAFT


def standing_stops(house: House, connection: Connection, now: datetime) -> tuple[Stop, ...]:
    """Every reason why nothing may leave at `now`, besides the mode."""
    known = setting.get_all(connection)
    return stops(_facts(house, connection, known, now)) + _halted(known.get(setting.HALTED) or {})


def _facts(house: House, connection: Connection, known: dict[str, Any], now: datetime) -> DoorFacts:
    grant = known.get(setting.GRANT) or {}
    switch = known.get(setting.STOPPED)
    adopted = grant.get("adopted_log", 0)
    return DoorFacts(
        now=now,
        zone=house.rules.zone,
        business_days=house.rules.business_days(""),
        stopped=(switch["by"], datetime.fromisoformat(switch["at"])) if switch else None,
        stop_file=house.stop_file.name if house.stop_file.exists() else "",
        has_inbox=house.open_inbox is not None,
        inbox_read_at=setting.moment(known.get(setting.INBOX_READ_AT)),
        texts_read_at=setting.moment(known.get(setting.SMS_READ_AT)),
        inbox_trouble=_trouble(known.get(setting.INBOX_TROUBLE)),
        needs_texts=Channel.SMS in house.channels,
        ledger_exported_at=setting.moment(known.get(setting.LEDGER)),
        ledger_max_age=house.limits.ledger_max_age,
        ledger_held=_held(known.get(setting.LEDGER_HELD)),
        last_seen=setting.moment(known.get(setting.LAST_SEEN)),
        logged=_ahead(house.send_log.newest(), adopted),
        known=outbox.newest_tried(connection),
        moved=bool(grant) and grant.get("instance") != house.instance,
    )


def _trouble(trouble: dict[str, Any] | None) -> tuple[str, str] | None:
    """What keeps the inbox from being read, and its cure."""
    if trouble is None:
        return None
    cure = trouble["cure"].rstrip(".")
    return trouble["what"], f"{cure}; then {RELOAD}" if "refused_at" in trouble else cure


def _held(held: dict[str, Any] | None) -> str:
    return "; ".join(held["why"]) if held else ""


def _ahead(newest: int, adopted: int) -> int:
    """The newest line that counts: what was there when a person adopted this store is settled."""
    return newest if newest > adopted else 0


def _halted(halted: dict[str, Any]) -> tuple[Stop, ...]:
    return tuple(
        Stop(
            f"{channel} halted",
            entry["why"].rstrip("."),
            RELOAD if "refused_at" in entry else "mend the cause, then run `reminderbot go-live`",
            datetime.fromisoformat(entry["since"]),
        )
        for channel, entry in sorted(halted.items())
    )
