"""`reminderbot forecast`: what money the next weeks are expected to bring."""

from __future__ import annotations

from decimal import Decimal

import click

from reminderbot.cli.line import Line
from reminderbot.cli.progress import progress
from reminderbot.cli.show import as_json, emit, heading, say, table
from reminderbot.cli.words import bare, count, day
from reminderbot.core.back_test import BackTest, Range
from reminderbot.core.forecast import LeftOut, Source
from reminderbot.core.money import Money
from reminderbot.desk.forecast import TRIES, WEEKS, Ahead, Forecast, forecast

_WHY = {
    LeftOut.CONTESTED: "disputed, handed over, or in hardship",
    LeftOut.NO_DUE_DATE: "without a due date",
    LeftOut.UNMATCHED: "covered by money that is there and not matched yet",
}


@click.command("forecast")
@click.option("--weeks", type=click.IntRange(1, 26), default=WEEKS, show_default=True, help="How far to look ahead.")
@click.option(
    "--tries",
    type=click.IntRange(0, 104),
    default=TRIES,
    show_default=True,
    help="On how many earlier weeks to try it.",
)
@as_json
@click.pass_obj
def forecast_command(line: Line, weeks: int, tries: int, as_json: bool) -> None:
    """Show what money is expected in by week, from what is open now, and how far off such forecasts were.

    It goes by promises, instalments and by how each customer has paid before. Invoices that are not written yet are
    no part of it.
    """
    with line.house() as house, house.store.reading() as connection, progress("Trying it on earlier weeks") as tell:
        seen = forecast(house, connection, weeks, tries, tell)
    if as_json:
        emit(_json(seen))
    else:
        _tell(seen)


def _tell(seen: Forecast) -> None:
    if not seen.currencies:
        say("Nothing is open: there is nothing to expect.")
        return
    for one in seen.currencies:
        heading(f"Expected from the {Money(one.open, one.currency)} that are open on {day(seen.on)}")
        table(("week", "expected", "8 times in 10 from", "to", "promised", "instalments"), _rows(one), right=_RIGHT)
        say(f"Later, or never: {Money(one.later, one.currency)}.")
        for why, amount in one.left_out.items():
            say(f"Not counted on: {Money(amount, one.currency)}, {_WHY[why]}.")
        _tell_tried(one.tried)
        say()
    if seen.is_guess:
        known = count(seen.paid, "paid invoice") if seen.paid else "no paid invoice"
        say(f"The books know {known} of the last two years: much of this is what is usual elsewhere, a guess.")
    say("Invoices that are not written yet are no part of this.")


_RIGHT = frozenset(range(1, 6))


def _rows(one: Ahead) -> list[tuple[str, ...]]:
    rows = [
        (
            f"{day(week.begins_on)} to {day(week.ends_on)}",
            *_span(week.range, one.currency),
            *(_bare(week.by_source[source], one.currency) for source in (Source.PROMISE, Source.INSTALMENT)),
        )
        for week in one.weeks
    ]
    return [*rows, ("together", *_span(one.in_all, one.currency), "", "")]


def _span(span: Range, currency: str) -> tuple[str, str, str]:
    return str(Money(span.expected, currency)), _bare(span.low, currency), _bare(span.high, currency)


def _bare(amount: Decimal, currency: str) -> str:
    return bare(Money(amount, currency)) if amount else "-"


def _tell_tried(tried: BackTest | None) -> None:
    if tried is None or tried.off is None:
        say("The books do not reach back far enough to try this on earlier weeks: trust the ranges little.")
        return
    say(
        f"Tried on {count(len(tried.tried), 'earlier day')}, {count(tried.weeks, 'week')} in all: a week was off by"
        f" {_percent(tried.off)} of what came in on average"
    )
    say(
        f"  (had everybody paid on the due date: {_percent(tried.off_on_due_date)}; everybody as late as all are on"
        f" average: {_percent(tried.off_as_late_as_all)})."
    )
    held, in_all = _percent(tried.held), _percent(tried.in_all)
    say(f"  {held} of the weeks lay within their range; what was foretold came to {in_all} of what came in.")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}".replace("%", " %")


def _json(seen: Forecast) -> dict[str, object]:
    return {
        "on": seen.on,
        "known_on": seen.known_on,
        "paid_invoices_known": seen.paid,
        "is_guess": seen.is_guess,
        "currencies": [_ahead_json(one) for one in seen.currencies],
    }


def _ahead_json(one: Ahead) -> dict[str, object]:
    return {
        "currency": one.currency,
        "open": str(one.open),
        "weeks": [
            {
                "begins_on": week.begins_on,
                "ends_on": week.ends_on,
                **_range_json(week.range),
                "by_source": {source.value: str(amount) for source, amount in week.by_source.items()},
            }
            for week in one.weeks
        ],
        "in_all": _range_json(one.in_all),
        "later": str(one.later),
        "left_out": {why.value: str(amount) for why, amount in one.left_out.items()},
        "tried": _tried_json(one.tried),
    }


def _range_json(span: Range) -> dict[str, str]:
    return {"low": str(span.low), "expected": str(span.expected), "high": str(span.high)}


def _tried_json(tried: BackTest | None) -> dict[str, object] | None:
    if tried is None:
        return None
    return {
        "days": len(tried.tried),
        "weeks": tried.weeks,
        "came": str(tried.came),
        "foretold_share": tried.in_all,
        "off": tried.off,
        "off_on_due_date": tried.off_on_due_date,
        "off_as_late_as_all": tried.off_as_late_as_all,
        "held": tried.held,
    }
