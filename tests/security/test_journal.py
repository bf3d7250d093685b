"""S22: what was written into the journal stays there, whoever asks the database to forget it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import DBAPIError

from reminderbot.core.event import Event, EventKind
from reminderbot.store import journal
from reminderbot.store.session import Store

AT = datetime(2027, 1, 4, 9, tzinfo=UTC)
ROW = "(seq, at, kind, actor, data) VALUES (2, '2027-01-04 09:00:00', 'stopped', 'eve', '{}')"
EVERYWHERE = (
    "UPDATE journal SET actor = 'eve' WHERE seq = 2",
    "UPDATE journal SET seq = 99 WHERE seq = 2",
    "DELETE FROM journal",
    "DELETE FROM journal WHERE seq = 2",
    f"INSERT INTO journal {ROW}",
    f"INSERT INTO journal {ROW} ON CONFLICT (seq) DO UPDATE SET actor = 'eve'",
)
OF_ONE = {
    # REPLACE deletes without asking the trigger on DELETE.
    "sqlite": (
        f"REPLACE INTO journal {ROW}",
        f"INSERT OR REPLACE INTO journal {ROW}",
        "INSERT OR REPLACE INTO journal SELECT seq, at, kind, 'eve', customer_id, data FROM journal",
        "UPDATE OR REPLACE journal SET seq = 1 WHERE seq = 2",
    ),
    "postgresql": (
        "TRUNCATE journal",
        "TRUNCATE journal RESTART IDENTITY CASCADE",
        "MERGE INTO journal USING (SELECT 2 AS n) AS x ON seq = x.n WHEN MATCHED THEN UPDATE SET actor = 'eve'",
        "SET LOCAL session_replication_role = replica; DELETE FROM journal",
        "WITH gone AS (DELETE FROM journal RETURNING *) SELECT * FROM gone",
    ),
}


def said(store: Store) -> list[tuple[int, Event]]:
    with store.reading() as connection:
        return list(journal.since(connection, 0))


@pytest.fixture
def written(store: Store) -> list[tuple[int, Event]]:
    with store.writing() as connection:
        journal.record_all(connection, (Event(EventKind.STOPPED, AT, name) for name in ("ann", "bea", "cid")))
    found = said(store)
    assert [(number, event.actor) for number, event in found] == [(1, "ann"), (2, "bea"), (3, "cid")]
    return found


def test_the_database_refuses_to_change_or_delete_a_line(store: Store, written: list[tuple[int, Event]]) -> None:
    for statement in (*EVERYWHERE, *OF_ONE[store.engine.dialect.name]):
        with pytest.raises(DBAPIError, match=r"append-only|duplicate key"), store.writing() as connection:
            connection.exec_driver_sql(statement)
        assert said(store) == written, statement


@pytest.mark.parametrize("word", ["IGNORE", "FAIL", "ROLLBACK", "ABORT"])
def test_no_way_of_solving_a_conflict_gets_around_it(store: Store, written: list[tuple[int, Event]], word: str) -> None:
    if store.engine.dialect.name != "sqlite":
        return
    with pytest.raises(DBAPIError), store.writing() as connection:
        connection.exec_driver_sql(f"INSERT OR {word} INTO journal {ROW}")
    assert said(store) == written


def test_new_lines_still_come_after_all_others(store: Store, written: list[tuple[int, Event]]) -> None:
    with store.writing() as connection:
        assert journal.record(connection, Event(EventKind.WENT_LIVE, AT, "dan")) == 4
    assert said(store)[:3] == written
