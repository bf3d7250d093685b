"""`reminderbot stop`: the kill switch, in a module of its own so that it is thrown at once."""

from __future__ import annotations

import click

from reminderbot.cli.line import Line, actor
from reminderbot.desk.sending import stop
from reminderbot.house import STOP_FILE


@click.command("stop")
@click.option("--reason", default="", help="Why, for the journal.")
@click.pass_obj
def stop_command(line: Line, reason: str) -> None:
    """Stop all sending at once; reading and planning go on. `reminderbot go-live` lifts it."""
    try:
        with line.house() as house:
            thrown = stop(house, actor(), reason)
    except Exception:
        _stop_by_file(line)
        raise
    click.echo("Stopped: nothing is sent any more." if thrown else "It was stopped already.")
    click.echo("`reminderbot go-live` lets messages leave again.")


def _stop_by_file(line: Line) -> None:
    """Where the store is full or damaged, halt by the file instead; the store's own fault is told besides."""
    if line.folder is None:
        return
    path = line.folder / STOP_FILE
    try:
        path.touch()
    except OSError as error:
        click.echo(f"NOT stopped: {path} cannot be made either ({error.strerror}). End the service.", err=True)
        return
    click.echo(f"Stopped by the file {path}: nothing is sent while it is there.", err=True)
