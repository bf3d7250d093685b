"""`reminderbot simulate`: what other settings would change, customer by customer."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reminderbot.cli.line import Line
from reminderbot.cli.plan import message_json, tell_weeks
from reminderbot.cli.progress import progress
from reminderbot.cli.show import as_json, emit, heading, say, table
from reminderbot.cli.words import count, day
from reminderbot.desk.outlook import Outlook, outlook
from reminderbot.desk.refusal import Refused
from reminderbot.desk.simulate import Comparison, Difference, set_against, weeks
from reminderbot.sentences.simulate import Speaker
from reminderbot.sentences.words import words_for

_STEPS = 1000


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
        if other is None:
            seen = outlook(house, connection, days, lambda share: step(int(share * _STEPS), _STEPS))
            _course(seen, days, as_json=as_json)
            return
        changed = decided_by(house, other)
        found = set_against(house, changed, connection, days, lambda share: step(int(share * _STEPS), _STEPS))
        speaker = Speaker(words_for(house.business.language), day)
    if as_json:
        emit(_json(found, speaker))
    else:
        _tell(found, days, speaker)


def _course(seen: Outlook, days: int, *, as_json: bool) -> None:
    if as_json:
        emit(_course_json(seen))
        return
    heard = {one.customer.customer_id for one in seen.messages}
    told = f"{count(len(seen.messages), 'message')} to {count(len(heard), 'customer')}"
    heading(f"By today's settings the next {count(days, 'day')} bring {told}")
    tell_weeks(seen)
    say(f"A person would be called {count(len(seen.tasks), 'time')}; {len(seen.waiting)} wait and would hear nothing.")


def _tell(found: Comparison, days: int, speaker: Speaker) -> None:
    if found.first_day is None:
        heading(f"With this change nobody would hear from us otherwise in the next {count(days, 'day')}")
        return
    heading(f"With this change {count(len(found.differences), 'customer')} would hear from us otherwise")
    for sentence in speaker.first_day(found):
        say(sentence)
    say()
    heads = ("customer", "first on", "how", "by today's settings", "with the change", "why")
    table(heads, [_row(one, speaker) for one in found.differences])


def _row(one: Difference, speaker: Speaker) -> tuple[str, ...]:
    told = one.changed or one.today
    why = told.why if told else ""
    how = speaker.how(one.kind)
    return one.customer.name, day(one.on), how, speaker.short(one.today), speaker.short(one.changed), why


def _course_json(seen: Outlook) -> dict[str, object]:
    return {
        "messages": len(seen.messages),
        "customers": len({one.customer.customer_id for one in seen.messages}),
        "tasks": len(seen.tasks),
        "waiting": len(seen.waiting),
        "weeks": [{"week_of": monday, "messages": by} for monday, by in weeks(seen.messages)],
    }


def _json(found: Comparison, speaker: Speaker) -> dict[str, object]:
    return {
        "now": found.today.now,
        "until": found.today.until,
        "today": _course_json(found.today),
        "changed": _course_json(found.changed),
        "first_day": found.first_day,
        "told": speaker.first_day(found),
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
