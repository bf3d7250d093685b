"""`reminderbot simulate`: what other settings would change, customer by customer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from reminderbot.cli.line import Line
from reminderbot.cli.plan import message_json, tell_weeks
from reminderbot.cli.progress import progress
from reminderbot.cli.show import as_json, emit, heading, say, table
from reminderbot.cli.words import count, day, way
from reminderbot.core.customer import Customer
from reminderbot.desk.outlook import Coming, Outlook, outlook
from reminderbot.desk.refusal import Refused
from reminderbot.desk.simulate import Comparison, Difference, Kind, compare, weeks

_STEPS = 1000
# So many names stand in a sentence.
_NAMED = 5
_TOLD = {
    Kind.SOONER: "sooner",
    Kind.LATER: "later",
    Kind.ANOTHER_TIER: "in another tier",
    Kind.OTHERWISE: "at another hour, by another way or about other invoices",
    Kind.NEWLY: "once more",
    Kind.NO_MORE: "no more",
}


@click.command("simulate")
@click.option(
    "--change", type=click.Path(path_type=Path, dir_okay=False), help="The changed settings: a whole config.toml."
)
@click.option("--days", type=click.IntRange(0, 366), default=60, show_default=True, help="How far to look ahead.")
@as_json
@click.pass_obj
def simulate_command(line: Line, change: Path | None, days: int, as_json: bool) -> None:
    """Show how the next days would go by today's settings, or what other settings would change; nothing is sent.

    Only what decides counts of the other file: ladder, segments, sending, limits, promises, time zone and country.
    It is what would happen if nobody answered, paid or stepped in.
    """
    from reminderbot.config import load_config
    from reminderbot.wiring import decided_by

    if change and not change.exists():
        raise Refused(f"{change}: there is no such file: copy your config.toml there, change the copy, and name it.")
    other = load_config(change, os.environ, with_secrets=False) if change else None
    with line.house() as house, house.store.reading() as connection, progress("Looking ahead") as step:
        looks = 2 if other else 1
        today = outlook(house, connection, days, lambda share: step(int(share * _STEPS), looks * _STEPS))
        if other is None:
            _course(today, days, as_json=as_json)
            return
        changed = outlook(
            decided_by(house, other), connection, days, lambda share: step(int((1 + share) * _STEPS), looks * _STEPS)
        )
    found = compare(today, changed)
    if as_json:
        emit(_json(found))
    else:
        _tell(found, days)


def _course(seen: Outlook, days: int, *, as_json: bool) -> None:
    if as_json:
        emit(_course_json(seen))
        return
    heard = {one.customer.customer_id for one in seen.messages}
    told = f"{count(len(seen.messages), 'message')} to {count(len(heard), 'customer')}"
    heading(f"By today's settings the next {count(days, 'day')} bring {told}")
    tell_weeks(seen)
    say(f"A person would be called {count(len(seen.tasks), 'time')}; {len(seen.waiting)} wait and would hear nothing.")


def _tell(found: Comparison, days: int) -> None:
    if found.first_day is None:
        heading(f"With this change nobody would hear from us otherwise in the next {count(days, 'day')}")
        return
    heading(f"With this change {count(len(found.differences), 'customer')} would hear from us otherwise")
    for sentence in sentences(found):
        say(sentence)
    say()
    heads = ("customer", "first on", "how", "by today's settings", "with the change", "why")
    table(heads, [_row(one) for one in found.differences])


def sentences(found: Comparison) -> list[str]:
    """Who hears from us on the first day that differs, and who no longer does then."""
    on = found.first_day
    if on is None:
        return []
    told = []
    if newly := found.newly_on(on):
        told.append(f"With this change {_named(newly)} would hear from us on {day(on)}.")
    if spared := found.spared_on(on):
        named = _named(spared)
        told.append(f"{named[0].upper()}{named[1:]} would not hear from us on {day(on)}, as by today's settings.")
    return told


def _named(customers: Sequence[Customer]) -> str:
    names = ", ".join(customer.name for customer in customers[:_NAMED])
    more = f" and {len(customers) - _NAMED} more" if len(customers) > _NAMED else ""
    return f"{'this' if len(customers) == 1 else 'these'} {count(len(customers), 'customer')} ({names}{more})"


def _row(one: Difference) -> tuple[str, ...]:
    told = one.changed or one.today
    why = told.why if told else ""
    return one.customer.name, day(one.on), _TOLD[one.kind], _short(one.today), _short(one.changed), why


def _short(one: Coming | None) -> str:
    if one is None:
        return "nothing"
    return f"{one.send.tier} by {way(one.send.channel)}, {day(one.on)}"


def _course_json(seen: Outlook) -> dict[str, object]:
    return {
        "messages": len(seen.messages),
        "customers": len({one.customer.customer_id for one in seen.messages}),
        "tasks": len(seen.tasks),
        "waiting": len(seen.waiting),
        "weeks": [{"week_of": monday, "messages": by} for monday, by in weeks(seen.messages)],
    }


def _json(found: Comparison) -> dict[str, object]:
    return {
        "now": found.today.now,
        "until": found.today.until,
        "today": _course_json(found.today),
        "changed": _course_json(found.changed),
        "first_day": found.first_day,
        "told": sentences(found),
        "differences": [
            {
                "customer_id": one.customer.customer_id,
                "customer": one.customer.name,
                "on": one.on,
                "how": one.kind,
                "today": message_json(one.today) if one.today else None,
                "changed": message_json(one.changed) if one.changed else None,
            }
            for one in found.differences
        ],
    }
