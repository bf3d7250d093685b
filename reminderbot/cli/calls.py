"""`reminderbot calls`: whom to telephone; and `reminderbot case call`: what came of it."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import Decimal

import click

from reminderbot.cli.holds import tell_holds
from reminderbot.cli.kinds import AMOUNT, DAY, HOUR, about_in
from reminderbot.cli.line import Line, actor
from reminderbot.cli.plan import money_json
from reminderbot.cli.promises import promise_json
from reminderbot.cli.show import as_json, bullet, emit, heading, say, table
from reminderbot.cli.words import count, day, moment
from reminderbot.core.lane import Reason
from reminderbot.core.note import CallResult
from reminderbot.desk.call import Called, Said, call
from reminderbot.desk.call_list import CallTask, task, tasks
from reminderbot.desk.find import one_customer
from reminderbot.sentences.calls import Speaker, speaker_of


@click.command("calls")
@click.argument("customer", required=False)
@as_json
@click.pass_obj
def calls_command(line: Line, customer: str | None, as_json: bool) -> None:
    """Whom a person should telephone, when in their day and why; with a CUSTOMER, all there is to know before."""
    with line.house() as house:
        with house.store.reading() as connection:
            if customer is None:
                found = tasks(house, connection)
            else:
                who = one_customer(connection, customer)
                one = task(house, connection, who.customer_id)
                found = [one] if one is not None else []
        zone, speaker = house.rules.zone, speaker_of(house)
    if as_json:
        emit([_json(one, speaker) for one in found])
    elif not found:
        say(f"Nobody needs to call {who.name} now." if customer else "Nobody needs to be called.")
    elif customer is None:
        _list(found, speaker)
    else:
        _tell(found[0], speaker, zone)


def _list(found: list[CallTask], speaker: Speaker) -> None:
    rows = [
        (
            one.customer.customer_id,
            f"{one.customer.contact.name or '-'}, {one.customer.name}",
            one.customer.contact.phone or "-",
            speaker.when(one),
            speaker.reason(one.reasons[0]),
        )
        for one in found
    ]
    table(("customer", "who", "number", "when", "why"), rows)


def _tell(one: CallTask, speaker: Speaker, zone: tzinfo) -> None:
    who = one.customer
    heading(f"{who.contact.name or '-'}, {who.name} ({who.customer_id}): {who.contact.phone or 'no number'}")
    for sentence in speaker.facts(one):
        say(sentence)
    for reason in one.reasons:
        bullet(speaker.reason(reason) + (f" (case {reason.case_id})" if reason.case_id else ""))
    if one.promised:
        say("\nWhat they promised:")
        for word in one.promised[:5]:
            bullet(f"{speaker.promise(word)}: “{word.words}”")
    if one.attempts:
        say("\nCalls so far:")
        for attempt in one.attempts[:5]:
            bullet(f"{moment(attempt.at, zone)}: {attempt.result.replace('_', ' ')}")
    say("\nKeep in mind:")
    for sentence in speaker.points(one):
        bullet(sentence)


@click.command("call")
@click.argument("about", metavar="CASE|CUSTOMER")
@click.argument("result", type=click.Choice([result.value for result in CallResult]))
@click.argument("words", nargs=-1, metavar="[WORDS...]")
@click.option("--date", "due_on", type=DAY, help="promise: by which day they will pay.")
@click.option("--amount", type=AMOUNT, help="promise: a part only; else all that is open.")
@click.option("--invoice", "invoices", multiple=True, help="promise, paid, dispute: only this; may be repeated.")
@click.option("--reason", type=click.Choice([reason.value for reason in Reason]), help="dispute: what is in the way.")
@click.option("--at", type=HOUR, help="call_back: when, by their own clock, as '2026-11-27 10:00'.")
@click.pass_obj
def call_command(
    line: Line,
    about: str,
    result: str,
    words: tuple[str, ...],
    due_on: date | None,
    amount: Decimal | None,
    invoices: tuple[str, ...],
    reason: str | None,
    at: datetime | None,
) -> None:
    """Note how a call went, and do what they said: paid, promise, dispute and call_back pause what they are about.

    Who was reached hears nothing more that day, and neither does who was left a message; one of those a day is enough.
    """
    said = Said(due_on, amount, invoices, Reason(reason) if reason else None, at)
    with line.house() as house:
        made = call(house, actor(), about_in(about), CallResult(result), " ".join(words), said)
        zone = house.rules.zone
    _told(made, zone)


def _told(made: Called, zone: tzinfo) -> None:
    say(f"Noted: {made.customer.name}, {made.result.replace('_', ' ')}.")
    if made.promised is not None:
        say(f"They pay by {day(made.promised.due_on)}; no reminders until {moment(made.promised.until, zone)}.")
        tell_holds(made.promised.remaining, "Besides this stands", zone)
    if made.marked is not None:
        about = ", ".join(made.marked.invoices) or "everything"
        say(f"Rests now: {about}." + (f" Case {made.case_id} says what to do next." if made.case_id else ""))
    if made.again_at is not None:
        say(f"Call them on {moment(made.again_at, zone)}; nothing is written to them before somebody has.")
    if made.result is CallResult.WRONG_NUMBER:
        say("That number is called and texted no more: put the right one in its place in your books or at the desk.")
    if made.resolved:
        say(f"Resolved: {count(len(made.resolved), 'case')} ({', '.join(map(str, made.resolved))}).")
    say(f"To take it back: reminderbot case undo {made.undo.undo_id}")


def _json(one: CallTask, speaker: Speaker) -> dict[str, object]:
    who = one.customer
    return {
        "customer_id": who.customer_id,
        "customer": who.name,
        "contact": who.contact.name,
        "phone": who.contact.phone,
        "when": {"code": one.when.code, "at": one.when.at, "says": speaker.when(one), "now": one.is_now},
        "reasons": [
            {"why": reason.why, "says": speaker.reason(reason), "case_id": reason.case_id, "invoices": reason.invoices}
            for reason in one.reasons
        ],
        "about": money_json(one.about),
        "owed": money_json(one.owed),
        "days_past_due": one.days_past_due,
        "promises": [promise_json(word, None) for word in one.promised],
        "points": [{"point": point, "says": says} for point, says in zip(one.points, speaker.points(one), strict=True)],
        "calls": [{"at": a.at, "result": a.result, "again_at": a.again_at} for a in one.attempts],
    }
