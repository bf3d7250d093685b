"""A migrated store and a freshly made one are the same, on SQLite and on PostgreSQL."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from reminderbot.store.lock import AlreadyRunning, only_one
from reminderbot.store.migrate import migrate, newest
from reminderbot.store.session import SCHEMA, Store, StoreUnusable, open_engine, open_store
from reminderbot.store.tables import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


def test_a_migrated_empty_store_has_the_tables_of_the_program(url: str, tmp_path: Path) -> None:
    assert migrate(url, tmp_path) == (None, SCHEMA)

    store = open_store(url, tmp_path)
    with store.reading() as connection:
        # Of SQLite's defaults alembic sees a difference in quotes; the test of sqlite_master looks at those.
        opts = {"compare_type": True, "compare_server_default": connection.dialect.name != "sqlite"}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []
    store.close()


def test_the_newest_migration_makes_the_schema_the_program_asks_for() -> None:
    assert newest() == SCHEMA


def test_sqlite_itself_sees_no_difference_between_a_migrated_store_and_a_new_one(tmp_path: Path) -> None:
    migrated, made = (f"sqlite:///{tmp_path / name}.db" for name in ("migrated", "made"))
    migrate(migrated, tmp_path)
    open_store(made, tmp_path).close()

    assert _written(migrated, tmp_path) == _written(made, tmp_path)


def _written(url: str, folder: Path) -> dict[str, set[str]]:
    """What SQLite keeps of every table, index and trigger: its lines, in any order and spacing."""
    store = Store(open_engine(url, None), folder)
    with store.reading() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
    store.close()
    ours = [(name, sql) for name, sql in rows if name != "alembic_version"]
    return {name: {re.sub(r"\s+", " ", part).strip(' ,"') for part in sql.split("\n")} for name, sql in ours}


def test_a_migrated_journal_refuses_to_be_changed(url: str, tmp_path: Path) -> None:
    migrate(url, tmp_path)

    store = open_store(url, tmp_path)
    with store.writing() as connection:
        connection.execute(
            text("INSERT INTO journal (at, kind, actor, data) VALUES ('2026-01-01 00:00:00', 'stopped', 'x', '{}')")
        )
    for statement in ("UPDATE journal SET actor = 'y'", "DELETE FROM journal"):
        with pytest.raises(DBAPIError, match="append-only"), store.writing() as connection:
            connection.execute(text(statement))
    store.close()


def test_migrating_twice_changes_nothing_the_second_time(url: str, tmp_path: Path) -> None:
    migrate(url, tmp_path)

    assert migrate(url, tmp_path) == (SCHEMA, SCHEMA)


def test_a_store_made_by_the_program_itself_is_up_to_date(url: str, tmp_path: Path) -> None:
    open_store(url, tmp_path).close()

    assert migrate(url, tmp_path) == (SCHEMA, SCHEMA)


def test_a_store_of_a_newer_version_is_left_as_it_is(url: str, tmp_path: Path) -> None:
    store = open_store(url, tmp_path)
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreUnusable, match="newer reminderbot"):
        migrate(url, tmp_path)

    with store.reading() as connection:
        assert _version(connection) == "9999"
    store.close()


def _version(connection: Connection) -> str:
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar())


def test_nothing_is_migrated_under_a_working_daemon(url: str, tmp_path: Path) -> None:
    store = open_store(url, tmp_path)

    with only_one(store), pytest.raises(AlreadyRunning):
        migrate(url, tmp_path)
    store.close()
