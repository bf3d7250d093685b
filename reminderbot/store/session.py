"""Opening the store, and the two ways of using it: reading, and writing one transaction at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection, Engine, Insert, Table, create_engine, event, inspect, text
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

from reminderbot.store import form
from reminderbot.store.postgresql import verified
from reminderbot.store.tables import metadata
from reminderbot.store.types import storable

if TYPE_CHECKING:
    from reminderbot.store.lock import Ownership

SCHEMA = "0001"
"""The revision that this program reads and writes; `migrations/versions` has one file for each."""

_IMMUTABLE = "the journal is append-only"
# Any number of our own: writers on PostgreSQL queue here as SQLite's do at BEGIN IMMEDIATE.
_WRITER_LOCK = 0x7265_6D69


def _as_json(value: object) -> str:
    try:
        # A tenth of the standard library's time.
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        # Half a surrogate pair in somebody's words; the slow way knows what to do about it.
        return storable(json.dumps(value, ensure_ascii=False, default=str))


_OURS: dict[str, Any] = {
    "json_serializer": _as_json,
    "json_deserializer": msgspec.json.decode,
    # What SQLAlchemy would otherwise quote in its errors, and so in the log, is customers' names and words.
    "hide_parameters": True,
}


class StoreUnusable(Exception):
    """The store cannot be used; the message says why and what to do."""


class Store:
    """The database and the folder beside it that holds what must survive outside of it."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        # What says that this process alone is at work on it; None: it only looks, or does one thing.
        self.owner: Ownership | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view; nothing is changed."""
        with self.engine.connect() as connection, connection.begin():
            _begin(connection, "BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One durable transaction; others that want to write wait (SQLite: BEGIN IMMEDIATE)."""
        with self.engine.connect() as connection, connection.begin():
            _begin(connection, "BEGIN IMMEDIATE")
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER_LOCK})
            form.note(connection)
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def open_store(url: str, folder: Path, password: str | None = None) -> Store:
    """Open the store at `url`, making it where there is none yet; StoreUnusable where it cannot be used."""
    try:
        engine = open_engine(url, password)
        store = Store(engine, folder)
        _prepare(store)
    except (DatabaseError, ArgumentError, ModuleNotFoundError) as error:
        raise StoreUnusable(
            f"the store {_shown(url)} cannot be opened: {_first_line(error)}. Check [store] url, and that its folder"
            " exists, may be written to and has room; a damaged file is replaced by the newest backup"
        ) from None
    return store


def open_engine(url: str, password: str | None) -> Engine:
    """The database at `url`, as every part of us must open it; its shape is not looked at."""
    parsed = make_url(url)
    if password is not None:
        parsed = parsed.set(password=password)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            _make_private(Path(parsed.database))
        engine = create_engine(parsed, connect_args={"timeout": 30, "check_same_thread": False}, **_OURS)
        event.listen(engine, "connect", _set_pragmas)
        return engine
    engine = create_engine(verified(parsed), pool_pre_ping=True, **_OURS)
    event.listen(engine, "handle_error", _hush)
    return engine


def _hush(context: ExceptionContext) -> None:
    """Cut PostgreSQL's DETAIL, which quotes the whole row, out of an error before it gets into the log."""
    whole = str(context.original_exception)
    shortened = _first_line(context.original_exception)
    context.original_exception.args = (shortened,)
    if context.sqlalchemy_exception is not None:
        told = str(context.sqlalchemy_exception.args[0])
        context.sqlalchemy_exception.args = (told.replace(whole, shortened),)


def _make_private(path: Path) -> None:
    """Let nobody but its owner read a new store; what SQLite puts beside it takes over its rights."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # What keeps us from making it is told by SQLite, in words about the store.
    with suppress(OSError):
        if not path.exists():
            path.touch(mode=0o600)


def _set_pragmas(raw: Any, _record: Any) -> None:
    # The driver must not open transactions by itself, or BEGIN IMMEDIATE would come too late.
    raw.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        raw.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection, how: str) -> None:
    """Begin in SQLite, whose driver leaves that to us."""
    raw = connection.connection.driver_connection
    if isinstance(raw, sqlite3.Connection):
        # Past SQLAlchemy: as a statement, or in a listener, every transaction would take twice as long.
        raw.execute(how)


def _prepare(store: Store) -> None:
    with store.reading() as connection:
        version = schema_version(connection)
    if version is None:
        with store.writing() as connection:
            create(connection)
    elif version != SCHEMA:
        older = version < SCHEMA
        cure = "run `reminderbot migrate` first" if older else "it was written by a newer reminderbot: install that"
        raise StoreUnusable(f"the store has schema {version}, this program needs {SCHEMA}: {cure}")


def schema_version(connection: Connection) -> str | None:
    """The store's revision; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def create(connection: Connection) -> None:
    """Make all tables, the journal's guards and the mark of this schema."""
    metadata.create_all(connection)
    guard_journal(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:v)"), {"v": SCHEMA})


def guard_journal(connection: Connection) -> None:
    """Let the database itself refuse to change or delete a line of the journal (invariant 40)."""
    if connection.dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER journal_no_{verb.lower()} BEFORE {verb} ON journal"
                f" BEGIN SELECT RAISE(ABORT, '{_IMMUTABLE}'); END"
            )
        # REPLACE takes the old row away without asking the trigger on DELETE (sqlite.org/lang_conflict.html).
        connection.exec_driver_sql(
            "CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal"  # noqa: S608  (from a constant of ours)
            " WHEN NEW.seq BETWEEN 1 AND (SELECT max(seq) FROM journal)"
            f" BEGIN SELECT RAISE(ABORT, '{_IMMUTABLE}'); END"
        )
        return
    connection.exec_driver_sql(
        "CREATE FUNCTION journal_refuse() RETURNS trigger AS"
        f" $$ BEGIN RAISE EXCEPTION '{_IMMUTABLE}'; END $$ LANGUAGE plpgsql"
    )
    connection.exec_driver_sql(
        "CREATE TRIGGER journal_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON journal"
        " FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()"
    )
    # Also where a session says that it only replays what another server decided (session_replication_role).
    connection.exec_driver_sql("ALTER TABLE journal ENABLE ALWAYS TRIGGER journal_guard")


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, or bring the columns they name up to date where the primary key stands already."""
    if not rows:
        return
    connection.execute(_upserting(connection.dialect.name, table, tuple(rows[0])), list(rows))


@lru_cache(maxsize=64)
def _upserting(dialect: str, table: Table, names: tuple[str, ...]) -> Insert:
    """Put together once: that costs as much as asking it."""
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]  # same shape, other dialect
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


def _shown(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "that [store] url names"


def _first_line(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
