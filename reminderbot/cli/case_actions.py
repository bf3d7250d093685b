"""What `reminderbot case` does with a case besides closing it: notes, putting off, giving away, disputes, answers."""

from __future__ import annotations

import sys
from datetime import date, tzinfo
from decimal import Decimal
from pathlib import Path

import click

from reminderbot.cli.calls import call_command
from reminderbot.cli.holds import tell_holds
from reminderbot.cli.kinds import AMOUNT, DAY, NUMBER, about_in
from reminderbot.cli.line import Line, actor
from reminderbot.cli.show import heading, say
from reminderbot.cli.words import count, day, moment, way
from reminderbot.core.ladder import Channel
from reminderbot.core.lane import LANES, Reason
from reminderbot.core.undo import Undo
from reminderbot.desk.answer import Draft, draft, send
from reminderbot.desk.case import assign, hand_over, snooze
from reminderbot.desk.dispute import Settled, mark, settle
from reminderbot.desk.note import note
from reminderbot.desk.refusal import Refused
from reminderbot.desk.restart import restart
from reminderbot.desk.undo import undo
from reminderbot.sentences.lane import lane_told
from reminderbot.sentences.words import words_for

_CASE = click.argument("case_id", type=NUMBER, metavar="CASE")
_WORDS = click.argument("words", nargs=-1, required=True, metavar="WORDS...")


def _tell_undo(back: Undo | None) -> None:
    if back is not None:
        say(f"To take it back: reminderbot case undo {back.undo_id}")


@click.command("note")
@click.argument("about", metavar="CASE|CUSTOMER")
@_WORDS
@click.pass_obj
def note_command(line: Line, about: str, words: tuple[str, ...]) -> None:
    """Write down something about a case, by its number, or about a customer."""
    with line.house() as house:
        note(house, actor(), about_in(about), " ".join(words))
    say("Noted.")


@click.command("snooze")
@_CASE
@click.argument("until", type=DAY, metavar="DATE")
@click.pass_obj
def snooze_command(line: Line, case_id: int, until: date) -> None:
    """Take a case off the list until the morning of DATE; what it pauses stays paused."""
    with line.house() as house:
        moved = snooze(house, actor(), case_id, until)
    say(f"Case {case_id} is back on the list on {day(until)}; its holds stay.")
    _tell_undo(moved.undo)


@click.command("assign")
@_CASE
@click.argument("name", default="", metavar="[NAME]")
@click.option("--note", "words", default="", help="A word for them on how things stand.")
@click.pass_obj
def assign_command(line: Line, case_id: int, name: str, words: str) -> None:
    """Give a case to somebody; without a name, to nobody in particular."""
    with line.house() as house:
        moved = hand_over(house, actor(), case_id, name, words) if words else assign(house, actor(), case_id, name)
    say(f"Case {case_id} is with {moved.case.assigned_to or 'nobody in particular'} now.")
    _tell_undo(moved.undo)


@click.command("dispute")
@_CASE
@click.argument("reason", type=click.Choice([reason.value for reason in Reason]))
@click.argument("invoices", nargs=-1, metavar="[INVOICE...]")
@click.option("--words", default="", help="The order number, the person to ask, what they say.")
@click.option("--until", type=DAY, help="Papers on their way: go on by itself from this day.")
@click.option("--alone", is_flag=True, help="This is all that their answer says: the other invoices go on.")
@click.pass_obj
def dispute_command(
    line: Line, case_id: int, reason: str, invoices: tuple[str, ...], words: str, until: date | None, alone: bool
) -> None:
    """Say what stands in the way, and of which invoices: only these rest then, the others go on.

    `case show` tells what to do next. Some reasons (law, hardship, a death, not theirs) are for the whole customer.
    """
    with line.house() as house:
        marked = mark(house, actor(), case_id, Reason(reason), invoices, words=words, until=until, alone=alone)
        zone, told = house.rules.zone, lane_told(words_for(house.business.language), LANES[Reason(reason)])
    about = f" about {', '.join(marked.invoices)}" if marked.invoices else " at all"
    say(f"Hold {marked.hold_id}: no reminders{about} until it is settled.")
    say(f"Next: {told.steps[0]}")
    if marked.unconfirmed:
        say(f"Their answer also speaks of {', '.join(marked.unconfirmed)}: say what about it, all rests till then.")
    tell_holds(marked.remaining, "Besides stands", zone)
    _tell_undo(marked.undo)


@click.command("settle")
@_CASE
@click.option("--upheld/--not-upheld", default=None, help="Contested: whether they were right.")
@click.option("--credit", type=AMOUNT, help="Upheld: go on by itself once this sum is credited in the books.")
@click.option("--from", "on", type=DAY, help="Go on from this day, not before.")
@click.option("--matter", type=NUMBER, help="Which, where the case holds several: its number in `case show`.")
@_WORDS
@click.pass_obj
def settle_command(
    line: Line,
    case_id: int,
    upheld: bool | None,
    credit: Decimal | None,
    on: date | None,
    matter: int | None,
    words: tuple[str, ...],
) -> None:
    """Settle what stood in the way, and close its case. Unless upheld, reminders go on gently by themselves."""
    with line.house() as house:
        settled = settle(
            house, actor(), case_id, upheld=upheld, note=" ".join(words), credit=credit, on=on, matter=matter
        )
        zone = house.rules.zone
    _tell_settled(settled, credit, upheld=bool(upheld))
    if settled.is_case_open:
        say(f"Case {case_id} stays open: something else in it waits.")
    tell_holds(settled.remaining, "Besides stands", zone)
    _tell_undo(settled.undo)


def _tell_settled(settled: Settled, credit: Decimal | None, *, upheld: bool) -> None:
    numbers = ", ".join(settled.invoices) or "everything"
    said = "Upheld. " if upheld else "Settled. "
    if settled.resumes_on is not None:
        say(f"{said}No reminder about {numbers} before {day(settled.resumes_on)}, then the next tier, once.")
    elif credit is not None:
        say(f"{said}{numbers} rests until {credit} is credited in the books; what is owed then goes on gently.")
    elif upheld:
        say(f"{said}{numbers} rests until the credit is in the books; then `reminderbot release {settled.hold_id}`.")
    elif settled.hold_id is not None:
        say(f"{said}Nothing goes on by itself: `reminderbot release {settled.hold_id}` lifts the pause.")
    else:
        say(f"{said}Nothing of it is open any more.")


@click.command("restart")
@_CASE
@click.argument("invoice", metavar="INVOICE")
@click.pass_obj
def restart_command(line: Line, case_id: int, invoice: str) -> None:
    """Give an invoice its courtesy days again: its reminders begin anew, counted from today."""
    with line.house() as house:
        done = restart(house, actor(), case_id, invoice)
    begins = f", not before {day(done.begins_on)}" if done.begins_on else ""
    say(f"The reminders of {done.invoice} begin anew{begins}. What pauses it goes on pausing it.")
    _tell_undo(done.undo)


@click.command("answer")
@_CASE
@click.option("--text", "file", help="A file with the answer; - reads it here.", metavar="FILE")
@click.option("--by", type=click.Choice([each.value for each in Channel]), help="Else the way they wrote.")
@click.option("--copy", "copy_of", default="", help="Send the PDF of this invoice with it.", metavar="INVOICE")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def answer_command(line: Line, case_id: int, file: str | None, by: str | None, copy_of: str, yes: bool) -> None:
    """Answer the customer of a case in the same thread; without --text, shows how an answer could begin."""
    channel = Channel(by) if by else None
    with line.house() as house:
        zone = house.rules.zone
        text = _read(file) if file is not None else None
        with house.store.reading() as connection:
            shown = draft(house, connection, case_id, channel=channel, text=text, writer=actor(), copy_of=copy_of)
        _tell(shown, zone)
        if text is None:
            say("\nNothing was sent. Put your answer into a file, then: reminderbot case answer ... --text FILE")
            return
        if not line.confirmed("Send this?", yes=yes):
            raise Refused("Nothing was sent.")
        copied = shown.copy
        sending = send(
            house, actor(), case_id, text, channel=shown.channel,
            copy_of=copied.invoice if copied else "", digest=copied.digest if copied else "",
        )  # fmt: skip
    if sending.file is not None:
        say(f"Nothing leaves in draft mode: the answer is in {sending.file}.")
        return
    say(f"It leaves as message {sending.reminder_id}, {_when(shown, zone)}.")
    _tell_undo(sending.undo)


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not in UTF-8"
        raise Refused(f"The answer cannot be read from {file} ({why}): nothing was sent.") from None


def _tell(shown: Draft, zone: tzinfo) -> None:
    by = way(shown.channel)
    cost = f", {count(shown.segments, 'segment')}" if shown.segments else ""
    heading(f"To {shown.recipient} ({shown.customer.name}) by {by}{cost}, {_when(shown, zone)}")
    if shown.written_from:
        say(f"They wrote from {shown.written_from}; the answer goes to the address on record.")
    if shown.subject:
        say(f"Subject: {shown.subject}")
    if shown.copy is not None:
        say(f"With it goes {shown.copy.name} ({-(-len(shown.copy.content) // 1000)} kB).")
    if shown.no_copy:
        say(f"The PDF cannot go with it: {shown.no_copy}. The answer goes without.")
    say("\n" + "\n".join(f"  | {text}" for text in shown.text.splitlines()))


def _when(shown: Draft, zone: tzinfo) -> str:
    if shown.as_file:
        return "as a file only"
    if shown.waits_for:
        return f"once this is mended: {'; '.join(shown.waits_for)}"
    return f"from {moment(shown.not_before, zone)} on"


@click.command("undo")
@click.argument("number", type=NUMBER, metavar="NUMBER")
@click.pass_obj
def undo_command(line: Line, number: int) -> None:
    """Take back what was just done, by the number it was told with."""
    with line.house() as house:
        done = undo(house, actor(), number)
    say(f"Taken back: {done.undo.kind.value.replace('_', ' ')}.")


ACTIONS = (
    note_command,
    call_command,
    snooze_command,
    assign_command,
    dispute_command,
    settle_command,
    restart_command,
    answer_command,
    undo_command,
)
