"""Makes a customer's case file: one paper with the whole story, every message as it was, and a manifest with hashes."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import IO, Any

from sqlalchemy import Connection, Row

from reminderbot.core.answer import ANSWER
from reminderbot.core.delivery import State
from reminderbot.core.dossier import Dossier, Happening, happening_of
from reminderbot.core.event import Event, EventKind
from reminderbot.core.ladder import Channel
from reminderbot.core.manifest import Manifest
from reminderbot.core.money import Money
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.desk.papers import refuse_without_pdf
from reminderbot.desk.statement import statement_of
from reminderbot.desk.talk import letter_words
from reminderbot.house import House, ReadingFailed
from reminderbot.replies.opened import Attachment, Opened
from reminderbot.store import answer, delivery_report, handover, inbox, journal, listing

_ALL = 1_000_000
_PDF = "case-file.pdf"
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_BOUNCES = ("bounce_hard", "bounce_soft")
# Told at each step: how many of how many are done.
Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Made:
    """A case file that was written."""

    customer_id: str
    customer: str
    on: date
    manifest: Manifest
    # What could not be printed or read, as sentences.
    troubles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Raw:
    """One file of the archive."""

    name: str
    content: bytes
    what: str
    called: str = ""


@dataclass(frozen=True, slots=True)
class _Told:
    """One message: as the paper tells it, and the files it brings along."""

    happening: Happening
    files: tuple[_Raw, ...]


def make(house: House, actor: str, words: str | Exactly, out: IO[bytes], progress: Progress | None = None) -> Made:
    """Write the case file of the customer that `words` means; the journal keeps the hash of its manifest.

    The same history gives the same bytes on the same day.
    """
    refuse_without_pdf()
    from reminderbot.papers.archive import Archive
    from reminderbot.papers.dossier import draw

    with house.store.reading() as connection:
        who = one_customer(connection, words)
        key = who.customer_id
        sent = _sent(connection, key)
        received = inbox.of_customer(connection, key)
        done = Counter[str]()
        # Each message is opened, and each happening is set.
        of = 2 * (len(sent) + len(received)) or 1

        def step() -> None:
            done["steps"] += 1
            if progress is not None:
                progress(min(done["steps"], of), of)

        told = list(_messages(house, connection, sent, received, step))
        story = [*(one.happening for one in told), *_events(connection, key), *_payments(house, connection, key)]
        dossier = Dossier(
            statement=statement_of(house, connection, Exactly(key)),
            zone=house.rules.zone.key,
            away=tuple(one for one in handover.of_customer(connection, key) if one.stands),
            letters=len(sent),
            replies=len(received),
            happenings=tuple(sorted(story, key=lambda one: one.at)),
        )
    paper = draw(house.business, dossier, step)
    archive = Archive(out)
    archive.add(_PDF, paper.pdf, "the case file, to read and to print")
    for file in (file for one in told for file in one.files):
        archive.add(file.name, file.content, file.what, file.called)
    about = {"business": house.business.name, "customer": who.name, "customer number": key, "as of": f"{dossier.on}"}
    manifest = archive.finish(about)
    with house.store.writing() as connection:
        data = {"manifest": manifest.digest, "files": len(manifest.entries), "on": dossier.on.isoformat()}
        journal.record(connection, Event(EventKind.FILED, house.clock.now(), actor, key, data))
    return Made(key, who.name, dossier.on, manifest, paper.troubles)


def made_here(connection: Connection, manifest: Manifest) -> Event | None:
    """When and by whom a case file of just this manifest was made here; None: it was not."""
    key = manifest.about.get("customer number", "")
    filed = journal.of_kinds(connection, key, [EventKind.FILED], _ALL)
    return next((event for event in filed if event.data.get("manifest") == manifest.digest), None)


def file_name(customer_id: str, on: date) -> str:
    """What the archive is called; a customer's number may hold anything, a name of ours only plain letters."""
    return f"case-file-{re.sub(r'[^A-Za-z0-9-]', '_', customer_id)[:60]}-{on}.zip"


# ---- what was said


def _sent(connection: Connection, customer_id: str) -> list[Row[Any]]:
    """What left, or was tried, oldest first; what was only planned is nothing that was said."""
    rows = listing.recent_messages(connection, customer_id, _ALL)[::-1]
    tried = [row for row in rows if row.body and (row.state != State.PLANNED.value or row.earlier)]
    return [row for row in tried if row.claimed_at or row.settled_at]


def _messages(
    house: House, connection: Connection, sent: list[Row[Any]], received: list[Row[Any]], step: Callable[[], None]
) -> Iterator[_Told]:
    """Both sides in order of time, numbered."""
    answers = answer.of_reminders(connection, [row.reminder_id for row in sent if row.tier == ANSWER])
    reports = delivery_report.of_reminders(connection, [row.reminder_id for row in sent])
    back = {row.reminder_id: row for row in received if set(row.kinds or ()) & set(_BOUNCES)}
    both = [(row.claimed_at or row.settled_at, 0, row) for row in sent]
    both += [(row.received_at, 1, row) for row in received]
    for number, (at, side, row) in enumerate(sorted(both, key=lambda one: one[:2]), 1):
        stem = f"{number:04}-{at:%Y-%m-%d}"
        if side:
            yield _reply(house, row, stem)
        else:
            by = answers[row.reminder_id].written_by if row.reminder_id in answers else row.approved_by or ""
            yield _letter(row, stem, by, reports.get(row.reminder_id), back.get(row.reminder_id))
        step()


def _letter(row: Row[Any], stem: str, by: str, report: Row[Any] | None, back: Row[Any] | None) -> _Told:
    subject, words = letter_words(row)
    outcome = _outcome(row, report, back)
    raw = bytes(row.body)
    if row.channel == Channel.SMS.value:
        told = {"from": row.sender, "to": row.recipient, "text": words, "sent_at": row.claimed_at or row.settled_at}
        told |= {"reference": row.reference, "outcome": outcome}
        file = _Raw(f"messages/{stem}-sent-{row.reminder_id}.json", _json(told), "a text message as sent")
    else:
        file = _Raw(f"messages/{stem}-sent-{row.reminder_id}.eml", raw, "an e-mail as sent")
    kind = "An answer by a person" if row.tier == ANSWER else f"Reminder '{row.tier}'"
    facts = [
        ("To", row.recipient),
        ("Subject", subject),
        ("About", ", ".join(row.lists)),
        ("Outcome", outcome),
        ("Message-ID", row.message_id or ""),
        ("Approved by" if row.tier != ANSWER else "Written by", by),
        ("Also left", ", ".join(f"{at[:16].replace('T', ' ')} UTC" for at in row.earlier or ())),
        ("Raw message", file.name),
    ]
    title = f"{kind} by {_way(row.channel)} to them"
    at = row.claimed_at or row.settled_at
    return _Told(Happening(at, title, tuple((name, what) for name, what in facts if what), words), (file,))


def _outcome(row: Row[Any], report: Row[Any] | None, back: Row[Any] | None) -> str:
    """What became of a message of ours, as far as anybody knows."""
    taken = "the carrier" if row.channel == Channel.SMS.value else "the mail server"
    reference = f" ({row.reference})" if row.reference else ""
    match State(row.state):
        case State.ACCEPTED:
            told = f"accepted by {taken}{reference}"
        case State.CONFIRMED:
            told = f"delivered{reference}: {row.reason}" if row.reason else f"delivered{reference}"
        case State.REFUSED:
            told = f"refused by {taken}: {row.reason}"
        case State.NOT_SENT:
            told = f"most likely not sent: {row.reason}"
        case State.UNCERTAIN:
            told = f"uncertain, it may not have arrived: {row.reason}"
        case _:
            told = "on its way"
    if report is not None and report.status:
        told += f"; the carrier reports: {report.status}" + (f" ({report.code})" if report.code else "")
    if back is not None:
        told += f"; bounced: it came back on {back.received_at:%Y-%m-%d}"
    return told


def _reply(house: House, row: Row[Any], stem: str) -> _Told:
    try:
        raw = house.spool.read(row.digest)
    except OSError:
        gone = ("Raw message", "it is no longer kept")
        words = str((row.understanding or {}).get("own_text") or "")
        return _Told(_heard(row, words, (gone,)), ())
    if row.channel == Channel.SMS.value:
        text = raw.decode("utf-8", "replace")
        told = {"from": row.sender, "to": row.recipient, "text": text, "received_at": row.received_at}
        told |= {"reference": row.external_id}
        file = _Raw(f"messages/{stem}-received-{row.inbound_id}.json", _json(told), "a text message as received")
        return _Told(_heard(row, text, (("Raw message", file.name),)), (file,))
    file = _Raw(f"messages/{stem}-received-{row.inbound_id}.eml", raw, "an e-mail as received")
    opened, trouble = _opened(house, raw)
    files, lost = _attachments(house, raw, stem, opened.attachments)
    facts = [
        ("Raw message", file.name),
        *(
            (f"Attachment {n}", f"{one.called} ({len(one.content):,} bytes), {one.name}")
            for n, one in enumerate(files, 1)
        ),
        ("To know", "; ".join(filter(None, (trouble, *opened.problems, *lost)))),
    ]
    return _Told(_heard(row, opened.text, [(name, what) for name, what in facts if what]), (file, *files))


def _opened(house: House, raw: bytes) -> tuple[Opened, str]:
    """A mail as the child opens it, which may die of it; and why it could not."""
    try:
        return house.reader.open(raw), ""
    except ReadingFailed as error:
        return Opened("", "", (), ()), f"it could not be opened: {error}"


def _attachments(house: House, raw: bytes, stem: str, known: Iterable[Attachment]) -> tuple[list[_Raw], list[str]]:
    """The attachments as they came, each under a name of ours; and which could not be taken out."""
    files, lost = [], []
    for one in known:
        ending = _ENDING.search(one.name)
        name = f"attachments/{stem}-{one.number:02}{ending[0].lower() if ending else ''}"
        try:
            files.append(_Raw(name, house.reader.file(raw, one.number), "an attachment as received", one.name))
        except ReadingFailed as error:
            lost.append(f"attachment {one.number} could not be taken out of the raw message: {error}")
    return files, lost


def _heard(row: Row[Any], words: str, more: Iterable[tuple[str, str]]) -> Happening:
    kinds = ", ".join(kind.replace("_", " ") for kind in row.kinds or ())
    facts = (
        ("From", row.sender),
        ("Subject", row.subject or ""),
        ("Understood as", kinds),
        ("Message-ID", row.message_id or ""),
        *more,
    )
    machine = any(kind in _BOUNCES for kind in row.kinds or ())
    title = f"{'A report' if machine else 'An answer'} by {_way(row.channel)} from them"
    return Happening(row.received_at, title, tuple((name, what) for name, what in facts if what), words.strip())


def _way(channel: str) -> str:
    return "text message" if channel == Channel.SMS.value else "e-mail"


def _json(told: dict[str, Any]) -> bytes:
    def plain(value: object) -> str:
        return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)

    return (json.dumps(told, indent=1, ensure_ascii=True, default=plain) + "\n").encode()


# ---- what was done


def _events(connection: Connection, customer_id: str) -> Iterator[Happening]:
    lines = [event for _, event in journal.since(connection, 0, customer_id)]
    called = {(event.at, event.data.get("why")) for event in lines if event.kind is EventKind.CASE_OPENED}
    for event in lines:
        # The pause that came with a case is told by the case.
        by_case = event.kind is EventKind.HELD and (event.at, event.data.get("why")) in called
        if not by_case and (told := happening_of(event)) is not None:
            yield told


def _payments(house: House, connection: Connection, customer_id: str) -> Iterator[Happening]:
    for row in listing.payments_of(connection, customer_id, _ALL):
        at = datetime.combine(row.paid_on, time(), house.rules.zone).astimezone(UTC)
        title = {"credit_note": "A credit note", "write_off": "A write-off"}.get(row.kind, "A payment came in")
        facts = [
            ("Sum", str(Money(row.amount, row.currency))),
            ("For", row.invoice or row.unlisted_invoice or "not matched"),
        ]
        if row.by_hand:
            facts.append(("Noted", "by hand, until the books have it"))
        yield Happening(at, title, tuple(facts), day_only=True)
