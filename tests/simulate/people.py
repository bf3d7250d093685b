"""The customers: when they are billed, when they pay, and what they do when they hear from us."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from tests.oracle.evidence import Channel, Mail, Meaning, Party, Text
from tests.simulate import letters, words
from tests.simulate.business import Client
from tests.simulate.words import Said
from tests.stories.world import OUR_ADDRESS

if TYPE_CHECKING:
    from tests.simulate.life import Life

M = Meaning
_HABITS = (
    "in time", "late", "after a letter", "in part", "twice", "unmatched", "credited", "cancelled", "never", "extended",
)  # fmt: skip
# How they pay, by manner: weights of the habits above.
_PAYS = {
    "punctual": (70, 15, 6, 1, 2, 2, 2, 1, 0, 1),
    "slow": (10, 35, 35, 6, 2, 4, 2, 1, 2, 3),
    "forgetful": (10, 10, 60, 4, 4, 6, 2, 1, 2, 1),
    "promiser": (0, 10, 30, 20, 1, 3, 1, 1, 30, 4),
    "quarrelsome": (10, 10, 15, 15, 0, 2, 15, 15, 18, 0),
    "struggling": (0, 5, 20, 30, 0, 2, 5, 3, 35, 0),
    "silent": (0, 10, 30, 5, 0, 5, 0, 0, 50, 0),
    "away": (20, 20, 40, 5, 2, 5, 2, 1, 5, 0),
    "gone": (0, 0, 10, 0, 0, 0, 0, 10, 80, 0),
    "leaver": (10, 20, 20, 5, 2, 2, 5, 5, 31, 0),
}
# How often a letter is answered, in percent, and with what.
_ANSWERS: dict[str, tuple[int, dict[Meaning, int]]] = {
    "punctual": (15, {M.ACK: 4, M.PAID: 3, M.QUESTION: 2, M.PROMISE: 2}),
    "slow": (25, {M.PROMISE: 5, M.ACK: 3, M.QUESTION: 2, M.OTHER: 1}),
    "forgetful": (20, {M.ACK: 3, M.PAID: 2, M.PROMISE: 3, M.OTHER: 1}),
    "promiser": (70, {M.PROMISE: 9, M.HARDSHIP: 1, M.ACK: 1}),
    "quarrelsome": (60, {M.DISPUTE: 8, M.LEGAL: 1, M.OPT_OUT: 1, M.QUESTION: 3, M.OTHER: 2}),
    "struggling": (50, {M.HARDSHIP: 6, M.SENSITIVE: 2, M.LEGAL: 2, M.PROMISE: 2, M.QUESTION: 2}),
    "silent": (0, {M.OTHER: 1}),
    "away": (15, {M.QUESTION: 1, M.ACK: 1}),
    "gone": (10, {M.WRONG_CONTACT: 4, M.OTHER: 1}),
    "leaver": (60, {M.OPT_OUT: 8, M.DISPUTE: 1, M.WRONG_CONTACT: 1}),
}
# Some want no text messages, whatever else they are like.
_STOPS_TEXTS = 0.08
_KEEPS_PROMISES = {"promiser": 0.25, "struggling": 0.3, "quarrelsome": 0.5}
_UNPROMPTED = (M.QUESTION, M.PAID, M.OTHER, M.PROMISE, M.DISPUTE, M.ACK, M.WRONG_CONTACT, M.OPT_OUT)


class Person:
    """One customer, living through the years of the business."""

    def __init__(self, life: Life, client: Client) -> None:
        self.life, self.client = life, client
        self.dice = Random(f"{life.business.seed} {client.customer_id}")
        # Of their own, so that the lives of before stay much as they were.
        self.chance = Random(f"chance {life.business.seed} {client.customer_id}")
        self.party = client.party
        self.email = min(client.party.emails, default="")
        self.phone = min(client.party.phones, default="")
        self._waiting_for_a_letter: set[str] = set()

    # ---- bills

    def begin(self) -> None:
        """Enter the books, with what is owed from before, and learn when the next bills come."""
        self.life.books.list_customer(self.client, self.party)
        if self.client.dead == "at once":
            self.life.post_office.unknown.add(self.email)
        business = self.life.business
        # Some bills are older than the program.
        at = business.begins - timedelta(days=self.dice.choice((20, 60, 200)))
        spacing = self.dice.choice((50, 90, 160, 300))
        while (at := at + timedelta(days=self.dice.uniform(0.3, 1.7) * spacing)) < business.ends:
            self.life.at(max(at, business.begins), self._bill(at))
            if self.dice.random() < 0.15:
                self.life.at(max(at, business.begins), self._bill(at))
        self._sometimes(business.begins, 700, self._writes_unprompted)
        self._sometimes(business.begins, 1500, self.moves)

    def _sometimes(self, since: datetime, days: int, act: Callable[[], None]) -> None:
        """About once in so many days."""
        at = since + timedelta(days=self.dice.expovariate(1 / days))
        if at < self.life.business.ends:
            self.life.at(at, lambda: (act(), self._sometimes(at, days, act))[0])

    def _bill(self, issued: datetime) -> Callable[[], None]:
        dice = self.dice
        terms = dice.choice((7, 14, 30, 30, 60))
        on = issued.date()
        due = on + timedelta(days=terms) if dice.random() < 0.99 else None
        total = Decimal(dice.choice((dice.randrange(500, 4000), dice.randrange(4000, 900000)))) / 100
        if int(total) % 20 == 0:
            # Exactly what is too small to write about.
            total = self.life.business.rules.min_balance or total
        currency = dice.choice((self.life.business.currency,) * 9 + ("EUR",))
        habit = dice.choices(_HABITS, _PAYS[self.client.manner])[0]

        def enter() -> None:
            number = self.life.next_number(self.client.customer_id)
            cells = self._retained(due, total)
            self.life.books.issue(number, self.client.customer_id, on, due, currency, total, **cells)
            self.life.tell(f"habit: {habit}")
            self._plans(habit, number, due or on, total)

        return enter

    def _retained(self, due: date | None, total: Decimal) -> dict[str, str]:
        """Of some bills a part is due only months later, by agreement, or nobody wrote down when."""
        if due is None or self.chance.random() > 0.06:
            return {}
        self.life.tell("bill: a part is due later")
        until = f"{due + timedelta(days=self.chance.randint(10, 120))}" if self.chance.random() < 0.9 else ""
        return {"retained": f"{round(total / 10, 2)}", "retained_until": until}

    def _plans(self, habit: str, number: str, due: date, total: Decimal) -> None:
        dice = self.dice
        late = due + timedelta(days=dice.randrange(1, 50))
        match habit:
            case "in time":
                self._on(due - timedelta(days=dice.randrange(0, 8)), lambda: self.pay(number))
            case "late":
                self._on(late, lambda: self.pay(number))
            case "after a letter":
                self._waiting_for_a_letter.add(number)
            case "in part":
                self._on(late, lambda: self.pay(number, total / 3))
                self._waiting_for_a_letter.add(number)
            case "twice":
                self._on(late, lambda: self.pay(number))
                self._on(late + timedelta(days=3), lambda: self.pay_blindly(total))
            case "unmatched":
                self._on(late, lambda: self.pay_blindly(total))
            case "credited":
                part = total if dice.random() < 0.5 else total / 2
                self._on(late, lambda: self.pay(number, part, dice.choice(("credit_note", "write_off"))))
            case "cancelled":
                self._on(late, lambda: self.life.office.cancel(number))
            case "extended":
                self._on(late, lambda: self.life.office.extend(number, late + timedelta(days=20)))
                self._on(late + timedelta(days=25), lambda: self.pay(number))

    def _on(self, day: date, act: Callable[[], None]) -> None:
        start = datetime(day.year, day.month, day.day, tzinfo=self.client.zone)
        self.life.at(start + timedelta(minutes=self.dice.randrange(1440)), act)

    def pay(self, number: str, amount: Decimal | None = None, kind: str = "payment") -> None:
        """Money for an invoice comes in: at most what is open."""
        owed = self.life.books.owed(number)
        if owed > 0:
            self._waiting_for_a_letter.discard(number)
            paid = min(owed, round(amount or owed, 2))
            payment = self.life.office.receive(self.client.customer_id, number, paid, kind)
            if kind == "payment" and self.chance.random() < 0.04:
                self._soon_by_chance(2, 25, lambda: self._bounces(payment, number))

    def _bounces(self, payment: str, number: str) -> None:
        """Their bank takes it back; some pay again."""
        if self.life.office.take_back(payment) and self.chance.random() < 0.6:
            self._soon_by_chance(5, 60, lambda: self.pay(number))

    def _soon_by_chance(self, least: float, most: float, act: Callable[[], None]) -> None:
        self.life.at(self.life.clock.now() + timedelta(days=self.chance.uniform(least, most)), act)

    def pay_blindly(self, amount: Decimal) -> None:
        """Money comes in that names no invoice."""
        self.life.office.receive(self.client.customer_id, "", amount, "payment")

    def owing(self) -> list[str]:
        """Their open invoices."""
        return self.life.books.open_of(self.client.customer_id)

    def moves(self) -> None:
        """They have another address from now on, and the ledger knows it."""
        key = self.client.customer_id.lower()
        self.email = f"{key}.{self.dice.randrange(10**6)}@{key}.example"
        self.renew(emails=frozenset({self.email}))

    def renew(self, **changes: object) -> None:
        """The ledger has something new about them."""
        import dataclasses

        self.party = dataclasses.replace(self.party, **changes)  # type: ignore[arg-type]  # fields of Party
        self.life.books.list_customer(self.client, self.party)
        self.life.tell("ledger: a contact changed")

    # ---- hearing from us

    def hears(self, message: Mail | Text) -> None:
        """A message of ours has arrived."""
        if isinstance(message, Mail) and self._machine_answers(message):
            return
        for number in sorted(self._waiting_for_a_letter):
            if self.dice.random() < 0.6:
                self._soon(0.1, 6, self._payer(number))
        often, what = _ANSWERS[self.client.manner]
        if isinstance(message, Text) and self.dice.random() < _STOPS_TEXTS:
            self._soon(0.0005, 2, lambda: self._answers(message, M.OPT_OUT))
        elif self.dice.randrange(100) < often:
            meaning = self.dice.choices(list(what), list(what.values()))[0]
            self._soon(0.0005, 2, lambda: self._answers(message, meaning))

    def _payer(self, number: str) -> Callable[[], None]:
        return lambda: self.pay(number)

    def _soon(self, least: float, most: float, act: Callable[[], None]) -> None:
        """Within so many days, sooner rather than later."""
        share = self.dice.random() ** 3
        self.life.at(self.life.clock.now() + timedelta(days=least + share * (most - least)), act)

    def _machine_answers(self, mail: Mail) -> bool:
        """True where a person will never see it."""
        if self.client.dead == "later":
            self._soon(0.0003, 0.05, lambda: self._reports(mail, hard=True))
            return True
        if self.dice.random() < 0.02:
            self._soon(0.0003, 0.3, lambda: self._reports(mail, hard=False))
            return True
        if self.dice.random() < (0.5 if self.client.manner == "away" else 0.01):
            self._soon(0.0001, 0.001, lambda: self._is_away(mail))
        return False

    def _reports(self, mail: Mail, *, hard: bool) -> None:
        raw = letters.report(mail, self.life.clock.now(), self.life.heard, hard=hard)
        said = Said("", frozenset({M.BOUNCE_HARD if hard else M.BOUNCE_SOFT}))
        self.life.mail_in(raw, said, self.client.customer_id, mail.recipients[0])

    def _is_away(self, mail: Mail) -> None:
        said = words.away(self.dice, self.client.language, self._today())
        raw = letters.away(mail, said, self.life.clock.now(), self.life.heard)
        self.life.mail_in(raw, said, self.client.customer_id, mail.recipients[0])

    def _today(self) -> date:
        return self.life.clock.now().astimezone(self.client.zone).date()

    def _answers(self, message: Mail | Text, meaning: Meaning) -> None:
        number = next(iter(self.owing()), "INV-00000")
        said = words.say(
            self.dice, meaning, self.client.language, number, self._today(), by_text=isinstance(message, Text)
        )
        if said.day is not None and self.dice.random() < _KEEPS_PROMISES.get(self.client.manner, 0.8):
            for owed in self.owing():
                self._on(said.day, self._payer(owed))
        if M.OPT_OUT in said.means and int(number[4:]) % 2:
            # What they asked for goes with them.
            self.life.at(self.life.clock.now() + timedelta(days=9), self.moves)
        if isinstance(message, Text):
            self.life.text_in(said, self.client.customer_id, message.recipient)
            return
        self._mails(message, said)

    def _mails(self, mail: Mail, said: Said) -> None:
        shape = self.dice.choice(letters.SHAPES)
        sender = mail.recipients[0]
        if shape != "no thread" and self.dice.random() < 0.15:
            # From home, or by a colleague.
            sender = f"private.{self.client.customer_id.lower()}@elsewhere.example"
        recipient = letters.header(mail, "Reply-To") if self.dice.random() < 0.8 else OUR_ADDRESS
        raw = letters.answer(mail, said, sender, recipient, self.life.clock.now(), self.life.heard, shape)
        self.life.mail_in(raw, said, self.client.customer_id, sender)

    def _writes_unprompted(self) -> None:
        if not self.party.emails:
            return
        number = next(iter(self.owing()), "INV-00000")
        meaning = self.dice.choice(_UNPROMPTED)
        said = words.say(self.dice, meaning, self.client.language, number, self._today())
        now = self.life.clock.now()
        raw = letters.answer(None, said, self.email, OUR_ADDRESS, now, self.life.heard, "plain", "Our account")
        self.life.mail_in(raw, said, self.client.customer_id, self.email)


def knows(party: Party, address: str) -> bool:
    """Whether it is an address or number of theirs."""
    return address in party.emails or address in party.phones


__all__ = ["Channel", "Person", "knows"]
