"""`reminderbot statement`: one customer's account, to read, to print or for programs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from reminderbot.cli.kinds import DAY
from reminderbot.cli.line import Line
from reminderbot.cli.show import as_json, emit, heading, say, table
from reminderbot.cli.words import bare, day
from reminderbot.core.statement import Part, Statement
from reminderbot.desk.refusal import Refused
from reminderbot.desk.statement import statement_of

# How every PDF begins.
_PDF = b"%PDF-"


@click.command("statement")
@click.argument("customer")
@click.option("--at", "on", type=DAY, metavar="DAY", help="As of the end of that day; else as of now.")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write it as a PDF.")
@as_json
@click.pass_obj
def statement_command(line: Line, customer: str, on: date | None, pdf: Path | None, as_json: bool) -> None:
    """A customer's open items, payments, balance and aging, one part a currency."""
    if pdf is not None and _is_something_else(pdf):
        raise Refused(f"{pdf} is there already, and is no PDF: name another file.")
    with line.house() as house:
        with house.store.reading() as connection:
            found = statement_of(house, connection, customer, on)
        if pdf is not None:
            from reminderbot.desk.papers import statement_pdf

            made = statement_pdf(house, found)
            pdf.write_bytes(made.pdf)
    if as_json:
        emit(_json(found))
    elif pdf is None:
        _tell(found)
    if pdf is not None:
        click.echo(f"{pdf}: the statement of {found.customer.name}.", err=as_json)
        for trouble in made.troubles:
            click.echo(trouble, err=True)


def _is_something_else(path: Path) -> bool:
    """Whether writing there would cost somebody a file that is no earlier statement, the settings say."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_PDF)) not in (_PDF, b"")


def _tell(found: Statement) -> None:
    heading(f"{found.customer.name} ({found.customer.customer_id}), {day(found.on)}")
    if not found.parts:
        say("Nothing was billed and nothing came in.")
    for part in found.parts:
        say()
        _tell_part(part)
    for told in _unknown(found):
        say(told)


def _tell_part(part: Part) -> None:
    rows = [
        (
            item.invoice.number,
            day(item.invoice.issued_on),
            day(item.invoice.due_on) if item.invoice.due_on else "-",
            str(max(item.days_late or 0, 0) or "-"),
            bare(item.invoice.total),
            bare(item.balance),
        )
        for item in part.items
    ]
    table(
        ("invoice", "issued", "due", "days late", "billed", f"open {part.currency}"), rows, right=frozenset({3, 4, 5})
    )
    if part.payments:
        say()
    came = [
        (day(p.paid_on), p.kind.replace("_", " "), p.invoice or p.unlisted_invoice or "not matched", bare(p.amount))
        for p in part.payments
    ]
    table(("came in", "as", "for", part.currency), came, right=frozenset({3}))
    say()
    say(f"Open     {part.open}")
    if part.unmatched.amount:
        say(f"Received and not matched  {part.unmatched}")
    say(f"Balance  {part.balance}")
    if part.aging:
        say(f"By age   {', '.join(f'{name}: {money}' for name, money in part.aging)}")


def _unknown(found: Statement) -> list[str]:
    """What cannot be told for that day."""
    from reminderbot.papers.words import words_for

    return [words_for().unknown.format(number=one) for one in found.unknown]


def _json(found: Statement) -> dict[str, object]:
    return {
        "customer_id": found.customer.customer_id,
        "customer": found.customer.name,
        "on": found.on,
        "unknown": _unknown(found),
        "currencies": [
            {
                "currency": part.currency,
                "open": part.open.amount,
                "not_matched": part.unmatched.amount,
                "balance": part.balance.amount,
                "aging": {name: money.amount for name, money in part.aging},
                "items": [
                    {
                        "number": item.invoice.number,
                        "issued_on": item.invoice.issued_on,
                        "due_on": item.invoice.due_on,
                        "days_late": item.days_late,
                        "billed": item.invoice.total.amount,
                        "settled": item.settled.amount,
                        "open": item.balance.amount,
                    }
                    for item in part.items
                ],
                "payments": [
                    {
                        "paid_on": p.paid_on,
                        "kind": p.kind,
                        "invoice": p.invoice or p.unlisted_invoice or None,
                        "amount": p.amount.amount,
                    }
                    for p in part.payments
                ],
            }
            for part in found.parts
        ],
    }
