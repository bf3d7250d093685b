"""What was told to whom of the people who run this installation: claimed before it is told, and so told once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select, update

from reminderbot.core.notice import AGAIN_AFTER
from reminderbot.store.session import upsert
from reminderbot.store.tables import notice


def settled(connection: Connection, about: Collection[str], now: datetime) -> set[tuple[str, str]]:
    """Of these matters, each with those who are not to be told of it now: they were, or it failed a moment ago."""
    rows = connection.execute(select(notice).where(notice.c.about.in_(about)))
    # A clock that was set back must not prolong the wait.
    return {(row.about, row.recipient) for row in rows if not row.failed or row.at <= now < row.at + AGAIN_AFTER}


def claim(connection: Connection, about: str, recipients: Collection[str], now: datetime) -> list[str]:
    """Take a matter for telling to these; gives those who were not told yet."""
    known = settled(connection, [about], now)
    free = [each for each in recipients if (about, each) not in known]
    upsert(connection, notice, [{"about": about, "recipient": each, "at": now, "failed": False} for each in free])
    return free


def release(connection: Connection, about: Collection[str], recipients: Collection[str], now: datetime) -> None:
    """These were provably not told, and may be after a while."""
    meant = notice.c.about.in_(about) & notice.c.recipient.in_(recipients)
    connection.execute(update(notice).where(meant).values(failed=True, at=now))
