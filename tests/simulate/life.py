"""The life of one business with the program in it: steps from event to event, and keeps the evidence.

Between two events nothing can happen: the world's own come from its calendar, the program's from the moments at which
it wants to look at somebody or send something. It is woken at other moments too, by chance.
"""

from __future__ import annotations

import heapq
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from reminderbot.clock import SteppedClock
from reminderbot.core.gate import GateCode
from reminderbot.core.inbound import Inbound, InboxUnavailable
from reminderbot.core.ladder import Channel as Way
from reminderbot.runs.clock import remember_time
from reminderbot.runs.deliver import deliver_once
from reminderbot.runs.listen import Listener
from reminderbot.runs.look_again import look_again_once
from reminderbot.runs.plan import plan_once
from reminderbot.runs.reconcile import reconcile_once
from reminderbot.runs.recover import begin
from reminderbot.store import decision
from tests.oracle.evidence import Arrival, Channel, Deed, Done, Evidence, Mail, Meaning, Text
from tests.oracle.export import journal
from tests.simulate.business import Business
from tests.simulate.desk import Desk
from tests.simulate.ends import Carrier, MailServer, Post
from tests.simulate.faults import plan_faults
from tests.simulate.office import Office
from tests.simulate.people import Person, knows
from tests.simulate.settings import OURS, install
from tests.simulate.words import Said
from tests.stories.world import OUR_NUMBER, Killed, TextsIn

# A carrier acts on these by itself.
_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
_HUMAN = frozenset(Meaning) - {Meaning.AWAY, Meaning.BOUNCE_HARD, Meaning.BOUNCE_SOFT}
_NUMBER = re.compile(r"INV-\d{5}")
# The daemon's tick.
_TICK = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(days=1)
_NEXT = """SELECT (SELECT min(next_review_at) FROM customer), (SELECT min(max(not_before, release_at)) FROM outbox
    WHERE state = 'planned' AND (approved_by IS NOT NULL OR NOT (needs_approval OR :approve)))"""
_DUE = "SELECT EXISTS (SELECT 1 FROM customer WHERE next_review_at <= ?)"
_WAITING_FOR = "SELECT customer_id FROM outbox WHERE state = 'planned' ORDER BY attempts DESC, reminder_id LIMIT 1"
_WAITS = """SELECT EXISTS (SELECT 1 FROM case_file WHERE resolved_at IS NULL)
    OR EXISTS (SELECT 1 FROM outbox WHERE state = 'uncertain' OR state = 'planned' AND approved_by IS NULL
               AND (needs_approval OR :approve)) OR EXISTS (SELECT 1 FROM setting WHERE key IN ('breaker', 'halted'))"""


class Life:
    """One business from its first day to its last."""

    def __init__(self, business: Business, folder: Path) -> None:
        self.business, self.folder = business, folder
        self.clock = SteppedClock(business.begins)
        self.counts: Counter[str] = Counter()
        self.dice = Random(f"life {business.seed}")
        self.office = Office(self)
        self.books = self.office.books
        self.post_office = MailServer(self.clock, Random(f"mail {business.seed}"), business.luck, self.tell)
        self.carrier = Carrier(self.clock, Random(f"texts {business.seed}"), business.luck, self.tell)
        self.post, self.texts_in = Post(self.clock, Random(f"looks {business.seed}"), business.luck), TextsIn()
        self.house = install(business, folder, self.clock, self.post_office, self.post, self.carrier, self.texts_in)
        self.people = {client.customer_id: Person(self, client) for client in business.clients}
        self.desk = Desk(self)
        self.post.catch_up = self._catch_up
        self.post_office.taken = self._delivered
        self.carrier.taken = self._delivered
        # The program's own view of its store costs forty times as much.
        self._store = sqlite3.connect(folder / "state" / "reminderbot.db", isolation_level=None)
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = 0
        self._number = 10000
        self._written_to: set[str] = set()
        # Whose each invoice is.
        self.owners: dict[str, str] = {}
        self._listener = Listener(self.house)
        self._pause = _TICK
        # What the program has not been shown yet.
        self._has_mail, self._reads_at = True, business.begins
        # What kept messages back is asked about again then; somebody or something woke the program.
        self._again_at, self._is_awake = business.begins, False
        # Faults.
        self.is_off = False
        self.outages: list[tuple[datetime, datetime]] = []
        self.deaf: list[tuple[datetime, datetime]] = []
        # Evidence.
        self.arrivals: list[Arrival] = []
        self.deeds: list[Done] = []

    # ---- time

    def at(self, moment: datetime, act: Callable[[], None]) -> None:
        """Have something happen then, or at once where that has passed."""
        self._order += 1
        heapq.heappush(self._events, (moment.astimezone(UTC), self._order, act))

    def tell(self, what: str) -> None:
        """Count that it happened."""
        self.counts[what] += 1

    def live(self) -> Evidence:
        """All of it; gives what is left behind."""
        self._begin()
        with closing(self._store):
            while (moment := self._next()) < self.business.ends:
                self.clock.move_to(max(moment, self.clock.now()))
                self._catch_up()
                if not self.is_off and (self._is_awake or self._wanted() <= self.clock.now()):
                    self._tick()
        self._listener.close()
        self.house.store.close()
        return self._evidence()

    def _begin(self) -> None:
        for person in self.people.values():
            person.begin()
        self._catch_up()
        begin(self.house)
        self._every_morning(self.business.begins.astimezone(self.business.zone).date())
        plan_faults(self)
        self._wakes_by_chance()
        # The first days show only what would leave.
        self.at(self.business.begins + timedelta(days=self.dice.uniform(0.1, 4)), self.desk.go_live)
        self.office.export(self.business.begins)
        self.office.take()

    def _next(self) -> datetime:
        world = self._events[0][0] if self._events else self.business.ends
        if self.is_off:
            return world
        now = self.clock.now()
        soonest = self._wanted()
        if soonest <= now:
            soonest = now + _TICK
        else:
            # A machine has other things to do as well.
            soonest += timedelta(seconds=self.dice.choice((0, 5, 40, 900, 1800, 3600)))
        return min(soonest, world)

    def _wanted(self) -> datetime:
        """When the program next wants to look at somebody, or to send or read something."""
        look, send = self._store.execute(_NEXT, {"approve": self.business.mode == "approve"}).fetchone()
        wanted = [datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in (look,) if moment]
        if send:
            wanted.append(max(datetime.fromisoformat(send).replace(tzinfo=UTC), self._again_at))
        if self._has_mail:
            wanted.append(self._reads_at)
        return min(wanted, default=self.business.ends)

    def _catch_up(self) -> None:
        """Let everything happen whose time has come."""
        while self._events and self._events[0][0] <= self.clock.now():
            heapq.heappop(self._events)[2]()

    def _every_morning(self, day: date) -> None:
        zone = self.business.zone
        at = datetime.combine(day, time(6, 30), zone) + timedelta(minutes=self.dice.randrange(90))
        if day.weekday() in self.business.rules.weekdays or self.dice.random() < 0.1:
            self.at(at, lambda: self.office.export(at.astimezone(UTC)))
        if at < self.business.ends:
            self.at(datetime.combine(day + timedelta(days=1), time(0), zone), lambda: self._tomorrow(day))

    def _tomorrow(self, day: date) -> None:
        self._every_morning(day + timedelta(days=1))

    def _wakes_by_chance(self) -> None:
        self._is_awake = True
        at = self.clock.now() + timedelta(days=self.dice.expovariate(1 / 6))
        if at < self.business.ends:
            self.at(at, self._wakes_by_chance)

    # ---- the program

    def _tick(self) -> None:
        """Every job once, in the daemon's order."""
        self._is_awake, awake = False, self._is_awake
        try:
            if self._has_mail:
                self._look()
            self._plan()
            if awake or self._again_at <= self.clock.now():
                self._deliver()
            self._plan()
        except Killed:
            self.restart()
        remember_time(self.house)
        if self.dice.random() < 0.02:
            self._second_look()
        if self._store.execute(_WAITS, {"approve": self.business.mode == "approve"}).fetchone()[0]:
            self.desk.call()

    def asks_again(self) -> None:
        """What kept messages back may have changed."""
        self._again_at = self.clock.now()

    def restart(self) -> None:
        """The program begins anew after its end, however it came."""
        self._listener = Listener(self.house)
        begin(self.house)
        self.tell("program: started again")

    def back_again(self) -> None:
        """After an outage: what was exported and what came in meanwhile is there."""
        self._expects_mail()
        self.office.back_again()

    def hears_again(self) -> None:
        """An inbox can be read again."""
        self._expects_mail()

    def _tries_again(self) -> None:
        """A look that broke off is made again soon; one that cannot be made, when that is over."""
        if not (self.post.down or self.texts_in.down):
            self.tell("look: broke off")
            self._expects_mail()

    def _expects_mail(self) -> None:
        if not self._has_mail:
            self._has_mail = True
            self._reads_at = self.clock.now() + timedelta(seconds=self.dice.randrange(1, 60))

    def _plan(self) -> None:
        rounds = 0
        while self._is_anybody_due() and plan_once(self.house):
            rounds += 1
            assert rounds < 50, "planning never comes to rest"

    def _is_anybody_due(self) -> bool:
        return bool(self._store.execute(_DUE, (f"{self.clock.now():%F %T.%f}",)).fetchone()[0])

    def _deliver(self) -> None:
        due = self._store.execute(_NEXT, {"approve": self.business.mode == "approve"}).fetchone()[1]
        if due is None or datetime.fromisoformat(due).replace(tzinfo=UTC) > self.clock.now():
            return
        self.office.date_files()
        try:
            done = deliver_once(self.house, self._listener.look)
        except InboxUnavailable:
            self._listener.close()
            self._tries_again()
            self.tell("stop: inbox unavailable")
            self._again_at = self.clock.now() + timedelta(minutes=30)
            return
        for stop in done.stops:
            self.tell(f"stop: {stop.kind}")
        if done.stops or not (done.accepted or done.deferred or done.uncertain or done.refused or done.withdrawn):
            # Something keeps it back: it is asked again, less and less often.
            self._again_at = self.clock.now() + self._pause * self.dice.uniform(0.5, 1.5)
            self._pause = min(self._pause * 60, _LONGEST_PAUSE)
        else:
            self._pause = _TICK

    def _look(self) -> None:
        try:
            self._listener.look()
            self._has_mail = False
        except InboxUnavailable:
            self._listener.close()
            self._has_mail = False
            self._tries_again()

    def _second_look(self) -> None:
        try:
            look_again_once(self.house)
        except InboxUnavailable:
            self.tell("second look: unavailable")
        reconcile_once(self.house)

    # ---- the books

    def next_number(self, owner: str) -> str:
        """The number of a new invoice of `owner`."""
        self._number += 1
        number = f"INV-{self._number}"
        self.owners[number] = owner
        return number

    # ---- what leaves and what comes

    def waiting_for(self) -> str | None:
        """A customer for whom a message waits; rather one that was tried before."""
        found = self._store.execute(_WAITING_FOR).fetchone()
        return found[0] if found else None

    def _delivered(self, message: Mail | Text) -> None:
        self.tell(f"sent: {'mail' if isinstance(message, Mail) else 'text'}")
        self._written_to.add(message.recipients[0] if isinstance(message, Mail) else message.recipient)
        reader = self._reader_of(message)
        self._tell_ladder(reader.client.customer_id)
        reader.hears(message)

    def _tell_ladder(self, key: str) -> None:
        """Count on whose ladder a message was sent."""
        with self.house.store.reading() as connection:
            kept = decision.latest(connection, key)
        gates = kept.made.gates if kept else ()
        self.tell(
            f"ladder of: {next((g.values['segment'] for g in gates if g.code is GateCode.PATIENCE), 'everybody')}"
        )

    def _reader_of(self, message: Mail | Text) -> Person:
        """Whom it is about: several customers may share a mailbox."""
        text = message.content.replace(b"=\r\n", b"").decode() if isinstance(message, Mail) else message.body
        named = next((n for n in _NUMBER.findall(text) if n in self.owners), "")
        address = message.recipients[0] if isinstance(message, Mail) else message.recipient
        if named:
            return self.people[self.owners[named]]
        return next(person for person in self.people.values() if address in (person.email, person.phone))

    @property
    def heard(self) -> int:
        return len(self.arrivals)

    def mail_in(self, raw: bytes, said: Said, customer: str | None, address: str) -> None:
        """A mail arrives in our mailbox."""
        now = self.clock.now()
        self.post.mails.append(Inbound(Way.EMAIL, f"INBOX/7/{len(self.post.mails) + 1}", now, raw))
        self._heard(Arrival(now, Channel.EMAIL, raw, said.means, customer, address, day=said.day))

    def text_in(self, said: Said, customer: str, number: str) -> None:
        """A text message arrives."""
        now = self.clock.now()
        raw = said.text.encode()
        sid = f"SM{len(self.texts_in.texts):032d}"
        self.texts_in.texts.append(Inbound(Way.SMS, sid, now, raw, sender=number, recipient=OUR_NUMBER))
        if said.text.strip().upper() in _STOP:
            self.carrier.stopped.add(number)
        self._heard(Arrival(now, Channel.SMS, raw, said.means, customer, number, day=said.day))

    def _heard(self, arrival: Arrival) -> None:
        if not self._can_know(arrival):
            arrival = replace(arrival, customer=None)
        self.arrivals.append(arrival)
        self._expects_mail()
        for meaning in sorted(arrival.means):
            self.tell(f"arrival: {meaning} by {arrival.channel}")
        if arrival.customer and arrival.means & _HUMAN:
            self.desk.open.setdefault(arrival.customer, []).append((arrival.means, arrival.at))

    def _can_know(self, arrival: Arrival) -> bool:
        """Whether anything in it tells whose it is: an address that the ledger told, a number, what it answers."""
        listed = self.office.party(arrival.customer or "")
        known = arrival.address in self._written_to or bool(listed and knows(listed, arrival.address))
        return known or any(mark in arrival.content for mark in (b"In-Reply-To:", b"INV-", b"accounts+"))

    def did(self, deed: Deed, customer: str | None = None, bills: Iterable[str] = (), **more: Any) -> None:
        """A person did something."""
        self.deeds.append(Done(self.clock.now(), deed, customer, frozenset(bills), **more))
        self.tell(f"deed: {deed}")

    def _evidence(self) -> Evidence:
        lines = journal(self.folder / "state" / "reminderbot.db")
        for line in lines:
            word = line.data.get("outcome") or (line.data.get("kind") if line.kind in ("held", "case_opened") else "")
            self.tell(f"{line.kind}: {word}" if word else line.kind)
            if line.kind == "planned":
                self.tell(f"tier: {line.data['tier']} by {line.data['channel']}")
        return Evidence(
            rules=self.business.rules,
            ledgers=tuple(self.office.ledgers),
            mails=tuple(self.post_office.mails),
            texts=tuple(self.carrier.texts),
            arrivals=tuple(self.arrivals),
            deeds=tuple(self.deeds),
            journal=lines,
            outages=tuple(self.outages),
            deaf=tuple(self.deaf),
            ours=OURS,
            ended_at=self.business.ends,
        )
