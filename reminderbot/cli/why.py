"""`reminderbot why`: why a customer was, or was not, reminded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Row

from reminderbot.cli.door import MODES, stop_json, tell_stops
from reminderbot.cli.kinds import DAY
from reminderbot.cli.line import Line
from reminderbot.cli.plan import money_json
from reminderbot.cli.promises import promise_json, reliability_json
from reminderbot.cli.show import as_json, emit, heading, say
from reminderbot.cli.words import day, moment, way
from reminderbot.core.account import totals
from reminderbot.core.gate import Gate
from reminderbot.core.promise_share import Share
from reminderbot.core.telling import OfInvoice
from reminderbot.desk.door import look_at
from reminderbot.desk.find import Found, candidates
from reminderbot.desk.outlook import zone_of
from reminderbot.desk.why import Why, on_day, why
from reminderbot.sentences.missed import speaker_of
from reminderbot.sentences.why import Answer, Past, answer_of, gates_of, past_of
from reminderbot.store.decision import to_json


@click.command("why")
@click.argument("what", metavar="INVOICE-or-CUSTOMER", nargs=-1, required=True)
@click.option("--at", "on", type=DAY, metavar="DATE", help="What was decided on that day, and why.")
@as_json
@click.pass_obj
def why_command(line: Line, what: tuple[str, ...], on: date | None, as_json: bool) -> None:
    """Why a customer was, or was not, reminded: what we wait for, what comes next and who must act; then every gate.

    Name an invoice's number, a customer's number, or a customer's name or a part of it.
    """
    with line.house() as house, house.store.reading() as connection:
        found = candidates(connection, " ".join(what))
        if len(found) > 1:
            _ask_again(found, as_json)
            return
        seen = why(house, connection, found[0], look_at(house, connection))
        zone = zone_of(seen.facts, house.rules) if seen.facts else house.rules.zone
        if on is not None:
            past = past_of(house, seen, on_day(house, connection, found[0], on))
            emit(_past_json(seen, past)) if as_json else _tell_past(seen, past, on, house.rules.zone)
            return
        answer, gates = answer_of(house, seen), gates_of(house, seen)
        word = speaker_of(house).reliability(seen.reliability)
    if as_json:
        emit(_json(seen, answer, gates))
    else:
        _tell(seen, answer, gates, word, zone)


def _ask_again(found: Sequence[Found], as_json: bool) -> None:
    if as_json:
        emit({"candidates": [{"customer_id": f.customer.customer_id, "name": f.customer.name} for f in found]})
        return
    say("That may be several customers; ask for one of them:")
    for one in found:
        say(f"  {one.customer.customer_id}  {one.customer.name}")


def _tell(seen: Why, answer: Answer, gates: Sequence[tuple[Gate, str]], word: Sequence[str], zone: ZoneInfo) -> None:
    who = seen.customer
    owed = totals(seen.facts.account.items) if seen.facts else ()
    heading(f"{who.name} ({who.customer_id}): {' and '.join(map(str, owed)) or 'nothing'} open")
    for paragraph in answer.paragraphs:
        say(" ".join(paragraph.sentences))
    for sentence in (*answer.barriers, *answer.also):
        say(sentence)
    if gates:
        say()
        heading("What was asked")
    for gate, told in gates:
        say(f"  {'✓' if gate.passed else '✗'} {told}")
    if seen.decided_otherwise and seen.decided_at:
        say(f"(The last run decided otherwise, {moment(seen.decided_at, zone)}; the next one decides anew.)")
    _tell_pauses(seen, zone)
    if word:
        say(f"Their word: {' '.join(word)}")
    say()
    say(f"Mode is {MODES[seen.door.mode]}.")
    tell_stops(seen.door.lasting(seen.now))
    _tell_talk(seen, zone)


def _tell_past(seen: Why, past: Past, on: date, zone: ZoneInfo) -> None:
    heading(f"{seen.customer.name} ({seen.customer.customer_id}), {day(on)}")
    if not past:
        say("Nothing was decided about them that is still kept; `[store] decisions_days` says how long that is.")
    for kept, sentences in past:
        last = f", and still so {moment(kept.looked_at, zone)}" if kept.looked_at > kept.decided_at else ""
        say(f"{moment(kept.decided_at, zone)}{last}:")
        for sentence in sentences:
            say(f"  {sentence}")


def _tell_pauses(seen: Why, zone: ZoneInfo) -> None:
    if seen.holds or seen.promises or seen.cases:
        say()
    for pause in seen.holds:
        ends = f"until {moment(pause.until, zone)}" if pause.until else "until a person lifts it"
        say(f"Hold {pause.hold_id}, {ends}: {pause.why}")
    for word in seen.promises:
        amount = f"{word.amount} " if word.amount else ""
        so_far = _so_far(seen.towards.get(word.promise_id))
        say(f"Promise {word.promise_id}: {amount}by {day(word.due_on)}{so_far}, in their words: “{word.words}”")
    for case in seen.cases:
        say(f"Case {case.case_id} waits for a person: {case.why}")


def _so_far(share: Share | None) -> str:
    return f" ({' + '.join(map(str, share.received))} has come in)" if share is not None and share.parts else ""


def _tell_talk(seen: Why, zone: ZoneInfo) -> None:
    talk = [(r.claimed_at or r.settled_at or r.planned_at, _said(r)) for r in seen.messages]
    talk += [(r.received_at, _heard(r)) for r in seen.replies]
    if talk:
        say()
        heading("So far")
    for at, told in sorted(talk, key=lambda pair: pair[0]):
        say(f"  {moment(at, zone)}  {told}")


def _said(row: Row[Any]) -> str:
    why = f" ({row.reason})" if row.reason else ""
    return f"we: '{row.tier}' by {way(row.channel)} for {', '.join(row.lists)}: {row.state}{why}"


def _heard(row: Row[Any]) -> str:
    kinds = ", ".join(row.kinds or ()) or row.state
    subject = f" “{row.subject}”" if row.subject else ""
    return f"they: {way(row.channel)}{subject}, understood as {kinds}" if row.kinds else f"they: {kinds}{subject}"


def _json(seen: Why, answer: Answer, gates: Sequence[tuple[Gate, str]]) -> dict[str, object]:
    following = None
    if seen.next:
        at, made = seen.next
        following = {"at": at, **{key: to_json(made)[key] for key in ("send", "cases")}}
    return {
        "customer_id": seen.customer.customer_id,
        "customer": seen.customer.name,
        "invoice": seen.invoice,
        "now": seen.now,
        "listed": seen.facts is not None,
        "owed": money_json(totals(seen.facts.account.items)) if seen.facts else [],
        "told": answer.sentences,
        "invoices": [_invoice_json(seen, answer, one) for one in seen.told.invoices],
        "kept_back_by": answer.barriers,
        "decision": to_json(seen.decision),
        "asked": [{"code": gate.code, "passed": gate.passed, "told": told} for gate, told in gates],
        "last_decided_at": seen.decided_at,
        "last_decided_otherwise": seen.decided_otherwise,
        "next": following,
        "planned": [_message_json(row) for row in seen.planned],
        "holds": list(seen.holds),
        "promises": [promise_json(word, seen.towards.get(word.promise_id)) for word in seen.promises],
        "reliability": reliability_json(seen.reliability),
        "cases": list(seen.cases),
        "mode": seen.door.mode,
        "stops": [stop_json(stop) for stop in seen.door.lasting(seen.now)],
        "messages": [_message_json(row) for row in seen.messages],
        "replies": [_reply_json(row) for row in seen.replies],
    }


def _invoice_json(seen: Why, answer: Answer, one: OfInvoice) -> dict[str, object]:
    sentences = [told for part in answer.paragraphs if one.number in part.numbers for told in part.sentences]
    return {
        "number": one.number,
        "balance": money_json((one.balance,))[0],
        "next": one.step,
        "at": one.at,
        "tier": one.tier,
        "letter": one.letter,
        "task": one.task,
        "shut": [gate.code for gate in one.causes],
        "waits_for": [{"code": gate.code, "who": seen.hands.of(gate)} for gate in one.waits],
        "told": sentences,
    }


def _past_json(seen: Why, past: Past) -> dict[str, object]:
    return {
        "customer_id": seen.customer.customer_id,
        "customer": seen.customer.name,
        "decisions": [
            {
                "where": kept.place,
                "from": kept.decided_at,
                "to": kept.looked_at,
                "decision": to_json(kept.made),
                "turn": kept.turn,
                "told": sentences,
            }
            for kept, sentences in past
        ],
    }


def _message_json(row: Row[Any]) -> dict[str, object]:
    keys = ("reminder_id", "tier", "channel", "state", "reason", "planned_at", "not_before", "claimed_at", "settled_at")
    return {key: getattr(row, key) for key in keys} | {"invoices": row.lists, "follows": row.follows}


def _reply_json(row: Row[Any]) -> dict[str, object]:
    keys = ("inbound_id", "channel", "received_at", "subject", "kinds", "state", "matched_by")
    return {key: getattr(row, key) for key in keys}
