"""Sending: how often, after which mark, to whom, in which bytes, and with which sums (invariants 1, 2 and 4 to 10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from tests.oracle import plans, wire
from tests.oracle.evidence import Bill, Channel, Deed, Ledger, Mail, Text
from tests.oracle.record import CLOCKS, Record, Sent, due_part
from tests.oracle.story import Mark, Reminder, invoices
from tests.oracle.violation import Violation

# What became of an attempt that provably sent nothing, and may be tried again by itself.
_NOT_SENT = {"deferred"}
# "accepted" and what a provider tells later speak for themselves.
_NEED_A_REASON = {"withdrawn", "refused", "uncertain", "not_sent", *_NOT_SENT}
# An attempt whose end is told nowhere this long after its mark, with the program up, is forgotten.
_FORGOTTEN_AFTER = timedelta(days=1)
_HEADERS = frozenset(
    {
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "reply-to",
        "auto-submitted",
        "x-auto-response-suppress",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "x-reminderbot",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "content-language",
    }
)
_NEEDED = ("from", "to", "subject", "date", "message-id")


def one_copy(record: Record) -> Iterator[Violation]:
    """1 and 5. At most one accepted automated copy; `uncertain` is never auto-resent.

    This looks for the same reminder twice; the same invoice and tier in two reminders is the ladder's to see.
    """
    for copies in _copies(record):
        first = copies[0]
        asked = [d for d in record.done(Deed.SENT_AGAIN, first.customer) if first.at <= d.at <= copies[-1].at]
        for earlier, later in list(pairwise(copies))[len(asked) :]:
            lost = not earlier.original.answered
            yield Violation(
                5 if lost else 1,
                later.at,
                later.customer,
                f"{later.name} reached {later.recipient} a second time, first {first.at:%Y-%m-%d %H:%M:%S}Z, "
                f"{'after an answer that was lost, ' if lost else ''}and no person asked for it",
            )


def never_again_by_itself(record: Record) -> Iterator[Violation]:
    """5. `uncertain` is never auto-resent: a second mark needs a proof that nothing was sent, or a person.

    That a carrier's list has not got a text is no such proof.
    """
    for reminder in record.story.reminders.values():
        for earlier, later in pairwise(reminder.onwire):
            plan = reminder.plan(later.seq)
            if plan is None or plan is not reminder.plan(earlier.seq):
                continue
            outcome = _outcome(reminder, earlier, later)
            asked = record.done(Deed.SENT_AGAIN, plan.customer)
            if outcome in _NOT_SENT or any(earlier.at <= done.at <= later.at + CLOCKS for done in asked):
                continue
            yield Violation(
                5,
                later.at,
                plan.customer,
                f"reminder {reminder.number} went to the wire again (seq {later.seq}) after its attempt of seq "
                f"{earlier.seq} ended as {outcome or 'nothing at all'}, and no person asked for it",
            )


def marked_first(record: Record) -> Iterator[Violation]:
    """2. No byte of DATA / no POST body leaves before `onwire` is durable."""
    for sent in record.sent:
        if sent.letter is not None and sent.letter.reminder is None:
            # No reminder at all, which is told elsewhere.
            continue
        reminder = record.story.reminders.get(sent.reminder) if sent.reminder is not None else None
        if sent.forgotten or (reminder is not None and any(mark.at <= sent.at + CLOCKS for mark in reminder.onwire)):
            continue
        late = reminder is not None and reminder.onwire
        yield Violation(
            2,
            sent.at,
            sent.customer,
            f"{sent.name} was taken for {sent.recipient} "
            + (f"before its mark of {late[0].at}" if late else "and the journal has no mark for it"),
        )


def every_end(record: Record) -> Iterator[Violation]:
    """4. Every planned reminder reaches exactly one end state with a reason; none disappears."""
    newest: dict[tuple[str | None, object], Reminder] = {}
    for reminder in sorted(record.story.reminders.values(), key=lambda known: known.number):
        if not reminder.planned:
            continue
        plan = reminder.planned[-1]
        older = newest.get((plan.customer, plan.data.get("channel")))
        if older is not None and _left_lying(older, reminder):
            why = f"reminder {older.number} was never ended, and reminder {reminder.number} took its place"
            yield Violation(4, plan.at, plan.customer, why)
        newest[plan.customer, plan.data.get("channel")] = reminder
        yield from (Violation(4, at, plan.customer, why) for at, why in _bad_ends(record, reminder))


def same_bytes(record: Record) -> Iterator[Violation]:
    """6. A human resend of the same reminder has the same Message-ID and bytes."""
    for copies in _copies(record):
        for earlier, later in pairwise(copies):
            if _content(earlier.original) != _content(later.original):
                why = f"{later.name} came a second time under the same name with other words or bytes"
                yield Violation(6, later.at, later.customer, why)


def one_recipient(record: Record) -> Iterator[Violation]:
    """7. One recipient per SMTP transaction; no CC/BCC."""
    for sent in record.sent:
        if not isinstance(sent.original, Mail) or sent.letter is None:
            continue
        if len(sent.original.recipients) != 1:
            many = len(sent.original.recipients)
            yield Violation(7, sent.at, sent.customer, f"{sent.name} went to {many} recipients in one transaction")
        if sent.letter.all("cc") or sent.letter.all("bcc"):
            yield Violation(7, sent.at, sent.customer, f"{sent.name} carries a Cc or Bcc")
        to = sent.letter.all("to")
        if [wire.address(each) for each in to] != [sent.recipient]:
            why = f"{sent.name} names {to} as its recipient and went to {sent.recipient}"
            yield Violation(7, sent.at, sent.customer, why)


def known_headers(record: Record) -> Iterator[Violation]:
    """8. The set of header names on the wire is within the allow-list, each at most once."""
    for sent in record.sent:
        if sent.letter is None or not isinstance(sent.original, Mail):
            continue
        names = [name.lower() for name, _ in sent.letter.headers]
        strange = sorted(set(names) - _HEADERS)
        twice = sorted({name for name in names if names.count(name) > 1})
        missing = [name for name in _NEEDED if name not in names]
        for wrong, how in ((strange, "strange"), (twice, "repeated"), (missing, "missing")):
            if wrong:
                yield Violation(8, sent.at, sent.customer, f"{sent.name} has {how} headers: {', '.join(wrong)}")
        if _bare(sent.original.content):
            yield Violation(8, sent.at, sent.customer, f"{sent.name} has a line end that is not CR LF")


def true_figures(record: Record) -> Iterator[Violation]:
    """9. The sum, currency, due date, invoice no. on the wire equal the ledger row version named in the claim."""
    for sent in record.sent:
        wrong = [list(_wrong_figures(record, sent, book)) for book in sent.books]
        if wrong and all(wrong):
            yield from (Violation(9, sent.at, sent.customer, f"{sent.name}: {why}") for why in wrong[0])


def right_person(record: Record) -> Iterator[Violation]:
    """10. A reminder is never addressed to anyone but a contact active on that customer at claim time."""
    for sent in record.sent:
        if sent.customer is None:
            yield Violation(10, sent.at, None, f"{sent.name} went to {sent.recipient}, who is nobody's contact")
            continue
        known = {wire.plain(each) for book in sent.books for each in _contacts(record, sent, book)}
        if sent.recipient not in known:
            why = f"{sent.name} went to {sent.recipient}; {sent.customer} was reached at {sorted(known)} at the claim"
            yield Violation(10, sent.at, sent.customer, why)
        strangers = [n for n in sent.bills if record.owner.get(n, sent.customer) != sent.customer]
        if strangers:
            why = f"{sent.name} shows {sent.customer} the invoices of others: {', '.join(strangers)}"
            yield Violation(10, sent.at, sent.customer, why)


def owed(record: Record, sent: Sent, bill: Bill, number: str) -> set[Decimal]:
    """What is open on an invoice: the books' word, or less where a person recorded a payment ahead of them.

    Two answers where that was recorded at the very moment of the claim.
    """
    at = sent.claim.at if sent.claim else sent.at
    rest = {False: bill.open_balance, True: bill.open_balance}
    for done in record.done(Deed.PAYMENT_RECORDED, sent.customer):
        if done.at > at + CLOCKS or (done.bills and number not in done.bills):
            continue
        before = [book.bills[number].open_balance for book in record.books_at(done.at) if number in book.bills]
        left = max(before[0] - done.amount, Decimal(0)) if done.amount is not None and before else Decimal(0)
        rest[True] = min(rest[True], left)
        if done.at < at - CLOCKS:
            rest[False] = min(rest[False], left)
    today = at.astimezone(record.home).date()
    return {due_part(bill, left, today)[1] for left in rest.values()}


def _copies(record: Record) -> Iterator[list[Sent]]:
    """The messages that are the same reminder on the wire, where there are several."""
    groups: dict[tuple[Channel, object], list[Sent]] = defaultdict(list)
    for sent in record.sent:
        same = sent.letter.message_id if sent.letter is not None else sent.reminder
        if same is not None:
            groups[sent.channel, same].append(sent)
    return (group for group in groups.values() if len(group) > 1)


def _bare(content: bytes) -> bool:
    """A CR or LF alone; a sink that hands over LF throughout has folded them all, and is believed."""
    pairs = content.count(b"\r\n")
    return pairs > 0 and (content.count(b"\n") != pairs or content.count(b"\r") != pairs)


def _content(original: Mail | Text) -> bytes | str:
    return original.content if isinstance(original, Mail) else original.body


def _outcome(reminder: Reminder, since: Mark, until: Mark) -> str:
    ends = [end.outcome for end in reminder.ends if since.seq < end.mark.seq < until.seq]
    return ends[-1] if ends else ""


def _left_lying(older: Reminder, newer: Reminder) -> bool:
    """Planned, never claimed, never ended, and something newer about the same invoices was planned in its place."""
    if older.ends or older.claimed or len(newer.planned) != 1:
        return False
    shared = set(invoices(older.planned[-1].data)) & set(invoices(newer.planned[-1].data))
    return bool(shared) and older.planned[-1].seq < newer.planned[0].seq


def _bad_ends(record: Record, reminder: Reminder) -> Iterator[tuple[datetime, str]]:
    for end in reminder.ends:
        if end.outcome in _NEED_A_REASON and not end.reason.strip():
            yield end.mark.at, f"reminder {reminder.number} ended as {end.outcome} without a reason"
        later = [mark for mark in reminder.onwire if mark.seq > end.mark.seq]
        if end.outcome == "withdrawn" and later and reminder.plan(later[0].seq) is reminder.plan(end.mark.seq):
            yield later[0].at, f"reminder {reminder.number} was withdrawn (seq {end.mark.seq}) and sent all the same"
    last = reminder.onwire[-1] if reminder.onwire else None
    if last is not None and not any(end.mark.seq > last.seq for end in reminder.ends) and _over(record, last.at):
        yield last.at, f"reminder {reminder.number} went to the wire (seq {last.seq}) and what became of it is not told"


def _over(record: Record, at: datetime) -> bool:
    """Whether the program was up long enough since then to have told the end."""
    deadline = at + _FORGOTTEN_AFTER
    for begins, ends in record.evidence.outages:
        if begins < deadline and ends > at:
            deadline += ends - max(begins, at)
    end = record.evidence.ended_at or record.story.last
    return end is not None and deadline < end


def _contacts(record: Record, sent: Sent, book: Ledger) -> frozenset[str]:
    party = record.party_at(sent.customer, (book,))
    return party.emails if sent.channel is Channel.EMAIL else party.phones


def _wrong_figures(record: Record, sent: Sent, book: Ledger) -> Iterator[str]:
    if sent.letter is not None:
        yield from _wrong_rows(record, sent, sent.letter, book)
        yield from _wrong_totals(sent, sent.letter, book)
    elif isinstance(sent.original, Text):
        yield from _wrong_note(record, sent, sent.original, book)


def _wrong_rows(record: Record, sent: Sent, letter: wire.Letter, book: Ledger) -> Iterator[str]:
    for row in letter.rows:
        bill = book.bills.get(row.number)
        if bill is None:
            yield f"the books of {book.taken_at:%Y-%m-%d %H:%M}Z know no invoice {row.number}"
            continue
        right = owed(record, sent, bill, row.number)
        if row.owed.currency != bill.currency or row.owed.amount not in right:
            yield f"it says {row.owed.words} for {row.number}, the books {bill.currency} {bill.open_balance}"
        if row.due_on not in (_dues(record, sent, bill, row.number) or {None}):
            yield f"it says {row.number} falls due on {row.due_on}, the books {bill.due_on}"
        if letter.html and (row.owed.words not in letter.html or row.number not in letter.html):
            yield f"its HTML does not say {row.owed.words} for {row.number} as its text does"


def _wrong_totals(sent: Sent, letter: wire.Letter, book: Ledger) -> Iterator[str]:
    listed: dict[str, Decimal] = defaultdict(Decimal)
    for row in letter.rows:
        listed[row.owed.currency] += row.owed.amount
    said = {total.currency: total.amount for total in letter.totals}
    for currency, amount in listed.items():
        right = amount - max(book.unallocated.get((sent.customer or "", currency), Decimal(0)), Decimal(0))
        if said.get(currency, right) != right:
            yield f"its total says {currency} {said[currency]}, the invoices and unmatched money give {right}"


def _wrong_note(record: Record, sent: Sent, text: Text, book: Ledger) -> Iterator[str]:
    note = wire.note(text)
    bills = {number: book.bills[number] for number in sent.bills if number in book.bills}
    if not bills or len(sent.bills) != note.unnamed + 1:
        return
    currencies = {bill.currency for bill in book.bills.values()} if note.sums else set()
    for said in note.sums:
        if sent.tier == plans.NOTE and said.amount in plans.rest_of(record, sent, book):
            continue
        if said.currency in currencies and said.amount not in _note_sums(record, sent, bills, book, said.currency):
            yield f"it says {said.words}, which is not what is open on {', '.join(bills)}"
    dues = set.union(*(_dues(record, sent, bill, number) for number, bill in bills.items()))
    if note.due_on is not None and note.due_on not in dues and sent.tier != plans.NOTE:
        yield f"it says due {note.due_on}, and none of {', '.join(bills)} falls due then"


def _note_sums(record: Record, sent: Sent, bills: dict[str, Bill], book: Ledger, currency: str) -> set[Decimal]:
    sums = {Decimal(0)}
    for number, bill in bills.items():
        if bill.currency == currency:
            sums = {each + right for each in sums for right in owed(record, sent, bill, number)}
    unmatched = max(book.unallocated.get((sent.customer or "", currency), Decimal(0)), Decimal(0))
    return {each - unmatched for each in sums}


def _dues(record: Record, sent: Sent, bill: Bill, number: str) -> set[date]:
    """The due date of the row, or the later one that is kept where the row was moved to an earlier day."""
    kept = record.due(number, sent.books[0].taken_at) if sent.books else None
    later = bill.retained_until if bill.retained else None
    return {day for day in (bill.due_on, kept, later) if day is not None}
