"""`reminderbot hand-over` and `take-back`: to an agency or a lawyer, or written off; and gently back."""

from __future__ import annotations

from datetime import tzinfo

import click

from reminderbot.cli.holds import tell_holds
from reminderbot.cli.line import Line, actor
from reminderbot.cli.show import say
from reminderbot.cli.words import day, moment
from reminderbot.core.handover import HandoverKind, said
from reminderbot.desk.handover import Stops, before, hand_over, take_back
from reminderbot.desk.refusal import Refused


@click.command("hand-over")
@click.argument("what", metavar="CUSTOMER|INVOICE")
@click.option(
    "--to", "kind", type=click.Choice([kind.value for kind in HandoverKind]), required=True, help="Where it goes."
)
@click.option("--invoice", "invoices", multiple=True, help="Only this one; may be given several times.")
@click.option("--note", required=True, help="To whom, or why: a colleague will read it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def hand_over_command(line: Line, what: str, kind: str, invoices: tuple[str, ...], note: str, yes: bool) -> None:
    """Hand a customer, or some invoices, to an agency or a lawyer, or write it off; shows first what stops."""
    chosen = HandoverKind(kind)
    with line.house() as house:
        with house.store.reading() as connection:
            stops = before(house, connection, what, invoices)
        _tell(stops, house.rules.zone)
        about = ", ".join(stops.invoices) or stops.customer.name
        if not line.confirmed(f"Note that {about} is {said(chosen)}?", yes=yes):
            raise Refused("Nothing was handed over.")
        made = hand_over(house, actor(), what, chosen, note, invoices)
    say(f"{about} is {said(chosen)}: no more reminders, until `reminderbot take-back {made.handover.customer_id}`.")
    say(f"For them: `reminderbot file {made.handover.customer_id}`.")


def _tell(stops: Stops, zone: tzinfo) -> None:
    owed = ", ".join(map(str, stops.owed)) or "nothing"
    say(f"{stops.customer.name}: {', '.join(stops.invoices) or 'all that is open'}, {owed}.")
    for row in stops.messages:
        say(f"Stops '{row.tier}' by {row.channel}, planned for {moment(row.not_before, zone)}.")
    for word in stops.promises:
        say(f"Waits no more for their promise to pay by {day(word.due_on)}.")
    for plan in stops.plans:
        say(f"Ends payment plan {plan.plan_id} about {', '.join(plan.invoices)}.")
    for case in stops.cases:
        say(f"Closes case {case.case_id} ({case.kind.replace('_', ' ')}).")
    for caution in stops.cautions:
        say(f"Before you do: {caution}.")


@click.command("take-back")
@click.argument("what", metavar="CUSTOMER|INVOICE")
@click.option("--note", default="", help="Why, for whoever looks later.")
@click.pass_obj
def take_back_command(line: Line, what: str, note: str) -> None:
    """Take back what was handed over: reminders go on from where they stood, after the ladder's spacing."""
    with line.house() as house:
        back = take_back(house, actor(), what, note)
        zone = house.rules.zone
    about = ", ".join(back.handover.invoices) or back.customer.name
    say(f"{about} is with us again; no reminder before {day(back.resumes_on)}.")
    tell_holds(back.remaining, "Besides this stands", zone)
