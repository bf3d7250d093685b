"""What waits for a person's word: handed over, disputed, begun anew, taken back by a bank (invariants 3 and 21).

Judged from what people did and what the books say; that the journal's own holds are kept is told elsewhere. Of what
goes on again the smallest gap is judged, not the larger spacing that a ladder may ask for; and of a plan that is ended
or a hold that is lifted only that nothing left before. Not judged: what a person undoes, and a dispute upheld that goes
on once its credit is booked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from tests.oracle import plans, segments
from tests.oracle.evidence import Deed, Done
from tests.oracle.record import Record, Sent
from tests.oracle.violation import Violation


def handed_over(record: Record) -> Iterator[Violation]:
    """3. Nothing of ours, thanks and notes included, about what a person has handed over, until one takes it back."""
    for handed in record.each(Deed.HANDED_OVER):
        for sent in _until_ended(record, handed, Deed.TAKEN_BACK):
            why = f"{sent.name} was sent though a person handed that over at {handed.at:%Y-%m-%d %H:%M}Z"
            yield Violation(3, sent.at, sent.customer, why)


def disputed(record: Record) -> Iterator[Violation]:
    """3. What a person has marked as disputed is in no letter until it is settled or its pause is lifted."""
    for marked in record.each(Deed.DISPUTED):
        lifted = record.lifted(marked.customer or "", marked.bills, marked.at)
        for sent in _until_ended(record, marked, Deed.SETTLED):
            if lifted is not None and sent.marked_at >= lifted:
                break
            why = f"{sent.name} is about what a person marked as disputed at {marked.at:%Y-%m-%d %H:%M}Z"
            yield Violation(3, sent.at, sent.customer, why)


def taken_back_by_a_bank(record: Record) -> Iterator[Violation]:
    """3. Whose payment went back is spoken to by a person before any letter asks for it again."""
    for number, customer, since in _returns(record):
        lifted = record.lifted(customer, frozenset({number}), since)
        for sent in record.after(customer, since):
            if lifted is not None and sent.marked_at >= lifted:
                break
            if number in sent.bills and not sent.answer and sent.tier != plans.THANKS:
                why = f"{sent.name}: a payment of {number} went back at {since:%Y-%m-%d %H:%M}Z; nobody spoke to them"
                yield Violation(3, sent.at, sent.customer, why)


def goes_on_gently(record: Record) -> Iterator[Violation]:
    """21. What was taken back or settled goes on after the smallest gap at the soonest, never as the answer to that."""
    gap = timedelta(days=record.rules.min_gap_days)
    for deed in (Deed.TAKEN_BACK, Deed.SETTLED):
        for again in record.each(deed):
            rested = _rested(record, again)
            for sent in record.after(again.customer or "", again.at):
                first = _day(record, again.at) + gap
                if max(record.dates(sent)) >= first:
                    break
                if _climbs(sent) and _about(sent, again) and not rested.isdisjoint(sent.bills):
                    why = f"{sent.name} was sent before {first}; a person let it go on at {again.at:%Y-%m-%d %H:%M}Z"
                    yield Violation(21, sent.at, sent.customer, why)


def _rested(record: Record, again: Done) -> frozenset[str]:
    """What was open when it was set to rest: an invoice that came later never rested."""
    set_aside = (Deed.HANDED_OVER, Deed.DISPUTED)
    began = [d.at for deed in set_aside for d in record.done(deed, again.customer) if d.at < again.at]
    books = [book for at in began for book in record.books_at(at)] or record.ledgers
    return frozenset(number for book in books for number, bill in book.bills.items() if bill.open_balance > 0)


def begins_anew(record: Record) -> Iterator[Violation]:
    """21. An invoice whose clock a person restarted is in no letter before its first tier, counted from that day."""
    for again in record.each(Deed.RESTARTED_CLOCK):
        for number in again.bills:
            told = (s for s in record.after(again.customer or "", again.at) if number in s.bills and _climbs(s))
            sent = next(told, None)
            if sent and max(record.dates(sent)) < (first := _first_day(record, sent, number, again.at)):
                why = f"{sent.name}: {number} begins anew on {first}, restarted at {again.at:%Y-%m-%d %H:%M}Z"
                yield Violation(21, sent.at, sent.customer, why)


def _until_ended(record: Record, since: Done, end: Deed) -> Iterator[Sent]:
    """What nobody wrote about these invoices before a person ended it."""
    ends = [d.at for d in record.done(end, since.customer) if d.at >= since.at and d.bills == since.bills]
    for sent in record.after(since.customer or "", since.at):
        if ends and sent.marked_at >= ends[0]:
            return
        if not sent.answer and _about(sent, since):
            yield sent


def _about(sent: Sent, done: Done) -> bool:
    return not done.bills or bool(done.bills & set(sent.bills))


def _climbs(sent: Sent) -> bool:
    """Whether it is a reminder of the ladder that no person asked for."""
    return not sent.by_person and sent.tier not in plans.BESIDE


def _day(record: Record, at: datetime) -> date:
    return at.astimezone(record.home).date()


def _first_day(record: Record, sent: Sent, number: str, restarted_at: datetime) -> date:
    """The first day for a letter about it; what falls due later may have its notice before that."""
    on, due = _day(record, restarted_at), record.due(number, sent.at)
    ladders = segments.ladders(record, sent)
    first = min(next((rung.days for rung in ladder if rung.days >= 0), 0) for ladder in ladders)
    overdue = due is not None and due <= on
    return on + timedelta(days=max(record.rules.min_gap_days, first if overdue else 0))


def _returns(record: Record) -> Iterator[tuple[str, str, datetime]]:
    """Each invoice on which money went back and something is open: its number, whose it is, and since when."""
    before: frozenset[str] | None = None
    for place, book in enumerate(record.ledgers):
        counts = book.suspicious_until or book.taken_at
        if place + 1 < len(record.ledgers) and counts > record.taken[place + 1]:
            continue
        if before is not None:
            for payment in sorted(book.returns.keys() - before):
                number = book.returns[payment]
                bill = book.bills.get(number)
                if bill is not None and bill.open_balance > 0:
                    yield number, bill.customer, counts
        before = frozenset(book.returns)
