"""Marks letters beside the ladder as said, so that none is said twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from reminderbot.core.beside import INSTALMENT, NAMES, THANKS
from reminderbot.store import plan, thanks


def reach(connection: Connection, steps: Iterable[tuple[str, str, int]], at: datetime) -> None:
    """Take note of those among `steps` (occasion, tier, days) that belong to no ladder."""
    keys: dict[str, set[str]] = {name: set() for name in NAMES}
    for key, tier, _ in steps:
        if tier in NAMES:
            keys[tier].add(key)
    if keys[INSTALMENT]:
        plan.noted(connection, keys[INSTALMENT], at)
    if keys[THANKS]:
        thanks.said(connection, keys[THANKS], at)
