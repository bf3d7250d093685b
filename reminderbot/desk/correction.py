"""Keeps what a person says a reply really meant, measures today's reader against it, and makes cases of it to share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.core.ladder import Channel
from reminderbot.core.understanding import Kind, Understanding, unreadable
from reminderbot.desk.case import show
from reminderbot.desk.refusal import Refused
from reminderbot.house import House, ReadingFailed
from reminderbot.replies.understand import Context
from reminderbot.store import correction, people

# These, alone, may need nobody (docs/replies.md); anything else always needs a person.
_HARMLESS = frozenset({Kind.PROMISE, Kind.AUTO_REPLY, Kind.BOUNCE_SOFT, Kind.OPT_OUT, Kind.ACK})


def correct(
    house: House,
    actor: str,
    case_id: int,
    kinds: Sequence[Kind],
    *,
    needs_human: bool = True,
    promise_on: date | None = None,
) -> None:
    """Say what the reply of a case really meant, most important kind first. Holds and the case stay as they are."""
    if not kinds:
        raise Refused("Say what it was, e.g. --kind dispute.")
    if promise_on is not None and Kind.PROMISE not in kinds:
        raise Refused("A day is for a promise: add --kind promise, or leave the day out.")
    if not needs_human and (len(set(kinds)) > 1 or kinds[0] not in _HARMLESS):
        raise Refused(f"A reply that says {', '.join(kinds)} always needs a person.")
    with house.store.writing() as connection:
        seen = show(house, connection, case_id)
        if seen.reply is None:
            raise Refused(f"Case {case_id} was not opened by a reply, so there is nothing to correct.")
        number = seen.reply.inbound_id
        correction.keep(connection, number, tuple(kinds), needs_human, promise_on, actor, house.clock.now())


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One correction beside what the reader of today makes of the same message."""

    inbound_id: int
    wanted: tuple[str, ...]
    understood: tuple[str, ...]
    needs_human: bool
    flagged: bool
    promise_on: date | None
    understood_on: date | None

    @property
    def is_right(self) -> bool:
        return (
            self.wanted[0] == self.understood[0]
            and self.needs_human == self.flagged
            and self.promise_on == self.understood_on
        )

    @property
    def is_missed(self) -> bool:
        """A person was needed, and would not have been called."""
        return self.needs_human and not self.flagged


def review(house: House) -> list[Reviewed]:
    """Read every corrected message again with the reader of today."""
    with house.store.reading() as connection:
        return [_reviewed(house, connection, row) for row in correction.every(connection)]


def _reviewed(house: House, connection: Connection, row: Row[Any]) -> Reviewed:
    found = _read(house, connection, row)
    return Reviewed(
        row.inbound_id,
        tuple(row.kinds),
        tuple(kind.value for kind in found.kinds),
        row.needs_human,
        found.needs_human,
        row.promise_on,
        found.promise_on,
    )


def _read(house: House, connection: Connection, row: Row[Any]) -> Understanding:
    context = _context(house, connection, row)
    received = row.received_at.astimezone(house.rules.zone)
    try:
        raw = house.spool.read(row.digest)
        if row.channel == Channel.SMS.value:
            return house.reader.text(raw.decode("utf-8", "replace"), received, context)
        return house.reader.mail(raw, received, context)
    except (ReadingFailed, OSError) as error:
        return unreadable(str(error))


def _context(house: House, connection: Connection, row: Row[Any]) -> Context:
    who = people.get(connection, row.customer_id) if row.customer_id else None
    invoices = people.open_numbers(connection, row.customer_id) if row.customer_id else ()
    language = (who.language if who else "") or house.business.language
    country = (who.country if who else "") or house.business.country
    return Context(invoices=invoices, locale=language if "-" in language else f"{language}-{country}")


def export_cases(house: House, folder: Path) -> list[Path]:
    """Write each corrected reply as NAME.txt and NAME.toml, names and numbers masked, ready for the corpus.

    Only the customer's own words are written. Read them before you pass them on: a mask finds what it knows.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    with house.store.reading() as connection:
        for row in correction.every(connection):
            text = _read(house, connection, row).own_text
            if not text.strip():
                continue
            name = folder / f"corrected_{row.inbound_id:06}"
            locale = _context(house, connection, row).locale
            name.with_suffix(".txt").write_text(masked(text, _known(house, connection, row)) + "\n", encoding="utf-8")
            name.with_suffix(".toml").write_text(_label(row, locale), encoding="utf-8")
            written += [name.with_suffix(".txt"), name.with_suffix(".toml")]
    return written


def _label(row: Row[Any], locale: str) -> str:
    lines = [
        f'received = "{row.received_at.isoformat()}"',
        f'locale = "{locale}"',
        'invoice = "INV-1"',
        'amount_due = "100.00"',
        'currency = "EUR"',
        f"kinds = {list(row.kinds)!r}".replace("'", '"'),
        f"needs_human = {str(row.needs_human).lower()}",
    ]
    if row.promise_on is not None:
        lines.append(f'promise_date = "{row.promise_on}"')
    return "\n".join(lines) + "\n"


def _known(house: House, connection: Connection, row: Row[Any]) -> dict[str, str]:
    """What stands for whom: our name, the customer's names, their invoices."""
    names = {house.business.name: "Our Company"}
    if row.customer_id and (who := people.get(connection, row.customer_id)):
        names[who.name] = "Their Company"
        for part in {who.contact.name, *who.contact.name.split()} - {""}:
            names[part] = "Sam"
        for place, number in enumerate(people.open_numbers(connection, row.customer_id), 1):
            names[number] = f"INV-{place}"
    return names


_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}")
_LINK = re.compile(r"\b(?:https?://|www\.)\S{1,500}")
# Five digits or more in a row, however grouped: telephone, account and order numbers; sums and dates stay.
_NUMBER = re.compile(r"\+?\d(?:[ ./-]?\d){6,24}|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,8}\b|\b\d{5,}\b")
_DAY = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")


def masked(text: str, known: dict[str, str]) -> str:
    """`text` without names, addresses, links and long numbers; days and sums stay, for they are what is read."""
    for name in sorted(known, key=len, reverse=True):
        if len(name) > 1:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", known[name], text, flags=re.IGNORECASE)
    text = _LINK.sub("https://example.com", _ADDRESS.sub("someone@example.com", text))
    return _NUMBER.sub(_zeros, text)


def _zeros(found: re.Match[str]) -> str:
    return found[0] if _DAY.fullmatch(found[0]) else re.sub(r"[A-Z0-9]", "0", found[0])
