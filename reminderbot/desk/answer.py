"""A person's answer to a customer: begun politely, shown as it would leave, sent once in the same thread."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.answer import WrittenAnswer, write_answer
from reminderbot.channels.dry_run import DryRun
from reminderbot.compose.answer import beginning, file_name, subject_of
from reminderbot.compose.email import is_message_id
from reminderbot.compose.errors import LetterError
from reminderbot.compose.headers import UnsafeMessage
from reminderbot.core.answer import Answer, may_answer
from reminderbot.core.case import CaseKind
from reminderbot.core.contact import address_on
from reminderbot.core.customer import Customer
from reminderbot.core.delivery import Accepted, State
from reminderbot.core.facts import Facts
from reminderbot.core.ladder import Channel
from reminderbot.core.stop import Mode
from reminderbot.core.undo import Undo, UndoKind
from reminderbot.desk.case import CaseFile, open_case
from reminderbot.desk.door import look_at
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.ledger.pdf import NoPdf, read_pdf
from reminderbot.store import answer, outbox, said, undo

# As long as no window of a text closes earlier; the true end is set when it leaves.
_VALID = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Copy:
    """An invoice's PDF as it would leave."""

    invoice: str
    name: str
    content: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer as it would leave: to whom, how, when, what it says and what it costs."""

    case_id: int
    customer: Customer
    channel: Channel
    recipient: str
    # The channels that they can be answered on now.
    channels: tuple[Channel, ...]
    # Who wrote, where that is not the recipient: the answer goes to the address on record all the same.
    written_from: str
    subject: str
    text: str
    in_reply_to: str
    # The first moment at which it may leave; their hours count for a text message only.
    not_before: datetime
    # Text message segments, which are what it costs; None: an e-mail costs nothing.
    segments: int | None
    # What keeps everything in the house at this moment; none: it leaves at the next look, within a minute or so.
    waits_for: tuple[str, ...]
    # In draft mode nothing leaves: it is written as a file.
    as_file: bool
    # The PDF that goes with it; none: nothing does.
    copy: Copy | None = None
    # Why the PDF that was asked for cannot go with it; empty: nothing is wrong.
    no_copy: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """An answer on its way."""

    draft: Draft
    # Its number in the outbox; None: it was only written as a file.
    reminder_id: int | None
    file: Path | None
    # Takes it back as long as it has not left.
    undo: Undo | None


def draft(
    house: House,
    connection: Connection,
    case_id: int,
    *,
    channel: Channel | None = None,
    text: str | None = None,
    writer: str = "",
    copy_of: str = "",
) -> Draft:
    """How an answer in this case would leave, with `text` in it or just begun.

    It goes the way they wrote, unless `channel` names another one or that way is closed. Refused where none is open.
    Where they are the wrong contact it begins by asking for the right one. With the number of an open invoice in
    `copy_of` it goes by e-mail and carries that one's PDF; where it cannot, `no_copy` says why.
    """
    seen = open_case(house, connection, case_id)
    if seen.customer is None:
        raise Refused(f"Case {case_id} belongs to nobody we know: answer from your own mailbox.")
    now, key = house.clock.now(), seen.customer.customer_id
    facts = house.gatherer.gather(connection, [key], now).get(key)
    wanted = Channel.EMAIL if copy_of and channel is None else channel
    chosen, not_before, open_channels = _way(house, seen, facts, wanted, now)
    copied, no_copy = _copied(house, facts, copy_of, chosen)
    begun = text is None
    asks = seen.case.kind is CaseKind.WRONG_CONTACT
    sends = copied.invoice if copied else ""
    words = (
        beginning(chosen, seen.customer, house.business, writer, who_else=asks, copy_of=sends) if begun else text or ""
    )
    door = look_at(house, connection)
    made = Draft(
        case_id=case_id,
        customer=seen.customer,
        channel=chosen,
        recipient=address_on(seen.customer, chosen),
        channels=open_channels,
        written_from=_another(seen, chosen),
        subject=_subject(house, seen) if chosen is Channel.EMAIL else "",
        text=words,
        in_reply_to=_answered(seen.reply) if chosen is Channel.EMAIL else "",
        not_before=not_before,
        segments=None,
        waits_for=tuple(stop.told for stop in door.after_a_look(now)),
        as_file=door.mode is Mode.DRAFT,
        copy=copied,
        no_copy=no_copy,
    )
    if begun:
        return made
    return replace(made, segments=_written(house, connection, made, "", 0).segments)


def send(
    house: House,
    actor: str,
    case_id: int,
    text: str,
    *,
    channel: Channel | None = None,
    to: str = "",
    copy_of: str = "",
    digest: str = "",
) -> Sending:
    """Send this answer: through the outbox, once, however the customer's reminders are held.

    Refused where they cannot be answered that way, where nothing was written yet, while another answer to them waits to
    leave, where it would go elsewhere than `to`, and where the PDF is not the one with this `digest`.
    """
    now = house.clock.now()
    with house.store.writing() as connection:
        made = draft(house, connection, case_id, channel=channel, text=text, writer=actor, copy_of=copy_of)
        _refuse_unfinished(house, connection, made, actor)
        _refuse_another_copy(made, copy_of, digest)
        if made.copy is not None:
            house.attached.keep(made.copy.content)
        if to and to != made.recipient:
            raise Refused(f"{made.customer.name} is written to at {made.recipient} by now: look once more, then send.")
        if made.as_file:
            return Sending(made, None, _as_file(house, connection, made, actor), None)
        letter = _letter(connection, made, actor, 0, now)
        key, who = made.customer.customer_id, house.gatherer.hash_of(made.recipient)
        # In a store put back from a backup a number used twice would give two letters one Message-ID.
        number = answer.plan(connection, key, letter, who, now, house.send_log.newest())
        back = undo.remember(
            connection, UndoKind.ANSWERED, actor, now, {"reminder": number}, customer_id=key, case_id=case_id
        )
    return Sending(made, number, None, back)


def _copied(house: House, facts: Facts | None, number: str, channel: Channel) -> tuple[Copy | None, str]:
    """The PDF of an open invoice, or why there is none to send."""
    if not number:
        return None, ""
    items = facts.account.items if facts else ()
    bill = next((i.invoice for i in items if i.invoice.number.casefold() == number.strip().casefold()), None)
    if bill is None:
        raise Refused(f"{number} is not open there: nothing of it has to be sent.")
    if channel is not Channel.EMAIL:
        return None, "a text message carries no file"
    try:
        content = read_pdf(house.ledger_folder, bill.pdf)
    except NoPdf as error:
        return None, str(error)
    return Copy(bill.number, file_name(bill.number), content, hashlib.sha256(content).hexdigest()), ""


def _refuse_another_copy(made: Draft, copy_of: str, digest: str) -> None:
    if copy_of and made.copy is None:
        raise Refused(f"The PDF of {copy_of} cannot go with it: {made.no_copy}.")
    if digest and (made.copy is None or made.copy.digest != digest):
        raise Refused("The PDF is another one by now: look at it once more, then send.")


def _way(
    house: House, seen: CaseFile, facts: Facts | None, wanted: Channel | None, now: datetime
) -> tuple[Channel, datetime, tuple[Channel, ...]]:
    """The channel to answer on and from when on, and every channel that is open."""
    asked = {each: may_answer(facts, each, "", house.rules, now) for each in Channel}
    open_now = {each: judged.not_before for each, judged in asked.items() if judged.not_before is not None}
    theirs = Channel(seen.reply.channel) if seen.reply is not None else Channel.EMAIL
    chosen = wanted or (theirs if theirs in open_now else next(iter(open_now), theirs))
    if chosen not in open_now:
        why = asked[chosen].why_not
        how = "by e-mail" if chosen is Channel.EMAIL else "by SMS"
        name = seen.customer.name if seen.customer else "They"
        raise Refused(f"{name} cannot be answered {how}: {why}. Telephone them, or write by another way.")
    return chosen, open_now[chosen], tuple(open_now)


def _another(seen: CaseFile, channel: Channel) -> str:
    """Who wrote, where that is another address than the one on record."""
    if seen.reply is None or seen.reply.channel != channel.value or seen.customer is None:
        return ""
    sender = str(seen.reply.sender or "")
    return sender if sender.lower() != address_on(seen.customer, channel).lower() else ""


def _subject(house: House, seen: CaseFile) -> str:
    answered = str(seen.reply.subject or "") if seen.reply is not None else ""
    return subject_of(answered, house.business.name)


def _answered(reply: Row[Any] | None) -> str:
    own = str(reply.message_id or "") if reply is not None else ""
    return own if is_message_id(own) else ""


def _letter(connection: Connection, made: Draft, writer: str, number: int, now: datetime) -> Answer:
    thread = said.threads(connection, [made.customer.customer_id]).get(made.customer.customer_id, ())
    return Answer(
        reminder_id=number,
        case_id=made.case_id,
        written_by=writer,
        written_at=now,
        channel=made.channel,
        recipient=made.recipient,
        subject=made.subject,
        words=made.text,
        in_reply_to=made.in_reply_to,
        thread=thread if made.channel is Channel.EMAIL else (),
        state=State.PLANNED.value,
        not_before=made.not_before,
        reason="",
        copy_of=made.copy.invoice if made.copy else "",
        copy_digest=made.copy.digest if made.copy else "",
    )


def _written(house: House, connection: Connection, made: Draft, writer: str, number: int) -> WrittenAnswer:
    """Its final bytes, made here to see that there can be any; Refused where there cannot."""
    now = house.clock.now()
    letter = _letter(connection, made, writer, number, now)
    try:
        copy = made.copy.content if made.copy else None
        return write_answer(house, letter, made.customer.contact.name, now, _VALID, copy)
    except (LetterError, UnsafeMessage) as error:
        raise Refused(f"This answer cannot be sent: {error}.") from None


def _refuse_unfinished(house: House, connection: Connection, made: Draft, writer: str) -> None:
    begun = (beginning(made.channel, made.customer, house.business, who) for who in (writer, ""))
    if _bare(made.text) in map(_bare, begun):
        raise Refused("There is nothing in the answer yet but how it begins and ends: write what you want to say.")
    earlier = answer.of_customer(connection, made.customer.customer_id)
    waiting = [known for known in earlier if known.state in (State.PLANNED, State.CLAIMED, State.ONWIRE)]
    if waiting:
        raise Refused(
            f"{waiting[0].written_by}'s answer to {made.customer.name} has not left yet: let it leave, or take it back."
        )
    if any(known.case_id == made.case_id and _bare(known.words) == _bare(made.text) for known in earlier):
        raise Refused("These very words were sent in this case already.")


def _bare(text: str) -> str:
    return " ".join(text.split())


def _as_file(house: House, connection: Connection, made: Draft, writer: str) -> Path:
    """Write it where the letters of a dry run lie, apart from those: they are made anew each time."""
    folder = DryRun(house.dry_run_folder / "answers")
    message = replace(_written(house, connection, made, writer, 0).message, reminder_id=f"case-{made.case_id}")
    outcome = folder.open() or folder.send(message)
    if not isinstance(outcome, Accepted):
        raise Refused(outcome.why)
    return Path(outcome.reference.removeprefix("dry run: "))


def take_back(connection: Connection, reminder_id: int, actor: str, now: datetime) -> None:
    """Keep an answer in the house that has not left; Refused where it has."""
    row = outbox.get(connection, reminder_id)
    if row is None or row.state != State.PLANNED.value or row.earlier:
        raise Refused("The answer has left already: it cannot be taken back.")
    outbox.withdraw(connection, row, f"{actor} took it back", now, actor)
