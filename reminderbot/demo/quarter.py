"""Steps the clock through a quarter, from one thing that happens to the next, and does every real run at each."""

from __future__ import annotations

from datetime import datetime

from reminderbot.clock import SteppedClock
from reminderbot.core.event import Event
from reminderbot.core.inbound import InboxUnavailable
from reminderbot.demo import owner
from reminderbot.demo.people import START, lasting
from reminderbot.demo.story import Story
from reminderbot.demo.world import World
from reminderbot.house import House
from reminderbot.ledger.csv_report import LedgerMistakes
from reminderbot.runs.clock import remember_time
from reminderbot.runs.deliver import deliver_once
from reminderbot.runs.listen import Listener
from reminderbot.runs.plan import plan_once
from reminderbot.runs.reconcile import reconcile_once
from reminderbot.runs.recover import recover
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.store import decision, journal, listing, outbox

# Four times what it takes.
MOST_STEPS = 400


class Quarter:
    """One run of the demo; `troubles` says what kept the bot from its work, which in the demo nothing should."""

    def __init__(self, house: House, clock: SteppedClock, world: World, story: Story) -> None:
        self._house, self._clock, self._world, self._story = house, clock, world, story
        self._door = Listener(house)
        self._told = 0
        self.troubles: list[str] = []
        self.steps = 0

    def live_through(self) -> None:
        """From the first import to the last day."""
        try:
            recover(self._house)
            self._world.books.export(self._clock.now())
            self._take_ledger()
            self._look()
            owner.say_go(self._house)
            self._story.opens(self._house)
            self._tell_journal()
            self._step(START)
            while (at := self._next()) is not None and at <= START + lasting() and self._goes_on():
                self._step(at)
        finally:
            self._door.close()

    def _goes_on(self) -> bool:
        """False, which is a trouble, where the bot keeps itself busy without end."""
        if self.steps >= MOST_STEPS:
            self.troubles.append(f"{MOST_STEPS} steps have not brought the quarter to its end")
        return self.steps < MOST_STEPS

    def _next(self) -> datetime | None:
        """When somebody acts, an account is to be looked at again, or a planned reminder may leave."""
        now = self._clock.now()
        moments = [self._world.next_at()]
        with self._house.store.reading() as connection:
            for customer_id in listing.owing(connection):
                latest = decision.latest(connection, customer_id)
                moments.append(latest.made.review_at if latest else None)
            for row in outbox.planned(connection):
                if not row.needs_approval or row.approved_by:
                    moments.append(max(row.not_before, row.release_at))
        return min((at for at in moments if at is not None and at > now), default=None)

    def _step(self, at: datetime) -> None:
        self._clock.move_to(at)
        self._story.moves_to(at)
        for news in self._world.happen(at, lambda act: owner.settle(self._house, act)):
            self._story.happens(news)
        self._world.books.export(at)
        self._run()
        self._tell_journal()
        for read in self._world.read():
            self._story.arrives(read)
        self.steps += 1

    def _run(self) -> None:
        """The daemon's ticks, each once."""
        self._take_ledger()
        self._look()
        self._plan()
        try:
            done = deliver_once(self._house, self._look)
        except InboxUnavailable as error:
            self.troubles.append(str(error))
        else:
            self.troubles += done.troubles + [f"{stop.why}: {stop.cure}" for stop in done.stops]
        self._plan()
        reconcile_once(self._house)
        remember_time(self._house)

    def _take_ledger(self) -> None:
        if not self._world.books.is_new():
            return
        try:
            taken = take_ledger(self._house)
        except LedgerMistakes as error:
            self.troubles += error.sentences
        else:
            self.troubles += taken.held

    def _look(self) -> None:
        self._door.look()

    def _plan(self) -> None:
        while plan_once(self._house):
            pass

    def _tell_journal(self) -> None:
        """What the bot has made of it, from its own journal."""
        with self._house.store.reading() as connection:
            lines = journal.read(connection, limit=200)
        new: list[Event] = [event for number, event in reversed(lines) if number > self._told]
        self._told = max((number for number, _ in lines), default=self._told)
        self._story.concludes(new)
