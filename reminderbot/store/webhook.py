"""What is kept of the carrier's calls for people to read: how many were let in, how many turned away, and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from reminderbot.core.webhook import Calls, Refusal
from reminderbot.store import setting

_MOMENTS = ("since", "accepted_at", "refused_at")


def keep(connection: Connection, calls: Calls) -> None:
    """Keep the counts in the place of those before."""
    plain: dict[str, Any] = asdict(calls)
    plain |= {name: plain[name].isoformat() for name in _MOMENTS if plain[name] is not None}
    setting.put(connection, setting.WEBHOOK, plain)


def calls(connection: Connection) -> Calls | None:
    """The counts; None where the addresses were never served."""
    found = setting.get(connection, setting.WEBHOOK)
    if found is None:
        return None
    moments = {name: setting.moment(found[name]) for name in _MOMENTS}
    refused = {Refusal(kind): count for kind, count in found["refused"].items()}
    return Calls(**(found | moments | {"refused": refused}))
