"""Indexes a run: ties each message to its reminder, its customer and the books that counted, once for all rules."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from tests.oracle import days, story, wire
from tests.oracle.evidence import Arrival, Channel, Deed, Evidence, Line, Mail, Meaning, Text
from tests.oracle.record import CLOCKS, Record, Sent, marked_at
from tests.oracle.story import Mark

# A text goes out right behind its mark; one that does not belongs to another mark.
BEHIND_ITS_MARK = timedelta(hours=1)


def record(evidence: Evidence) -> Record:
    """Index a run."""
    books = sorted(evidence.ledgers, key=lambda book: book.taken_at)
    home = days.zone(evidence.rules.zone)
    assert home is not None, "the rules name the business's zone"
    pauses = [(*pause, False) for pause in evidence.outages] + [(*pause, True) for pause in evidence.deaf]
    made = Record(evidence, evidence.rules, home, story.tell(evidence.journal), books, sorted(pauses))
    made.taken = [book.taken_at for book in books]
    _invoices(made)
    _file(made)
    made.sent = sorted((*_mails(made), *_notes(made)), key=lambda sent: sent.at)
    made.times = [sent.at for sent in made.sent]
    for sent in made.sent:
        if sent.customer is not None:
            made.of_customer[sent.customer].append(sent)
        made.at_address[sent.recipient].append(sent)
    for known in (*made.of_customer.values(), *made.at_address.values()):
        known.sort(key=marked_at)
    return made


def _invoices(made: Record) -> None:
    for place, book in enumerate(made.ledgers):
        for number in book.bills.keys() - made.owner.keys():
            made.owner[number] = book.bills[number].customer
            made.first_listed[number] = place


def _file(made: Record) -> None:
    for done in sorted(made.evidence.deeds, key=lambda done: done.at):
        made.deeds[done.deed, done.customer].append(done)
    seen: set[int] = set()
    for book in made.ledgers:
        if id(book.customers) in seen:
            continue
        seen.add(id(book.customers))
        for customer, party in book.customers.items():
            for each in party.emails | party.phones:
                made.people[wire.plain(each)].add(customer)
    _file_reminders(made)
    for arrival in sorted(made.evidence.arrivals, key=lambda arrival: arrival.at):
        whose = _answers(made, arrival)
        made.arrivals[whose or ""].append(arrival if whose == arrival.customer else replace(arrival, customer=whose))


def _answers(made: Record, arrival: Arrival) -> str | None:
    """Whose answer it is, as far as anybody can tell: by the letter it names, or the address as the books know it.

    Several may share an address: then it is about the customer whose letter it names.
    """
    if arrival.customer is None or arrival.means & {Meaning.BOUNCE_HARD, Meaning.BOUNCE_SOFT}:
        return arrival.customer
    named = [
        reminder.planned[0].customer
        for number in wire.answered(arrival.content)
        if (reminder := made.story.reminders.get(number)) is not None and reminder.planned
    ]
    people = made.people_at(arrival.address)
    about = next((customer for customer in named if customer in people), None)
    if about is not None and arrival.customer in people:
        return about
    # An address that the books only learned of after the answer was read tells nobody who wrote.
    heard = made.books_at(made.heard_by(arrival))
    known = bool(heard) and all(arrival.customer in made.listed_at(arrival.address, book) for book in heard)
    return arrival.customer if named or known else None


def _file_reminders(made: Record) -> None:
    for reminder in made.story.reminders.values():
        for end in reminder.ends:
            plan = reminder.plan(end.mark.seq)
            if end.outcome == "refused" and plan is not None and plan.customer is not None:
                at = made.refused.get(plan.customer, end.mark.at)
                made.refused[plan.customer] = min(at, end.mark.at)
        for mark in reminder.onwire:
            plan = reminder.plan(mark.seq)
            if plan is not None and plan.customer is not None and plan.data.get("channel") == Channel.SMS:
                made.texts[plan.customer].append((mark, reminder.number))
    for marks in made.texts.values():
        marks.sort(key=lambda known: known[0].seq)


def _mails(made: Record) -> Iterator[Sent]:
    wrote = {wire.plain(arrival.address) for arrival in made.evidence.arrivals}
    for mail in sorted(made.evidence.mails, key=lambda mail: mail.at):
        letter = wire.letter(mail.content)
        recipient = wire.plain(mail.recipients[0]) if mail.recipients else ""
        ours = letter.reminder is not None or letter.all("x-reminderbot") == ("reminder",)
        if not ours and recipient not in made.people and recipient not in wrote:
            made.inside.append(mail)
            continue
        yield _sent_mail(made, mail, letter, recipient)


def _sent_mail(made: Record, mail: Mail, letter: wire.Letter, recipient: str) -> Sent:
    marks, plan = _marks(made, letter.reminder, mail.at)
    numbers = tuple(row.number for row in letter.rows)
    customer = plan.customer if plan is not None else next((made.owner[n] for n in numbers if n in made.owner), None)
    bills = numbers or (story.invoices(plan.data) if plan is not None else ())
    return _sent(made, mail, Channel.EMAIL, recipient, customer, bills, letter.reminder, marks, plan, letter)


def _notes(made: Record) -> Iterator[Sent]:
    for text in sorted(made.evidence.texts, key=lambda text: text.at):
        recipient = wire.plain(text.recipient)
        number = _reminder_of(made, text, recipient)
        marks, plan = _marks(made, number, text.at)
        people = made.people.get(recipient, set())
        customer = plan.customer if plan is not None else _named(made, text, people)
        bills = tuple(_bills_of(made, text, customer, plan))
        yield _sent(made, text, Channel.SMS, recipient, customer, bills, number, marks, plan, None)


def _reminder_of(made: Record, text: Text, recipient: str) -> int | None:
    """A text carries no number: it is the customer's newest text that was marked, and that its words fit."""
    found: tuple[Mark, int] | None = None
    for customer in made.people.get(recipient, set()):
        known = made.texts.get(customer, [])
        place = bisect_right(known, text.at + CLOCKS, key=lambda each: each[0].at) - 1
        for mark, number in reversed(known[max(place - 3, 0) : place + 1]):
            if text.at - mark.at <= BEHIND_ITS_MARK and _fits(made, text, mark, number):
                found = max(found or (mark, number), (mark, number), key=lambda each: each[0].seq)
                break
    return found[1] if found else None


def _fits(made: Record, text: Text, mark: Mark, number: int) -> bool:
    plan = made.story.reminders[number].plan(mark.seq)
    # A person writes what they like, and names an invoice or does not.
    named = plan is not None and any(wire.names(text.body, each) for each in story.invoices(plan.data))
    return named or (plan is not None and story.is_answer(plan))


def _named(made: Record, text: Text, people: set[str]) -> str | None:
    """Whose invoice a text names; of those who have that number, the one it must be."""
    for number, customer in made.owner.items():
        if customer in people and wire.names(text.body, number):
            return customer
    return min(people) if len(people) == 1 else None


def _bills_of(made: Record, text: Text, customer: str | None, plan: Line | None) -> Iterator[str]:
    planned = story.invoices(plan.data) if plan is not None else ()
    if planned and len(planned) == 1 + wire.note(text).unnamed:
        yield from planned
        return
    known = planned or tuple(number for number, owner in made.owner.items() if owner == customer)
    yield from (number for number in known if wire.names(text.body, number))


def _marks(made: Record, number: int | None, at: datetime) -> tuple[tuple[Mark, ...], Line | None]:
    """The marks of a reminder up to a moment, and the plan that the last of them carries out."""
    reminder = made.story.reminders.get(number) if number is not None else None
    if reminder is None:
        return (), None
    marks = tuple(mark for mark in reminder.onwire if mark.at <= at + CLOCKS)
    return (marks, reminder.plan(marks[-1].seq)) if marks else ((), None)


def _sent(
    made: Record,
    original: Mail | Text,
    channel: Channel,
    recipient: str,
    customer: str | None,
    bills: tuple[str, ...],
    number: int | None,
    marks: tuple[Mark, ...],
    plan: Line | None,
    letter: wire.Letter | None,
) -> Sent:
    mark = marks[-1] if marks else None
    claim = _claim(made, number, mark)
    customer = customer if customer is not None else min(made.people.get(recipient, set()), default=None)
    decided = claim or mark
    answer = plan is not None and story.is_answer(plan) and _wrote(made, customer, plan.at)
    same = letter.message_id if letter is not None else number
    copy = made.copies.get((channel, same))
    earlier = marks[-2].at if len(marks) > 1 else copy
    if same is not None:
        made.copies[channel, same] = original.at
    return Sent(
        at=original.at,
        marked_at=mark.at if mark else original.at,
        channel=channel,
        recipient=recipient,
        customer=customer,
        bills=bills,
        tier=str(plan.data["tier"]) if plan is not None and "tier" in plan.data else None,
        reminder=number,
        claim=claim,
        books=made.books_at(decided.at if decided else original.at, decided.seq if decided else None),
        original=original,
        letter=letter,
        before=marks[:-1],
        copy=copy is not None,
        by_person=answer or _asked(made, customer, earlier, original.at),
        answer=answer,
        forgotten=mark is None and _forgotten(made, original.at),
    )


def _claim(made: Record, number: int | None, mark: Mark | None) -> Mark | None:
    if number is None or mark is None:
        return None
    return next((each for each in reversed(made.story.reminders[number].claimed) if each.seq < mark.seq), None)


def _wrote(made: Record, customer: str | None, at: datetime) -> bool:
    """Whether a person did write to this customer when the journal says that one did."""
    return any(abs(done.at - at) <= CLOCKS for done in made.done(Deed.ANSWERED, customer))


def _asked(made: Record, customer: str | None, earlier: datetime | None, at: datetime) -> bool:
    """Whether a person asked for a second copy since the attempt before."""
    if customer is None or earlier is None:
        return False
    return any(earlier <= done.at <= at + CLOCKS for done in made.done(Deed.SENT_AGAIN, customer))


def _forgotten(made: Record, at: datetime) -> bool:
    return any(at <= each for each in made.evidence.restored) or any(at <= done.at for done in made.done(Deed.ADOPTED))
