"""One run, indexed once: what was sent to whom about what, by which books, and what was said and done around it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.oracle import days, wire
from tests.oracle.evidence import (
    Arrival,
    Bill,
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
from tests.oracle.story import Mark, Story

# How far the server's clock and the program's may be apart when both tell of the same moment.
CLOCKS = timedelta(seconds=2)
# What reached the mailbox so shortly before the mark that goes before the wire may honestly not have been seen.
RESIDUAL = timedelta(seconds=60)
# So long a server is waited for after the last byte.
FINAL_DOT = timedelta(seconds=600)
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
    # A person's own words to a customer: no reminder, and none of a reminder's tiers, holds and hours.
    answer: bool = False
    # Sent before the store forgot it; a person has vouched for the store since.
    forgotten: bool = False

    @property
    def left_at(self) -> datetime:
        """When the program let it go; a server may take a while to say that it has it, but no longer than we wait."""
        return max(self.marked_at, self.at - FINAL_DOT)

    @property
    def name(self) -> str:
        """How an alarm calls it."""
        number = "" if self.reminder is None else f"reminder {self.reminder}, "
        return f"{number}{self.tier or 'unknown tier'} by {self.channel} about {', '.join(self.bills) or 'no invoice'}"


@dataclass(slots=True)
class _Moves:
    """The due dates of one invoice that counted, read up to a version of the books."""

    place: int
    days: list[tuple[datetime, date]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Record:
    """The evidence, and every index that the rules need."""

    evidence: Evidence
    rules: Rules
    home: ZoneInfo
    story: Story
    ledgers: list[Ledger]
    pauses: list[tuple[datetime, datetime, bool]]
    # Whose each invoice is, over all versions of the books.
    owner: dict[str, str] = field(default_factory=dict)
    # By invoice, the first version of the books that lists it.
    first_listed: dict[str, int] = field(default_factory=dict)
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
    taken: list[datetime] = field(default_factory=list)
    # When the newest copy of each message was taken, while they are gone through.
    copies: dict[tuple[Channel, object], datetime] = field(default_factory=dict)
    _dues: dict[str, _Moves] = field(default_factory=dict)
    people: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    texts: dict[str, list[tuple[Mark, int]]] = field(default_factory=lambda: defaultdict(list))

    def party(self, sent: Sent) -> Party:
        """The customer as the newest of the books that counted knows them."""
        return self.party_at(sent.customer, sent.books)

    def party_at(self, customer: str | None, books: tuple[Ledger, ...]) -> Party:
        """The customer as these books know them; somebody of no zone or address where they do not."""
        return next((known for book in books if (known := book.customers.get(customer or "")) is not None), _NOBODY)

    def zones(self, sent: Sent) -> tuple[ZoneInfo, ...]:
        """Every zone the customer may live in."""
        party = self.party(sent)
        return days.zones_of(party.zone, party.country, party.phones, self.rules.zone)

    def dates(self, sent: Sent) -> set[date]:
        """The day of a message, at the customer's and at the business."""
        return days.local_dates(sent.at, (*self.zones(sent), self.home))

    def books_at(self, at: datetime, seq: int | None = None) -> tuple[Ledger, ...]:
        """The version of the books that counted at a moment; both where one came in then and no journal tells."""
        place = bisect_right(self.taken, at) - 1
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
        moves = self._dues.setdefault(number, _Moves(self.first_listed.get(number, len(self.ledgers))))
        for place in range(moves.place, bisect_right(self.taken, at)):
            self._move(moves, number, place)
            moves.place = place + 1
        known = [day for since, day in moves.days if since <= at]
        return known[-1] if known else None

    def retained_until(self, number: str, sent: Sent) -> date | None:
        """From when a part of an invoice is due that was not before; None: no part, or from no day anybody knows."""
        bills = (book.bills[number] for book in sent.books if number in book.bills)
        return next((bill.retained_until for bill in bills if bill.retained), None)

    def done(self, deed: Deed, customer: str | None = None) -> list[Done]:
        """What people did, in its order: with this customer, or with all of them."""
        of_all = self.deeds.get((deed, None), [])
        if customer is None:
            return of_all
        of_one = self.deeds.get((deed, customer), [])
        return sorted((*of_one, *of_all), key=lambda done: done.at) if of_all else of_one

    def each(self, deed: Deed) -> Iterator[Done]:
        """What people did with single customers."""
        return (done for (what, who), all_of in self.deeds.items() if what is deed and who for done in all_of)

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
        return self.people.get(wire.plain(address), set())

    def listed_at(self, address: str, book: Ledger) -> set[str]:
        """The customers who have this address or number by one version of the books."""
        there = self.people_at(address)
        return {who for who in there if who in book.customers and _has(book.customers[who], address)}

    def addresses_of(self, customer: str) -> Iterator[set[str]]:
        """For each address of a customer, who was ever reached there."""
        return (people for people in self.people.values() if customer in people)

    def after(self, customer: str, at: datetime) -> Iterator[Sent]:
        """What went to a customer later than could honestly cross what happened at a moment."""
        return self._later(self.of_customer.get(customer, []), at)

    def after_at(self, address: str, at: datetime) -> Iterator[Sent]:
        """Likewise to an address or number, whoever's it is."""
        return self._later(self.at_address.get(wire.plain(address), []), at)

    @staticmethod
    def _later(sent: list[Sent], at: datetime) -> Iterator[Sent]:
        for place in range(bisect_right(sent, at + RESIDUAL, key=marked_at), len(sent)):
            yield sent[place]

    def _move(self, moves: _Moves, number: str, place: int) -> None:
        book = self.ledgers[place]
        bill, counts = book.bills.get(number), book.suspicious_until or book.taken_at
        # Books that were doubted until newer ones came never counted.
        doubted = place + 1 < len(self.ledgers) and counts > self.taken[place + 1]
        if bill is None or bill.due_on is None or doubted:
            return
        if not moves.days or bill.due_on > moves.days[-1][1]:
            moves.days.append((counts, bill.due_on))

    def _import_of(self, book: Ledger) -> Mark | None:
        imports = self.story.imports
        place = bisect_left(imports, book.taken_at - CLOCKS, key=lambda known: known[0].at)
        for mark, exported in imports[place : place + 20]:
            if abs(exported - book.exported_at) < CLOCKS and abs(mark.at - book.taken_at) <= CLOCKS:
                return mark
        return None


def due_part(bill: Bill, left: Decimal, today: date) -> tuple[date | None, Decimal]:
    """When what may be asked for falls due, and how much it is, where so much is `left` of a bill.

    A part may be due only later by agreement; where nothing else is left, its own day takes the due date's place.
    """
    if 0 < left <= bill.retained:
        return bill.retained_until, left
    is_later = bill.retained_until is None or today < bill.retained_until
    return bill.due_on, left - (bill.retained if is_later else 0)


def _has(party: Party, address: str) -> bool:
    return wire.plain(address) in map(wire.plain, party.emails | party.phones)


def marked_at(sent: Sent) -> datetime:
    """What messages are searched by."""
    return sent.marked_at
