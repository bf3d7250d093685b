"""What `reminderbot case` does with a case besides closing it: notes, putting off, giving away, disputes, answers."""

from __future__ import annotations

import sys
from datetime import date, tzinfo
from pathlib import Path

import click

from reminderbot.cli.holds import tell_holds
from reminderbot.cli.kinds import DAY, NUMBER
from reminderbot.cli.line import Line, actor
from reminderbot.cli.show import heading, say
from reminderbot.cli.words import count, day, moment
from reminderbot.core.ladder import Channel
from reminderbot.core.note import CallResult
from reminderbot.core.understanding import DisputeReason
from reminderbot.core.undo import Undo
from reminderbot.desk.answer import Draft, draft, send
from reminderbot.desk.case import assign, hand_over, snooze
from reminderbot.desk.dispute import mark, settle
from reminderbot.desk.note import call, note
from reminderbot.desk.refusal import Refused
from reminderbot.desk.undo import undo

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
        note(house, actor(), _about(about), " ".join(words))
    say("Noted.")


@click.command("call")
@click.argument("about", metavar="CASE|CUSTOMER")
@click.argument("result", type=click.Choice([result.value for result in CallResult]))
@click.argument("words", nargs=-1, metavar="[WORDS...]")
@click.pass_obj
def call_command(line: Line, about: str, result: str, words: tuple[str, ...]) -> None:
    """Write down how a call went."""
    with line.house() as house:
        call(house, actor(), _about(about), CallResult(result), " ".join(words))
    say("Noted.")


def _about(words: str) -> int | str:
    return int(words) if words.isascii() and words.isdecimal() and len(words) < 10 else words


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
@click.argument("reason", type=click.Choice([reason.value for reason in DisputeReason]))
@click.argument("invoices", nargs=-1, required=True, metavar="INVOICE...")
@click.pass_obj
def dispute_command(line: Line, case_id: int, reason: str, invoices: tuple[str, ...]) -> None:
    """Say what a case contests: only these invoices rest then, the others go on."""
    with line.house() as house:
        marked = mark(house, actor(), case_id, DisputeReason(reason), invoices)
        zone = house.rules.zone
    say(f"Hold {marked.hold_id}: no reminders about {', '.join(marked.invoices)} until the dispute is settled.")
    tell_holds(marked.remaining, "Besides stands", zone)
    _tell_undo(marked.undo)


@click.command("settle")
@_CASE
@click.option("--upheld/--not-upheld", default=None, required=True, help="Whether they were right.")
@_WORDS
@click.pass_obj
def settle_command(line: Line, case_id: int, upheld: bool, words: tuple[str, ...]) -> None:
    """Settle the dispute of a case and close it. Not upheld, reminders go on gently by themselves."""
    with line.house() as house:
        settled = settle(house, actor(), case_id, upheld=upheld, note=" ".join(words))
        zone = house.rules.zone
    numbers = ", ".join(settled.invoices)
    if settled.resumes_on is None:
        say(f"Upheld. {numbers} rests until the credit is in the books; then `reminderbot release {settled.hold_id}`.")
    else:
        say(f"Not upheld. No reminder about {numbers} before {day(settled.resumes_on)}, then the next tier, once.")
    tell_holds(settled.remaining, "Besides stands", zone)
    _tell_undo(settled.undo)


@click.command("answer")
@_CASE
@click.option("--text", "file", help="A file with the answer; - reads it here.", metavar="FILE")
@click.option("--by", type=click.Choice([each.value for each in Channel]), help="Else the way they wrote.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def answer_command(line: Line, case_id: int, file: str | None, by: str | None, yes: bool) -> None:
    """Answer the customer of a case in the same thread; without --text, shows how an answer could begin."""
    channel = Channel(by) if by else None
    with line.house() as house:
        zone = house.rules.zone
        text = _read(file) if file is not None else None
        with house.store.reading() as connection:
            shown = draft(house, connection, case_id, channel=channel, text=text, writer=actor())
        _tell(shown, zone)
        if text is None:
            say("\nNothing was sent. Put your answer into a file, then: reminderbot case answer ... --text FILE")
            return
        if not line.confirmed("Send this?", yes=yes):
            raise Refused("Nothing was sent.")
        sending = send(house, actor(), case_id, text, channel=shown.channel)
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
    by = "e-mail" if shown.channel is Channel.EMAIL else "SMS"
    cost = f", {count(shown.segments, 'segment')}" if shown.segments else ""
    heading(f"To {shown.recipient} ({shown.customer.name}) by {by}{cost}, {_when(shown, zone)}")
    if shown.written_from:
        say(f"They wrote from {shown.written_from}; the answer goes to the address on record.")
    if shown.subject:
        say(f"Subject: {shown.subject}")
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
    answer_command,
    undo_command,
)
