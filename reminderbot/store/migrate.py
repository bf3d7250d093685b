"""Brings a store of any earlier version to the shape this version needs, in one transaction."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError

from reminderbot.store.lock import only_one
from reminderbot.store.session import Store, StoreUnusable, open_engine, schema_version


def migrate(url: str, folder: Path, password: str | None = None) -> tuple[str | None, str | None]:
    """Bring the store at `url` up to date; gives its schema before (None: it was empty) and after.

    StoreUnusable where it cannot be opened or was written by a newer version; AlreadyRunning while a daemon works on
    it. In both cases nothing has changed.
    """
    before: str | None = None
    try:
        store = Store(open_engine(url, password), folder)
        try:
            with only_one(store), store.writing() as connection:
                before = schema_version(connection)
                upgrade(connection)
                return before, schema_version(connection)
        finally:
            store.close()
    except (DBAPIError, ArgumentError, ModuleNotFoundError) as error:
        raise StoreUnusable(f"the store cannot be brought up to date, and is as it was: {error}") from None
    except CommandError:
        raise StoreUnusable(
            f"the store has schema {before}, which this program does not know: it was written by a newer reminderbot;"
            " install that"
        ) from None


def upgrade(connection: Connection) -> None:
    """Run every migration that this database has not had."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def newest() -> str | None:
    """The schema that the newest migration makes."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    # Only needed so that alembic does not warn about its absence.
    config.set_main_option("path_separator", "os")
    return config
