"""`reminderbot instalments`: payment plans, from the offer to the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import click

from reminderbot.cli.holds import tell_holds
from reminderbot.cli.kinds import AMOUNT, DAY, NUMBER
from reminderbot.cli.line import Line, actor
from reminderbot.cli.show import as_json, emit, heading, say, table
from reminderbot.cli.words import count, day, moment
from reminderbot.core.money import Money
from reminderbot.core.plan import Every, Instalment, Part
from reminderbot.desk import plan
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.desk.refusal import Refused
from reminderbot.house import House

_PLAN = click.argument("plan_id", type=NUMBER, metavar="PLAN")
_PARTS = click.argument("parts", nargs=-1, metavar="[DAY=SUM...]")
_INVOICES = click.option("--invoice", "invoices", multiple=True, help="Only this one; may be given several times.")
_CASE = click.option("--case", "case_id", type=NUMBER, help="The case that this settles.")


def _split_options(command: Any) -> Any:
    command = click.option("--from", "first_on", type=DAY, help="The day of the first instalment.")(command)
    command = click.option(
        "--every", type=click.Choice([each.value for each in Every]), default="month", show_default=True
    )(command)
    return click.option("--parts", "number", type=click.IntRange(1, 36), help="Split evenly into so many.")(command)


@click.group("instalments")
def instalments_command() -> None:
    """Payment in instalments: work out an offer, note what was agreed, change or end it, list what stands."""


@instalments_command.command("offer")
@click.argument("customer")
@_split_options
@_INVOICES
@_CASE
@click.option("--keep", is_flag=True, help="Keep the offer for whoever hears the customer's answer.")
@as_json
@click.pass_obj
def offer_command(
    line: Line,
    customer: str,
    number: int | None,
    every: str,
    first_on: date | None,
    invoices: tuple[str, ...],
    case_id: int | None,
    keep: bool,
    as_json: bool,
) -> None:
    """Work out an even split of what is open, in whole cents and on business days; nothing is agreed by it."""
    with line.house() as house:
        offered = _offer(house, customer, number, every, first_on, invoices)
        names = [name for name, _ in offered.covered]
        kept = None
        if keep:
            who = Exactly(offered.customer.customer_id)
            kept = plan.propose(house, actor(), who, offered.instalments, names, case_id)
    if as_json:
        emit(offer_json(offered) | {"plan": kept.plan_id if kept else None})
        return
    tell_offer(offered, case_id)


@instalments_command.command("agree")
@click.argument("customer")
@_PARTS
@_split_options
@_INVOICES
@_CASE
@as_json
@click.pass_obj
def agree_command(
    line: Line,
    customer: str,
    parts: tuple[str, ...],
    number: int | None,
    every: str,
    first_on: date | None,
    invoices: tuple[str, ...],
    case_id: int | None,
    as_json: bool,
) -> None:
    """Note the instalments that a customer has agreed to: each as DAY=SUM, or an even split by --parts."""
    with line.house() as house:
        offered = None if parts else _offer(house, customer, number, every, first_on, invoices)
        agreed = offered.instalments if offered else _read(parts)
        noted = plan.agree(house, actor(), customer, agreed, invoices, case_id)
        _tell(house, noted, as_json)


@instalments_command.command("change")
@_PLAN
@_PARTS
@as_json
@click.pass_obj
def change_command(line: Line, plan_id: int, parts: tuple[str, ...], as_json: bool) -> None:
    """Put other instalments, each as DAY=SUM, in the place of a plan's: over what is still open on its invoices."""
    with line.house() as house:
        _tell(house, plan.change(house, actor(), plan_id, _read(parts)), as_json)


@instalments_command.command("go-on")
@_PLAN
@as_json
@click.pass_obj
def go_on_command(line: Line, plan_id: int, as_json: bool) -> None:
    """Go on with a plan of which an instalment was missed, once that has come in after all."""
    with line.house() as house:
        _tell(house, plan.go_on(house, actor(), plan_id), as_json)


@instalments_command.command("end")
@_PLAN
@click.argument("why", nargs=-1, metavar="[WHY...]")
@as_json
@click.pass_obj
def end_command(line: Line, plan_id: int, why: tuple[str, ...], as_json: bool) -> None:
    """End a plan; reminders about what is still open go on gently."""
    with line.house() as house:
        ended = plan.end(house, actor(), plan_id, " ".join(why))
        zone = house.rules.zone
    if as_json:
        emit(
            {
                "plan": plan_id,
                "state": ended.plan.state.value,
                "resumes_on": ended.resumes_on,
                "undo": ended.undo.undo_id,
            }
        )
        return
    say(
        f"Plan {plan_id} is ended. Reminders about {', '.join(ended.plan.invoices)} go on from {day(ended.resumes_on)}."
    )
    tell_holds(ended.remaining, "Besides this stands", zone)
    say(f"To take it back: reminderbot case undo {ended.undo.undo_id}")


@instalments_command.command("list")
@click.argument("customer", required=False)
@as_json
@click.pass_obj
def list_command(line: Line, customer: str | None, as_json: bool) -> None:
    """Show the plans that stand, or all of one customer, with each instalment as it stands today."""
    with line.house() as house, house.store.reading() as connection:
        if customer is None:
            seen = plan.every_standing(house, connection)
        else:
            seen = plan.look(house, connection, one_customer(connection, customer).customer_id)
    if as_json:
        emit([plan_json(one) for one in seen])
        return
    if not seen:
        say("No plan stands.")
    for one in seen:
        tell_plan(one)


def tell_offer(offered: plan.Offer, case_id: int | None = None) -> None:
    """An even split, and how to note it."""
    heading(f"{offered.customer.name}: {offered.total} in {count(len(offered.instalments), 'instalment')}")
    rows = [(day(one.due_on), str(Money(one.amount, offered.total.currency))) for one in offered.instalments]
    table(("day", "sum"), rows, right=frozenset({1}))
    parts = " ".join(f"{one.due_on}={one.amount}" for one in offered.instalments)
    settles = f" --case {case_id}" if case_id is not None else ""
    say(f"If they agree: reminderbot instalments agree {offered.customer.customer_id} {parts}{settles}")


def tell_plan(one: plan.Seen) -> None:
    """A plan with its instalments."""
    found = one.plan
    heading(f"Plan {found.plan_id} ({found.state}), {found.customer_id}: {', '.join(found.invoices)}")
    say(f"{one.rest} is left to pay.")
    rows = [_row(part, found.currency) for part in one.parts]
    table(("", "day", "sum", "came in", "state"), rows, right=frozenset({2, 3}))


def _row(part: Part, currency: str) -> tuple[str, ...]:
    sums = (str(Money(amount, currency)) for amount in (part.amount, part.counted))
    return str(part.place), day(part.due_on), *sums, part.state.value


def plan_json(one: plan.Seen) -> dict[str, object]:
    """A plan for programs."""
    found = one.plan
    return {
        "plan": found.plan_id,
        "customer": found.customer_id,
        "state": found.state.value,
        "currency": found.currency,
        "invoices": [{"number": number, "covered": str(amount)} for number, amount in found.covered],
        "made_on": found.made_on,
        "made_by": found.made_by,
        "received": str(one.received.amount),
        "rest": str(one.rest.amount),
        "instalments": [
            {
                "due_on": part.due_on,
                "amount": str(part.amount),
                "received": str(part.counted),
                "state": part.state.value,
                "noted": part.noted,
            }
            for part in one.parts
        ],
    }


def _offer(
    house: House,
    customer: str,
    number: int | None,
    every: str,
    first_on: date | None,
    invoices: Sequence[str],
) -> plan.Offer:
    with house.store.reading() as connection:
        return plan.offer(
            house, connection, customer, number or plan.USUAL_COUNT, Every(every), first_on, invoices
        )  # fmt: skip


def offer_json(offered: plan.Offer) -> dict[str, object]:
    """An offer for programs."""
    return {
        "customer": offered.customer.customer_id,
        "total": str(offered.total.amount),
        "currency": offered.total.currency,
        "invoices": [{"number": number, "covered": str(amount)} for number, amount in offered.covered],
        "instalments": [{"due_on": one.due_on, "amount": str(one.amount)} for one in offered.instalments],
    }


def _read(parts: Sequence[str]) -> tuple[Instalment, ...]:
    if not parts:
        raise Refused("Name the instalments, each as DAY=SUM: 2027-04-01=120.00 2027-05-03=120.00")
    return tuple(map(_instalment, parts))


def _instalment(words: str) -> Instalment:
    on, _, amount = words.partition("=")
    due_on: date = DAY.convert(on, None, None)
    sum_: Decimal = AMOUNT.convert(amount, None, None)
    return Instalment(due_on, sum_)


def _tell(house: House, noted: plan.Noted, as_json: bool) -> None:
    with house.store.reading() as connection:
        seen = next(
            one
            for one in plan.look(house, connection, noted.customer.customer_id)
            if one.plan.plan_id == noted.plan.plan_id
        )
    if as_json:
        emit(plan_json(seen) | {"undo": noted.undo.undo_id})
        return
    say(f"Noted: {noted.customer.name} pays {', '.join(noted.plan.invoices)} in instalments.")
    tell_plan(seen)
    say(f"No reminders about them while it is kept, until {moment(noted.until, house.rules.zone)} at the latest.")
    tell_holds(noted.remaining, "Besides this stands", house.rules.zone)
    say(f"To take it back: reminderbot case undo {noted.undo.undo_id}")
