"""`reminderbot promise`: notes a customer's word to pay."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import click

from reminderbot.cli.holds import tell_holds
from reminderbot.cli.kinds import AMOUNT, DAY
from reminderbot.cli.line import Line, actor
from reminderbot.cli.show import say
from reminderbot.cli.words import day, moment
from reminderbot.desk.promise import note


@click.command("promise")
@click.argument("customer")
@click.argument("due_on", type=DAY, metavar="DATE")
@click.option("--amount", type=AMOUNT, help="A part only; else all that is open.")
@click.option("--invoice", "invoices", multiple=True, help="Only this one; may be given several times.")
@click.pass_obj
def promise_command(line: Line, customer: str, due_on: date, amount: Decimal | None, invoices: tuple[str, ...]) -> None:
    """Note that a customer will pay by DATE: reminders pause until two business days after it."""
    with line.house() as house:
        made = note(house, actor(), customer, due_on, amount, invoices)
        zone = house.rules.zone
    earlier = " The earlier promise is replaced." if made.replaced else ""
    say(f"Noted: {made.customer.name} pays by {day(made.due_on)}.{earlier}")
    click.echo(
        f"No reminders until {moment(made.until, zone)}; if it has not come in by then, a case opens for a talk."
    )
    tell_holds(made.remaining, "Besides this stands", zone)
