"""`reminderbot report`: the books at a glance."""

from __future__ import annotations

from decimal import Decimal

import click

from reminderbot.cli.line import Line
from reminderbot.cli.plan import money_json
from reminderbot.cli.show import as_json, emit, heading, table
from reminderbot.cli.words import bare, day
from reminderbot.core.handover import said
from reminderbot.core.money import Money
from reminderbot.core.statement import BUCKETS
from reminderbot.desk.handover import Away
from reminderbot.desk.report import Report, report

_SHOWN = 20


@click.command("report")
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="How far to look back.")
@as_json
@click.pass_obj
def report_command(line: Line, days: int, as_json: bool) -> None:
    """What is owed and how old it is, by customer; promises, cases, and what was sent and received lately."""
    with line.house() as house, house.store.reading() as connection:
        seen = report(house, connection, days)
    if as_json:
        emit(_json(seen))
    else:
        _tell(seen)


def _tell(seen: Report) -> None:
    heading(f"Open on {day(seen.on)}, by days past due")
    names = [name for name in BUCKETS if any(column[name] for column in seen.aging.values())]
    right = frozenset(range(1, len(names) + 2))
    rows = [("all", column, currency) for currency, column in seen.aging.items()]
    rows += [(o.customer, o.buckets, o.currency) for o in seen.customers[:_SHOWN]]
    if not rows:
        click.echo("Nothing is open.")
    table(("customer", *names, "total"), [_row(*row, names) for row in rows], right=right)
    if len(seen.customers) > _SHOWN:
        click.echo(f"... and {len(seen.customers) - _SHOWN} more customers: --json lists them all.")
    click.echo()
    promised = f", open ones for {' + '.join(map(str, seen.promised))}" if seen.promised else ""
    click.echo(f"Promises  {_counts(seen.promises) or 'none'}{promised}")
    click.echo(f"Cases     {_counts(seen.cases) or 'none wait'}")
    if seen.away:
        click.echo(f"Away      {'; '.join(_away(one) for one in seen.away)}")
    click.echo(f"Received  {' + '.join(map(str, seen.received)) or 'nothing'} since {day(seen.since)}")
    sent = ", ".join(f"{n} '{tier}' by {'e-mail' if by == 'email' else 'SMS'}" for tier, by, n in seen.sent)
    click.echo(f"Sent      {sent or 'nothing'} since {day(seen.since)}")


def _row(name: str, column: dict[str, Decimal], currency: str, names: list[str]) -> tuple[str, ...]:
    total = Money(sum(column.values(), Decimal(0)), currency)
    return name, *(bare(Money(column[n], currency)) if column[n] else "-" for n in names), str(total)


def _away(one: Away) -> str:
    owed = " + ".join(map(str, one.owed)) or "nothing"
    return f"{one.customer} {said(one.handover.kind)}, {owed} open in the books"


def _counts(counted: dict[str, int]) -> str:
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in sorted(counted.items()))


def _json(seen: Report) -> dict[str, object]:
    return {
        "on": seen.on,
        "since": seen.since,
        "aging": seen.aging,
        "customers": [
            {
                "customer_id": o.customer_id,
                "customer": o.customer,
                "currency": o.currency,
                "total": o.total,
                **o.buckets,
            }
            for o in seen.customers
        ],
        "handed_over": [
            {
                "customer_id": one.handover.customer_id,
                "customer": one.customer,
                "kind": one.handover.kind,
                "invoices": one.handover.invoices,
                "marked_by": one.handover.marked_by,
                "marked_at": one.handover.marked_at,
                "note": one.handover.note,
                "open": money_json(one.owed),
            }
            for one in seen.away
        ],
        "promises": seen.promises,
        "promised": money_json(seen.promised),
        "cases": seen.cases,
        "sent": [{"tier": tier, "channel": channel, "count": number} for tier, channel, number in seen.sent],
        "received": money_json(seen.received),
    }
