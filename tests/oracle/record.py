"""One run, indexed once: what was sent to whom about what, by which books, and what was said and done around it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.oracle import days, story, wire
from tests.oracle.evidence import (
    Arrival,
    Channel,
    Deed,
    Done,
    Evidence,
    Ledger,
    Mail,
    Party,
    Rules,
    Text,
)
from tests.oracle.story import Line, Mark, Story

# How far the server's clock and the program's may be apart when both tell of the same moment.
CLOCKS = timedelta(seconds=2)
# What reached the mailbox so shortly before the mark that goes before the wire may honestly not have been seen.
RESIDUAL = timedelta(seconds=60)
# A text goes out right behind its mark; one that does not belongs to another mark.
BEHIND_ITS_MARK = timedelta(hours=1)
_NOBODY = Party("", "", "")


@dataclass(frozen=True, slots=True, eq=False)
class Sent:
    """One message as it was taken by a server, and what the journal and the books say about it."""

    # When it was on the wire, and when the program made the mark that goes before.
    at: datetime
    marked_at: datetime
    channel: Channel
    recipient: str
    customer: str | None
    # The customer's invoices that it names.
    bills: tuple[str, ...]
    # None: the journal does not know it.
    tier: str | None
    reminder: int | None
    claim: Mark | None
    # The version of the books that counted at the claim; two where it was taken in at that very moment.
    books: tuple[Ledger, ...]
    original: Mail | Text
    letter: wire.Letter | None = None
    # It went out before: the earlier marks of the same reminder.
    before: tuple[Mark, ...] = ()
    # The same message was taken before.
    copy: bool = False
    # A person asked for this copy.
    by_person: bool = False
    # Sent before the store forgot it; a person has vouched for the store since.
    forgotten: bool = False

    @property
    def name(self) -> str:
        """How an alarm calls it."""
        number = "" if self.reminder is None else f"reminder {self.reminder}, "
        return f"{number}{self.tier or 'unknown tier'} by {self.channel} about {', '.join(self.bills) or 'no invoice'}"


@dataclass(slots=True, eq=False)
class Record:
    """The evidence, and every index that the rules need."""

    evidence: Evidence
    rules: Rules
    home: ZoneInfo
    story: Story
    owner: Mapping[str, str]
    ledgers: list[Ledger]
    pauses: list[tuple[datetime, datetime, bool]]
    sent: list[Sent] = field(default_factory=list)
    # Mails that are no reminder and went to somebody who is no customer and never wrote: to people of the business.
    inside: list[Mail] = field(default_factory=list)
    of_customer: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    at_address: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    arrivals: dict[str, list[Arrival]] = field(default_factory=lambda: defaultdict(list))
    deeds: dict[tuple[Deed, str | None], list[Done]] = field(default_factory=lambda: defaultdict(list))
    # When a server first refused the customer's address.
    refused: dict[str, datetime] = field(default_factory=dict)
    # The moments of `sent`, for searching.
    times: list[datetime] = field(default_factory=list)
    _taken: list[datetime] = field(default_factory=list)
    # When the newest copy of each message was taken, while they are gone through.
    _copies: dict[tuple[Channel, object], datetime] = field(default_factory=dict)
    _dues: dict[str, list[tuple[datetime, date]]] = field(default_factory=dict)
    _addresses: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _texts: dict[str, list[tuple[Mark, int]]] = field(default_factory=lambda: defaultdict(list))

    def party(self, sent: Sent) -> Party:
        """The customer as the newest of the books that counted knows them."""
        return self.party_at(sent.customer, sent.books)

    def party_at(self, customer: str | None, books: tuple[Ledger, ...]) -> Party:
        """The customer as these books know them; somebody of no zone or address where they do not."""
        return next((book.customers[customer] for book in books if customer in book.customers), _NOBODY)

    def zones(self, sent: Sent) -> tuple[ZoneInfo, ...]:
        """Every zone the customer may live in."""
        party = self.party(sent)
        return days.zones_of(party.zone, party.country, party.phones, self.rules.zone)

    def dates(self, sent: Sent) -> set[date]:
        """The day of a message, at the customer's and at the business."""
        return days.local_dates(sent.at, (*self.zones(sent), self.home))

    def books_at(self, at: datetime, seq: int | None = None) -> tuple[Ledger, ...]:
        """The version of the books that counted at a moment; both where one came in then and no journal tells."""
        place = bisect_right(self._taken, at) - 1
        if place < 0:
            return ()
        newest = self.ledgers[place]
        if place == 0 or at - newest.taken_at > CLOCKS:
            return (newest,)
        taken = self._import_of(newest)
        if taken is None or seq is None:
            return (newest, self.ledgers[place - 1])
        return (newest,) if taken.seq < seq else (self.ledgers[place - 1],)

    def due(self, number: str, at: datetime) -> date | None:
        """When an invoice falls due: a day moved later counts, one moved earlier does not."""
        moves = self._dues.get(number)
        if moves is None:
            moves = self._dues[number] = list(self._moves(number))
        known = [day for since, day in moves if since <= at]
        return known[-1] if known else None

    def done(self, deed: Deed, customer: str | None = None) -> list[Done]:
        """What people did, in its order: with this customer, or with all of them."""
        of_all = self.deeds.get((deed, None), [])
        if customer is None:
            return of_all
        of_one = self.deeds.get((deed, customer), [])
        return sorted((*of_one, *of_all), key=lambda done: done.at) if of_all else of_one

    def lifted(self, customer: str, bills: frozenset[str], since: datetime) -> datetime | None:
        """When a person next lifted what stands over these invoices (none: over the customer)."""
        # Named by an invoice, a release lifts every hold that covers it, the customer's own too.
        return next(
            (
                done.at
                for done in self.done(Deed.RELEASED, customer)
                if done.at >= since and (not done.bills or not bills or done.bills & bills)
            ),
            None,
        )

    def heard_by(self, arrival: Arrival) -> datetime:
        """When the program can first have read it: not while it was down, or its mailbox could not be read."""
        at = arrival.at
        for begins, ends, deaf in self.pauses:
            if begins <= at < ends and (arrival.channel is Channel.EMAIL or not deaf):
                at = ends
        return at

    def people_at(self, address: str) -> set[str]:
        """The customers who were ever reached there."""
        return self._addresses.get(wire.plain(address), set())

    def addresses_of(self, customer: str) -> Iterator[set[str]]:
        """For each address of a customer, who was ever reached there."""
        return (people for people in self._addresses.values() if customer in people)

    def after(self, customer: str, at: datetime) -> Iterator[Sent]:
        """What went to a customer later than could honestly cross what happened at a moment."""
        return self._later(self.of_customer.get(customer, []), at)

    def after_at(self, address: str, at: datetime) -> Iterator[Sent]:
        """Likewise to an address or number, whoever's it is."""
        return self._later(self.at_address.get(wire.plain(address), []), at)

    @staticmethod
    def _later(sent: list[Sent], at: datetime) -> Iterator[Sent]:
        for place in range(bisect_right(sent, at + RESIDUAL, key=_marked_at), len(sent)):
            yield sent[place]

    def _moves(self, number: str) -> Iterator[tuple[datetime, date]]:
        latest: date | None = None
        for book, after in zip(self.ledgers, [*self._taken[1:], None], strict=True):
            bill, counts = book.bills.get(number), book.suspicious_until or book.taken_at
            # Books that were doubted until newer ones came never counted.
            if bill is None or bill.due_on is None or (after is not None and counts > after):
                continue
            if latest is None or bill.due_on > latest:
                latest = bill.due_on
                yield counts, latest

    def _import_of(self, book: Ledger) -> Mark | None:
        imports = self.story.imports
        place = bisect_left(imports, book.taken_at - CLOCKS, key=lambda known: known[0].at)
        for mark, exported in imports[place : place + 20]:
            if abs(exported - book.exported_at) < CLOCKS and abs(mark.at - book.taken_at) <= CLOCKS:
                return mark
        return None


def record(evidence: Evidence) -> Record:
    """Index a run."""
    books = sorted(evidence.ledgers, key=lambda book: book.taken_at)
    home = days.zone(evidence.rules.zone)
    assert home is not None, "the rules name the business's zone"
    pauses = [(*pause, False) for pause in evidence.outages] + [(*pause, True) for pause in evidence.deaf]
    made = Record(evidence, evidence.rules, home, story.tell(evidence.journal), _owners(books), books, sorted(pauses))
    made._taken = [book.taken_at for book in books]
    _file(made)
    made.sent = sorted((*_mails(made), *_notes(made)), key=lambda sent: sent.at)
    made.times = [sent.at for sent in made.sent]
    for sent in made.sent:
        if sent.customer is not None:
            made.of_customer[sent.customer].append(sent)
        made.at_address[sent.recipient].append(sent)
    for known in (*made.of_customer.values(), *made.at_address.values()):
        known.sort(key=_marked_at)
    return made


def _marked_at(sent: Sent) -> datetime:
    return sent.marked_at


def _owners(books: Iterable[Ledger]) -> dict[str, str]:
    """Whose each invoice is, over all versions of the books."""
    owner: dict[str, str] = {}
    for book in books:
        if not book.bills.keys() <= owner.keys():
            owner.update({number: bill.customer for number, bill in book.bills.items()})
    return owner


def _file(made: Record) -> None:
    for arrival in sorted(made.evidence.arrivals, key=lambda arrival: arrival.at):
        made.arrivals[arrival.customer or ""].append(arrival)
    for done in sorted(made.evidence.deeds, key=lambda done: done.at):
        made.deeds[done.deed, done.customer].append(done)
    seen: set[int] = set()
    for book in made.ledgers:
        if id(book.customers) in seen:
            continue
        seen.add(id(book.customers))
        for customer, party in book.customers.items():
            for each in party.emails | party.phones:
                made._addresses[wire.plain(each)].add(customer)
    _file_reminders(made)


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
                made._texts[plan.customer].append((mark, reminder.number))
    for marks in made._texts.values():
        marks.sort(key=lambda known: known[0].seq)


def _mails(made: Record) -> Iterator[Sent]:
    wrote = {wire.plain(arrival.address) for arrival in made.evidence.arrivals}
    for mail in sorted(made.evidence.mails, key=lambda mail: mail.at):
        letter = wire.letter(mail.content)
        recipient = wire.plain(mail.recipients[0]) if mail.recipients else ""
        ours = letter.reminder is not None or letter.all("x-reminderbot") == ("reminder",)
        if not ours and recipient not in made._addresses and recipient not in wrote:
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
        people = made._addresses.get(recipient, set())
        customer = plan.customer if plan is not None else _named(made, text, people)
        bills = tuple(_bills_of(made, text, customer, plan))
        yield _sent(made, text, Channel.SMS, recipient, customer, bills, number, marks, plan, None)


def _reminder_of(made: Record, text: Text, recipient: str) -> int | None:
    """A text carries no number: it is the customer's newest text that was marked, and that its words fit."""
    found: tuple[Mark, int] | None = None
    for customer in made._addresses.get(recipient, set()):
        known = made._texts.get(customer, [])
        place = bisect_right(known, text.at + CLOCKS, key=lambda each: each[0].at) - 1
        for mark, number in reversed(known[max(place - 3, 0) : place + 1]):
            if text.at - mark.at <= BEHIND_ITS_MARK and _fits(made, text, mark, number):
                found = max(found or (mark, number), (mark, number), key=lambda each: each[0].seq)
                break
    return found[1] if found else None


def _fits(made: Record, text: Text, mark: Mark, number: int) -> bool:
    plan = made.story.reminders[number].plan(mark.seq)
    return plan is not None and any(wire.names(text.body, each) for each in story.invoices(plan.data))


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
    customer = customer if customer is not None else min(made._addresses.get(recipient, set()), default=None)
    decided = claim or mark
    same = letter.message_id if letter is not None else number
    copy = made._copies.get((channel, same))
    earlier = marks[-2].at if len(marks) > 1 else copy
    if same is not None:
        made._copies[channel, same] = original.at
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
        by_person=_asked(made, customer, earlier, original.at),
        forgotten=mark is None and _forgotten(made, original.at),
    )


def _claim(made: Record, number: int | None, mark: Mark | None) -> Mark | None:
    if number is None or mark is None:
        return None
    return next((each for each in reversed(made.story.reminders[number].claimed) if each.seq < mark.seq), None)


def _asked(made: Record, customer: str | None, earlier: datetime | None, at: datetime) -> bool:
    """Whether a person asked for a second copy since the attempt before."""
    if customer is None or earlier is None:
        return False
    return any(earlier <= done.at <= at + CLOCKS for done in made.done(Deed.SENT_AGAIN, customer))


def _forgotten(made: Record, at: datetime) -> bool:
    return any(at <= each for each in made.evidence.restored) or any(at <= done.at for done in made.done(Deed.ADOPTED))
