"""`reminderbot status`: how things stand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

import click

from reminderbot.cli.door import MODES, stop_json, tell_stops
from reminderbot.cli.line import Line
from reminderbot.cli.plan import money_json
from reminderbot.cli.show import as_json, emit, say
from reminderbot.cli.words import ago, count, day, moment
from reminderbot.core.webhook import Calls
from reminderbot.desk.door import look_at
from reminderbot.desk.parked import Queue
from reminderbot.desk.status import Status, status


@click.command("status")
@as_json
@click.pass_obj
def status_command(line: Line, as_json: bool) -> None:
    """How things stand: what may leave, what waits for whom, what is wrong and its cure."""
    with line.house() as house, house.store.reading() as connection:
        seen = status(house, connection, look_at(house, connection))
        zone = house.rules.zone
    if as_json:
        emit(_json(seen))
    else:
        _tell(seen, zone)


def _tell(seen: Status, zone: tzinfo) -> None:
    click.echo(f"Mode      {MODES[seen.mode]}{_grant(seen, zone)}")
    click.echo(f"Service   {f'at work ({seen.at_work})' if seen.at_work else 'not at work at this moment'}")
    click.echo(f"Ledger    {_age(seen.ledger_at, seen.now, 'exported', 'none was taken in yet')}")
    inbox = _age(seen.inbox_at, seen.now, "read", "never read yet")
    click.echo(f"Inbox     {inbox if seen.has_inbox else 'none is set up'}")
    if seen.has_canary:
        click.echo(f"Canary    {_age(seen.canary_at, seen.now, 'came back', 'none has come back yet')}")
    if seen.texts_at:
        click.echo(f"Texts     {_age(seen.texts_at, seen.now, 'read', '')}")
    if seen.calls:
        _tell_calls(seen.calls, seen.now)
    click.echo(f"Planned   {_planned(seen, zone)}")
    for told in _queue(seen.queue):
        say(f"Beginning {told}")
    for why, number in seen.failing.items():
        say(f"Failing   {count(number, 'reminder')}, to be tried again: {why}")
    if seen.uncertain:
        named = ", ".join(map(str, seen.uncertain[:10]))
        click.echo(f"Uncertain {count(len(seen.uncertain), 'reminder')} may or may not have arrived: {named}")
        click.echo("          `reminderbot uncertain list` shows them, and what to do.")
    cases = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in sorted(seen.cases.items()))
    click.echo(f"Cases     {cases or 'none wait'}")
    promised = f" ({' + '.join(map(str, seen.promised))})" if seen.promised else ""
    click.echo(f"Holds     {seen.holds}; open promises {seen.promises}{promised}")
    if seen.unmatched:
        click.echo(f"Mail      {count(seen.unmatched, 'message')} of the last 30 days belong to nobody known")
    if seen.stops or seen.unusual:
        click.echo()
        click.echo("Nothing leaves now:")
    if seen.unusual:
        click.echo(f"  ! the next batch waits for your yes: {seen.unusual}")
        click.echo("    look at `reminderbot plan`, then `reminderbot approve --all`")
    tell_stops(seen.stops)


def _tell_calls(calls: Calls, now: datetime) -> None:
    last = f", the last {ago(now - calls.accepted_at)} ago" if calls.accepted_at else ""
    click.echo(f"Webhook   {count(calls.accepted, 'call')} let in, {calls.turned_away} turned away{last}")
    for what, cure in calls.troubles:
        say(f"  ! {what}: {cure}")


def _grant(seen: Status, zone: tzinfo) -> str:
    if seen.granted_at is None:
        return "" if seen.ceiling == seen.mode else f" (the settings allow {seen.ceiling}: `reminderbot go-live`)"
    return f" (since {moment(seen.granted_at, zone)}, by {seen.granted_by})"


def _age(at: datetime | None, now: datetime, word: str, never: str) -> str:
    return f"{word} {ago(now - at)} ago" if at else never


def _planned(seen: Status, zone: tzinfo) -> str:
    if not seen.planned:
        return "nothing"
    first = f", none before {moment(seen.next_at, zone)}" if seen.next_at else ""
    asks = f"; {seen.to_approve} of them wait for your yes (`reminderbot approve`)" if seen.to_approve else ""
    return f"{count(seen.planned, 'reminder')}{first}{asks}"


def _queue(queue: Queue) -> Iterator[str]:
    """Whose conversation has yet to begin, and until when."""
    if queue.waiting:
        many = count(queue.waiting, "new conversation")
        yield f"{many} wait for a day with room: {queue.a_day} a day, the last on {day(queue.through_on)}"
    if queue.letting_go and queue.last_on:
        yield f"{count(queue.letting_go, 'old debt')} begin on the days to come, the last on {day(queue.last_on)}"
    if queue.parked:
        yield f"{count(queue.parked, 'old debt')} wait for your word: `reminderbot parked list`"


def _json(seen: Status) -> dict[str, object]:
    plain = {
        key: getattr(seen, key)
        for key in (
            "now", "at_work", "mode", "ceiling", "granted_by", "granted_at", "unusual", "ledger_at", "inbox_at",
            "canary_at", "texts_at",
            "planned", "next_at", "to_approve", "failing", "uncertain", "cases", "holds", "unmatched", "promises",
        )
    }  # fmt: skip
    calls = seen.calls
    plain["calls"] = calls and {
        "accepted": calls.accepted,
        "accepted_at": calls.accepted_at,
        "turned_away": calls.turned_away,
        "troubles": [f"{what}: {cure}" for what, cure in calls.troubles],
    }
    plain["beginning"] = seen.queue
    return plain | {"stops": [stop_json(stop) for stop in seen.stops], "promised": money_json(seen.promised)}
