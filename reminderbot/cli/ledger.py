"""`reminderbot import`: takes the ledger in and tells what changed."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click

from reminderbot.cli.errors import WENT_WRONG
from reminderbot.cli.line import Line, actor
from reminderbot.cli.show import as_json, emit, say, visible
from reminderbot.core.ledger_words import describe, to_json
from reminderbot.desk.exports import put_in_place, read_with
from reminderbot.house import House
from reminderbot.runs.take_ledger import TakenIn, take_ledger

# A folder with more than this gets a sign of life while it is read.
_LARGE_BYTES = 2_000_000


@click.command("import")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE...]")
@click.option("--yes", is_flag=True, help="Take it in although it looks wrong.")
@as_json
@click.pass_obj
def import_command(line: Line, files: tuple[Path, ...], yes: bool, as_json: bool) -> None:
    """Take in the ledger: customers.csv, invoices.csv, payments.csv.

    Without a FILE the ledger folder is read as it is. A FILE is first read together with what lies there; only if
    all of it can be read is it copied into the folder and taken in.
    """
    with line.house() as house:
        taken = _take(house, files, yes)
    if as_json:
        emit(to_json(taken.changes) | {"notes": list(taken.notes), "held": list(taken.held)})
    else:
        _tell(taken)
    if taken.held:
        raise SystemExit(WENT_WRONG)


def _take(house: House, files: Sequence[Path], yes: bool) -> TakenIn:
    with _sign_of_life(house, files):
        if files:
            with read_with(house, files) as (reading, staged):
                put_in_place(house, staged)
                house = dataclasses.replace(house, read_ledger=lambda: reading)
        return take_ledger(house, even_if_suspicious=yes, actor=actor())


def _sign_of_life(house: House, files: Sequence[Path]) -> AbstractContextManager[object]:
    sizes = [path.stat().st_size for path in (*files, *house.ledger_folder.glob("*.csv")) if path.is_file()]
    if not sys.stderr.isatty() or sum(sizes) < _LARGE_BYTES:
        return nullcontext()
    from rich.console import Console

    status: Callable[[str], AbstractContextManager[object]] = Console(stderr=True).status
    return status(f"Reading {sum(sizes) / 1_000_000:.0f} MB of ledger")


def _tell(taken: TakenIn) -> None:
    for sentence in describe(taken.changes):
        say(f"{sentence[:1].upper()}{sentence[1:]}")
    for note in taken.notes:
        say(f"Note: {note}")
    if not taken.held:
        if taken.first:
            click.echo("Taken in. `reminderbot plan` shows what would be sent.")
        return
    click.echo("This looks wrong, and nothing was taken in:", err=True)
    for why in taken.held:
        click.echo(visible(f"  ! {why}"), err=True)
    click.echo("No reminders leave meanwhile. If it is right all the same: reminderbot import --yes", err=True)
