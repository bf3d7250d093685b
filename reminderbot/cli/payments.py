"""`reminderbot paid`: notes a payment that the ledger does not have yet."""

from __future__ import annotations

from decimal import Decimal

import click

from reminderbot.cli.kinds import AMOUNT
from reminderbot.cli.line import Line, actor
from reminderbot.cli.show import say
from reminderbot.desk.payment import paid, take_back


@click.command("paid")
@click.argument("invoice")
@click.option("--amount", type=AMOUNT, help="What has come in just now; else all that is open.")
@click.option("--undo", is_flag=True, help="Take back what was noted by hand on this invoice.")
@click.pass_obj
def paid_command(line: Line, invoice: str, amount: Decimal | None, undo: bool) -> None:
    """Note that an invoice was paid, so that nobody is reminded of it until the ledger has it too."""
    if undo and amount is not None:
        raise click.UsageError("--undo takes back all that was noted: leave --amount out.")
    with line.house() as house:
        if undo:
            noted = take_back(house, actor(), invoice)
            say(f"Taken back: {noted.still_open} is open on {noted.invoice} ({noted.customer}).")
            return
        noted = paid(house, actor(), invoice, amount)
    say(f"Noted {noted.received} on {noted.invoice} ({noted.customer}); {noted.still_open} is still open.")
