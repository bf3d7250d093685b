"""`reminderbot why`: why a customer was, or was not, reminded."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Row

from reminderbot.cli.door import MODES, stop_json, tell_stops
from reminderbot.cli.holds import coming
from reminderbot.cli.line import Line
from reminderbot.cli.plan import money_json
from reminderbot.cli.show import as_json, emit, heading, say
from reminderbot.cli.words import day, moment
from reminderbot.core.account import totals
from reminderbot.desk.door import look_at
from reminderbot.desk.find import candidates
from reminderbot.desk.outlook import zone_of
from reminderbot.desk.why import Why, why
from reminderbot.store.decision import to_json


@click.command("why")
@click.argument("what", metavar="INVOICE-or-CUSTOMER", nargs=-1, required=True)
@as_json
@click.pass_obj
def why_command(line: Line, what: tuple[str, ...], as_json: bool) -> None:
    """Why a customer was, or was not, reminded: every gate at this moment, what comes next, what was said so far.

    Name an invoice's number, a customer's number, or a customer's name or a part of it.
    """
    with line.house() as house, house.store.reading() as connection:
        found = candidates(connection, " ".join(what))
        if len(found) > 1:
            if as_json:
                emit({"candidates": [{"customer_id": f.customer.customer_id, "name": f.customer.name} for f in found]})
                return
            say("That may be several customers; ask for one of them:")
            for one in found:
                say(f"  {one.customer.customer_id}  {one.customer.name}")
            return
        answer = why(house, connection, found[0], look_at(house, connection))
        zone = zone_of(answer.facts, house.rules) if answer.facts else house.rules.zone
    if as_json:
        emit(_json(answer))
    else:
        _tell(answer, zone)


def _tell(answer: Why, zone: ZoneInfo) -> None:
    who = answer.customer
    owed = totals(answer.facts.account.items) if answer.facts else ()
    heading(f"{who.name} ({who.customer_id}): {' and '.join(map(str, owed)) or 'nothing'} open")
    say(_verdict(answer, zone))
    say()
    for gate in answer.decision.gates:
        say(f"  {'✓' if gate.passed else '✗'} {gate.name}: {gate.because}{_until(gate.until, zone)}")
    say()
    say(f"Next: {coming(answer.next, zone)}")
    if answer.decided_otherwise and answer.decided_at:
        say(f"(The last run decided otherwise, {moment(answer.decided_at, zone)}; the next one decides anew.)")
    _tell_pauses(answer, zone)
    say()
    say(f"Mode is {MODES[answer.door.mode]}.")
    tell_stops(answer.door.lasting(answer.now))
    _tell_talk(answer, zone)


def _verdict(answer: Why, zone: ZoneInfo) -> str:
    if answer.facts is None:
        return "The ledger no longer lists this customer, so nothing is sent."
    send = answer.decision.send
    if send is None:
        return f"Nothing is sent now: {'; '.join(g.because for g in answer.decision.closed) or 'nothing is due'}."
    asks = ", after your yes" if send.needs_approval else ""
    told = f"'{send.tier}' by {_by(send.channel.value)} is due{asks}, for {', '.join(send.lists)}"
    return f"{told}: {'now' if send.not_before <= answer.now else moment(send.not_before, zone)}."


def _tell_pauses(answer: Why, zone: ZoneInfo) -> None:
    if answer.holds or answer.promises or answer.cases:
        say()
    for pause in answer.holds:
        ends = f"until {moment(pause.until, zone)}" if pause.until else "until a person lifts it"
        say(f"Hold {pause.hold_id} ({pause.kind}), {ends}: {pause.why}")
    for word in answer.promises:
        amount = f"{word.amount} " if word.amount else ""
        say(f"Promise {word.promise_id}: {amount}by {day(word.due_on)}, in their words: “{word.words}”")
    for case in answer.cases:
        say(f"Case {case.case_id} ({case.kind}) waits for a person: {case.why}")


def _tell_talk(answer: Why, zone: ZoneInfo) -> None:
    talk = [(r.claimed_at or r.settled_at or r.planned_at, _said(r)) for r in answer.messages]
    talk += [(r.received_at, _heard(r)) for r in answer.replies]
    if talk:
        say()
        heading("So far")
    for at, told in sorted(talk, key=lambda pair: pair[0]):
        say(f"  {moment(at, zone)}  {told}")


def _said(row: Row[Any]) -> str:
    why = f" ({row.reason})" if row.reason else ""
    return f"we: '{row.tier}' by {_by(row.channel)} for {', '.join(row.lists)}: {row.state}{why}"


def _heard(row: Row[Any]) -> str:
    kinds = ", ".join(row.kinds or ()) or row.state
    subject = f" “{row.subject}”" if row.subject else ""
    return f"they: {_by(row.channel)}{subject}, understood as {kinds}" if row.kinds else f"they: {kinds}{subject}"


def _by(channel: str) -> str:
    return "e-mail" if channel == "email" else "SMS"


def _until(until: Any, zone: ZoneInfo) -> str:
    return f" (until {moment(until, zone)})" if until else ""


def _json(answer: Why) -> dict[str, object]:
    following = None
    if answer.next:
        at, made = answer.next
        following = {"at": at, **{key: to_json(made)[key] for key in ("send", "cases")}}
    return {
        "customer_id": answer.customer.customer_id,
        "customer": answer.customer.name,
        "invoice": answer.invoice,
        "now": answer.now,
        "listed": answer.facts is not None,
        "owed": money_json(totals(answer.facts.account.items)) if answer.facts else [],
        "decision": to_json(answer.decision),
        "last_decided_at": answer.decided_at,
        "last_decided_otherwise": answer.decided_otherwise,
        "next": following,
        "planned": [_message_json(row) for row in answer.planned],
        "holds": list(answer.holds),
        "promises": list(answer.promises),
        "cases": list(answer.cases),
        "mode": answer.door.mode,
        "stops": [stop_json(stop) for stop in answer.door.lasting(answer.now)],
        "messages": [_message_json(row) for row in answer.messages],
        "replies": [_reply_json(row) for row in answer.replies],
    }


def _message_json(row: Row[Any]) -> dict[str, object]:
    keys = ("reminder_id", "tier", "channel", "state", "reason", "planned_at", "not_before", "claimed_at", "settled_at")
    return {key: getattr(row, key) for key in keys} | {"invoices": row.lists, "follows": row.follows}


def _reply_json(row: Row[Any]) -> dict[str, object]:
    keys = ("inbound_id", "channel", "received_at", "subject", "kinds", "state", "matched_by")
    return {key: getattr(row, key) for key in keys}
