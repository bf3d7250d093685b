"""Run by alembic: migrates over the connection that `store/migrate.py` hands in, inside its transaction."""

from __future__ import annotations

from alembic import context

from reminderbot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes a table by making it anew.
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
