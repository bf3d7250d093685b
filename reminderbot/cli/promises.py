"""`reminderbot promise`: notes a customer's word to pay, and puts its day right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import click

from reminderbot.cli.holds import tell_holds
from reminderbot.cli.kinds import AMOUNT, DAY, NUMBER
from reminderbot.cli.line import Line, actor
from reminderbot.cli.plan import money_json
from reminderbot.cli.show import say
from reminderbot.cli.words import day, moment
from reminderbot.core.promise import Promise
from reminderbot.core.promise_share import Share
from reminderbot.core.reliability import Reliability, trust
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.desk.promise import correct, note
from reminderbot.desk.refusal import Refused


@click.command("promise")
@click.argument("customer")
@click.argument("due_on", type=DAY, metavar="DATE")
@click.option("--amount", type=AMOUNT, help="A part only; else all that is open.")
@click.option("--invoice", "invoices", multiple=True, help="Only this one; may be given several times.")
@click.option("--correct", "promise_id", type=NUMBER, metavar="PROMISE", help="This promise was for DATE.")
@click.pass_obj
def promise_command(
    line: Line, customer: str, due_on: date, amount: Decimal | None, invoices: tuple[str, ...], promise_id: int | None
) -> None:
    """Note that a customer will pay by DATE: reminders pause until then, and some business days more for the bank.

    With --correct only the day of an open promise is put right; what was promised, and when, stays.
    """
    with line.house() as house:
        if promise_id is None:
            made = note(house, actor(), customer, due_on, amount, invoices)
        else:
            if amount is not None or invoices:
                raise Refused("--correct changes the day alone: leave --amount and --invoice out, or note a new one.")
            with house.store.reading() as connection:
                whose = Exactly(one_customer(connection, customer).customer_id)
            made = correct(house, actor(), promise_id, due_on, whose)
        zone = house.rules.zone
    earlier = " The earlier promise is replaced." if made.replaced and promise_id is None else ""
    say(f"Noted: {made.customer.name} pays by {day(made.due_on)}.{earlier}")
    click.echo(
        f"No reminders until {moment(made.until, zone)}; if it has not come in by then, a case opens for a talk."
    )
    tell_holds(made.remaining, "Besides this stands", zone)


def promise_json(word: Promise, share: Share | None) -> dict[str, object]:
    """A promise with what has come in towards it."""
    return {
        "promise_id": word.promise_id,
        "customer_id": word.customer_id,
        "state": word.state,
        "promised_on": word.promised_on,
        "due_on": word.due_on,
        "amount": word.amount,
        "invoices": word.invoices,
        "words": word.words,
        "paid_on": word.paid_on,
        "days_late": word.days_late,
        "asked_for": money_json(share.asked_for) if share else [],
        "received": money_json(share.received) if share else [],
        "missing": money_json(share.missing) if share else [],
        "unmatched": money_json(share.loose) if share else [],
    }


def reliability_json(found: Reliability) -> dict[str, object]:
    """How far a customer's word has held."""
    earned = trust(found)
    return {
        "kept": found.kept,
        "partly_kept": found.partly_kept,
        "broken": found.broken,
        "open": found.open,
        "days_late": found.days_late,
        "median_days_late": found.median_days_late,
        "missed_in_a_row": found.missed_in_a_row,
        "word_holds": earned.holds,
        "because": earned.reasons,
    }
