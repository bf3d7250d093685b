"""A business whose customers never answer, lived tick by tick by the real runs: what its plan is measured against.

A tick comes at the very moment at which something is wanted, and takes no time. Everything that asks for a person's
yes gets it at once, as the plan takes it to.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from sqlalchemy import select

from reminderbot.clock import SteppedClock
from reminderbot.core.calendar import start_of_day
from reminderbot.core.delivery import SAID
from reminderbot.core.money import Money, subtotals
from reminderbot.desk import hold, promise
from reminderbot.desk.door import look_at
from reminderbot.desk.outlook import Outlook, outlook
from reminderbot.desk.sending import approvable, approve, go_live
from reminderbot.runs.deliver import deliver_once
from reminderbot.runs.plan import plan_once
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.store import setting
from reminderbot.store.tables import case, outbox
from reminderbot.store.tables import hold as held
from tests.simulate.books import Books
from tests.simulate.business import Business, invent
from tests.simulate.ends import Carrier, MailServer, Post
from tests.simulate.settings import install
from tests.stories.world import TextsIn

_WANTED = """SELECT (SELECT min(next_review_at) FROM customer),
    (SELECT min(max(not_before, release_at)) FROM outbox WHERE state = 'planned')"""
_MOST_TICKS_AT_ONCE = 200

# When, to whom, by which way, in which tier, about which invoices, over which sums.
Said = tuple[datetime, str, str, str, tuple[str, ...], tuple[Money, ...]]
# When, about whom, of which kind.
Called = tuple[datetime, str, str]


class Quiet:
    """One such business from the day on which it takes up the program."""

    def __init__(self, seed: int, folder: Path) -> None:
        business = invent(seed)
        self.business = business = replace(business, luck=0, begins=business.begins + timedelta(minutes=seed % 1440))
        self._dice = Random(f"quiet {seed}")
        self.clock = SteppedClock(business.begins)
        mail = MailServer(self.clock, self._dice, 0, str)
        carrier = Carrier(self.clock, self._dice, 0, str)
        mail.slow = carrier.slow = 0
        post = Post(self.clock, self._dice, 0)
        self.house = install(business, folder, self.clock, mail, post, carrier, TextsIn())
        # The program's own view of its store costs forty times as much.
        self._store = sqlite3.connect(folder / "state" / "reminderbot.db", isolation_level=None)
        self._write_books(business)
        go_live(self.house, "olivia")

    def close(self) -> None:
        self._store.close()
        self.house.store.close()

    # ---- the books, and what people have said and done before the plan is made

    def _write_books(self, business: Business) -> None:
        books, today = Books(), self.clock.now().date()
        numbers = iter(range(10001, 20000))
        for client in business.clients:
            books.list_customer(client, client.party)
            for _ in range(self._dice.choice((1, 1, 2, 3))):
                self._bill(books, f"INV-{next(numbers)}", client.customer_id, today)
        books.export(self.house.ledger_folder, self.clock.now())
        take_ledger(self.house, even_if_suspicious=True, actor="olivia")

    def _bill(self, books: Books, number: str, customer: str, today: date) -> None:
        dice = self._dice
        due = today + timedelta(days=dice.randrange(-60, 40))
        total = Decimal(dice.randrange(1500, 400000)) / 100
        books.issue(number, customer, due - timedelta(days=30), due, self.business.currency, total)
        match dice.randrange(14):
            case 0:
                books.receive(customer, number, today, self.business.currency, round(total / 2, 2), "payment")
            case 1:
                books.receive(customer, "", today, self.business.currency, round(total / 3, 2), "payment")
            case 2:
                books.change(number, status="disputed")

    def people_act(self) -> None:
        """Some promise, some are left in peace for a while or for good."""
        today = self.clock.now().astimezone(self.business.zone).date()
        with self.house.store.reading() as connection:
            known_to_people = [row.customer_id for row in connection.execute(select(case.c.customer_id)).all()]
        for client in self.business.clients:
            until = today + timedelta(days=self._dice.randrange(1, 30))
            if client.customer_id in known_to_people:
                continue
            match self._dice.randrange(10):
                case 0:
                    promise.note(self.house, "carla", client.customer_id, until)
                case 1:
                    hold.place(self.house, "carla", client.customer_id, until)
                case 2:
                    hold.place(self.house, "carla", client.customer_id)

    # ---- what is foreseen, and what happens

    def foresee(self, days: int) -> Outlook:
        with self.house.store.reading() as connection:
            return outlook(self.house, connection, days)

    def live(self, days: int) -> None:
        """Go on to the end of the day so many days ahead."""
        today = self.clock.now().astimezone(self.business.zone).date()
        until = start_of_day(today + timedelta(days=days + 1), self.business.zone)
        ticks, before = 0, self.clock.now()
        while (moment := self._wanted()) is not None and moment < until:
            self.clock.move_to(max(moment, self.clock.now()))
            ticks = ticks + 1 if self.clock.now() == before else 0
            assert ticks < _MOST_TICKS_AT_ONCE, "the runs never come to rest"
            before = self.clock.now()
            self._tick()
        self.clock.move_to(until)

    def _wanted(self) -> datetime | None:
        found = self._store.execute(_WANTED).fetchone()
        return min((datetime.fromisoformat(at).replace(tzinfo=UTC) for at in found if at), default=None)

    def _tick(self) -> None:
        """Both runs once, with everything fresh, and a person beside them who says yes."""
        self._look()
        self._plan()
        self._say_yes()
        if any(stop.kind == "unusual batch" for stop in deliver_once(self.house, self._look).stops):
            self._say_yes()
            deliver_once(self.house, self._look)

    def _plan(self) -> None:
        while plan_once(self.house):
            pass

    def _look(self) -> None:
        with self.house.store.writing() as connection:
            for key in (setting.INBOX_READ_AT, setting.SMS_READ_AT, setting.LEDGER):
                setting.put_moment(connection, key, self.clock.now())

    def _say_yes(self) -> None:
        with self.house.store.reading() as connection:
            waiting = approvable(connection, look_at(self.house, connection).mode)
        approve(self.house, "olivia", [one.reminder_id for one in waiting if one.needed])

    def said(self, since: datetime) -> list[Said]:
        """What has left since then."""
        states = [state.value for state in SAID]
        query = select(outbox).where(outbox.c.state.in_(states), outbox.c.claimed_at >= since)
        with self.house.store.reading() as connection:
            rows = connection.execute(query).all()
        return sorted((r.claimed_at, r.customer_id, r.channel, r.tier, tuple(r.lists), _sums(r.balances)) for r in rows)

    def held(self, kind: str) -> int:
        """How many pauses of a kind there are."""
        with self.house.store.reading() as connection:
            return len(connection.execute(select(held).where(held.c.kind == kind)).all())

    def called(self, since: datetime) -> list[Called]:
        """Whom it has called for since then."""
        with self.house.store.reading() as connection:
            rows = connection.execute(select(case).where(case.c.opened_at >= since)).all()
        return sorted((row.opened_at, row.customer_id, row.kind) for row in rows)


def _sums(balances: list[list[str]]) -> tuple[Money, ...]:
    return subtotals(Money(Decimal(amount), currency) for _, amount, currency in balances)


def messages_of(seen: Outlook) -> list[Said]:
    """What a plan says will leave."""
    return sorted(
        (one.at, one.customer.customer_id, one.send.channel.value, one.send.tier, one.send.lists, one.owed)
        for one in seen.messages
    )


def calls_of(seen: Outlook) -> list[Called]:
    """For what a plan says a person will be called."""
    return sorted((task.at, task.customer.customer_id, task.case.kind.value) for task in seen.tasks)


@contextmanager
def quiet(seed: int, folder: Path) -> Iterator[Quiet]:
    """The business of this seed."""
    with closing(Quiet(seed, folder)) as business:
        yield business
