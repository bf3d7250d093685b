"""`reminderbot inbox`: messages that could not be read."""

from __future__ import annotations

import click

from reminderbot.cli.kinds import NUMBER
from reminderbot.cli.line import Line, actor
from reminderbot.cli.show import as_json, emit, say, table
from reminderbot.cli.words import count, moment
from reminderbot.desk.inbox import retry, unreadable


@click.group("inbox")
def inbox_command() -> None:
    """Messages that could not be read: list, retry."""


@inbox_command.command("list")
@as_json
@click.pass_obj
def list_command(line: Line, as_json: bool) -> None:
    """What was set aside; its senders are left alone until a person has looked."""
    with line.house() as house:
        with house.store.reading() as connection:
            rows = unreadable(connection)
        zone = house.rules.zone
    if as_json:
        emit(
            [
                {
                    "message": row.inbound_id,
                    "received_at": row.received_at.isoformat(),
                    "sender": row.sender or None,
                    "place": row.external_id,
                    "too_large": bool(row.oversize),
                }
                for row in rows
            ]
        )
        return
    if not rows:
        say("Every message could be read.")
        return
    told = [
        (
            str(r.inbound_id),
            moment(r.received_at, zone),
            r.sender or "-",
            r.external_id,
            "too large" if r.oversize else "",
        )
        for r in rows
    ]
    table(("message", "received", "from", "place", ""), told)


@inbox_command.command("retry")
@click.argument("numbers", type=NUMBER, nargs=-1, metavar="[MESSAGE]...")
@click.pass_obj
def retry_command(line: Line, numbers: tuple[int, ...]) -> None:
    """Have messages read once more, all that were set aside where none is named."""
    with line.house() as house:
        back = retry(house, actor(), numbers)
    if not back:
        say("There is nothing to read once more.")
        return
    say(f"{count(back, 'message')} put back: read at the next look, at once by `reminderbot run --once`.")
