"""`reminderbot plan`: what the next days would bring."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click

from reminderbot.cli.door import MODES, stop_json, tell_stops
from reminderbot.cli.line import Line
from reminderbot.cli.progress import progress
from reminderbot.cli.show import as_json, emit, heading, say, table
from reminderbot.cli.words import count, day, moment, way
from reminderbot.core.money import Money
from reminderbot.core.stop import Mode
from reminderbot.desk.door import Door, look_at
from reminderbot.desk.find import one
from reminderbot.desk.outlook import Coming, Outlook, Task, Waiting, only, outlook
from reminderbot.desk.simulate import weeks
from reminderbot.door import batch_stop

_STEPS = 1000
# From so many messages on the weeks are told first.
_MANY = 20


@click.command("plan")
@click.option("--days", type=click.IntRange(0, 366), default=7, show_default=True, help="How far to look ahead.")
@click.option("--customer", help="Only this customer: number, name or invoice.")
@as_json
@click.pass_obj
def plan_command(line: Line, days: int, customer: str | None, as_json: bool) -> None:
    """Show what would be sent to whom and when, and who is waiting for what; nothing is sent.

    It is what would happen if nobody answered, paid or stepped in.
    """
    with line.house() as house, house.store.reading() as connection, progress("Looking ahead") as step:
        # The others are looked at as well: they take of the room that there is.
        meant = one(connection, customer).customer.customer_id if customer else ""
        seen = outlook(house, connection, days, lambda share: step(int(share * _STEPS), _STEPS))
        seen = only(seen, meant) if meant else seen
        stands = look_at(house, connection)
        unusual = batch_stop(connection)
    if as_json:
        emit(_json(seen, stands))
        return
    _tell(seen, days)
    say()
    say(f"Mode is {MODES[stands.mode]}.")
    if unusual and stands.mode is not Mode.DRAFT:
        say(f"The next batch waits for your yes ({unusual.why}): `reminderbot approve`.")
    tell_stops(stands.lasting(seen.now))


def _tell(seen: Outlook, days: int) -> None:
    span = "today" if days == 0 else f"in the next {count(days, 'day')}"
    if seen.messages:
        heading(f"{count(len(seen.messages), 'message')} would leave {span}")
        if len(seen.messages) > _MANY:
            tell_weeks(seen)
            say()
        heads = ("when", "customer", "tier", "by", "invoices", "owed", "why")
        table(heads, [(*message_row(c), c.why) for c in seen.messages])
    else:
        heading(f"No message would leave {span}")
    if seen.tasks:
        say()
        heading("For a person")
        for task in seen.tasks:
            say(f"  {day(task.at.date())}  {task.customer.name}: {task.case.why}")
    if seen.waiting:
        say()
        heading("Waiting")
        for who in seen.waiting:
            say(f"  {who.customer.name} ({who.customer.customer_id}): {who.gate.because}")


def tell_weeks(seen: Outlook) -> None:
    """How many messages of each tier every week brings."""
    found = weeks(seen.messages)
    tiers = list(dict.fromkeys(one.send.tier for one in seen.messages))
    rows = [(day(monday), *(str(by.get(tier, "")) for tier in tiers), str(sum(by.values()))) for monday, by in found]
    table(("week of", *tiers, "all"), rows, right=frozenset(range(1, len(tiers) + 2)))


def message_row(coming: Coming) -> tuple[str, ...]:
    """One message of the table: when, to whom, in which tier, how, about what, how much."""
    send = coming.send
    asks = " (needs your yes)" if send.needs_approval else ""
    return (
        moment(coming.at, ZoneInfo(coming.zone)),
        coming.customer.name,
        send.tier + asks,
        way(send.channel),
        _few(send.lists),
        " + ".join(map(str, coming.owed)),
    )


def _few(numbers: tuple[str, ...]) -> str:
    return ", ".join(numbers[:3]) + (f" and {len(numbers) - 3} more" if len(numbers) > 3 else "")


def _json(seen: Outlook, stands: Door) -> dict[str, object]:
    return {
        "now": seen.now,
        "until": seen.until,
        "mode": stands.mode,
        "stops": [stop_json(stop) for stop in stands.lasting(seen.now)],
        "messages": [message_json(c) for c in seen.messages],
        "weeks": [{"week_of": monday, "messages": by} for monday, by in weeks(seen.messages)],
        "tasks": [_task_json(t) for t in seen.tasks],
        "waiting": [_waiting_json(w) for w in seen.waiting],
    }


def message_json(coming: Coming) -> dict[str, object]:
    """One message for programs."""
    send = coming.send
    return {
        "at": coming.at,
        "at_local": coming.at.astimezone(ZoneInfo(coming.zone)),
        "time_zone": coming.zone,
        "customer_id": coming.customer.customer_id,
        "customer": coming.customer.name,
        "recipient": coming.recipient,
        "tier": send.tier,
        "channel": send.channel,
        "invoices": send.lists,
        "owed": money_json(coming.owed),
        "needs_approval": send.needs_approval,
        "why": coming.why,
    }


def _task_json(task: Task) -> dict[str, object]:
    case = task.case
    named = {"customer_id": task.customer.customer_id, "customer": task.customer.name}
    return {"at": task.at, **named, "kind": case.kind, "why": case.why, "invoices": case.invoices}


def _waiting_json(one: Waiting) -> dict[str, object]:
    return {
        "customer_id": one.customer.customer_id,
        "customer": one.customer.name,
        "gate": one.gate.name,
        "because": one.gate.because,
        "until": one.gate.until,
        "owed": money_json(one.owed),
    }


def money_json(sums: tuple[Money, ...]) -> list[dict[str, str]]:
    """Sums as programs read them: the amount as text, so that no cent is lost."""
    return [{"amount": str(money.amount), "currency": money.currency} for money in sums]
