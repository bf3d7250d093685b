"""`reminderbot parked`: old debts that waited at first sight, and letting their conversations begin."""

from __future__ import annotations

import click

from reminderbot.cli.line import Line, actor
from reminderbot.cli.plan import money_json
from reminderbot.cli.show import as_json, emit, say, table
from reminderbot.cli.words import ago, count, day
from reminderbot.desk.find import one_customer
from reminderbot.desk.parked import Parked, begin, parked
from reminderbot.desk.refusal import Refused
from reminderbot.house import House


@click.group("parked")
def parked_command() -> None:
    """Old debts that wait since they were first seen: list them, let their conversations begin."""


@parked_command.command("list")
@as_json
@click.pass_obj
def list_command(line: Line, as_json: bool) -> None:
    """Who waits for your word, the longest first."""
    with line.house() as house:
        now = house.clock.now()
        with house.store.reading() as connection:
            found = parked(connection)
    if as_json:
        emit([_json(one) for one in found])
        return
    if not found:
        say("No old debt waits for your word.")
        return
    rows = [
        (str(one.case_id), one.customer, " + ".join(map(str, one.owed)), ", ".join(one.invoices), ago(now - one.since))
        for one in found
    ]
    table(("case", "customer", "owed", "invoices", "waits"), rows)


@parked_command.command("begin")
@click.argument("customers", nargs=-1)
@click.option("--all", "everybody", is_flag=True, help="All who wait.")
@click.option("--most", type=click.IntRange(min=1), help="With --all: only so many, the longest waiting first.")
@click.option("--a-day", type=click.IntRange(min=1), help="So many a day; else what [sending] allows.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_obj
def begin_command(
    line: Line,
    customers: tuple[str, ...],
    everybody: bool,
    most: int | None,
    a_day: int | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Let the conversations with CUSTOMERS begin, each with its first letter, a few each working day."""
    if everybody == bool(customers):
        raise click.UsageError("Name the customers, or write --all.")
    with line.house() as house:
        chosen = _chosen(house, customers)[:most]
        asked = f"Let {count(len(chosen), 'conversation')} begin about old debts?"
        if not line.confirmed(asked, yes=yes):
            raise Refused("Nothing was changed.")
        done = begin(house, actor(), [one.case_id for one in chosen], a_day)
    if as_json:
        emit({"begun": done.count, "first_on": done.first_on, "last_on": done.last_on, "undo": done.undo.undo_id})
        return
    days = (
        f"on {day(done.first_on)}"
        if done.first_on == done.last_on
        else (f"from {day(done.first_on)} to {day(done.last_on)}")
    )
    say(f"{count(done.count, 'conversation')} may begin {days}, each with the first letter of its ladder.")
    say(f"To take it back: reminderbot case undo {done.undo.undo_id}")


def _chosen(house: House, customers: tuple[str, ...]) -> list[Parked]:
    """Those that were named, or all; Refused where one of them does not wait."""
    with house.store.reading() as connection:
        waiting = parked(connection)
        if not customers:
            return waiting
        by_key = {one.customer_id: one for one in waiting}
        keys = [one_customer(connection, words).customer_id for words in dict.fromkeys(customers)]
    for key in keys:
        if key not in by_key:
            raise Refused(f"No old debt of {key} waits for a word: `reminderbot parked list` shows those that do.")
    return [by_key[key] for key in dict.fromkeys(keys)]


def _json(one: Parked) -> dict[str, object]:
    return {
        "case": one.case_id,
        "customer_id": one.customer_id,
        "customer": one.customer,
        "invoices": list(one.invoices),
        "owed": money_json(one.owed),
        "since": one.since,
    }
