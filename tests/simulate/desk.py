"""The people at the business: they settle cases, lift holds, note payments, approve, stop and go live."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

from reminderbot.core.case import Case, CaseKind
from reminderbot.core.event import EventKind
from reminderbot.core.hold import HoldKind, active
from reminderbot.core.plan import Every, PlanState
from reminderbot.desk import case, hold, payment, plan, preference, sending, uncertain
from reminderbot.desk.find import Exactly
from reminderbot.desk.refusal import Refused
from reminderbot.desk.restart import restart
from reminderbot.store import case as cases
from reminderbot.store import hold as holds
from reminderbot.store import journal, setting
from tests.oracle.evidence import Deed, Done, Meaning
from tests.simulate.decisions import Decisions
from tests.simulate.telephone import Telephone

if TYPE_CHECKING:
    from tests.simulate.life import Life

WHO = "olivia"
M = Meaning
_NEVER = frozenset({M.LEGAL, M.SENSITIVE})
_LONG = timedelta(days=60)
_OF_ADDRESSES = frozenset({CaseKind.BOUNCE, CaseKind.UNREACHABLE, CaseKind.WRONG_CONTACT})
# How often a matter of a kind ends with the reminders going on, where that is not always.
_GOES_ON = {CaseKind.REVIEW: 0.4, CaseKind.OLD_DEBT: 0.4, CaseKind.OPT_OUT: 0.3} | dict.fromkeys(_OF_ADDRESSES, 0.5)


class Desk:
    """Comes by when something waits, as attentive as the business is."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.dice = Random(f"desk {life.business.seed}")
        # Dice of their own, so that the lives of before stay much as they were.
        self.plans = Random(f"plans {life.business.seed}")
        # What each customer has written that nobody has dealt with: what they meant, and when.
        self.open: dict[str, list[tuple[frozenset[Meaning], datetime]]] = {}
        self.decisions = Decisions(life, WHO)
        self.telephone = Telephone(life, WHO, self.decisions)
        self._coming = False
        # What nobody can do anything about is looked at less often.
        self._tired = timedelta(0)

    def call(self) -> None:
        """Something waits for a person."""
        if not self._coming:
            self._coming = True
            wait = (self.life.business.attention + self._tired) * self.dice.uniform(0.3, 2)
            self.life.at(self.life.clock.now() + wait, self._come)

    def _come(self) -> None:
        self._coming = False
        if self.life.is_off:
            return
        self._channels()
        self._approvals()
        self._doubts()
        house = self.life.house
        with house.store.reading() as connection:
            waiting = cases.waiting(connection)
        did = [self._handle(found) for found in waiting if self.dice.random() < 0.85]
        self._tired = timedelta(0) if any(did) else timedelta(days=4)

    # ---- cases

    def _handle(self, found: Case) -> bool:
        key = found.customer_id
        if key is None or self.is_grave(key) or (found.kind is not CaseKind.OPT_OUT and self._wants_no_more(key)):
            return False
        if found.case_id in self.decisions.marked:
            return False
        self.life.tell(f"case: {found.kind}")
        if self.decisions.takes(key, found.kind, found.case_id) or self.telephone.takes(key, found.kind):
            return True
        self._settle(found, key)
        try:
            case.resolve(self.life.house, WHO, found.case_id, "talked to them")
        except Refused:
            # Resolved with another one of the same customer.
            self.life.tell("desk: a case was settled already")
        return True

    def _settle(self, found: Case, key: str) -> None:
        """Do what a matter of this kind asks for; mostly the customer's reminders go on then."""
        kind = found.kind
        match kind:
            case CaseKind.CALL:
                return
            case CaseKind.POSSIBLY_PAID:
                self.life.office.match_money(key)
                return
            case CaseKind.PAID:
                self._paid(key)
            case CaseKind.DISPUTE:
                self._disputed(key, found.case_id)
            case CaseKind.QUESTION | CaseKind.INSTALMENTS:
                self._instalments(key)
            case CaseKind.MISSED_INSTALMENT:
                self._missed(key)
        if self.dice.random() < _GOES_ON.get(kind, 1):
            if kind in _OF_ADDRESSES:
                self.life.people[key].moves()
            self._release(key)

    def is_grave(self, key: str) -> bool:
        """Whether what they wrote is nothing that a letter should follow soon."""
        now = self.life.clock.now()
        return any(means & _NEVER or (M.HARDSHIP in means and now - at < _LONG) for means, at in self.open.get(key, ()))

    def _wants_no_more(self, key: str) -> bool:
        """Whether somebody reads an opt-out in what they wrote that the program has not taken for one."""
        asked = [at for means, at in self.open.get(key, ()) if M.OPT_OUT in means]
        if not asked:
            return False
        with self.life.house.store.reading() as connection:
            lines = journal.read(connection, key)
        return not any(event.kind is EventKind.OPTED_OUT and event.at >= max(asked) for _, event in lines)

    def _release(self, key: str) -> None:
        """Lift what has no end; what has one ends by itself."""
        now = self.life.clock.now()
        with self.life.house.store.reading() as connection:
            standing = active(holds.of_customers(connection, [key]).get(key, ()), now)
        kept = (HoldKind.PROMISE, HoldKind.HANDED_OVER)
        ids = [h.hold_id for h in standing if h.until is None and h.kind not in kept]
        if ids:
            hold.release(self.life.house, WHO, ids, "talked to them")
            self.life.did(Deed.RELEASED, key)
        self.open.pop(key, None)

    def _paid(self, key: str) -> None:
        """They say that they paid: the bank says so too, mostly."""
        owing = self.life.people[key].owing()
        if not owing or self.dice.random() < 0.3:
            return
        number = self.dice.choice(owing)
        try:
            payment.paid(self.life.house, WHO, number)
        except Refused:
            return
        self.life.did(Deed.PAYMENT_RECORDED, key, {number})
        # Some banks, and some bookkeepers, take weeks.
        days = timedelta(days=self.dice.uniform(0.3, 8) ** 2)
        self.life.at(self.life.clock.now() + days, lambda: self.life.people[key].pay(number))

    def _instalments(self, key: str) -> None:
        """Some agree on paying in parts; whether they do is up to them."""
        if self.plans.random() < 0.5:
            return
        house, count = self.life.house, self.plans.randint(2, 5)
        try:
            with house.store.reading() as connection:
                offered = plan.offer(house, connection, Exactly(key), count, self.plans.choice(list(Every)))
            made = plan.agree(house, WHO, Exactly(key), offered.instalments).plan
        except Refused:
            self.life.tell("plan: refused")
            return
        parts = tuple((one.due_on, one.amount) for one in made.instalments)
        bills = frozenset(made.invoices)
        self.life.deeds.append(Done(self.life.clock.now(), Deed.PLAN_AGREED, key, bills, parts=parts))
        self.life.tell("plan: agreed")

    def _missed(self, key: str) -> None:
        """What was missed has come in after all, or the plan is ended."""
        house = self.life.house
        with house.store.reading() as connection:
            missed = [one.plan for one in plan.look(house, connection, key) if one.plan.state is PlanState.MISSED]
        for found in missed:
            try:
                plan.go_on(house, WHO, found.plan_id)
                self.life.tell("plan: goes on")
            except Refused:
                plan.end(house, WHO, found.plan_id, "they did not pay")
                self.life.did(Deed.PLAN_ENDED, key, set(found.invoices))
                self.life.tell("plan: ended")

    def _disputed(self, key: str, case_id: int) -> None:
        for number in self.life.people[key].owing()[:1]:
            match self.dice.randrange(4):
                case 0:
                    self.life.office.cancel(number)
                case 1:
                    self.life.office.receive(key, number, self.life.books.owed(number) / 2, "credit_note")
                case 2:
                    self.life.office.dispute(number)
                case 3:
                    self._restart(key, case_id, number)

    def _restart(self, key: str, case_id: int, number: str) -> None:
        """They never had the invoice: it begins anew."""
        try:
            restart(self.life.house, WHO, case_id, number)
        except Refused:
            return
        self.life.did(Deed.RESTARTED_CLOCK, key, {number})
        self.life.tell("desk: a clock was restarted")

    # ---- sending

    def _channels(self) -> None:
        """Somebody looks at what stands still, mends it and goes on."""
        with self.life.house.store.reading() as connection:
            known = setting.get_all(connection)
        if known.get(setting.HALTED) or known.get(setting.BREAKER):
            self.life.tell("desk: went on after a halt")
            self.go_live()

    def go_live(self) -> None:
        """Messages may leave from now on."""
        self.life.house.stop_file.unlink(missing_ok=True)
        sending.go_live(self.life.house, WHO)
        self.life.did(Deed.WENT_LIVE)

    def stop(self) -> None:
        """Nothing may leave from now on: by the switch, or by the file."""
        if self.dice.random() < 0.5:
            sending.stop(self.life.house, WHO, "stock-taking")
        else:
            self.life.house.stop_file.touch()
        self.life.did(Deed.STOPPED)

    def _approvals(self) -> None:
        house = self.life.house
        with house.store.reading() as connection:
            asked = [a.reminder_id for a in sending.approvable(connection, house.ceiling) if a.needed]
        given = [number for number in asked if self.dice.random() < 0.8]
        if given:
            sending.approve(house, WHO, given)
            self.life.tell("desk: approved")

    def _doubts(self) -> None:
        house = self.life.house
        with house.store.reading() as connection:
            doubtful = uncertain.listed(connection)
        for found in doubtful:
            number, key = int(found.row.reminder_id), str(found.row.customer_id)
            what = self.dice.choice(("arrived", "again", "leave", "leave"))
            try:
                if what == "arrived":
                    uncertain.arrived(house, WHO, number)
                elif what == "again" and not found.goes_again:
                    uncertain.resend(house, WHO, number)
                    self.life.did(Deed.SENT_AGAIN, key, {step[0] for step in found.row.steps})
            except Refused:
                what = "refused"
            self.life.tell(f"doubt: {what}")

    def pause(self, key: str) -> None:
        """Somebody asks for a pause of a customer, and lifts it weeks later."""
        hold.place(self.life.house, WHO, key)
        self.life.did(Deed.HELD, key)
        self.open.setdefault(key, []).append((frozenset(), self.life.clock.now()))
        later = self.life.clock.now() + timedelta(days=self.dice.uniform(1, 40))
        self.life.at(later, lambda: self._resume(key))

    def calls(self, key: str) -> None:
        """Somebody telephones of their own accord."""
        if not (self.is_grave(key) or self._wants_no_more(key)):
            self.telephone.dial(key)

    def pause_until(self, key: str, days: int) -> None:
        """Somebody asks for a pause up to and with a day, after which it ends by itself."""
        zone = self.life.business.zone
        day = self.life.clock.now().astimezone(zone).date() + timedelta(days=days)
        hold.place(self.life.house, WHO, Exactly(key), until=day)
        ends = datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)
        self.life.did(Deed.HELD, key, until=ends)
        self.life.tell("desk: a pause until a day")

    def choose(self, key: str, name: str) -> None:
        """Somebody chooses a ladder for a customer, or takes that back."""
        preference.change(self.life.house, WHO, Exactly(key), {"segment": name})
        self.life.did(Deed.LADDER_CHOSEN, key, name=name)

    def _resume(self, key: str) -> None:
        if not (self.life.is_off or self.is_grave(key) or self._wants_no_more(key)):
            self._release(key)
