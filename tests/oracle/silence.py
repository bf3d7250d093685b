"""When not to send: stops, balances, answers, promises and opt-outs (invariants 3, 11 to 16, 34 and 38).

An answer counts from the moment the program could have read it, and a message only breaks a silence when its mark was
made more than 60 seconds after that: what arrives after the last look and before the wire is an honest residual.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import takewhile

from tests.oracle import days, plans, wire
from tests.oracle.evidence import Arrival, Channel, Deed, Ledger, Meaning
from tests.oracle.record import Record, Sent, due_part
from tests.oracle.sending import owed
from tests.oracle.violation import Violation

# An answer that is nothing but these ends its silence by itself; every other waits for a person.
_MILD = frozenset({Meaning.PROMISE, Meaning.ACK, Meaning.OPT_OUT})
_MACHINE = frozenset({Meaning.AWAY, Meaning.BOUNCE_HARD, Meaning.BOUNCE_SOFT})
# From the day of an answer and a country to the last day that is quiet.
LastDay = Callable[[date, str], date]
_ACK_DAYS = 5
_AWAY_DAYS = 7
_SOFT_BOUNCE_DAYS = 2
# What a provider itself takes for STOP, alone in a text.
_STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})


def stopped_before_the_claim(record: Record) -> Iterator[Violation]:
    """3. `claim_seq > stop_seq` means not sent: no claim while a hold in the journal stands over its invoices."""
    for sent in record.sent:
        if sent.reminder is None or sent.claim is None or sent.answer:
            continue
        for hold in record.story.reminders[sent.reminder].held.get(sent.claim.seq, ()):
            if sent.tier in plans.BESIDE and hold.kind in plans.ITS_OWN:
                continue
            if not hold.bills or hold.bills & set(sent.bills):
                why = f"{sent.name} was claimed at seq {sent.claim.seq} under hold {hold.number} ({hold.kind}), "
                yield Violation(3, sent.at, sent.customer, why + f"placed at seq {hold.placed.seq}")
                break


def stopped_by_a_person(record: Record) -> Iterator[Violation]:
    """3, as seen from outside: a hold that a person placed stands until it ends or a person lifts it."""
    for held in record.each(Deed.HELD):
        assert held.customer is not None
        lifted = record.lifted(held.customer, held.bills, held.at)
        end = min((each for each in (lifted, held.until) if each is not None), default=None)
        for sent in _written_by_nobody(_until(record.after(held.customer, held.at), end)):
            if not held.bills or held.bills & set(sent.bills):
                why = f"{sent.name} was sent under the hold that a person placed at {held.at:%Y-%m-%d %H:%M}Z"
                yield Violation(3, sent.at, sent.customer, why)


def stopped_by_the_books(record: Record) -> Iterator[Violation]:
    """3, as seen from outside: what the books call disputed, and old debts at first sight, wait for a person."""
    for sent in record.sent:
        for number in sent.bills:
            bills = [book.bills[number] for book in sent.books if number in book.bills]
            if bills and all(bill.disputed for bill in bills):
                yield Violation(3, sent.at, sent.customer, f"{sent.name}: the books say that {number} is disputed")
    yield from _parked(record)


def stopped_by_a_bounce(record: Record) -> Iterator[Violation]:
    """3, as seen from outside: an address that bounced for good gets nothing until a person has mended it."""
    for customer, arrivals in record.arrivals.items():
        for arrival in arrivals:
            if Meaning.BOUNCE_HARD not in arrival.means or not arrival.address:
                continue
            heard = record.heard_by(arrival)
            lifted = record.lifted(customer, frozenset(), heard)
            for sent in _until(record.after_at(arrival.address, heard), lifted):
                why = f"{sent.name} went to {arrival.address}, which bounced for good at {arrival.at:%Y-%m-%d %H:%M}Z"
                yield Violation(3, sent.at, sent.customer, why)


def something_is_owed(record: Record) -> Iterator[Violation]:
    """11. Open balance at or below 0, or at or below the small-balance floor: no send."""
    for sent in (each for each in record.sent if each.tier != plans.THANKS):
        reasons = [next(_nothing_owed(record, sent, book), None) for book in sent.books]
        if reasons and reasons[0] is not None and None not in reasons:
            yield Violation(11, sent.at, sent.customer, f"{sent.name}: {reasons[0]}")


def nothing_came_in(record: Record) -> Iterator[Violation]:
    """12. Payment, credit note or "possibly paid" (unallocated money at least an open balance) known: no send."""
    for sent in record.sent:
        reasons = [next(_money_came(record, sent, book), None) for book in sent.books]
        if reasons and reasons[0] is not None and None not in reasons:
            yield Violation(12, sent.at, sent.customer, f"{sent.name}: {reasons[0]}")


def answers_are_heard(record: Record) -> Iterator[Violation]:
    """13 and 38. Any open human reply, readable or not: no message until a person has confirmed what it is about."""
    for arrival in _answers(record):
        if _waits_for_a_person(arrival):
            assert arrival.customer is not None
            unreadable = not arrival.means or Meaning.OTHER in arrival.means
            yield from _over(record, arrival, arrival.customer, 38 if unreadable else 13)


def everybody_there_is_held(record: Record) -> Iterator[Violation]:
    """34. An answer that names no letter of ours is everybody's who shares its address or number by the books."""
    for arrival in _answers(record):
        if _waits_for_a_person(arrival) and not any(wire.answered(arrival.content)):
            heard = record.heard_by(arrival)
            there = [record.listed_at(arrival.address, book) for book in record.books_at(heard)]
            for customer in sorted(set.intersection(*there) - {arrival.customer}) if there else ():
                yield from _over(record, arrival, customer, 34)


def acknowledged(record: Record) -> Iterator[Violation]:
    """13. A mere acknowledgement is an answer too: silence for five business days."""
    for arrival in _answers(record):
        # Beside a promise thanks add nothing: then the promise says how long.
        if arrival.means == {Meaning.ACK}:
            yield from _quiet(record, arrival, 13, lambda day, land: _later(record, day, _ACK_DAYS, land))


def promised(record: Record) -> Iterator[Violation]:
    """14. A promise to pay date not yet passed (+ grace 2 business days): no send on those invoices."""
    for arrival in _answers(record):
        if arrival.means <= _MILD and Meaning.PROMISE in arrival.means and arrival.day is not None:
            yield from waited_for(record, arrival, arrival.day)


def waited_for(record: Record, arrival: Arrival, day: date) -> Iterator[Violation]:
    """14. Nothing is written before the day of a promise and its grace, nor after it where nobody has paid."""
    yield from _quiet(record, arrival, 14, _with_grace(record, day))
    yield from _broken(record, arrival, day)


def opted_out(record: Record) -> Iterator[Violation]:
    """15 and 16. Opt-out on a channel, in any words: 0 further automated messages on it, for ever.

    A person at the desk can take back an opt-out by e-mail, never one by text message. Where the program took a mail
    for something else and asked, the person who read it and lifted the hold answers for what follows; and until then
    others who share the address are not held.
    """
    for customer, arrivals in record.arrivals.items():
        for arrival in arrivals:
            stop = arrival.channel is Channel.SMS and _is_stop(arrival)
            # A mail of somebody unknown closes nothing; a text does, by its number.
            if (Meaning.OPT_OUT not in arrival.means and not stop) or not (customer or arrival.channel is Channel.SMS):
                continue
            heard = record.heard_by(arrival)
            end = _consented(record, customer, arrival, heard)
            understood = any(_closed(record, customer, arrival, heard))
            for sent in _until(_same_channel(record, customer, arrival, heard), end):
                if sent.customer != customer and not (understood or stop):
                    continue
                words = arrival.channel is Channel.SMS and not stop
                why = f"{sent.name} went to {sent.recipient}, who opted out at {arrival.at:%Y-%m-%d %H:%M}Z"
                yield Violation(16 if words else 15, sent.at, sent.customer, why)


def consented(record: Record) -> Iterator[Violation]:
    """15. No text message without a consent on record in the books."""
    for sent in record.sent:
        parties = [book.customers.get(sent.customer or "") for book in sent.books]
        if sent.channel is Channel.SMS and any(parties) and not any(party.sms_consent for party in parties if party):
            yield Violation(15, sent.at, sent.customer, f"{sent.name}: the books know no consent to text messages")


def machines_are_heard(record: Record) -> Iterator[Violation]:
    """34. Any inbound holds: until the day after their return, 7 days where none is named, 2 after a soft bounce."""
    for arrivals in record.arrivals.values():
        for arrival in arrivals:
            if arrival.customer is None or not arrival.means or not arrival.means <= _MACHINE:
                continue
            if Meaning.AWAY in arrival.means:
                yield from _quiet(record, arrival, 34, _until_back(arrival.day))
            elif Meaning.BOUNCE_SOFT in arrival.means:
                yield from _quiet(record, arrival, 34, lambda day, _: _days_on(day, _SOFT_BOUNCE_DAYS))


def letters_are_asked_for(record: Record) -> Iterator[Violation]:
    """15. Who has stopped the text messages gets a letter only with a person's yes to that very one."""
    for arrival in _answers(record):
        if arrival.channel is not Channel.SMS or not _is_stop(arrival):
            continue
        assert arrival.customer is not None
        for sent in _automated(record.after(arrival.customer, record.heard_by(arrival))):
            if sent.channel is Channel.EMAIL and sent.reminder not in record.story.approved:
                why = f"{sent.name} had nobody's yes after the stop by text of {arrival.at:%Y-%m-%d %H:%M}Z"
                yield Violation(15, sent.at, sent.customer, why)


def _over(record: Record, arrival: Arrival, customer: str, invariant: int) -> Iterator[Violation]:
    """What went to a customer before a person had lifted the silence that an answer asks for."""
    heard = record.heard_by(arrival)
    # Whoever marks what it contests has read it: then that rests, and the others go on.
    marked = (done.at for done in record.done(Deed.DISPUTED, customer) if done.at >= heard)
    ended = (record.lifted(customer, frozenset(), heard), next(marked, None))
    lifted = min((at for at in ended if at is not None), default=None)
    for sent in _automated(_until(record.after(customer, heard), lifted)):
        why = f"{sent.name} was sent although the answer of {arrival.at:%Y-%m-%d %H:%M}Z by {arrival.channel} "
        yield Violation(invariant, sent.at, sent.customer, why + f"({_said(arrival)}) waits for a person")


def _answers(record: Record) -> Iterator[Arrival]:
    """What people whom we know wrote; machines apart."""
    for arrivals in record.arrivals.values():
        for arrival in arrivals:
            if arrival.customer is not None and not (arrival.means and arrival.means <= _MACHINE):
                yield arrival


def _said(arrival: Arrival) -> str:
    return ", ".join(sorted(arrival.means)) or "nothing we know"


def _waits_for_a_person(arrival: Arrival) -> bool:
    """Whether its silence does not end by itself; a promise without a day is such a matter too."""
    mild = bool(arrival.means) and arrival.means <= _MILD | _MACHINE
    return not mild or (Meaning.PROMISE in arrival.means and arrival.day is None)


def _until(sent: Iterator[Sent], end: datetime | None) -> Iterator[Sent]:
    """Those whose mark was made before a silence ended."""
    return sent if end is None else takewhile(lambda each: each.marked_at < end, sent)


def _written_by_nobody(sent: Iterator[Sent]) -> Iterator[Sent]:
    """Reminders: what a person wrote may leave under any hold."""
    return (each for each in sent if not each.answer)


def _automated(sent: Iterator[Sent]) -> Iterator[Sent]:
    return (each for each in sent if not each.by_person)


def _quiet(record: Record, arrival: Arrival, invariant: int, until: LastDay) -> Iterator[Violation]:
    """The messages within a silence that ends by itself: `until` says with which day, counted from the answer's."""
    assert arrival.customer is not None
    heard = record.heard_by(arrival)
    lifted = _dealt_with(record, arrival, heard, wholly=True)
    last: date | None = None
    for sent in _automated(_until(record.after(arrival.customer, heard), lifted)):
        if last is None:
            last = min(_ends(record, arrival, sent, until))
        if max(record.dates(sent)) > last:
            return
        if not arrival.bills or arrival.bills & set(sent.bills):
            why = f"{sent.name} was sent on {max(record.dates(sent))}; after the answer of "
            why += f"{arrival.at:%Y-%m-%d %H:%M}Z ({_said(arrival)}) it is quiet through {last}"
            yield Violation(invariant, sent.at, sent.customer, why)


def _dealt_with(record: Record, arrival: Arrival, heard: datetime, *, wholly: bool) -> datetime | None:
    """When a person lifted what the answer asks for, or handed over what it is about, and so waits for it no more.

    A promise is waited for no more once another one, given on the telephone, has taken its place.
    """
    assert arrival.customer is not None
    handed = record.done(Deed.HANDED_OVER, arrival.customer)
    away = next((d.at for d in handed if d.at >= heard and not (wholly and d.bills)), None)
    lifted = record.lifted(arrival.customer, arrival.bills, heard)
    promised = record.done(Deed.PROMISED, arrival.customer) if Meaning.PROMISE in arrival.means else []
    again = next((d.at for d in promised if d.at > heard), None)
    return min((at for at in (away, lifted, again) if at is not None), default=None)


def _ends(record: Record, arrival: Arrival, sent: Sent, until: LastDay) -> set[date]:
    """The last quiet day, by the customer's calendar and by the business's."""
    came = days.local_dates(arrival.at, (*record.zones(sent), record.home))
    lands = {record.party(sent).country or record.rules.country, record.rules.country}
    return {until(min(came), land) for land in lands}


def _later(record: Record, day: date, count: int, land: str) -> date:
    return days.after_business_days(day, count, land, record.rules.holidays, record.rules.weekdays)


def _with_grace(record: Record, promise: date) -> LastDay:
    """The last day of a promise, and the business days that are given for the bank."""
    return lambda _, land: _later(record, promise, record.rules.promise_grace_business_days, land)


def _until_back(back: date | None) -> LastDay:
    return lambda day, _: back or _days_on(day, _AWAY_DAYS)


def _days_on(day: date, count: int) -> date:
    """The last full day of so many: the day itself is the first."""
    return day + timedelta(days=count - 1)


def _broken(record: Record, arrival: Arrival, promise: date) -> Iterator[Violation]:
    """A promise that passed with nothing paid is a matter for a person, never answered by the next letter."""
    assert arrival.customer is not None
    heard = record.heard_by(arrival)
    before = record.books_at(heard)
    if not before:
        return
    open_then = {n: b.open_balance for n, b in before[0].bills.items() if b.customer == arrival.customer}
    scope = {n for n, amount in open_then.items() if amount > 0 and (not arrival.bills or n in arrival.bills)}
    due_then = {n for n in scope if (due := before[0].bills[n].due_on) is not None and due <= heard.date()}
    # What they contest afterwards is another matter, and that one's to settle.
    scope -= {n for done in record.done(Deed.DISPUTED, arrival.customer) if done.at > heard for n in done.bills}
    # Who names none speaks of what is due, if anything is; money for any of it was an answer.
    meant = scope if arrival.bills else due_then & scope or scope
    # Whoever takes back what was with a lawyer on that day knows that it is unpaid, and decides to go on.
    back = [done.at for done in record.done(Deed.TAKEN_BACK, arrival.customer) if done.at.date() > promise]
    lifted = min(filter(None, [_dealt_with(record, arrival, heard, wholly=False), *back]), default=None)
    for sent in _automated(_until(record.after(arrival.customer, heard), lifted)):
        if any(done.at >= heard for done in record.done(Deed.PAYMENT_RECORDED, arrival.customer)):
            return
        if max(record.dates(sent)) <= promise or not meant & set(sent.bills):
            continue
        # What came in was an answer, also where the bank took it back: that is another matter.
        books = [*sent.books, *(book for book in record.ledgers if heard <= book.taken_at <= sent.marked_at)]
        if not all(n in book.bills and book.bills[n].open_balance == open_then[n] for book in books for n in scope):
            return
        if _still_in_grace(record, arrival, sent, promise):
            continue
        why = f"{sent.name} answers the promise for {promise} that passed unpaid; a person was to talk to them first"
        yield Violation(14, sent.at, sent.customer, why)


def _still_in_grace(record: Record, arrival: Arrival, sent: Sent, promise: date) -> bool:
    """Those days are told as a promise not yet passed."""
    return max(record.dates(sent)) <= min(_ends(record, arrival, sent, _with_grace(record, promise)))


def _parked(record: Record) -> Iterator[Violation]:
    if not record.ledgers:
        return
    first, limit = record.ledgers[0], timedelta(days=record.rules.park_after_days)
    today = first.taken_at.astimezone(record.home).date()
    for sent in record.sent:
        for number in sent.bills:
            bill = first.bills.get(number)
            # A day of grace: at the customer's it may still have been yesterday.
            if bill is None or bill.due_on is None or today - bill.due_on <= limit + timedelta(days=1):
                continue
            lifted = record.lifted(bill.customer, frozenset({number}), first.taken_at)
            if bill.open_balance > 0 and (lifted is None or sent.marked_at < lifted):
                why = f"{sent.name}: {number} was {(today - bill.due_on).days} days past due at first sight, "
                yield Violation(3, sent.at, sent.customer, why + "and nobody has released it")


def _nothing_owed(record: Record, sent: Sent, book: Ledger) -> Iterator[str]:
    for number in sent.bills:
        bill = book.bills.get(number)
        if bill is None:
            yield f"{number} is not in the books of {book.taken_at:%Y-%m-%d %H:%M}Z"
            continue
        at = sent.claim.at if sent.claim else sent.at
        due_on, left = due_part(bill, bill.open_balance, at.astimezone(record.home).date())
        if due_on is None:
            # A plan may be agreed over it all the same.
            if sent.tier not in plans.BESIDE:
                yield f"{number} has no due date"
        elif left <= 0:
            yield f"nothing is open on {number}"
        elif left <= _floor(record, sent, book):
            yield f"no more than the floor of {record.rules.min_balance} is open on {number}"


def _floor(record: Record, sent: Sent, book: Ledger) -> Decimal:
    """What is too small to be written about; a small bill among those of a plan was agreed on with the others."""
    whole = sum((book.bills[number].open_balance for number in sent.bills if number in book.bills), Decimal(0))
    is_agreed = sent.tier == plans.NOTE and whole > record.rules.min_balance
    return Decimal(0) if is_agreed else record.rules.min_balance


def _money_came(record: Record, sent: Sent, book: Ledger) -> Iterator[str]:
    for number in sent.bills:
        bill = book.bills.get(number)
        if bill is None or bill.open_balance <= 0:
            continue
        if max(owed(record, sent, bill, number)) <= 0:
            yield f"a person recorded that {number} is paid"
        unmatched = book.unallocated.get((bill.customer, bill.currency), Decimal(0))
        if unmatched >= bill.open_balance and not _settled_by_a_person(record, sent, bill.customer, bill.currency):
            yield f"{unmatched} {bill.currency} came in unmatched, which would settle {number} ({bill.open_balance})"


def _settled_by_a_person(record: Record, sent: Sent, customer: str, currency: str) -> bool:
    """Whether a person lifted the pause after this money came in: it is known to be for something else."""
    since: datetime | None = None
    for book in reversed(record.ledgers):
        if book.taken_at <= sent.marked_at:
            if book.unallocated.get((customer, currency), Decimal(0)) <= 0:
                break
            since = book.taken_at
    lifted = record.lifted(customer, frozenset(), since) if since is not None else None
    return lifted is not None and lifted <= sent.marked_at


def _is_stop(arrival: Arrival) -> bool:
    """A text that is nothing but one of the provider's own words."""
    words = arrival.content.decode("utf-8", "replace").casefold()
    return "".join(sign for sign in words if sign.isalpha()) in _STOP_WORDS


def _same_channel(record: Record, customer: str, arrival: Arrival, heard: datetime) -> Iterator[Sent]:
    people = record.people_at(arrival.address)
    # Known by its token alone: whoever wrote, the channel is closed for the customer.
    if arrival.address and (customer in people or not customer):
        return (s for s in record.after_at(arrival.address, heard) if s.channel is arrival.channel)
    return (s for s in record.after(customer, heard) if s.channel is arrival.channel)


def _closed(record: Record, customer: str, arrival: Arrival, since: datetime) -> Iterator[datetime]:
    """When the program took it for what it was."""
    people = {customer} | record.people_at(arrival.address)
    return (mark.at for each in people for mark in record.story.opted_out.get(each, []) if mark.at >= since)


def _consented(record: Record, customer: str, arrival: Arrival, since: datetime) -> datetime | None:
    """When a person took an opt-out back, or lifted the hold over one that the program had not seen as such."""
    if arrival.channel is Channel.SMS:
        return None
    consented = next((done.at for done in record.done(Deed.CONSENTED, customer) if done.at >= since), None)
    lifted = record.lifted(customer, frozenset(), since)
    if lifted is not None and any(at <= lifted for at in _closed(record, customer, arrival, since)):
        lifted = None
    return min((at for at in (consented, lifted) if at is not None), default=None)
