"""Everything that happens to a store, in any order: the real store, entered by the product's own doors."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from reminderbot.core.delivery import Accepted, Blame, Deferred, Outcome, Refused, Uncertain
from reminderbot.core.ladder import Channel
from reminderbot.core.lane import Reason
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.note import CallResult
from reminderbot.core.plan import Every
from reminderbot.demo.answers import not_delivered
from reminderbot.demo.evidence import Message
from reminderbot.desk import case as desk_case
from reminderbot.desk import hold as desk_hold
from reminderbot.desk import payment as desk_payment
from reminderbot.desk import plan as desk_plan
from reminderbot.desk import promise as desk_promise
from reminderbot.desk import refusal, sending
from reminderbot.desk import uncertain as desk_uncertain
from reminderbot.desk.call import Said, call
from reminderbot.desk.find import Exactly
from reminderbot.runs.clock import remember_time
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.store.tables import inbound, outbox, outbox_step
from tests.faults.life import Reader
from tests.store.between import Between, WatchedLog, WatchedStore
from tests.store.facts import LIFTED, Answer, Books, Copy, Facts, Key, owner
from tests.store.stage import PEOPLE, START, Stage, reopened
from tests.stories.world import LONDON, Killed, Mailbox, Sent, TextsIn, moment

WORDS = {
    "dispute": "We dispute this invoice: the goods never came.",
    "unknown": "Blue horses under the table, quite.",
    "question": "What is this about? Please call me.",
    "opt_out": "Please take me off your list and stop writing to me.",
    "promise": "We will pay this on {day}.",
}
TEXTS = {"opt_out": "STOP", "unknown": "who dis"}
OUTCOMES: dict[str, Outcome | BaseException] = {
    "later": Deferred("451 later"),
    "no connection": Deferred("no connection", halts=True),
    "bad address": Refused("550 no such address", Blame.ADDRESS),
    "bad message": Refused("552 this message is too large", Blame.MESSAGE),
    "bad standing": Refused("554 blocked", Blame.CHANNEL),
    "told to stop": Refused("21610 stop", Blame.OPT_OUT),
    "no word": Uncertain("no word after the final dot"),
    "our mistake": ValueError("a mistake of ours"),
    "the power goes": Killed(),
}
OTHERS = ("deliver", "plan", "look", "books", "stop", "hold", "answer")
customers = st.sampled_from(PEOPLE)
ENDS = st.lists(st.sampled_from(sorted(OUTCOMES)), max_size=3)
PLACES = st.integers(1, 12)


class Wire:
    """A server that answers as it is told, and tells the facts what it was given."""

    def __init__(self, machine: Machine, name: Channel) -> None:
        self._machine, self._name = machine, name

    def open(self) -> Deferred | None:
        self._machine.between.here()
        return None

    def send(self, message: OutgoingMessage) -> Outcome:
        machine = self._machine
        machine.between.here()
        answer = machine.next.pop(0) if machine.next else Accepted(f"ok-{len(machine.facts.copies)}")
        if self._name is Channel.EMAIL and answer == OUTCOMES["told to stop"]:
            # Only a carrier is told that.
            answer = OUTCOMES["bad address"]
        machine.keep(message, arrived=not isinstance(answer, Deferred | Refused))
        if isinstance(answer, Killed):
            Machine.died_on_the_wire += 1
            machine.between.kill_at(1)
        machine.between.here()
        if isinstance(answer, Exception):
            raise answer
        assert not isinstance(answer, BaseException)
        return answer

    def close(self) -> None:
        pass


class Machine(RuleBasedStateMachine):
    """One business, from its first morning on."""

    stage: ClassVar[Stage]
    # Over all runs.
    steps: ClassVar[int] = 0
    sent: ClassVar[int] = 0
    died_on_the_wire: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.between, self.facts = Between(), Facts()
        self.next: list[Outcome | BaseException] = []
        self.world = self.stage.world()
        self.world.mailbox, self.world.texts_in = Mailbox(), TextsIn()
        self.plain = reopened(self.world)
        self.facts.phones = {name: cells["phone"] for name, cells in self.world._customers.items()}
        self._use()
        self._numbers, self._sound = 0, False
        self._remember_books(moment(START))
        self._remember_books(self.world.now)
        self.look_at_all()

    @initialize(mornings=st.integers(0, 2), ends=ENDS)
    def it_begins(self, mornings: int, ends: list[str]) -> None:
        self.next = [OUTCOMES[name] for name in ends]
        for days in range(0, 7 * mornings, 7):
            self._live_on(days)

    def teardown(self) -> None:
        try:
            if self._sound:
                self._come_to_an_end()
        finally:
            Machine.sent += len(self.facts.copies)
            self._close()

    def _come_to_an_end(self) -> None:
        """All is paid, and time goes by: then every reminder must have its end."""
        self.between.restart()
        self.next = []
        for number in list(self.world._invoices):
            if (left := self._left(number)) > 0:
                self.world.pay(number, str(left))
        self.world.clock.move_to(self.facts.latest or self.world.now)
        self.a_person_lets_it_go_live()
        for _ in range(2):
            self._live_on(7)
        self.look_at_all()
        waiting = [number for number, row in self.facts.states.items() if row.state == "planned"]
        assert not waiting, f"reminders that never come to an end: {waiting}"

    # ---- the installation

    def _use(self) -> None:
        house = self.world.house
        house = dataclasses.replace(
            house,
            store=WatchedStore(reopened(self.world).engine, house.folder, self.between),
            send_log=WatchedLog(house.send_log, self.between),
            channels={name: lambda name=name: Wire(self, name) for name in Channel},
            reader=Reader(),
            open_inbox=lambda: self.world.mailbox,
            open_text_inbox=lambda: self.world.texts_in,
        )
        self.world.use(house)
        self.other = copy.copy(self.world)
        self.other.use(house)

    def _close(self) -> None:
        self.between.restart()
        self.world.house.store.close()
        self.plain.close()

    def do(self, job: Callable[[], object]) -> None:
        """One thing happens; where the power goes meanwhile, the program starts again after it."""
        Machine.steps += 1
        self.facts.step += 1
        self._sound = False
        try:
            with suppress(refusal.Refused):
                job()
            remember_time(self.world.house)
        except Killed:
            self._restart()

    def _restart(self) -> None:
        self.world.house.store.close()
        self.between.restart()
        self._use()
        self.world.restart()
        remember_time(self.world.house)

    def keep(self, message: OutgoingMessage, *, arrived: bool) -> None:
        """Note what a server was given, with the row as it stands on the wire."""
        number = int(message.reminder_id)
        with self.plain.reading() as connection:
            row = connection.execute(select(outbox).where(outbox.c.reminder_id == number)).one()
            steps = connection.execute(select(outbox_step).where(outbox_step.c.reminder_id == number)).all()
        keys = frozenset(Key(s.invoice, s.round, s.tier, s.channel, message.recipient) for s in steps)
        words = Sent(self.world.now, message, row.tier, tuple(row.lists)).text
        self.facts.copies.append(Copy(self.facts.step, self.world.now, row, keys, words, arrived))

    # ---- the laws, after every step

    @invariant()
    def look_at_all(self) -> None:
        with self.plain.reading() as connection:
            lines = connection.exec_driver_sql("SELECT seq, kind, actor, customer_id, data FROM journal ORDER BY seq")
            told = [tuple(line) for line in lines]
            c = outbox.c
            columns = (c.reminder_id, c.state, c.reason, c.earlier, c.channel, c.recipient)
            rows = connection.execute(select(*columns)).all()
            heard = connection.execute(select(inbound.c.inbound_id, inbound.c.external_id))
            places = {row.inbound_id: row.external_id for row in heard}
        self.facts.read(told, {row.reminder_id: row for row in rows}, places)
        self.facts.check_states(rows)
        self.facts.check_wire(self.world._customers)
        self._sound = True
        self.facts.latest = max(self.facts.latest or self.world.now, self.world.now)

    # ---- the books

    def _remember_books(self, exported_at: datetime) -> None:
        received: dict[str, Decimal] = {}
        unmatched: dict[str, Decimal] = {}
        for cells in self.world._payments.values():
            into, name = (received, cells["invoice"]) if cells["invoice"] else (unmatched, cells["customer_id"])
            into[name] = into.get(name, Decimal(0)) + Decimal(cells["amount"])
        totals = {number: Decimal(cells["total"]) for number, cells in self.world._invoices.items()}
        owed = {number: total - received.get(number, Decimal(0)) for number, total in totals.items()}
        self.facts.exported[exported_at] = Books(owed, totals, unmatched)

    def _take_books(self, yes: bool) -> None:
        # Each export has a moment of its own, as files have.
        self.world.clock.advance(timedelta(seconds=1))
        self._remember_books(self.world.now)
        self.world.export()
        take_ledger(self.world.house, even_if_suspicious=yes, actor="olivia")

    @rule(customer=customers, days=st.sampled_from([-40, -12, -4, 2]))
    def a_new_invoice(self, customer: str, days: int) -> None:
        self._numbers += 1
        due = (self.world.now + timedelta(days=days)).date().isoformat()
        self.world.invoice(f"INV-{customer}-{self._numbers}", customer, due, f"{200 + self._numbers}.25")

    @rule(customer=customers, share=st.sampled_from(["all", "part", "credit"]), data=st.data())
    def money_comes_in(self, customer: str, share: str, data: st.DataObject) -> None:
        if number := self._invoice(customer, data):
            left = self._left(number)
            if left > 50:
                amount = Decimal("20.00") if share == "part" else left
                self.world.pay(number, str(amount), "credit_note" if share == "credit" else "payment")

    @rule(customer=customers, amount=st.sampled_from(["10.00", "400.00"]))
    def money_comes_in_that_nobody_has_matched(self, customer: str, amount: str) -> None:
        self.world.receive(customer, amount)

    @rule(customer=customers, data=st.data())
    def a_row_is_dropped(self, customer: str, data: st.DataObject) -> None:
        number = self._invoice(customer, data)
        if number and not any(p["invoice"] == number for p in self.world._payments.values()):
            self.world.unlist(number)

    @rule(yes=st.sampled_from([True, True, False]))
    def the_books_are_taken_in(self, yes: bool) -> None:
        self.do(lambda: self._take_books(yes))

    @rule(customer=customers, data=st.data())
    def a_payment_is_noted_by_hand(self, customer: str, data: st.DataObject) -> None:
        if number := self._invoice(customer, data):
            self.do(lambda: desk_payment.paid(self.world.house, "olivia", number, Decimal("5.00")))

    def _invoice(self, customer: str, data: st.DataObject) -> str | None:
        known = [number for number in self.world._invoices if owner(number) == customer]
        return data.draw(st.sampled_from(known)) if known else None

    def _left(self, number: str) -> Decimal:
        paid = sum(Decimal(p["amount"]) for p in self.world._payments.values() if p["invoice"] == number)
        return Decimal(self.world._invoices[number]["total"]) - paid

    # ---- the jobs

    @rule(approved=st.booleans())
    def it_plans(self, approved: bool) -> None:
        self.do(self.world.plan)
        if approved:
            self.do(self._approve)

    @rule()
    def it_delivers(self) -> None:
        self.do(self.world.deliver)

    @rule()
    def it_looks(self) -> None:
        self.do(self.world.look)

    @rule(days=st.sampled_from([0, 1, 2, 6, 9]), ends=ENDS)
    def a_morning(self, days: int, ends: list[str]) -> None:
        """So many days later letters leave, and some of the tries end badly."""
        self.next = [OUTCOMES[name] for name in ends]
        self._live_on(days)

    @rule(days=st.sampled_from([1, 5, 7]), customer=customers)
    def a_person_tidies_up_and_the_days_go_by(self, days: int, customer: str) -> None:
        self.a_person_lets_it_go_live()
        self.a_person_lifts_all(customer)
        self._live_on(days)
        self._live_on(1)

    @rule(customer=customers, days=st.sampled_from([0, 1, 7]))
    def the_power_goes_while_a_letter_leaves(self, customer: str, days: int) -> None:
        """After its mark and before the answer: nobody may send it again by himself."""
        self.a_new_invoice(customer, -4)
        self.a_person_lets_it_go_live()
        self.a_person_lifts_all(customer)
        self.next = [OUTCOMES["the power goes"]]
        self._live_on(days)

    @rule(customer=customers, result=st.sampled_from([CallResult.REACHED, CallResult.MESSAGE_LEFT]))
    def somebody_telephones_on_the_day_of_a_letter(self, customer: str, result: CallResult) -> None:
        """They have heard from us, and the letter waits."""
        self.a_new_invoice(customer, -4)
        self.a_person_lets_it_go_live()
        self.a_person_lifts_all(customer)
        self._telephone(customer, result, Said())
        self._live_on(0)

    def _live_on(self, days: int) -> None:
        """So many days later: books, answers, letters, as the daemon does it."""
        day = self.world.today + timedelta(days=days)
        at = datetime.combine(day, datetime.min.time(), LONDON) + timedelta(hours=10, minutes=30)
        self.world.clock.move_to(max(self.world.now, at))

        def live() -> None:
            self._take_books(yes=True)
            self.world.look()
            self.world.plan()
            self._approve()
            self.world.deliver()
            self.world.plan()

        self.do(live)

    def _approve(self) -> None:
        house = self.world.house
        with house.store.reading() as connection:
            waiting = [row.reminder_id for row in sending.approvable(connection, house.ceiling)]
        sending.approve(house, "olivia", waiting)

    @rule()
    def it_starts_again(self) -> None:
        # At the start nobody else is at work yet, but the power may go.
        self.between.alone()
        self.do(self.world.restart)

    # ---- what can go wrong

    @rule(place=st.integers(1, 40))
    def the_power_will_go(self, place: int) -> None:
        self.between.kill_at(place)

    @rule(
        place=PLACES,
        what=st.sampled_from(["deliver", "plan", "look", "books", "stop", "hold", "answer"]),
        who=customers,
    )
    def somebody_will_come_in_between(self, place: int, what: str, who: str) -> None:
        acts: dict[str, Callable[[], object]] = {
            "deliver": self.other.deliver,
            "plan": self.other.plan,
            "look": self.other.look,
            "books": lambda: self._take_books(yes=True),
            "stop": lambda: sending.stop(self.world.house, "olivia"),
            "hold": lambda: desk_hold.place(self.world.house, "olivia", who),
            "answer": lambda: (self._write(who, "dispute"), self.other.look()),
        }

        def come_in() -> None:
            # Another thread would wait for the one that is reading.
            if not self.world.house.triage_lock.locked():
                acts[what]()

        self.between.come_in_at(place, come_in)

    # ---- what people say

    @rule(customer=customers, meaning=st.sampled_from(sorted(WORDS)), days=st.integers(1, 12))
    def a_mail_comes(self, customer: str, meaning: str, days: int) -> None:
        self._write(customer, meaning, days)

    def _write(self, customer: str, meaning: str, days: int = 0) -> None:
        world = self.world
        day = world.today + timedelta(days=days)
        address = world._customers[customer]["email"]
        world.answer(WORDS[meaning].format(day=f"{day:%-d %B %Y}"), sender=address)
        until = datetime.combine(day + timedelta(days=1), datetime.min.time(), LONDON) if meaning == "promise" else None
        self._note(world.mailbox.mails[-1].external_id, Channel.EMAIL, meaning, address, until)

    def _note(self, place: str, channel: Channel, meaning: str, address: str, until: datetime | None = None) -> None:
        column = "email" if channel is Channel.EMAIL else "phone"
        whose = tuple(name for name in PEOPLE if self.world._customers[name][column] == address)
        self.facts.answers[place] = Answer(self.facts.step, whose, meaning, channel, address, until)

    @rule(customer=st.sampled_from(PEOPLE[:2]), meaning=st.sampled_from(sorted(TEXTS)))
    def a_text_comes(self, customer: str, meaning: str) -> None:
        number = self.world._customers[customer]["phone"]
        self.world.text(number, TEXTS[meaning])
        self._note(self.world.texts_in.texts[-1].external_id, Channel.SMS, meaning, number)

    @precondition(lambda self: any(c.arrived and c.row.channel == "email" for c in self.facts.copies))
    @rule(data=st.data())
    def a_letter_bounces(self, data: st.DataObject) -> None:
        letters = [c.row for c in self.facts.copies if c.arrived and c.row.channel == "email"]
        row = data.draw(st.sampled_from(letters))
        to = Message(self.world.now, "email", row.sender, row.recipient, bytes(row.body))
        self.world.deliver_raw(not_delivered(to, "no such user", self.world.now).raw)
        self._note(self.world.mailbox.mails[-1].external_id, Channel.EMAIL, "bounce", row.recipient)

    # ---- what people do

    @rule(customer=customers, days=st.sampled_from([None, 0, 5]), data=st.data(), one=st.booleans())
    def a_person_holds(self, customer: str, days: int | None, data: st.DataObject, one: bool) -> None:
        until = None if days is None else self.world.today + timedelta(days=days)
        words = (self._invoice(customer, data) if one else None) or customer
        self.do(lambda: desk_hold.place(self.world.house, "olivia", words, until))

    @rule(customer=customers)
    def a_person_lifts_all(self, customer: str) -> None:
        def lift() -> None:
            house = self.world.house
            with house.store.reading() as connection:
                found = desk_hold.lifting(house, connection, customer)
            desk_hold.release(house, "olivia", [held.hold_id for held in found.holds], LIFTED)

        self.do(lift)

    @rule(customer=customers, days=st.integers(0, 8))
    def a_person_notes_a_promise(self, customer: str, days: int) -> None:
        day = self.world.today + timedelta(days=days)
        self.facts.noted[customer] = datetime.combine(day + timedelta(days=1), datetime.min.time(), LONDON)
        self.do(lambda: desk_promise.note(self.world.house, "olivia", customer, day))

    @rule(customer=customers, count=st.integers(2, 4), every=st.sampled_from(list(Every)))
    def a_person_agrees_on_a_plan(self, customer: str, count: int, every: Every) -> None:
        def agree() -> None:
            house, who = self.world.house, Exactly(customer)
            with house.store.reading() as connection:
                offered = desk_plan.offer(house, connection, who, count, every)
            desk_plan.agree(house, "olivia", who, offered.instalments)

        self.do(agree)

    @rule(customer=customers, ends=st.booleans())
    def a_person_ends_a_plan_or_lets_it_go_on(self, customer: str, ends: bool) -> None:
        def decide() -> None:
            house = self.world.house
            with house.store.reading() as connection:
                standing = desk_plan.look(house, connection, customer)
            for seen in standing:
                if ends:
                    desk_plan.end(house, "olivia", seen.plan.plan_id)
                else:
                    desk_plan.go_on(house, "olivia", seen.plan.plan_id)

        self.do(decide)

    @rule(customer=customers, result=st.sampled_from(list(CallResult)), days=st.integers(1, 8), data=st.data())
    def a_person_telephones(self, customer: str, result: CallResult, days: int, data: st.DataObject) -> None:
        day = self.world.today + timedelta(days=days)
        number = self._invoice(customer, data)
        said = {
            CallResult.PROMISE: Said(due_on=day),
            CallResult.PAID: Said(invoices=(number,) if number else ()),
            CallResult.DISPUTE: Said(invoices=(number,) if number else (), reason=Reason.WRONG_AMOUNT),
            CallResult.CALL_BACK: Said(at=datetime.combine(day, datetime.min.time()).replace(hour=11)),
        }.get(result, Said())
        if result is CallResult.PROMISE:
            self.facts.noted[customer] = datetime.combine(day + timedelta(days=1), datetime.min.time(), LONDON)
        self._telephone(customer, result, said)

    def _telephone(self, customer: str, result: CallResult, said: Said) -> None:
        self.facts.calling_at = self.world.now
        self.do(lambda: call(self.world.house, "olivia", Exactly(customer), result, "they said so", said))

    @rule()
    def a_person_closes_a_case(self) -> None:
        def close() -> None:
            if found := self.world.cases():
                desk_case.resolve(self.world.house, "olivia", found[0].case_id, "done")

        self.do(close)

    @precondition(lambda self: any(row.state == "uncertain" for row in self.facts.states.values()))
    @rule(came=st.booleans(), data=st.data())
    def a_person_looks_into_an_uncertain_one(self, came: bool, data: st.DataObject) -> None:
        numbers = sorted(n for n, row in self.facts.states.items() if row.state == "uncertain")
        number = data.draw(st.sampled_from(numbers))
        act = desk_uncertain.arrived if came else desk_uncertain.resend
        self.do(lambda: act(self.world.house, "olivia", number))

    @rule()
    def a_person_stops_all(self) -> None:
        self.do(lambda: sending.stop(self.world.house, "olivia"))

    @rule()
    def a_person_lets_it_go_live(self) -> None:
        self.do(lambda: sending.go_live(self.world.house, "olivia"))

    # ---- time

    @rule(by=st.sampled_from([timedelta(minutes=6), timedelta(hours=3), timedelta(days=1), timedelta(days=4)]))
    def time_goes_on(self, by: timedelta) -> None:
        self.world.clock.advance(by)

    @rule(by=st.sampled_from([timedelta(seconds=1), timedelta(seconds=40), timedelta(minutes=25)]))
    def the_clock_is_set_back(self, by: timedelta) -> None:
        # The daemon looks at the clock when it starts, and every few seconds: over a day, seconds are lost by slewing.
        self.do(lambda: None)
        self.world.clock.set_to(self.world.now - by)
        self.facts.clock_was_set_back(by)
        self.do(lambda: None)
