"""`reminderbot hold` and `release`: pauses somebody's reminders, or lifts a pause."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, tzinfo

import click

from reminderbot.cli.kinds import DAY
from reminderbot.cli.line import Line, actor
from reminderbot.cli.show import say
from reminderbot.cli.words import count, day, moment, way
from reminderbot.core.course import Foreseen
from reminderbot.core.hold import Hold
from reminderbot.desk.hold import Lifting, lifting, place, release
from reminderbot.desk.refusal import Refused


@click.command("hold")
@click.argument("what", metavar="CUSTOMER|INVOICE")
@click.option("--until", type=DAY, metavar="DATE", help="The last day of the pause; else until it is released.")
@click.option("--why", default="", help="The reason, for whoever looks later.")
@click.pass_obj
def hold_command(line: Line, what: str, until: date | None, why: str) -> None:
    """Pause the reminders of a customer, or of one invoice."""
    with line.house() as house:
        placed = place(house, actor(), what, until, why)
    ends = f"up to and with {day(until)}" if until else f"until `reminderbot release {placed.hold_id}`"
    say(f"Hold {placed.hold_id}: no reminders to {placed.customer.name}{_about(placed.invoice)} {ends}.")


def _about(invoice: str | None) -> str:
    return f" about {invoice}" if invoice else ""


@click.command("release")
@click.argument("what", metavar="HOLD|CUSTOMER|INVOICE")
@click.option("--why", default="", help="The reason, for whoever looks later.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def release_command(line: Line, what: str, why: str, yes: bool) -> None:
    """Lift a hold by its number, or all of a customer or an invoice; shows first what would leave then."""
    with line.house() as house:
        with house.store.reading() as connection:
            seen = lifting(house, connection, what)
        _tell(seen, house.rules.zone)
        if not line.confirmed(f"Lift {count(len(seen.holds), 'hold')} of {seen.customer.name}?", yes=yes):
            raise Refused("Nothing was lifted.")
        lifted = release(house, actor(), [known.hold_id for known in seen.holds], why)
    say(f"Lifted {count(lifted.count, 'hold')}.")


def _tell(seen: Lifting, zone: tzinfo) -> None:
    tell_holds(seen.holds, "Lifts", zone)
    tell_holds(seen.remaining, "Stays", zone)
    say(f"Then: {coming(seen.next, zone)}")


def tell_holds(holds: Iterable[Hold], word: str, zone: tzinfo) -> None:
    """Each hold on a line of its own, after `word`."""
    for known in holds:
        ends = f", until {moment(known.until, zone)}" if known.until else ""
        say(f"{word} hold {known.hold_id} ({known.kind.replace('_', ' ')}{ends}): {known.why}")


def coming(foreseen: Foreseen | None, zone: tzinfo) -> str:
    """What comes first, as a sentence."""
    if foreseen is None:
        return "nothing in sight until they pay, answer, or a person steps in."
    at, made = foreseen
    if made.send is None:
        return f"{moment(at, zone)}: {made.cases[0].why}."
    by = way(made.send.channel)
    asks = ", after your yes" if made.send.needs_approval else ""
    return f"'{made.send.tier}' by {by} about {', '.join(made.send.lists)}, {moment(at, zone)}{asks}."
