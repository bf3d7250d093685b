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
from reminderbot.core.dossier import Dossier, Happening, Texts, happening_of
from reminderbot.core.event import Event, EventKind
from reminderbot.core.ladder import Channel
from reminderbot.core.manifest import Manifest
from reminderbot.core.money import Money
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.desk.papers import refuse_without_pdf
from reminderbot.desk.statement import statement_of
from reminderbot.desk.talk import letter_words
from reminderbot.house import House, ReadingFailed
from reminderbot.papers.words import Words, words_for
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

    spoken = words_for(house.business.language)
    texts = spoken.file
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

        told = list(_messages(house, connection, sent, received, texts, step))
        story = [one.happening for one in told]
        story += [*_events(connection, key, texts), *_payments(house, connection, key, spoken)]
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
    house: House,
    connection: Connection,
    sent: list[Row[Any]],
    received: list[Row[Any]],
    texts: Texts,
    step: Callable[[], None],
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
            yield _reply(house, row, stem, texts)
        else:
            by = answers[row.reminder_id].written_by if row.reminder_id in answers else row.approved_by or ""
            outcome = _outcome(row, reports.get(row.reminder_id), back.get(row.reminder_id), texts)
            yield _letter(row, stem, by, outcome, texts)
        step()


def _letter(row: Row[Any], stem: str, by: str, outcome: str, texts: Texts) -> _Told:
    subject, words = letter_words(row)
    raw = bytes(row.body)
    if row.channel == Channel.SMS.value:
        told = {"from": row.sender, "to": row.recipient, "text": words, "sent_at": row.claimed_at or row.settled_at}
        told |= {"reference": row.reference, "outcome": outcome}
        file = _Raw(f"messages/{stem}-sent-{row.reminder_id}.json", _json(told), "a text message as sent")
    else:
        file = _Raw(f"messages/{stem}-sent-{row.reminder_id}.eml", raw, "an e-mail as sent")
    is_ours = row.tier == ANSWER
    facts = [
        (texts["letter.to"], row.recipient),
        (texts["letter.subject"], subject),
        (texts["letter.about"], ", ".join(row.lists)),
        (texts["letter.outcome"], outcome),
        ("Message-ID", row.message_id or ""),
        (texts["letter.written_by" if is_ours else "letter.approved_by"], by),
        (texts["letter.also_left"], ", ".join(f"{at[:16].replace('T', ' ')} UTC" for at in row.earlier or ())),
        (texts["letter.raw"], file.name),
    ]
    way = texts[f"letter.{row.channel}"]
    title = texts["letter.by_person" if is_ours else "letter.reminder"].format(tier=row.tier, way=way)
    at = row.claimed_at or row.settled_at
    return _Told(Happening(at, title, tuple((name, what) for name, what in facts if what), words), (file,))


def _outcome(row: Row[Any], report: Row[Any] | None, back: Row[Any] | None, texts: Texts) -> str:
    """What became of a message of ours, as far as anybody knows."""
    taken = texts["outcome.carrier" if row.channel == Channel.SMS.value else "outcome.server"]
    reference = f" ({row.reference})" if row.reference else ""
    match State(row.state):
        case State.ACCEPTED:
            told = texts["outcome.accepted"].format(taken=taken, reference=reference)
        case State.CONFIRMED:
            told = texts["outcome.delivered"].format(reference=reference) + (f": {row.reason}" if row.reason else "")
        case State.REFUSED | State.NOT_SENT | State.UNCERTAIN as state:
            told = f"{texts[f'outcome.{state.value}'].format(taken=taken)}: {row.reason}"
        case _:
            told = texts["outcome.on_its_way"]
    if report is not None and report.status:
        status = report.status + (f" ({report.code})" if report.code else "")
        told += f"; {texts['outcome.reports'].format(status=status)}"
    if back is not None:
        told += f"; {texts['outcome.bounced'].format(day=f'{back.received_at:%Y-%m-%d}')}"
    return told


def _reply(house: House, row: Row[Any], stem: str, texts: Texts) -> _Told:
    kept = texts["letter.raw"]
    try:
        raw = house.spool.read(row.digest)
    except OSError:
        words = str((row.understanding or {}).get("own_text") or "")
        return _Told(_heard(row, words, ((kept, texts["letter.gone"]),), texts), ())
    if row.channel == Channel.SMS.value:
        text = raw.decode("utf-8", "replace")
        told = {"from": row.sender, "to": row.recipient, "text": text, "received_at": row.received_at}
        told |= {"reference": row.external_id}
        file = _Raw(f"messages/{stem}-received-{row.inbound_id}.json", _json(told), "a text message as received")
        return _Told(_heard(row, text, ((kept, file.name),), texts), (file,))
    file = _Raw(f"messages/{stem}-received-{row.inbound_id}.eml", raw, "an e-mail as received")
    opened, trouble = _opened(house, raw, texts)
    files, lost = _attachments(house, raw, stem, opened.attachments, texts)
    facts = [
        (kept, file.name),
        *((texts["letter.attachment"].format(number=n), _size(one, texts)) for n, one in enumerate(files, 1)),
        (texts["letter.to_know"], "; ".join(filter(None, (trouble, *opened.problems, *lost)))),
    ]
    return _Told(_heard(row, opened.text, [(name, what) for name, what in facts if what], texts), (file, *files))


def _size(one: _Raw, texts: Texts) -> str:
    return texts["letter.file"].format(called=one.called, size=f"{len(one.content):,}", name=one.name)


def _opened(house: House, raw: bytes, texts: Texts) -> tuple[Opened, str]:
    """A mail as the child opens it, which may die of it; and why it could not."""
    try:
        return house.reader.open(raw), ""
    except ReadingFailed as error:
        return Opened("", "", (), ()), texts["letter.cannot_open"].format(why=error)


def _attachments(
    house: House, raw: bytes, stem: str, known: Iterable[Attachment], texts: Texts
) -> tuple[list[_Raw], list[str]]:
    """The attachments as they came, each under a name of ours; and which could not be taken out."""
    files, lost = [], []
    for one in known:
        ending = _ENDING.search(one.name)
        name = f"attachments/{stem}-{one.number:02}{ending[0].lower() if ending else ''}"
        try:
            files.append(_Raw(name, house.reader.file(raw, one.number), "an attachment as received", one.name))
        except ReadingFailed as error:
            lost.append(texts["letter.lost"].format(number=one.number, why=error))
    return files, lost


def _heard(row: Row[Any], words: str, more: Iterable[tuple[str, str]], texts: Texts) -> Happening:
    kinds = ", ".join(kind.replace("_", " ") for kind in row.kinds or ())
    facts = (
        (texts["letter.from"], row.sender),
        (texts["letter.subject"], row.subject or ""),
        (texts["letter.understood_as"], kinds),
        ("Message-ID", row.message_id or ""),
        *more,
    )
    machine = any(kind in _BOUNCES for kind in row.kinds or ())
    title = texts["letter.report" if machine else "letter.answer"].format(way=texts[f"letter.{row.channel}"])
    return Happening(row.received_at, title, tuple((name, what) for name, what in facts if what), words.strip())


def _json(told: dict[str, Any]) -> bytes:
    def plain(value: object) -> str:
        return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)

    return (json.dumps(told, indent=1, ensure_ascii=True, default=plain) + "\n").encode()


# ---- what was done


def _events(connection: Connection, customer_id: str, texts: Texts) -> Iterator[Happening]:
    lines = [event for _, event in journal.since(connection, 0, customer_id)]
    called = {(event.at, event.data.get("why")) for event in lines if event.kind is EventKind.CASE_OPENED}
    for event in lines:
        # The pause that came with a case is told by the case.
        by_case = event.kind is EventKind.HELD and (event.at, event.data.get("why")) in called
        if not by_case and (told := happening_of(event, texts)) is not None:
            yield told


def _payments(house: House, connection: Connection, customer_id: str, words: Words) -> Iterator[Happening]:
    for row in listing.payments_of(connection, customer_id, _ALL):
        at = datetime.combine(row.paid_on, time(), house.rules.zone).astimezone(UTC)
        facts = [
            (words.sum, str(Money(row.amount, row.currency))),
            (words.whereto, row.invoice or row.unlisted_invoice or words.not_matched),
        ]
        if row.by_hand:
            facts.append((words.file["money.noted"], words.file["money.by_hand"]))
        yield Happening(at, words.file[f"money.{row.kind}"], tuple(facts), day_only=True)
