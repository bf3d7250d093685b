"""Makes the sentences of `why` from the word file: for the customer's page, the command and JSON alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from reminderbot.compose import formats
from reminderbot.core.case import CaseKind
from reminderbot.core.customer import Customer
from reminderbot.core.decision import Decision
from reminderbot.core.gate import Gate, GateCode
from reminderbot.core.hold import unexplained
from reminderbot.core.money import Money
from reminderbot.core.stop import Stop
from reminderbot.core.telling import (
    Barrier,
    BarrierCode,
    Hands,
    OfInvoice,
    Step,
    Telling,
    Together,
    day_of,
    is_plan,
    kind_of,
    moment_of,
    needs_person,
    together,
)
from reminderbot.core.turn import Turn
from reminderbot.desk.outlook import zone_of
from reminderbot.desk.why import Why
from reminderbot.house import House
from reminderbot.sentences.words import Words, words_for
from reminderbot.store.decision import Kept

# These do not keep a letter back, they only choose its hour.
_ONLY_THE_HOUR = frozenset({GateCode.TOO_OFTEN, GateCode.OUT_OF_HOURS, GateCode.NOBODY_AT_WORK})
# Beyond that a list is cut: nobody reads on.
_MOST_NAMED = 12
# Days so near are called by their weekday, months so near need no year.
_NEAR = 6
_HALF_A_YEAR = 180


@dataclass(frozen=True, slots=True)
class Whom:
    """The customer that is spoken of, the zone in which a person thinks of their hours, and who takes care of them."""

    customer: Customer
    zone: ZoneInfo
    hands: Hands = field(default_factory=Hands)

    @property
    def name(self) -> str:
        """The contact's name, else the customer's."""
        return self.customer.contact.name or self.customer.name


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What is said of some invoices, sentence by sentence."""

    numbers: tuple[str, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """All that `why` says about one customer, in the owner's language."""

    paragraphs: tuple[Paragraph, ...]
    # Why what is due has not left, and what else waits for a person.
    barriers: tuple[str, ...]
    also: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Everything, in order."""
        return (*(told for one in self.paragraphs for told in one.sentences), *self.barriers, *self.also)


def teller_of(house: House) -> Teller:
    """Who tells the owner of this installation, at this moment."""
    words = words_for(house.business.language)
    language = house.business.language or words.language
    # Days are written as in the owner's own country: 3 March, or March 3.
    locale = language if "-" in language else f"{language}-{house.business.country}"
    return Teller(words, locale, house.rules.zone, house.clock.now())


def whom(house: House, seen: Why) -> Whom:
    """The customer that an answer is about."""
    zone = zone_of(seen.facts, house.rules) if seen.facts else house.rules.zone
    return Whom(seen.customer, zone, seen.hands)


def answer_of(house: House, seen: Why) -> Answer:
    """The whole answer to why a customer was, or was not, reminded."""
    teller, about = teller_of(house), whom(house, seen)
    if seen.facts is None or not seen.told.invoices:
        words = teller.words
        told = words("why.unlisted") if seen.facts is None else words("why.nothing_open")
        if seen.facts is not None and (thanks := seen.decision.send):
            told = words("why.only_thanks", when=teller.moment(thanks.not_before, about.zone))
        return Answer((Paragraph((), (told,)),), (), ())
    numbers = [one.number for one in seen.told.invoices]
    return Answer(
        teller.paragraphs(seen.told, about), teller.barriers(seen.told), teller.also(seen.beside, numbers, about)
    )


def gates_of(house: House, seen: Why) -> list[tuple[Gate, str]]:
    """Every gate of this moment's decision with its sentence."""
    teller, about = teller_of(house), whom(house, seen)
    return [(gate, teller.whole(gate, about)) for gate in seen.decision.gates]


def ways_of(house: House, seen: Why, gates: Iterable[Gate]) -> list[str]:
    """What is to be said of each way to reach them."""
    teller, about = teller_of(house), whom(house, seen)
    return [teller.gate(gate, about) for gate in gates]


Past = Sequence[tuple[Kept, tuple[str, ...]]]


def past_of(house: House, seen: Why, kept: Iterable[Kept]) -> Past:
    """Decisions of some day before, each with its sentences."""
    teller, about = teller_of(house), whom(house, seen)
    return [(one, teller.past(one.made, one.turn, about)) for one in kept]


@dataclass(frozen=True, slots=True)
class Teller:
    """Speaks the owner's language: days as people say them, hours by the customer's own clock."""

    words: Words
    # The owner's own locale: en-GB, not merely en.
    locale: str
    home: ZoneInfo
    now: datetime

    # ---- an answer

    def paragraphs(self, told: Telling, whom: Whom) -> tuple[Paragraph, ...]:
        """Each open invoice in one paragraph; those of which the same is to be said share theirs."""
        groups = together(told.invoices)
        found: list[Paragraph] = []
        for group in groups:
            others_wait = any(other.like.rests for other in groups)
            found.append(Paragraph(group.numbers, tuple(self._group(group, whom, others_wait))))
        return tuple(found)

    def barriers(self, told: Telling) -> tuple[str, ...]:
        """Why a letter that is due has not left."""
        return tuple(sentence for barrier in told.barriers for sentence in self._barrier(barrier))

    def also(self, kinds: Iterable[CaseKind], numbers: Sequence[str], whom: Whom) -> tuple[str, ...]:
        """What else waits for a person."""
        return tuple(self._also(kind, numbers, whom) for kind in kinds)

    def _also(self, kind: CaseKind, numbers: Sequence[str], whom: Whom) -> str:
        hand = self._hand(whom.hands.of_kind(kind), first=False)
        return self.words("why.also", hand=hand, task=self._task(kind, numbers))

    def _group(self, group: Together, whom: Whom, others_wait: bool) -> Iterable[str]:
        like, numbers = group.like, group.numbers
        shut = [gate for gate in like.causes if gate.code is not GateCode.TIER_LATER]
        # What only a person ends is said before what passes by itself.
        shut.sort(key=lambda gate: not needs_person(gate))
        if all(gate.code in _ONLY_THE_HOUR for gate in shut):
            yield self._next(like, numbers, whom, free=others_wait)
            yield from (self.gate(gate, whom, numbers) for gate in shut)
            return
        yield from self._causes(shut, like, numbers, whom)
        if not like.waits:
            # A note before an instalment comes while the plan stands, not after it.
            yield self._next(like, numbers, whom, after=not any(map(is_plan, shut)))

    def _causes(self, shut: list[Gate], like: OfInvoice, numbers: tuple[str, ...], whom: Whom) -> Iterable[str]:
        """What keeps these back, each with what a person must do about it."""
        done: set[str] = set()
        for place, gate in enumerate(shut):
            sentence = self.whole(gate, whom, numbers)
            if place == 0 and like.step is Step.PERSON:
                sentence = self._wait(sentence, numbers)
            yield sentence
            must = self._must(gate, whom) if needs_person(gate) else ""
            if must and must not in done:
                done.add(must)
                yield must

    def _wait(self, sentence: str, numbers: tuple[str, ...]) -> str:
        invoices = self.names(numbers)
        if invoices in sentence:
            return self.words("why.wait", sentence=sentence)
        return self.words("why.wait_with", invoices=invoices, sentence=sentence)

    def _next(
        self, like: OfInvoice, numbers: tuple[str, ...], whom: Whom, *, after: bool = False, free: bool = False
    ) -> str:
        invoices, at = self.names(numbers), like.at or self.now
        hand = whom.hands.collector
        match like.step:
            case Step.LETTER:
                return self._leaves(like, numbers, whom, after=after, free=free)
            case Step.TASK:
                task, day = self._task(like.task or CaseKind.OTHER, numbers), self.day(at)
                hand = self._hand(hand, first=False)
                if after and at > self.now:
                    return self.words("next.task_after", len(numbers), hand=hand, day=day, task=task, invoices=invoices)
                return self.words("next.task", hand=hand, day=day, task=task, invoices=invoices)
            case Step.PERSON:
                return self.words("next.person", invoices=invoices, hand=self._hand(hand))
            case Step.LATER:
                return self.words("next.later", invoices=invoices, day=self.bare(self._date(at, self.home)))
            case Step.PLAN:
                return self.words("next.plan", invoices=invoices)
            case Step.NOTHING:
                return self.words("next.nothing")
            case _:
                assert_never(like.step)

    def _leaves(self, like: OfInvoice, numbers: tuple[str, ...], whom: Whom, *, after: bool, free: bool) -> str:
        at, count = like.at or self.now, len(numbers)
        invoices, letter = self.names(numbers), self.words(f"letter.{like.letter}")
        when = self.moment(at, whom.zone)
        if free and at <= self.now:
            return self.words("next.free_ready", count, invoices=invoices, letter=letter)
        if free:
            return self.words("next.free", count, invoices=invoices, letter=letter, when=when)
        if at <= self.now:
            return self.words("next.letter_ready", invoices=invoices, letter=letter)
        if after:
            return self.words("next.after", count, invoices=invoices, letter=letter, when=when)
        return self.words("next.letter", invoices=invoices, letter=letter, when=when)

    # ---- gates

    def whole(self, gate: Gate, whom: Whom, numbers: Sequence[str] = ()) -> str:
        """The same as `gate`, and how long it lasts where a pause ends by itself."""
        sentence = self.gate(gate, whom, numbers)
        ends = gate.code is GateCode.HELD and gate.until is not None
        return f"{sentence} {self._rests(gate)}" if ends else sentence

    def gate(self, gate: Gate, whom: Whom, numbers: Sequence[str] = ()) -> str:
        """What a gate answered, about those of its invoices that are spoken of; none are named: about all of its."""
        named = tuple(number for number in gate.invoices if not numbers or number in numbers)
        if gate.code is GateCode.HELD:
            return self._held(gate, named, whom)
        values: dict[str, Any] = {name: str(value) for name, value in gate.values.items()}
        values["invoices"] = self.names(named)
        for name in ("sums", "money"):
            if name in values:
                values[name] = self._money(values[name])
        if "channel" in values:
            values["channel"] = self.words(f"channel.{values['channel']}")
        if gate.code is GateCode.TOO_OFTEN:
            times = int(values["times"])
            values["times"] = self.words("times.twice") if times == 2 else self.words("times.heard", times)
            values["span"] = self.words("times.days", int(values["days"]))
        if due := day_of(gate, "due_on"):
            values["due"] = self.on(due)
        if restarted := day_of(gate, "restarted_on"):
            values["restarted"] = self.on(restarted)
        if said := day_of(gate, "said_on"):
            values["said"] = self.on(said)
        return self.words(f"gate.{gate.code}", **values)

    def _held(self, gate: Gate, named: tuple[str, ...], whom: Whom) -> str:
        kind, told = kind_of(gate), gate.values
        said_at, placed_at = moment_of(gate, "said_at"), moment_of(gate, "placed_at") or self.now
        by = str(told.get("by", ""))
        variant = "said" if said_at else "noted" if by else "known"
        who = str(told.get("said_by", "")) or (whom.customer.name if said_at else whom.name)
        if told.get("why") == unexplained(by):
            variant = "noted_plain"
        more = {"upheld": told.get("upheld"), "ended": gate.until, f"{variant}_all": told.get("whole"), variant: True}
        names = (f"hold.{kind}.{name}" for name, fits in more.items() if fits)
        text = next(filter(None, map(self.words.or_none, names)))
        sentence = text.format(
            who=who, by=self._hand(by), why=told.get("why", ""), invoices=self.names(named),
            day=self.day(said_at or placed_at),
        )  # fmt: skip
        doubt = self.words.or_none(f"hold_doubt.{told.get('known_by')}")
        return f"{sentence} {doubt}" if doubt and needs_person(gate) else sentence

    def _rests(self, gate: Gate) -> str:
        """Up to when a pause lasts that ends by itself: its last whole day."""
        until = gate.until or self.now
        last = self._surely(self._date(until - timedelta(microseconds=1), self.home))
        return self.words(f"hold.{kind_of(gate)}.rests", last=last)

    def _must(self, gate: Gate, whom: Whom) -> str:
        hand = self._hand(whom.hands.of(gate))
        if gate.values.get("upheld") and (text := self.words.or_none(f"hold.{kind_of(gate)}.must_upheld")):
            return text.format(hand=hand)
        if gate.code is GateCode.HELD:
            return self.words(f"hold.{kind_of(gate)}.must", hand=hand)
        return self.words(f"must.{gate.code}", hand=hand)

    # ---- what keeps a letter back

    def _barrier(self, barrier: Barrier) -> Iterable[str]:
        if barrier.stop is not None:
            yield self.stop(barrier.stop)
            yield self.words("stop.cure", cure=barrier.stop.cure)
        elif barrier.turn is not None:
            yield self.turn(barrier.turn)
        elif barrier.code is not BarrierCode.STOP:
            yield self.words(f"barrier.{barrier.code}", when=self.moment(barrier.until or self.now, self.home))

    def stop(self, stop: Stop) -> str:
        """Why nothing leaves at all."""
        kind = stop.kind.replace(" ", "_")
        kind = "halted" if kind.endswith("_halted") or "_to_" in kind else kind
        return self.words.or_none(f"stop.{kind}") or f"{stop.why}."

    def turn(self, turn: Turn) -> str:
        """How a letter's turn ended."""
        return self.words(f"turn.{turn.code}", when=self.moment(turn.again_at or self.now, self.home), why=turn.why)

    # ---- what was decided before

    def past(self, made: Decision, turn: Turn | None, whom: Whom) -> tuple[str, ...]:
        """A decision of some day before: what shut it, what was to be done, and how the letter's turn ended."""
        found = [self.whole(gate, whom) for gate in made.closed]
        if made.send is not None and turn is None:
            when = self.moment(made.send.not_before, whom.zone)
            found.append(self.words("past.letter", invoices=self.names(made.send.lists), when=when))
        found += [self.words("past.task", task=self._task(case.kind, case.invoices)) for case in made.cases]
        if turn is not None:
            found.append(self.turn(turn))
        return tuple(found) or (self.words("past.nothing"),)

    # ---- names and days

    def _task(self, kind: CaseKind, numbers: Sequence[str]) -> str:
        return self.words(f"task.{kind}", invoices=self.names(numbers))

    def _money(self, told: str) -> str:
        """Sums as a gate keeps them, "120.00 GBP and 5.00 EUR", in the owner's way of writing."""
        sums = [one.split(" ") for one in told.split(" and ")]
        return self.names([formats.money(Money(Decimal(amount), currency), self.locale) for amount, currency in sums])

    def _hand(self, name: str, *, first: bool = True) -> str:
        # Names of the desk are kept in lower case.
        called = name.capitalize() if name.isalpha() and name.islower() else name
        return called or (self.words("why.a_person_first") if first else self.words("why.a_person"))

    def names(self, numbers: Sequence[str]) -> str:
        """The invoices as a sentence lists them."""
        from babel.lists import format_list

        named = list(numbers[:_MOST_NAMED])
        if more := len(numbers) - len(named):
            named.append(self.words("why.more", more))
        return format_list(named, locale=formats.locale(self.locale)) if named else ""

    def moment(self, at: datetime, zone: ZoneInfo) -> str:
        """`on Monday at 09:10 their time`: by the clock of `zone`, which is named where it is not the owner's."""
        local = at.astimezone(zone)
        day = self.on(local.date(), self.now.astimezone(zone).date())
        theirs = local.utcoffset() != at.astimezone(self.home).utcoffset()
        time = f"{local:%H:%M}"
        return self.words("when.theirs", day=day, time=time) if theirs else self.words("when.at", day=day, time=time)

    def day(self, at: datetime) -> str:
        """The day of a moment, by the owner's own calendar."""
        return self.on(self._date(at, self.home))

    def on(self, day: date, today: date | None = None) -> str:
        """`on Tuesday`, `yesterday`, `on 3 March`."""
        if near := self._close(day, today):
            return near
        if self._is_near(day, today):
            return self.words("when.weekday", weekday=self.bare(day, today))
        return self.words("when.day", day=self.bare(day, today))

    def bare(self, day: date, today: date | None = None) -> str:
        """`Tuesday`, `yesterday`, `3 March`, `3 March 2025`."""
        from babel.dates import format_date

        locale = formats.locale(self.locale)
        if near := self._close(day, today):
            return near
        if self._is_near(day, today):
            return str(format_date(day, "EEEE", locale=locale))
        far = abs((day - self._today(today)).days) > _HALF_A_YEAR
        return self._shaped("yMMMMd" if far else "MMMMd", day)

    def _surely(self, day: date) -> str:
        """`Tuesday 12 January`: a day to come, beside which another Tuesday may be named that has been."""
        if near := self._close(day, None):
            return near
        if not self._is_near(day, None):
            return self.bare(day)
        return self._shaped("MMMMEEEEd", day)

    def _shaped(self, skeleton: str, day: date) -> str:
        from babel.dates import format_skeleton

        moment = datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001  (a day only, for Babel)
        return str(format_skeleton(skeleton, moment, locale=formats.locale(self.locale)))

    def _close(self, day: date, today: date | None) -> str:
        away = (day - self._today(today)).days
        if away == 0:
            return self.words("when.today")
        if away == 1:
            return self.words("when.tomorrow")
        return self.words("when.yesterday") if away == -1 else ""

    def _is_near(self, day: date, today: date | None) -> bool:
        return abs((day - self._today(today)).days) <= _NEAR

    def _today(self, today: date | None) -> date:
        return today or self._date(self.now, self.home)

    def _date(self, at: datetime, zone: ZoneInfo) -> date:
        return at.astimezone(zone).date()
