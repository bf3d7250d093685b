"""`reminderbot uncertain`: reminders that may or may not have arrived."""

from __future__ import annotations

from datetime import tzinfo

import click

from reminderbot.cli.kinds import REMINDER
from reminderbot.cli.line import Line, actor
from reminderbot.cli.show import as_json, emit, say, table
from reminderbot.cli.words import moment, way
from reminderbot.desk.refusal import Refused
from reminderbot.desk.uncertain import Doubtful, arrived, first_lines, listed, repeatable, resend


@click.group("uncertain")
def uncertain_command() -> None:
    """Reminders that may not have arrived: list, arrived, resend."""


@uncertain_command.command("list")
@as_json
@click.pass_obj
def list_command(line: Line, as_json: bool) -> None:
    """What may or may not have arrived, or was most likely not sent; nothing of it is sent again by itself."""
    with line.house() as house:
        with house.store.reading() as connection:
            found = listed(connection)
        zone = house.rules.zone
    if as_json:
        emit([_json(one) for one in found])
        return
    if not found:
        say("No reminder is uncertain.")
        return
    table(("reminder", "left", "to", "by", "tier", "what happened"), [_row(one, zone) for one in found])


def _json(one: Doubtful) -> dict[str, object]:
    row = one.row
    return {
        "reminder": row.reminder_id,
        "customer_id": row.customer_id,
        "recipient": row.recipient,
        "channel": row.channel,
        "tier": row.tier,
        "invoices": row.lists,
        "left_at": row.claimed_at,
        "state": row.state,
        "why": row.reason,
        "message_id": row.message_id,
        "sent_again_not_before": row.not_before if one.goes_again else None,
    }


def _row(one: Doubtful, zone: tzinfo) -> tuple[str, ...]:
    row = one.row
    told = f"goes once more, not before {moment(row.not_before, zone)}" if one.goes_again else row.reason
    left = moment(row.claimed_at, zone) if row.claimed_at else "-"
    return str(row.reminder_id), left, _to(one), way(one.row.channel), row.tier, told


def _to(one: Doubtful) -> str:
    return f"{one.customer.name if one.customer else one.row.customer_id} <{one.row.recipient}>"


@uncertain_command.command("arrived")
@click.argument("number", type=REMINDER, metavar="REMINDER")
@click.pass_obj
def arrived_command(line: Line, number: int) -> None:
    """Note that one did arrive: your mail server's log says so, or the customer does."""
    with line.house() as house:
        found = arrived(house, actor(), number)
    say(f"Reminder {number} to {_to(found)} arrived, and its case is closed.")


@uncertain_command.command("resend")
@click.argument("number", type=REMINDER, metavar="REMINDER")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def resend_command(line: Line, number: int, yes: bool) -> None:
    """Send one once more, word for word as it was, if nothing speaks against it."""
    with line.house() as house:
        with house.store.reading() as connection:
            found = repeatable(connection, number)
        say(f"To: {_to(found)} by {way(found.row.channel)}")
        for told in first_lines(found.row):
            say(f"  {told}")
        if not line.confirmed(f"Send reminder {number} once more? They may have it already.", yes=yes):
            raise Refused("Nothing was sent.")
        at = resend(house, actor(), number)
        zone, now = house.rules.zone, house.clock.now()
    when = "at the next delivery" if at <= now else f"not before {moment(at, zone)}"
    say(f"Reminder {number} goes once more, {when}; every gate is asked again then.")
