"""Whose ladder is whose, by docs/patience.md: the first segment that fits, or the one that a person chose.

Where the books do not say for certain whether one fits, both answers count: then a letter is right that is right on one
of the ladders.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median_low

from tests.oracle.evidence import Deed, Ledger, Meaning, Party, Rules, Rung, Segment
from tests.oracle.record import Record, Sent
from tests.oracle.sending import owed

Ladder = tuple[Rung, ...]
_WORDS = {
    "person": frozenset({"private", "consumer", "person", "b2c", "privat"}),
    "company": frozenset({"company", "business", "firm", "b2b", "firma"}),
}
_LOOK_BACK = timedelta(days=730)
_VERY_LATE = 30
_SLIPS = 10


def ladders(record: Record, sent: Sent) -> tuple[Ladder, ...]:
    """Every ladder that the customer may climb at this message."""
    return tuple(dict.fromkeys(_possible(record, sent)))


def every_ladder(rules: Rules) -> tuple[Ladder, ...]:
    """The main one, and that of each segment."""
    return (rules.ladder, *(climbed(rules.ladder, segment) for segment in rules.segments))


def climbed(rules_ladder: Ladder, segment: Segment) -> Ladder:
    """What those of a segment climb: each tier past the due date so much later, and without what is left out."""
    own = segment.ladder or rules_ladder
    later = (rung if rung.days < 0 else replace(rung, days=rung.days + segment.patience_days) for rung in own)
    return tuple(replace(rung, channels=tuple(c for c in rung.channels if c not in segment.without)) for rung in later)


def _possible(record: Record, sent: Sent) -> Iterator[Ladder]:
    main, segments = record.rules.ladder, record.rules.segments
    chosen = _chosen(record, sent)
    if chosen is not None:
        yield climbed(main, chosen)
        return
    for segment in segments:
        fits = _fits(record, sent, segment)
        if fits is not False:
            yield climbed(main, segment)
        if fits:
            return
    yield main


def _chosen(record: Record, sent: Sent) -> Segment | None:
    """What a person chose for them last; none: as the settings say."""
    chosen = [d for d in record.done(Deed.LADDER_CHOSEN, sent.customer) if d.at <= sent.marked_at]
    name = chosen[-1].name if chosen else ""
    return next((segment for segment in record.rules.segments if segment.name == name), None)


def _fits(record: Record, sent: Sent, segment: Segment) -> bool | None:
    """Whether a segment is about the customer; None: it may be."""
    if segment.is_by_hand:
        return False
    party = record.party(sent)
    answers = [*_by_the_books(party, segment)]
    if segment.owed_from is not None or segment.owed_up_to is not None:
        answers.append(_owes(record, sent, segment))
    if segment.good_payers:
        answers.append(_pays_well(record, sent))
    if False in answers:
        return False
    return None if None in answers else True


def _by_the_books(party: Party, segment: Segment) -> Iterator[bool | None]:
    group = party.group.strip().casefold()
    if segment.groups:
        yield group in {each.casefold() for each in segment.groups}
    if segment.countries:
        yield party.country in segment.countries
    if segment.kind:
        yield group in _WORDS[segment.kind]


def _owes(record: Record, sent: Sent, segment: Segment) -> bool | None:
    """Whether what is open in all lies within the segment's span; nothing fits where it is in several currencies."""
    answers = {answer for book in sent.books for answer in _within(record, sent, book, segment)}
    return answers.pop() if len(answers) == 1 else None


def _within(record: Record, sent: Sent, book: Ledger, segment: Segment) -> Iterator[bool]:
    bills = {n: b for n, b in book.bills.items() if b.customer == sent.customer and b.open_balance > 0}
    if any(bill.currency != record.rules.currency for bill in bills.values()):
        yield False
        return
    # Whether what is due only later is among what is open is left open here.
    sums = [Decimal(0)], [sum((bill.open_balance for bill in bills.values()), Decimal(0))]
    for number, bill in bills.items():
        sums[0][:] = [each + left for each in sums[0] for left in owed(record, sent, bill, number)]
    for whole in (*sums[0], *sums[1]):
        above = segment.owed_from is None or whole >= segment.owed_from
        yield above and (segment.owed_up_to is None or whole <= segment.owed_up_to)


def _pays_well(record: Record, sent: Sent) -> bool | None:
    """Whether the books call them a good payer of long standing; None where more than paid bills would have to tell."""
    rules = record.rules.good_payer
    today = record.dates(sent)
    known, paid, unclear = _history(record, sent.customer or "", sent.marked_at)
    if known is None:
        return False
    least, most = (min(today) - known).days, (max(today) - known).days
    lately = [late for on, late in paid if min(today) - on < _LOOK_BACK - timedelta(days=2)]
    if most < rules.months * 30 or len(paid) + unclear < rules.invoices:
        return False
    if unclear or least < rules.months * 31 or len(lately) != len(paid) or _gave_their_word(record, sent):
        return None
    slips = sum(1 for late in lately if late > _VERY_LATE)
    return median_low(lately) <= rules.days_late and slips * _SLIPS <= len(lately)


def _history(record: Record, customer: str, at: datetime) -> tuple[date | None, list[tuple[date, int]], int]:
    """Since when they were billed, each bill paid in full with its day and how late, and how many ended otherwise."""
    issued: list[date] = []
    paid: dict[str, tuple[date, int]] = {}
    unclear: set[str] = set()
    for book in record.ledgers:
        if book.taken_at > at:
            break
        for number, bill in book.bills.items():
            if bill.customer != customer:
                continue
            if bill.issued_on is not None:
                issued.append(bill.issued_on)
            paid.pop(number, None)
            unclear.discard(number)
            if bill.open_balance > 0:
                # A part of it may be paid, or a person may know more than the books.
                if record.done(Deed.PAYMENT_RECORDED, customer):
                    unclear.add(number)
            elif bill.paid_on is not None and bill.due_on is not None and book.suspicious_until is None:
                paid[number] = (bill.paid_on, (bill.paid_on - bill.due_on).days)
            else:
                unclear.add(number)
    return min(issued, default=None), list(paid.values()), len(unclear)


def _gave_their_word(record: Record, sent: Sent) -> bool:
    """Whether they promised anything: what became of it tells against them, or not."""
    written = any(Meaning.PROMISE in each.means for each in record.arrivals.get(sent.customer or "", ()))
    return written or bool(record.done(Deed.PROMISED, sent.customer))
