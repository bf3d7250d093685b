"""What is remembered of the canaries: at most one is on its way a day, whatever dies in between."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection

from reminderbot.core.canary import Canary
from reminderbot.store import setting


def get(connection: Connection) -> Canary:
    return read(setting.get(connection, setting.CANARY))


def read(kept: dict[str, str | int | None] | None) -> Canary:
    """The canary as `put` wrote it."""
    kept = kept or {}
    return Canary(
        number=int(kept.get("number") or 0),
        sent_on=date.fromisoformat(str(kept["sent_on"])) if kept.get("sent_on") else None,
        sent_at=setting.moment(kept.get("sent_at")),
        why=str(kept.get("why") or ""),
        again_at=setting.moment(kept.get("again_at")),
        back_at=setting.moment(kept.get("back_at")),
        back=int(kept.get("back") or 0),
    )


def put(connection: Connection, canary: Canary) -> None:
    def text(value: date | datetime | None) -> str | None:
        return value.isoformat() if value else None

    kept = {
        "number": canary.number,
        "sent_on": text(canary.sent_on),
        "sent_at": text(canary.sent_at),
        "why": canary.why,
        "again_at": text(canary.again_at),
        "back_at": text(canary.back_at),
        "back": canary.back,
    }
    setting.put(connection, setting.CANARY, kept)
