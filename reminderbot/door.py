"""The door: gathers what may stop all sending and asks `core/stop.py` about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from reminderbot.core.clock import in_doubt
from reminderbot.core.ladder import Channel
from reminderbot.core.stop import DoorFacts, InboxTrouble, Mode, Stop, lower, stops
from reminderbot.house import House
from reminderbot.store import canary, clock, history, inbox, setting

# A refused log-in is not tried again at every tick; see store/halt.py.
_RELOAD = "then `systemctl reload reminderbot`"
_HOURLY = "it is tried again by itself every hour"

# Invariant 22.
LONGEST_UNREAD = timedelta(hours=1)


def mode(house: House, connection: Connection) -> Mode:
    """What may leave by itself: the lower of the settings' ceiling and the grant given to this installation."""
    grant = setting.get(connection, setting.GRANT)
    return lower(house.ceiling, Mode(grant["mode"])) if grant else Mode.DRAFT


def standing_stops(house: House, connection: Connection, now: datetime) -> tuple[Stop, ...]:
    """Every reason why nothing may leave at `now`, besides the mode."""
    known = setting.get_all(connection)
    found = stops(_facts(house, connection, known, now)) + _halted(known.get(setting.HALTED) or {})
    noticed = known.get(setting.ALERTED) or {}
    return tuple(stop if stop.since else replace(stop, since=_noticed(noticed.get(stop.kind))) for stop in found)


def batch_stop(connection: Connection) -> Stop | None:
    """Why the next batch waits for a person as a whole: the first one, a very large one; None: it does not."""
    held = setting.get(connection, setting.BREAKER)
    cure = "look at `reminderbot plan`, then `reminderbot approve --all`"
    return Stop("unusual batch", held["why"], cure, datetime.fromisoformat(held["at"])) if held else None


def _noticed(note: dict[str, str] | None) -> datetime | None:
    return setting.moment(note["seen"]) if note else None


def _facts(house: House, connection: Connection, known: dict[str, Any], now: datetime) -> DoorFacts:
    grant = known.get(setting.GRANT) or {}
    switch = known.get(setting.STOPPED)
    belief = clock.read(known.get(setting.CLOCK))
    held = known.get(setting.LEDGER_HELD) or {"why": [], "at": None}
    return DoorFacts(
        now=now,
        zone=house.rules.zone,
        business_days=house.rules.business_days(""),
        ledger_days=house.rules.ledger_days(),
        stopped=(switch["by"], datetime.fromisoformat(switch["at"])) if switch else None,
        stop_file=house.stop_file.name if house.stop_file_is_there else "",
        filed_at=_made_at(house.stop_file),
        has_inbox=house.open_inbox is not None,
        inbox_read_at=setting.moment(known.get(setting.INBOX_READ_AT)),
        texts_read_at=setting.moment(known.get(setting.SMS_READ_AT)),
        inbox_trouble=_trouble(known.get(setting.INBOX_TROUBLE), f"{_RELOAD}; {_HOURLY}"),
        texts_trouble=_trouble(known.get(setting.TEXTS_TROUBLE), _RELOAD),
        needs_texts=Channel.SMS in house.channels,
        ledger_exported_at=setting.moment(known.get(setting.LEDGER)),
        ledger_max_age=house.limits.ledger_max_age,
        ledger_held="; ".join(held["why"]),
        held_at=setting.moment(held["at"]),
        clock_doubt=in_doubt(belief, house.clock.read()),
        doubted_at=belief.since,
        canary=canary.read(known.get(setting.CANARY)) if house.canary else None,
        ousted=house.store.owner is not None and not house.store.owner.stands(connection),
        unread=inbox.unattributed(connection, now - LONGEST_UNREAD),
        history=history.compare(connection, house.send_log, house.keys.oldest),
        moved=bool(grant) and grant.get("instance") != house.instance,
    )


def _trouble(noted: dict[str, Any] | None, then: str) -> InboxTrouble | None:
    if noted is None:
        return None
    cure, locked_out = noted["cure"].rstrip("."), "refused_at" in noted
    return InboxTrouble(noted["what"], f"{cure}, {then}" if locked_out else cure, locked_out)


def _made_at(file: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(file.lstat().st_mtime, UTC)
    except OSError:
        return None


def _halted(halted: dict[str, Any]) -> tuple[Stop, ...]:
    return tuple(
        Stop(
            f"{channel} halted",
            entry["why"].rstrip("."),
            f"mend it, {_RELOAD}; {_HOURLY}"
            if "refused_at" in entry
            else "mend the cause, then run `reminderbot go-live`",
            datetime.fromisoformat(entry["since"]),
        )
        for channel, entry in sorted(halted.items())
    )
