"""`reminderbot stop`: the kill switch, in a module of its own so that it is thrown at once."""

from __future__ import annotations

import click

from reminderbot.cli.line import Line, actor
from reminderbot.desk.sending import stop


@click.command("stop")
@click.option("--reason", default="", help="Why, for the journal.")
@click.pass_obj
def stop_command(line: Line, reason: str) -> None:
    """Stop all sending at once; reading and planning go on. `reminderbot go-live` lifts it."""
    with line.house() as house:
        thrown = stop(house, actor(), reason)
    click.echo("Stopped: nothing is sent any more." if thrown else "It was stopped already.")
    click.echo("`reminderbot go-live` lets messages leave again.")
