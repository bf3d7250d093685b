"""The case that calls a person to a reminder nobody knows to have arrived, from its opening to its end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.core.case import CaseKind
from reminderbot.store import case


def tell(connection: Connection, row: Row[Any], why: str, now: datetime) -> None:
    """Call a person to a reminder of uncertain fate."""
    case.open_one(connection, CaseKind.DELIVERY, row.customer_id, f"{_about(row)}: {why}", now)


def tell_not_sent(connection: Connection, row: Row[Any], why: str, now: datetime) -> None:
    """Call a person to a text message that the carrier has not got."""
    case.open_one(connection, CaseKind.DELIVERY, row.customer_id, f"{_missing(row)}: {why}", now)


def close(connection: Connection, row: Row[Any], actor: str, resolution: str, now: datetime) -> bool:
    """Close the case that was opened for this reminder; False where none waits."""
    for waiting in case.waiting(connection, row.customer_id):
        if waiting.kind is CaseKind.DELIVERY and waiting.why.startswith((_about(row), _missing(row))):
            return case.resolve(connection, waiting.case_id, resolution, now, actor)
    return False


def _about(row: Row[Any]) -> str:
    return f"it is not certain whether reminder {row.reminder_id} ({row.tier}) arrived"


def _missing(row: Row[Any]) -> str:
    return f"reminder {row.reminder_id} ({row.tier}) was most likely not sent"
