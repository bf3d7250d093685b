"""Tells of each open invoice what keeps it back, what comes next, when, and who must act: what `why` says in sentences.

Pure: a decision and what is foreseen go in, one value an invoice comes out. The sentences themselves are made from the
word file, in the owner's language; here is decided what they are about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from reminderbot.core.account import OpenItem
from reminderbot.core.beside import INSTALMENT
from reminderbot.core.beside import NAMES as BESIDE
from reminderbot.core.calendar import start_of_day
from reminderbot.core.case import CaseKind
from reminderbot.core.course import Foreseen
from reminderbot.core.decision import Decision, OpenCase, Send
from reminderbot.core.facts import Facts
from reminderbot.core.gate import Gate, GateCode
from reminderbot.core.hold import HoldKind
from reminderbot.core.ladder import Channel
from reminderbot.core.money import Money
from reminderbot.core.rules import Rules
from reminderbot.core.stop import Mode, Stop
from reminderbot.core.tiering import next_step
from reminderbot.core.turn import Turn


class Step(StrEnum):
    """What comes next for one invoice; each has its sentence in the word file, under [next]."""

    LETTER = "letter"
    # A person is called: to telephone, to talk about a promise, to decide.
    TASK = "task"
    # Nothing, until a person has settled what keeps it back.
    PERSON = "person"
    # A letter on a day too far off to say its hour.
    LATER = "later"
    # They pay in instalments, and nothing is said while they do.
    PLAN = "plan"
    NOTHING = "nothing"


class Letter(StrEnum):
    """Which letter it is, as an owner would call it; each has its words under [letter]."""

    NOTICE = "notice"
    FIRST = "first"
    NEXT = "next"
    LAST = "last"
    TEXT = "text"
    # Beside the ladder.
    INSTALMENT = "instalment"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True)
class OfInvoice:
    """One open invoice: what keeps it back now, and the one thing that comes next."""

    number: str
    balance: Money
    # Every gate that is shut for it.
    causes: tuple[Gate, ...]
    step: Step
    # When; None: when a person has acted, or never.
    at: datetime | None = None
    tier: str = ""
    letter: Letter | None = None
    # Why a person is called, where one is.
    task: CaseKind | None = None

    @property
    def waits(self) -> tuple[Gate, ...]:
        """The gates that only a person opens."""
        return tuple(gate for gate in self.causes if needs_person(gate))

    @property
    def rests(self) -> bool:
        """Whether something pauses it, and not only the hour or its turn."""
        return any(gate.code is GateCode.HELD or needs_person(gate) for gate in self.causes)


class BarrierCode(StrEnum):
    """What keeps a letter back whose gates are all open; each has its sentence under [barrier]."""

    DRAFT = "draft"
    UNDO = "undo"
    YES = "yes"
    BATCH_YES = "batch_yes"
    # The house sends nothing at all; the stop says why.
    STOP = "stop"
    # It had its turn; how that ended says why.
    TURN = "turn"


@dataclass(frozen=True, slots=True)
class Barrier:
    """One reason why a letter that is due has not left."""

    code: BarrierCode
    until: datetime | None = None
    stop: Stop | None = None
    turn: Turn | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is planned for the customer and has not left."""

    reminder_id: int
    not_before: datetime
    # The end of the undo window.
    release_at: datetime
    # A person must still say yes to it.
    needs_yes: bool


@dataclass(frozen=True, slots=True)
class Hands:
    """Who takes care of what needs a person; empty: nobody in particular."""

    collector: str = ""
    # By the kind of the case that waits.
    of_case: Mapping[str, str] = field(default_factory=dict)

    def of(self, gate: Gate) -> str:
        """Who settles what shuts this gate."""
        return self.of_kind(str(gate.values.get("kind", "")))

    def of_kind(self, kind: str) -> str:
        """Who has the case of that kind."""
        return self.of_case.get(kind, "") or self.collector


@dataclass(frozen=True, slots=True)
class Telling:
    """The whole answer about one customer: each open invoice once, and what keeps back what is due."""

    invoices: tuple[OfInvoice, ...]
    barriers: tuple[Barrier, ...] = ()


# Shut until a person opens them, whatever the clock does.
_OPENED_BY_A_PERSON = frozenset(
    {
        GateCode.LEDGER_DISPUTED, GateCode.POSSIBLY_PAID, GateCode.NO_DUE_DATE, GateCode.LADDER_DONE,
        GateCode.NO_ADDRESS, GateCode.NO_NUMBER, GateCode.CLOSED, GateCode.NO_TEXTS, GateCode.NO_CONSENT,
        GateCode.NO_COMMON_HOUR,
    }
)  # fmt: skip


def needs_person(gate: Gate) -> bool:
    """Whether only a person opens this gate, and not the clock."""
    if gate.passed or gate.until is not None:
        return False
    # A plan that is kept ends by itself with its last instalment.
    return gate.code in _OPENED_BY_A_PERSON or (gate.code is GateCode.HELD and not is_plan(gate))


def is_plan(gate: Gate) -> bool:
    """Whether it is shut because they pay in instalments."""
    return kind_of(gate) is HoldKind.PLAN


def tell(
    made: Decision, facts: Facts, ahead: Sequence[Foreseen], rules: Rules, now: datetime, barriers: Iterable[Barrier]
) -> Telling:
    """What to say of each open invoice: `made` says what shuts it, `ahead` what comes if nobody answers or pays."""
    rules = rules.of(facts)
    open_items = [item for item in facts.account.items if item.balance.amount > 0]
    invoices = tuple(_of_invoice(item, made, ahead, rules, now) for item in open_items)
    leaves = any(told.step is Step.LETTER for told in invoices)
    return Telling(invoices, tuple(barriers) if leaves else ())


def _of_invoice(item: OpenItem, made: Decision, ahead: Sequence[Foreseen], rules: Rules, now: datetime) -> OfInvoice:
    number = item.invoice.number
    causes = tuple(gate for gate in made.closed if number in gate.invoices)
    found = None if any(map(needs_person, causes)) else _first(number, ahead)
    if found is not None:
        at, what = found
        if isinstance(what, OpenCase):
            return OfInvoice(number, item.balance, causes, Step.TASK, at, what.tier, task=what.kind)
        return OfInvoice(number, item.balance, causes, Step.LETTER, at, what.tier, _letter(item, what, rules))
    if any(map(needs_person, causes)):
        return OfInvoice(number, item.balance, causes, Step.PERSON)
    if any(gate.code is GateCode.TOO_SMALL for gate in causes):
        return OfInvoice(number, item.balance, causes, Step.NOTHING)
    if any(map(is_plan, causes)):
        return OfInvoice(number, item.balance, causes, Step.PLAN)
    return _far_off(item, causes, rules, now)


def _first(number: str, ahead: Sequence[Foreseen]) -> tuple[datetime, Send | OpenCase] | None:
    """What first concerns this invoice: a letter that lists it, or a person who is called about it."""
    for at, made in ahead:
        for case in made.cases:
            if not case.invoices or number in case.invoices:
                return at, case
        if made.send is not None and number in made.send.lists:
            return at, made.send
    return None


def _far_off(item: OpenItem, causes: tuple[Gate, ...], rules: Rules, now: datetime) -> OfInvoice:
    """Nothing within sight: a step of the ladder later than that, or a person once it has been climbed."""
    number, today = item.invoice.number, now.astimezone(rules.zone).date()
    step = next_step(item, rules.ladder, rules.min_gap_days, today, rules.zone)
    if step is None:
        return OfInvoice(number, item.balance, causes, Step.PERSON)
    rests = [gate.until for gate in causes if gate.code is GateCode.HELD and gate.until is not None]
    at = max([start_of_day(max(step.due_on, today), rules.zone), *rests])
    return OfInvoice(number, item.balance, causes, Step.LATER, at, rules.ladder.tiers[step.tier].name)


def _letter(item: OpenItem, send: Send, rules: Rules) -> Letter:
    """How an owner calls this letter, as this one invoice meets it."""
    if send.tier in BESIDE:
        return Letter.INSTALMENT if send.tier == INSTALMENT else Letter.THANKS
    if send.follows is not None or send.channel is Channel.SMS:
        return Letter.TEXT
    names = [tier.name for tier in rules.ladder.tiers if tier.task is None]
    if send.tier in names and rules.ladder.tiers[rules.ladder.index(send.tier)].is_courtesy:
        return Letter.NOTICE
    if names and send.tier == names[-1]:
        return Letter.LAST
    return Letter.FIRST if item.progress is None else Letter.NEXT


def barriers(
    mode: Mode, stops: Iterable[Stop], waiting: Waiting | None, turn: Turn | None, now: datetime
) -> tuple[Barrier, ...]:
    """Every reason why a letter whose gates are open does not leave, or has not left."""
    found = [Barrier(BarrierCode.DRAFT)] if mode is Mode.DRAFT else []
    found += [Barrier(BarrierCode.STOP, stop=stop) for stop in stops]
    if waiting is None:
        return tuple(found)
    if waiting.needs_yes:
        found.append(Barrier(BarrierCode.BATCH_YES if mode is Mode.APPROVE else BarrierCode.YES))
    if waiting.release_at > now:
        found.append(Barrier(BarrierCode.UNDO, waiting.release_at))
    if turn is not None and turn.reminder_id == waiting.reminder_id and turn.again_at and turn.again_at > now:
        found.append(Barrier(BarrierCode.TURN, turn.again_at, turn=turn))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Together:
    """Invoices of which the very same is to be said."""

    numbers: tuple[str, ...]
    like: OfInvoice


def together(invoices: Iterable[OfInvoice]) -> tuple[Together, ...]:
    """The invoices in groups of which the same is said: what waits for a person first, what merely goes on last."""
    found: list[list[OfInvoice]] = []
    for told in invoices:
        group = next((group for group in found if _alike(group[0], told)), None)
        if group is None:
            found.append([told])
        else:
            group.append(told)
    ordered = sorted(found, key=lambda group: _ORDER[group[0].step] if group[0].rests else len(_ORDER))
    return tuple(Together(tuple(told.number for told in group), group[0]) for group in ordered)


_ORDER = {
    step: place for place, step in enumerate((Step.PERSON, Step.TASK, Step.LETTER, Step.LATER, Step.PLAN, Step.NOTHING))
}


def _alike(one: OfInvoice, other: OfInvoice) -> bool:
    return (one.causes, one.step, one.at, one.letter, one.task) == (
        other.causes, other.step, other.at, other.letter, other.task,
    )  # fmt: skip


def kind_of(gate: Gate) -> HoldKind | None:
    """Which sort of pause shuts it; None: it is none."""
    return HoldKind(str(gate.values["kind"])) if gate.code is GateCode.HELD else None


def day_of(gate: Gate, name: str) -> date | None:
    """The day that a gate names; None where it names none."""
    told = gate.values.get(name)
    return date.fromisoformat(str(told)) if told else None


def moment_of(gate: Gate, name: str) -> datetime | None:
    """The moment that a gate names; None where it names none."""
    told = gate.values.get(name)
    return datetime.fromisoformat(str(told)) if told else None
