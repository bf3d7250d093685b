"""`reminderbot migrate`: brings an older store to the shape this version needs."""

from __future__ import annotations

import click

from reminderbot.cli.line import Line


@click.command("migrate")
@click.pass_obj
def migrate_command(line: Line) -> None:
    """Bring the store to the shape this version needs: all of it, or nothing. Make a backup first."""
    from reminderbot.store.migrate import migrate

    store = line.settings(with_secrets=True).store
    store.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    before, after = migrate(store.url, store.folder, store.password.reveal() if store.password else None)
    if before == after:
        click.echo(f"The store already has schema {after}: nothing to do.")
    else:
        click.echo(f"The store has schema {after} now ({before or 'it was empty'} before).")
