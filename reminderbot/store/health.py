"""Whether the database itself is sound."""

from __future__ import annotations

from sqlalchemy import Connection, text

_SHOWN = 5


def faults(connection: Connection) -> list[str]:
    """What the database says is broken in itself; empty: nothing."""
    # PostgreSQL looks after itself: checksums, and amcheck where somebody wants more.
    if connection.dialect.name != "sqlite":
        return []
    found = connection.execute(text(f"PRAGMA quick_check({_SHOWN})")).scalars()
    return [line for line in found if line != "ok"]
