"""Payment plans (invariant 14): what is covered rests while one stands; each note is said once, in time, and true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.oracle.evidence import Deed, Done, Ledger
from tests.oracle.record import Record, Sent, due_part
from tests.oracle.violation import Violation

NOTE = "instalment"
THANKS = "thanks"
BESIDE = frozenset({NOTE, THANKS})
# Pauses that belong to a plan, or merely keep reminders about other matters from coming too soon.
ITS_OWN = frozenset({"plan", "resuming"})
# Three days before, and over a weekend with holidays on both sides some more.
_EARLIEST = timedelta(days=10)


def while_a_plan_stands(record: Record) -> Iterator[Violation]:
    """14. No reminder about what a plan covers, from the day it was agreed until a person ends it or all is settled."""
    for agreed in _of_customers(record):
        ends = _ends(record, agreed)
        for sent in record.after(agreed.customer or "", agreed.at):
            if ends is not None and sent.marked_at >= ends:
                break
            if not sent.answer and sent.tier not in BESIDE and agreed.bills & set(sent.bills):
                why = f"{sent.name} was sent while the plan of {agreed.at:%Y-%m-%d} over {_told(agreed)} stands"
                yield Violation(14, sent.at, sent.customer, why)


def notes_in_time(record: Record) -> Iterator[Violation]:
    """14. A note is about the next instalment of a plan that stands, before its day; and about each once."""
    said: set[tuple[str | None, datetime, date]] = set()
    for sent in record.sent:
        if sent.tier != NOTE or sent.copy:
            continue
        standing = [one for one in _of(record, sent.customer) if _stands(record, one, sent)]
        about = next((one for one in standing if set(sent.bills) <= one.bills), None)
        if about is None:
            yield Violation(14, sent.at, sent.customer, f"{sent.name}: no plan over these invoices stands")
            continue
        days = [found[0] for book in sent.books if (found := next_part(record, about, book)) is not None]
        due = next((day for day in days if any(day - _EARLIEST <= on < day for on in record.dates(sent))), None)
        if due is None:
            told = ", ".join(map(str, days)) or "none"
            yield Violation(14, sent.at, sent.customer, f"{sent.name}: it is not the time before its day ({told})")
        elif (sent.customer, about.at, due) in said:
            yield Violation(14, sent.at, sent.customer, f"{sent.name}: the instalment of {due} was noted before")
        else:
            said.add((sent.customer, about.at, due))


def next_part(record: Record, agreed: Done, book: Ledger) -> tuple[date, Decimal] | None:
    """The next instalment by these books, with what is missing of it; None: all are paid.

    One of which no more than the floor is missing is left alone, where another is open.
    """
    return _next_part(record, agreed, book, record.rules.min_balance) or _next_part(record, agreed, book, Decimal(0))


def _next_part(record: Record, agreed: Done, book: Ledger, floor: Decimal) -> tuple[date, Decimal] | None:
    total = sum((amount for _, amount in agreed.parts), Decimal(0))
    left = total - sum((_open(record, agreed, book, number) for number in agreed.bills), Decimal(0))
    for day, amount in agreed.parts:
        if amount - max(left, Decimal(0)) > floor:
            return day, amount - max(left, Decimal(0))
        left -= amount
    return None


def rest_of(record: Record, sent: Sent, book: Ledger) -> set[Decimal]:
    """What a note may say is to be paid."""
    found = (next_part(record, one, book) for one in _of(record, sent.customer) if set(sent.bills) <= one.bills)
    return {part[1] for part in found if part is not None}


def _open(record: Record, agreed: Done, book: Ledger, number: str) -> Decimal:
    """What is open of what the plan covers: not what was to be due only later when it was agreed."""
    if number not in book.bills:
        return Decimal(0)
    today = agreed.at.astimezone(record.home).date()
    then = next((known.bills[number] for known in record.books_at(agreed.at) if number in known.bills), None)
    left = then.open_balance - due_part(then, then.open_balance, today)[1] if then is not None else Decimal(0)
    return max(book.bills[number].open_balance - left, Decimal(0))


def _of(record: Record, customer: str | None) -> list[Done]:
    return record.done(Deed.PLAN_AGREED, customer) if customer is not None else []


def _of_customers(record: Record) -> list[Done]:
    return [done for customer in record.of_customer for done in _of(record, customer) if done.customer]


def _stands(record: Record, agreed: Done, sent: Sent) -> bool:
    ends = _ends(record, agreed)
    return agreed.at <= sent.marked_at and (ends is None or sent.marked_at < ends)


def _ends(record: Record, agreed: Done) -> datetime | None:
    """When a person ended it, or the books first called all of it settled."""
    ended = [
        d.at for d in record.done(Deed.PLAN_ENDED, agreed.customer) if d.at >= agreed.at and d.bills & agreed.bills
    ]
    later = (book for book in record.ledgers if book.taken_at > agreed.at)
    settled = [book.taken_at for book in later if all(_open(record, agreed, book, n) <= 0 for n in agreed.bills)]
    return min([*ended, *settled[:1]], default=None)


def _told(agreed: Done) -> str:
    return ", ".join(sorted(agreed.bills))
