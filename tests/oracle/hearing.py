"""Receiving: nothing lost, nothing acted on twice, nothing loosened, nothing answered (invariants 32 to 36)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from tests.oracle.evidence import Arrival, Channel
from tests.oracle.record import Record
from tests.oracle.story import PROGRAM, Heard, Hold
from tests.oracle.violation import Violation

# Whatever came in has been read a day later, the program being up.
_READ_WITHIN = timedelta(days=1)
# Holds about our own sending or the books, which the program may lift when their matter is settled by a fact.
_OWN_MATTERS = frozenset({"uncertain", "delivery", "unreachable", "possibly_paid"})


def nothing_is_lost(record: Record) -> Iterator[Violation]:
    """32. Every message the server shows us is stored: each known person's answer shows in the journal as heard.

    Counted by customer: the same bytes twice are one answer, and what came in the last day may still wait.
    """
    heard = Counter(customer for _, customer in record.story.heard)
    for customer, arrivals in record.arrivals.items():
        wrote = {_same(arrival, n) for n, arrival in enumerate(arrivals) if _must_be_heard(record, arrival)}
        if customer and heard[customer] < len(wrote):
            why = f"{len(wrote)} different answers came in, and the journal heard {heard[customer]}"
            yield Violation(32, arrivals[-1].at, customer, why)


def once_each(record: Record) -> Iterator[Violation]:
    """33. Each stored inbound item is acted on exactly once."""
    for heard in record.story.heard.values():
        for marks, what in ((heard.heard, "heard"), (heard.understood, "acted on")):
            if len(marks) > 1:
                places = ", ".join(str(mark.seq) for mark in marks)
                why = f"inbound {heard.number} was {what} {len(marks)} times (seq {places})"
                yield Violation(33, marks[-1].at, heard.customer, why)
    yield from _too_many(record)


def held_first(record: Record) -> Iterator[Violation]:
    """34. Any inbound from a known person or token puts at least a provisional hold before classification."""
    for heard in record.story.heard.values():
        if heard.customer is not None and not heard.covered:
            why = f"inbound {heard.number} was heard (seq {heard.heard[0].seq}) and no hold stood from then on"
            yield Violation(34, heard.heard[0].at, heard.customer, why)


def only_quieter(record: Record) -> Iterator[Violation]:
    """35. Inbound never releases a hold: only the provisional one, that it placed itself, ends with its reading."""
    acted: dict[str, list[Heard]] = {}
    for heard in record.story.heard.values():
        if heard.customer is not None and heard.understood:
            acted.setdefault(heard.customer, []).append(heard)
    for hold in record.story.holds.values():
        if hold.released is None or hold.released_by != PROGRAM or _may_end(hold):
            continue
        for heard in acted.get(hold.customer, []):
            if heard.heard[0].seq < hold.released.seq < heard.understood[0].seq:
                why = f"hold {hold.number} ({hold.kind}) was lifted by inbound {heard.number} (seq {hold.released.seq})"
                yield Violation(35, hold.released.at, hold.customer, why)


def answers_nobody(record: Record) -> Iterator[Violation]:
    """36. The bot never answers a message by itself; its reminders are marked as a machine's."""
    for sent in record.sent:
        if sent.letter is None:
            continue
        if sent.letter.reminder is None:
            why = f"a mail to {sent.recipient} is no reminder: its Message-ID is {sent.letter.message_id!r}"
            yield Violation(36, sent.at, sent.customer, why)
        if sent.answer:
            if sent.letter.all("auto-submitted") or sent.letter.all("x-reminderbot"):
                why = f"{sent.name} was written by a person and says that a machine did, so that nobody may see it"
                yield Violation(36, sent.at, sent.customer, why)
        elif sent.letter.all("auto-submitted") != ("auto-generated",):
            why = f"{sent.name} does not say that a machine sent it, so that machines may answer it"
            yield Violation(36, sent.at, sent.customer, why)


def _same(arrival: Arrival, place: int) -> object:
    """Mails of the same bytes are one; a provider numbers its texts, so that two of the same words are two."""
    return sha256(arrival.content).digest() if arrival.channel is Channel.EMAIL else place


def _must_be_heard(record: Record, arrival: Arrival) -> bool:
    """Whether the program can have known whose it is, and has had the time."""
    story = record.story
    if story.first is None or arrival.at < story.first or arrival.customer is None:
        return False
    end = record.evidence.ended_at or story.last
    assert end is not None
    known = record.people_at(arrival.address) == {arrival.customer}
    return known and _ready(record, arrival) < end


def _ready(record: Record, arrival: Arrival) -> datetime:
    ready = record.heard_by(arrival) + _READ_WITHIN
    for begins, ends, _ in record.pauses:
        if begins < ready and ends > arrival.at:
            ready = max(ready, ends + _READ_WITHIN)
    return ready


def _too_many(record: Record) -> Iterator[Violation]:
    strangers = len(record.arrivals.get("", []))
    heard = Counter(customer for _, customer in record.story.heard)
    for customer, many in heard.items():
        wrote = len(record.arrivals.get(customer or "", []))
        if customer is not None and many > wrote + strangers and not _shares(record, customer):
            why = f"the journal heard {many} answers, and only {wrote} came in"
            yield Violation(33, record.story.last or record.sent[-1].at, customer, why)


def _shares(record: Record, customer: str) -> bool:
    """Whether somebody else is reached at one of this customer's addresses, so that answers may count for either."""
    return any(len(people) > 1 for people in record.addresses_of(customer))


def _may_end(hold: Hold) -> bool:
    return hold.provisional or hold.until is not None or hold.kind in _OWN_MATTERS
