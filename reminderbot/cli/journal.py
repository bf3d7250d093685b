"""`reminderbot journal`: everything that was decided, sent, heard and done, as it was written down."""

from __future__ import annotations

import json

import click

from reminderbot.cli.line import Line
from reminderbot.cli.show import as_json, plain, say
from reminderbot.cli.words import moment
from reminderbot.core.event import Event
from reminderbot.desk.find import one_customer
from reminderbot.store import journal


@click.command("journal")
@click.argument("what", metavar="[INVOICE-or-CUSTOMER]", nargs=-1)
@click.option(
    "--after",
    type=click.IntRange(min=0, max=2**63 - 1),
    default=0,
    metavar="NUMBER",
    help="Only the lines after this one.",
)
@as_json
@click.pass_obj
def journal_command(line: Line, what: tuple[str, ...], after: int, as_json: bool) -> None:
    """Everything that was decided, sent, heard and done, oldest first, of one customer or of all.

    No line is ever changed or taken out. With --json one object a line, to be kept elsewhere: ask again with --after
    and the number of the last line you have.
    """
    with line.house() as house, house.store.reading() as connection:
        who = one_customer(connection, " ".join(what)).customer_id if what else None
        for number, event in journal.since(connection, after, who):
            if as_json:
                click.echo(json.dumps(_json(number, event), default=plain, ensure_ascii=False))
            else:
                told = ", ".join(f"{name}: {value}" for name, value in event.data.items())
                who_named = f" {event.customer_id}" if event.customer_id else ""
                say(f"{number}  {moment(event.at, house.rules.zone)}  {event.actor}  {event.kind}{who_named}  {told}")


def _json(number: int, event: Event) -> dict[str, object]:
    return {
        "seq": number,
        "at": event.at,
        "kind": event.kind,
        "actor": event.actor,
        "customer_id": event.customer_id,
        "data": event.data,
    }
