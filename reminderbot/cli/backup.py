"""`reminderbot backup`: a copy to restore from."""

from __future__ import annotations

from pathlib import Path

import click

from reminderbot.cli.kinds import FOLDER
from reminderbot.cli.line import Line
from reminderbot.cli.show import say
from reminderbot.desk.backup import back_up


@click.command("backup")
@click.argument("folder", type=FOLDER)
@click.pass_obj
def backup_command(line: Line, folder: Path) -> None:
    """Copy the store and what belongs to it into a new FOLDER, for your eyes only, while all goes on.

    Passwords, settings, letters and the ledger are not in it: those are files of yours.
    """
    with line.house() as house:
        whole = back_up(house, folder)
    if whole:
        say(f"{folder} holds the store, the send log, every answer, and the key that signs.")
    else:
        say(f"{folder} holds the send log, every answer, and the key that signs.")
        say("The store is a PostgreSQL database: copy that with pg_dump, before this.")
