"""The world around the bot: customers who act on what reaches them, real mail and texts in, money booked."""

from __future__ import annotations

import heapq
import smtplib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from reminderbot.demo import answers
from reminderbot.demo.books import Books
from reminderbot.demo.evidence import EMAIL, SMS, Booked, Called, Evidence, Message, Party, Release, Word
from reminderbot.demo.people import BUSINESS, OUR_NUMBER, ZONE, Away, Bounces, OwnerAct, Pays, Person, Says, owner_acts
from reminderbot.demo.post_office import PostOffice
from reminderbot.demo.recognise import Letters
from reminderbot.demo.twilio_standin import TwilioStandIn

Deed = Says | Away | Bounces | Pays | OwnerAct
News = Word | Booked | OwnerAct


@dataclass(frozen=True, slots=True)
class Read:
    """A message that has reached its customer, and which letter it is."""

    message: Message
    party: Party
    tier: str


@dataclass(order=True)
class _Coming:
    at: datetime
    # Two things of the same moment keep their order.
    turn: int
    person: Person = field(compare=False)
    deed: Deed = field(compare=False)
    to: Message | None = field(compare=False, default=None)


class World:
    """Everybody but the bot."""

    def __init__(
        self, people: tuple[Person, ...], books: Books, post: PostOffice, twilio: TwilioStandIn, letters: Letters
    ) -> None:
        self.books, self._post, self._twilio, self._letters = books, post, twilio, letters
        self._people = {person.party.customer_id: person for person in people}
        parties = tuple(person.party for person in people)
        self.evidence = Evidence(BUSINESS["name"], ZONE, parties, turned=post.turned, booked=books.booked)
        self._coming: list[_Coming] = []
        self._mails = self._texts = 0
        self._counts: Counter[tuple[str, str]] = Counter()
        for act in owner_acts():
            self._expect(act.at, self._people[act.customer_id], act)

    def next_at(self) -> datetime | None:
        """When somebody does something next."""
        return self._coming[0].at if self._coming else None

    def happen(self, now: datetime, at_the_desk: Callable[[OwnerAct], None]) -> list[News]:
        """Do what has come due; what the owner does, `at_the_desk` does in the bot."""
        news: list[News] = []
        while self._coming and self._coming[0].at <= now:
            coming = heapq.heappop(self._coming)
            news.append(self._do(coming, now, at_the_desk))
        return news

    def read(self) -> list[Read]:
        """What has reached customers since the last time; they make up their minds about it."""
        mails = self._post.received[self._mails :]
        texts = [Message(t.at, SMS, t.sender, t.recipient, t.body.encode()) for t in self._twilio.accepted]
        new = [*mails, *texts[self._texts :]]
        self._mails += len(mails)
        self._texts = len(texts)
        self.evidence.messages += new
        found = [self._read(message) for message in new]
        return [one for one in found if one is not None]

    def _read(self, message: Message) -> Read | None:
        party = self.evidence.reached_at(message.recipient)
        if party is None:
            return None
        tier = self._letters.tier(message)
        key = tier if message.channel == EMAIL else f"{tier}/sms"
        self._counts[party.customer_id, key] += 1
        count = self._counts[party.customer_id, key]
        called = key if count == 1 else f"{key}#{count}"
        person = self._people[party.customer_id]
        for act in person.acts:
            if act.on == called:
                self._expect(message.at + timedelta(hours=act.hours), person, act.does, message)
        return Read(message, party, tier)

    def _expect(self, at: datetime, person: Person, deed: Deed, to: Message | None = None) -> None:
        heapq.heappush(self._coming, _Coming(at, len(self._coming), person, deed, to))

    def _do(self, coming: _Coming, now: datetime, at_the_desk: Callable[[OwnerAct], None]) -> News:
        deed, party = coming.deed, coming.person.party
        match deed:
            case Pays():
                return self._pay(party, deed, now)
            case OwnerAct():
                return self._owner(deed, now, at_the_desk)
            case Says() | Away() | Bounces():
                assert coming.to is not None
                word = self._word(party, deed, now)
                self.evidence.words.append(word)
                self._send(coming.person, deed, coming.to, now)
                return word
            case _:
                assert_never(deed)

    def _pay(self, party: Party, deed: Pays, now: datetime) -> Booked:
        bill = next(bill for bill in party.bills if bill.number == deed.invoice)
        entry = Booked(now, party.customer_id, deed.invoice, deed.amount or self.evidence.owed(bill, now))
        self.books.book(entry)
        return entry

    def _owner(self, act: OwnerAct, now: datetime, at_the_desk: Callable[[OwnerAct], None]) -> OwnerAct:
        if act.credit is not None:
            self.books.book(Booked(now, act.customer_id, *act.credit, kind="credit_note"))
        if act.releases:
            self.evidence.releases.append(Release(now, act.customer_id))
        if act.calls:
            self.evidence.calls.append(Called(now, act.customer_id))
        at_the_desk(act)
        return act

    @staticmethod
    def _word(party: Party, deed: Says | Away | Bounces, now: datetime) -> Word:
        match deed:
            case Says():
                return Word(now, party.customer_id, deed.channel, deed.text, deed.quiet_until, deed.closes)
            case Away():
                return Word(now, party.customer_id, EMAIL, deed.text, deed.quiet_until, by="their mailbox")
            case Bounces():
                return Word(
                    now, party.customer_id, EMAIL, f"Not delivered: {deed.text}.", closes=EMAIL, by="their server"
                )
            case _:
                assert_never(deed)

    def _send(self, person: Person, deed: Says | Away | Bounces, to: Message, now: datetime) -> None:
        """By SMTP or through the stand-in, as it would come in life."""
        match deed:
            case Says(channel="sms"):
                self._twilio.receive(person.party.phone, OUR_NUMBER, deed.text, now)
                return
            case Says():
                outward = answers.reply(to, person.contact, deed.text, now)
            case Away():
                outward = answers.away(to, person.contact, deed.text, now)
            case Bounces():
                outward = answers.not_delivered(to, deed.text, now)
            case _:
                assert_never(deed)
        with smtplib.SMTP("127.0.0.1", self._post.smtp_port, timeout=10) as server:
            server.sendmail(outward.sender, outward.recipient, outward.raw)
