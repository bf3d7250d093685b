"""`reminderbot case`: what waits for a person."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

import click

from reminderbot.cli.case_actions import ACTIONS
from reminderbot.cli.holds import tell_holds
from reminderbot.cli.instalments import offer_json, tell_offer
from reminderbot.cli.kinds import DAY, NUMBER
from reminderbot.cli.line import Line, actor
from reminderbot.cli.promises import promise_json, reliability_json
from reminderbot.cli.show import as_json, emit, heading, say, table
from reminderbot.cli.words import ago, count, moment, way
from reminderbot.core.case import Case
from reminderbot.core.customer import Customer
from reminderbot.core.lane import Proposal
from reminderbot.core.understanding import Kind
from reminderbot.desk.case import CaseFile, resolve, show, waiting
from reminderbot.desk.lane import Matter, matters, proposed
from reminderbot.desk.missed import Missed
from reminderbot.desk.plan import offer_for
from reminderbot.sentences.lane import lane_told
from reminderbot.sentences.missed import speaker_of
from reminderbot.sentences.words import Words

_LONGEST = 90


@click.group("case")
def case_command() -> None:
    """What waits for a person: list, show, answer, settle, resolve."""


for action in ACTIONS:
    case_command.add_command(action)


@case_command.command("list")
@click.option("--all", "snoozed", is_flag=True, help="Those that were put off, too.")
@as_json
@click.pass_obj
def list_command(line: Line, snoozed: bool, as_json: bool) -> None:
    """Open cases, the most urgent first."""
    with line.house() as house:
        now = house.clock.now()
        with house.store.reading() as connection:
            found = waiting(connection, None if snoozed else now)
    if as_json:
        emit([_json(case, customer) for case, customer in found])
        return
    if not found:
        say("Nothing waits for a person.")
        return
    table(("case", "kind", "customer", "waits", "why"), [_row(case, customer, now) for case, customer in found])


def _row(case: Case, customer: Customer | None, now: datetime) -> tuple[str, ...]:
    why = case.why if len(case.why) <= _LONGEST else case.why[: _LONGEST - 1] + "…"
    name = customer.name if customer else "-"
    return str(case.case_id), case.kind.replace("_", " "), name, ago(now - case.opened_at), why


@case_command.command("show")
@click.argument("case_id", type=NUMBER, metavar="CASE")
@as_json
@click.pass_obj
def show_command(line: Line, case_id: int, as_json: bool) -> None:
    """One case: the customer's own words, how they were understood, and what reminderbot did."""
    with line.house() as house:
        with house.store.reading() as connection:
            seen = show(house, connection, case_id)
            lanes, asked = matters(connection, seen), proposed(house, connection, seen)
            offered = offer_for(house, connection, seen)
        zone, speaker = house.rules.zone, speaker_of(house)
    if as_json:
        told = _json(seen.case, seen.customer) | _more_json(seen) | _lanes_json(lanes, asked, speaker.words)
        emit(told | {"instalments": offer_json(offered) if offered else None})
        return
    _tell(seen, zone)
    if seen.missed is not None:
        say("\n" + "\n".join(speaker.facts(seen.missed)))
        say("\n".join(f"  - {point}" for point in speaker.points(seen.missed)))
    _tell_matters(lanes, asked, speaker.words)
    if offered is not None:
        say()
        tell_offer(offered, case_id)


def _tell(seen: CaseFile, zone: tzinfo) -> None:
    case = seen.case
    name = f"{seen.customer.name} ({seen.customer.customer_id})" if seen.customer else "nobody known"
    heading(f"Case {case.case_id}, {case.kind.replace('_', ' ')}: {name}")
    say(f"{case.why[:1].upper()}{case.why[1:]}.")
    say(f"Opened {moment(case.opened_at, zone)}" + (f", about {', '.join(case.invoices)}" * bool(case.invoices)))
    if case.resolved_at:
        say(f"Resolved {moment(case.resolved_at, zone)}: {case.resolution}")
    if case.assigned_to:
        say(f"With {case.assigned_to}.")
    if case.snoozed_until and not case.resolved_at:
        say(f"Off the list until {moment(case.snoozed_until, zone)}.")
    if seen.reply is not None:
        say()
        _tell_reply(seen, zone)
    elif case.words:
        say(f"\n  “{case.words}”")
    if seen.holds or seen.other_holds:
        say()
    tell_holds(seen.holds, "It placed", zone)
    tell_holds(seen.other_holds, "Besides stands", zone)
    _tell_people(seen, zone)


def _tell_people(seen: CaseFile, zone: tzinfo) -> None:
    """What people have said, written and done about it."""
    for note in seen.notes:
        called = f"telephoned ({note.call.replace('_', ' ')})" if note.call else "noted"
        say(f"{moment(note.written_at, zone)} {note.written_by} {called}: {note.words}")
    for answer in seen.answers:
        told = f" ({answer.reason})" if answer.reason else ""
        say(f"{moment(answer.written_at, zone)} {answer.written_by} answered: {answer.state.replace('_', ' ')}{told}")


def _tell_matters(lanes: tuple[Matter, ...], asked: tuple[Proposal, ...], words: Words) -> None:
    """What stands in the way, each in its lane with what to do next, and what a person has not said yet."""
    for matter in lanes:
        known = matter.dispute
        about, told = ", ".join(known.invoices) or "everything", f": {known.words}" if known.words else ""
        say(f"\nMatter {known.dispute_id}, as {known.marked_by} noted: {about}, {known.lane.name}{told}.")
        if known.upheld is not None:
            said = "upheld" if known.upheld else "not upheld" if known.lane.is_contested else "done"
            say(f"  Settled by {known.settled_by} ({said}): {known.note}")
            continue
        lane = lane_told(words, known.lane)
        say(f"  Rests: {lane.pauses}\n  Ends: {lane.ends}\n  Follows: {lane.after}")
        for ticked, does in zip(matter.steps, lane.steps, strict=True):
            say(f"  [{'x' if ticked.is_done else ' '}] {does}")
    if asked:
        say("\nTheir answer seems to hold several matters; say yes to each:")
    for each in asked:
        what = f"`case dispute CASE {each.reason}`" if each.reason else f"`promise CUSTOMER {each.day or 'DATE'}`"
        say(f"  {', '.join(each.invoices) or 'all invoices'}: {what} “{each.words}”")


def _tell_reply(seen: CaseFile, zone: tzinfo) -> None:
    reply = seen.reply
    assert reply is not None
    by = way(reply.channel)
    say(f"From {reply.sender or 'an unknown sender'} by {by}, {moment(reply.received_at, zone)}")
    if reply.subject:
        say(f"Subject: {reply.subject}")
    body = (reply.understanding or {}).get("own_text") or seen.case.words
    if body:
        say("\n" + "\n".join(f"  | {text}" for text in body.splitlines()) + "\n")
    if reply.kinds:
        say(f"Understood as {', '.join(reply.kinds)}; known by its {reply.matched_by}.")
    if seen.case.words and seen.case.words != body:
        say(f"What decided it: “{seen.case.words}”")


@case_command.command("resolve")
@click.argument("case_id", type=NUMBER, metavar="CASE")
@click.argument("resolution", nargs=-1, required=True, metavar="WHAT-CAME-OF-IT...")
@click.option("--release", "lift", is_flag=True, help="Lift the holds that came with it, too.")
@click.pass_obj
def resolve_command(line: Line, case_id: int, resolution: tuple[str, ...], lift: bool) -> None:
    """Close a case with a word on what came of it. Its holds stay unless --release lifts them."""
    with line.house() as house:
        if lift:
            with house.store.reading() as connection:
                before = len(show(house, connection, case_id).holds)
        after = resolve(house, actor(), case_id, " ".join(resolution), lift=lift)
        zone = house.rules.zone
    say(f"Case {case_id} is resolved." + (f" Lifted {count(before, 'hold')}." if lift else ""))
    tell_holds((*after.holds, *after.other_holds), "Still stands", zone)
    if after.holds and not lift:
        say(f"Reminders go on only after `reminderbot release {after.holds[0].hold_id}`.")


@case_command.command("correct")
@click.argument("case_id", type=NUMBER, metavar="CASE")
@click.option(
    "--kind",
    "kinds",
    type=click.Choice([kind.value for kind in Kind]),
    multiple=True,
    required=True,
    help="What it said, the most important first; may be given several times.",
)
@click.option("--date", "promise_on", type=DAY, help="The last day of a promise, YYYY-MM-DD.")
@click.option("--needs-nobody", is_flag=True, help="No person was needed for it.")
@click.pass_obj
def correct_command(
    line: Line, case_id: int, kinds: tuple[str, ...], promise_on: date | None, needs_nobody: bool
) -> None:
    """Say what a reply really meant. It is kept for learning; the case and its holds stay as they are."""
    from reminderbot.desk.correction import correct

    meant = tuple(dict.fromkeys(Kind(kind) for kind in kinds))
    with line.house() as house:
        correct(house, actor(), case_id, meant, needs_human=not needs_nobody, promise_on=promise_on)
    say("Kept. `reminderbot classify --review` measures the reader against all corrections.")


def _json(case: Case, customer: Customer | None) -> dict[str, object]:
    return {
        "case_id": case.case_id,
        "kind": case.kind,
        "opened_at": case.opened_at,
        "customer_id": case.customer_id,
        "customer": customer.name if customer else None,
        "why": case.why,
        "words": case.words,
        "invoices": case.invoices,
        "resolved_at": case.resolved_at,
        "resolution": case.resolution,
        "snoozed_until": case.snoozed_until,
        "assigned_to": case.assigned_to,
    }


def _more_json(seen: CaseFile) -> dict[str, object]:
    reply = seen.reply
    heard = reply and {
        "inbound_id": reply.inbound_id,
        "channel": reply.channel,
        "received_at": reply.received_at,
        "sender": reply.sender,
        "subject": reply.subject,
        "kinds": reply.kinds,
        "matched_by": reply.matched_by,
        "understanding": reply.understanding,
    }
    return {
        "reply": heard,
        "holds": list(seen.holds),
        "other_holds": list(seen.other_holds),
        "missed_promise": _missed_json(seen.missed) if seen.missed else None,
        "notes": list(seen.notes),
        "answers": list(seen.answers),
    }


def _missed_json(found: Missed) -> dict[str, object]:
    return {
        "promise": promise_json(found.promise, found.share),
        "earlier": [promise_json(word, None) for word in found.earlier],
        "reliability": reliability_json(found.reliability),
        "points": found.points,
    }


def _lanes_json(lanes: tuple[Matter, ...], asked: tuple[Proposal, ...], words: Words) -> dict[str, object]:
    return {"matters": [_matter_json(one, words) for one in lanes], "proposed": list(asked)}


def _matter_json(matter: Matter, words: Words) -> dict[str, object]:
    lane = lane_told(words, matter.dispute.lane)
    return {
        "matter": matter.dispute,
        "lane": matter.dispute.lane.name,
        "pauses": lane.pauses,
        "ends": lane.ends,
        "after": lane.after,
        "steps": [{"does": does, "is_done": one.is_done} for one, does in zip(matter.steps, lane.steps, strict=True)],
    }
