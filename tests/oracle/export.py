"""Reads a journal as the store exports it; knows the table's columns and nothing else of the program."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from tests.oracle.evidence import Line

_ALL = "SELECT seq, at, kind, actor, customer_id, data FROM journal ORDER BY seq"


def journal(store: Path) -> tuple[Line, ...]:
    """Every line of the journal in the SQLite file `store`."""
    with closing(sqlite3.connect(store)) as connection:
        return tuple(
            Line(seq, datetime.fromisoformat(at).replace(tzinfo=UTC), kind, actor, customer, json.loads(data))
            for seq, at, kind, actor, customer, data in connection.execute(_ALL)
        )
