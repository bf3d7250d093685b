"""`reminderbot go-live` and `approve`: lets messages leave."""

from __future__ import annotations

from collections.abc import Sequence

import click

from reminderbot.cli.door import MODES, tell_stops
from reminderbot.cli.errors import WENT_WRONG
from reminderbot.cli.line import Line, actor
from reminderbot.cli.plan import message_row
from reminderbot.cli.show import as_json, emit, heading, table
from reminderbot.cli.words import count, moment, way
from reminderbot.core.ladder import Channel
from reminderbot.core.stop import Mode
from reminderbot.desk.door import look_at
from reminderbot.desk.outlook import zone_of
from reminderbot.desk.refusal import Refused
from reminderbot.desk.sending import Approvable, approvable, approve, first_batch, go_live
from reminderbot.door import batch_stop
from reminderbot.house import House
from reminderbot.store import canary, listing, people

# The first batch is shown up to here; `reminderbot plan` shows all of it.
_SHOWN = 20


@click.command("go-live")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--adopt", is_flag=True, help="Go on from this store although the send log knows more than it.")
@click.pass_obj
def go_live_command(line: Line, yes: bool, adopt: bool) -> None:
    """Let this installation send, as far as its settings allow, and lift `stop` and every halt.

    Shows first what would leave within a day. Ends with 1 where something else still keeps everything at home.
    """
    with line.house(with_secrets=True) as house:
        _refuse_draft(house)
        click.echo(f"After your yes the mode is {MODES[house.ceiling]}.")
        _show_first_batch(house, adopt=adopt)
        _warn(house)
        if Channel.SMS in house.channels and not line.confirmed(
            "Text messages are set up. Are all these debts owed to you yourself, and not collected for others?", yes=yes
        ):
            raise Refused("Text messages may only be about debts of your own: take [sms] out of the settings.")
        if not line.confirmed("Go live now?", yes=yes):
            raise Refused("Not gone live; nothing was changed.")
        go_live(house, actor(), adopt=adopt)
        _tell_done(house)


def _tell_done(house: House) -> None:
    """What the mode is now; ends with 1 where something stands in its way that no look into the inboxes ends."""
    now = house.clock.now()
    with house.store.reading() as connection:
        stands = look_at(house, connection)
    if left := stands.after_a_look(now):
        click.echo("Your yes is kept, but nothing leaves before this is mended:")
        tell_stops(left)
        raise SystemExit(WENT_WRONG)
    click.echo("This installation is live." if house.ceiling is Mode.LIVE else "Done: each batch waits for you.")
    if unread := [stop for stop in stands.lasting(now) if stop.since]:
        click.echo("Nothing leaves before the next look:")
        tell_stops(unread)


def _refuse_draft(house: House) -> None:
    if house.ceiling is Mode.DRAFT:
        raise Refused('The settings say mode = "draft": write "approve" or "live" there first, then go live.')


def _show_first_batch(house: House, *, adopt: bool) -> None:
    seen = first_batch(house, adopt=adopt)
    if not seen.messages:
        click.echo("No message would leave today or tomorrow.")
        return
    heading(f"{count(len(seen.messages), 'message')} would leave today and tomorrow")
    table(("when", "customer", "tier", "by", "invoices", "owed"), [message_row(c) for c in seen.messages[:_SHOWN]])
    if len(seen.messages) > _SHOWN:
        click.echo(f"... and {len(seen.messages) - _SHOWN} more: `reminderbot plan` shows them all.")


def _warn(house: House) -> None:
    with house.store.reading() as connection:
        proved = canary.get(connection).back_at is not None
        heard = proved or listing.anything_heard(connection)
    if house.canary and not proved:
        click.secho(
            "WARNING: reminderbot's own mail has not come back yet, so nothing proves that answers are heard. From now"
            f" on it writes to {house.sender.reply_to} once a business day: see in `reminderbot status` that the canary"
            " came back before you trust the silence of your customers.",
            bold=True,
        )
    elif not heard:
        click.secho(
            "WARNING: no answer has come in yet, so nothing proves that answers are heard."
            f" Write a mail to {house.sender.reply_to} from another address, run `reminderbot run --once`, and see it"
            " counted in `reminderbot status` before you trust the silence of your customers.",
            bold=True,
        )


@click.command("approve")
@click.argument("reminders", nargs=-1, type=int, metavar="[ID...]")
@click.option("--all", "everything", is_flag=True, help="All that wait.")
@as_json
@click.pass_obj
def approve_command(line: Line, reminders: tuple[int, ...], everything: bool, as_json: bool) -> None:
    """Say yes to reminders that wait for one; without an ID, list them.

    A yes to anything also releases a batch that waits because it is the first one or unusually large.
    """
    with line.house() as house:
        with house.store.reading() as connection:
            waiting = approvable(connection, look_at(house, connection).mode)
            unusual = batch_stop(connection)
            rows = _rows(house, waiting)
        chosen = [w.reminder_id for w in waiting] if everything else list(reminders)
        if as_json:
            emit({"waiting": rows, "unusual": unusual.why if unusual else None, "approving": chosen})
        else:
            _show_waiting(
                [row for row in rows if not chosen or row["reminder_id"] in chosen], unusual.why if unusual else ""
            )
        if chosen or (everything and unusual):
            count_of = approve(house, actor(), chosen)
            if not as_json:
                click.echo(f"Approved {count(count_of, 'reminder')}.")
                _tell_mode(house)


def _rows(house: House, waiting: Sequence[Approvable]) -> list[dict[str, object]]:
    """Each reminder as a person judges it: to whom, how, what about, how much."""
    with house.store.reading() as connection:
        now = house.clock.now()
        facts = house.gatherer.gather(connection, list({w.row.customer_id for w in waiting}), now)
        rows = []
        for one in waiting:
            row = one.row
            who = people.get(connection, row.customer_id)
            known = facts.get(row.customer_id)
            items = [i for i in known.account.items if i.invoice.number in row.lists] if known else []
            zone = zone_of(known, house.rules) if known else house.rules.zone
            rows.append(
                {
                    "reminder_id": row.reminder_id,
                    "customer_id": row.customer_id,
                    "customer": who.name if who else row.customer_id,
                    "recipient": row.recipient,
                    "channel": row.channel,
                    "tier": row.tier,
                    "invoices": row.lists,
                    "owed": [str(i.balance) for i in items],
                    "not_before": row.not_before,
                    "not_before_local": moment(row.not_before, zone),
                    "needed": one.needed,
                }
            )
        return rows


def _show_waiting(rows: Sequence[dict[str, object]], unusual: str) -> None:
    if unusual:
        click.echo(f"The next batch waits as a whole: {unusual}.")
    if not rows:
        click.echo("No planned reminder waits for a yes.")
        return
    table(
        ("id", "not before", "to", "by", "tier", "invoices", "owed", "waits"),
        [
            (
                str(r["reminder_id"]),
                str(r["not_before_local"]),
                f"{r['customer']} <{r['recipient']}>",
                way(str(r["channel"])),
                str(r["tier"]),
                ", ".join(map(str, _list(r["invoices"]))),
                " + ".join(map(str, _list(r["owed"]))),
                "for your yes" if r["needed"] else "for its hour",
            )
            for r in rows
        ],
    )


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _tell_mode(house: House) -> None:
    with house.store.reading() as connection:
        stands = look_at(house, connection)
    if stands.mode is Mode.DRAFT:
        click.echo("Nothing leaves yet: the mode is draft. `reminderbot go-live` comes first.")
