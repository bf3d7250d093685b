"""Decides what an understood reply leads to: which hold stays and until when, which case opens, what is recorded.

Pure. The reply has already paused the customer's reminders when this is asked; the answer only says how that
pause may end. Nothing here can make the bot louder: no payment is believed, no address changed, no hold lifted
without another in its place that a machine answer or a harmless word justifies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from reminderbot.core.calendar import BusinessDays, start_of_day
from reminderbot.core.case import OF_REPLY, CaseKind, urgency
from reminderbot.core.hold import HoldKind
from reminderbot.core.ladder import Channel
from reminderbot.core.lane import knows_us
from reminderbot.core.money import Money, subtotals
from reminderbot.core.promise import Grace, PromiseRules
from reminderbot.core.understanding import DisputeReason, Kind, Understanding

ACK_BUSINESS_DAYS = 5
AWAY_WITHOUT_DATE = timedelta(days=7)
SOFT_BOUNCE = timedelta(days=2)
# Somebody away for longer than this will not read the next letter either: a person finds out who does.
LONGEST_AWAY = timedelta(days=45)


class MatchedBy(StrEnum):
    """What tied a reply to a customer, strongest first."""

    TOKEN = "token"  # noqa: S105  (a word for how it was matched, no secret)
    THREAD = "thread"
    NUMBER = "number"
    INVOICE = "invoice"
    SENDER = "sender"
    NOTHING = "nothing"


# All that may be settled without a person, each by itself; thanks beside a promise or an opt-out say nothing more.
_PLAIN = (
    frozenset({Kind.ACK}),
    frozenset({Kind.PROMISE}),
    frozenset({Kind.OPT_OUT}),
    frozenset({Kind.PROMISE, Kind.ACK}),
    frozenset({Kind.OPT_OUT, Kind.ACK}),
)

# Anybody can write an invoice number or a sender's address into a mail (promises.md 1.3): a person confirms.
_WEAK = frozenset({MatchedBy.INVOICE, MatchedBy.SENDER})


@dataclass(frozen=True, slots=True)
class ReplyFacts:
    """What is known about the reply besides its words."""

    channel: Channel
    received_at: datetime
    matched_by: MatchedBy
    zone: ZoneInfo
    business_days: BusinessDays
    # Which promises go to a person.
    promises: PromiseRules = field(default_factory=PromiseRules)
    # How long one is waited for; None: by the business days and the zone above.
    grace: Grace | None = None
    # An open promise already stands: a second one goes to a person.
    has_open_promise: bool = False
    # So many of their last promises, in a row, were not kept in full.
    missed_in_a_row: int = 0
    # What is open, invoice by invoice, and what the letter listed that they answer.
    owed: tuple[tuple[str, Money], ...] = ()
    asked_about: tuple[str, ...] = ()
    # What is in dispute with them.
    contested: frozenset[str] = frozenset()
    # Channels that still work if the one of this reply is closed.
    other_channels: tuple[Channel, ...] = ()


@dataclass(frozen=True, slots=True)
class NewHold:
    """The hold that takes the provisional one's place."""

    kind: HoldKind
    why: str
    until: datetime | None = None
    invoices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewCase:
    """A matter for a person, with the words that caused it."""

    kind: CaseKind
    why: str
    words: str = ""
    invoices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewPromise:
    """The customer's word as it will be recorded."""

    due_on: date
    words: str
    amount: Decimal | None = None
    invoices: tuple[str, ...] = ()
    # They named these themselves.
    named: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything that one reply leads to."""

    # None: nothing needs pausing beyond what is closed below.
    hold: NewHold | None
    case: NewCase | None = None
    promise: NewPromise | None = None
    # The channel is closed for good: the person opted out, or the address is dead.
    opted_out: bool = False
    dead_address: bool = False


def decide(understanding: Understanding, facts: ReplyFacts) -> Verdict:
    """What follows from one reply of a known customer."""
    if understanding.by_machine and (Kind.BOUNCE_HARD in understanding.kinds or not understanding.needs_human):
        return _machine(understanding, facts)
    opted_out = Kind.OPT_OUT in understanding.kinds
    needs_human = understanding.needs_human and not understanding.only_in_part
    if needs_human or facts.matched_by in _WEAK or not _harmless(understanding, facts):
        return _for_a_person(understanding, facts, opted_out)
    if opted_out:
        return _opt_out(understanding, facts)
    if understanding.promise_on is not None and Kind.PROMISE in understanding.kinds:
        return _promise(understanding, understanding.promise_on, facts)
    return Verdict(_ack(understanding, facts))


def _harmless(understanding: Understanding, facts: ReplyFacts) -> bool:
    """The sum of what was said is inside the policy that lets the bot go on by itself."""
    if frozenset(understanding.kinds) not in _PLAIN:
        return False
    return Kind.PROMISE not in understanding.kinds or not _doubts(understanding, facts)


def _doubts(understanding: Understanding, facts: ReplyFacts) -> str:
    """Why a promise goes to a person; empty: it is waited for."""
    if understanding.promise_on is None:
        return "no day that could be checked"
    if facts.has_open_promise:
        return "an earlier promise is still open"
    rules = facts.promises
    if facts.missed_in_a_row >= rules.broken_in_a_row:
        return f"their last {facts.missed_in_a_row} promises were not kept in full"
    today = facts.received_at.astimezone(facts.zone).date()
    if not _within_policy(understanding.promise_on, today, facts):
        return f"{understanding.promise_on} is not within the next {rules.max_days} days"
    if both := [number for number in _invoices(understanding) if number in facts.contested]:
        return f"{', '.join(both)} is in dispute: ask whether that is settled"
    if understanding.promise_amount is None:
        return ""
    return _doubts_of_sum(understanding, understanding.promise_amount, facts)


def _doubts_of_sum(understanding: Understanding, amount: Decimal, facts: ReplyFacts) -> str:
    covered = _covered(understanding, facts)
    owed = subtotals(money for number, money in facts.owed if number in covered)
    if not owed:
        return f"{amount} is promised, and nothing is open" if understanding.only_in_part else ""
    if len(owed) > 1:
        return f"{amount} is promised, and open are {' and '.join(map(str, owed))}: in which currency?"
    if amount > owed[0].amount:
        return f"{amount} is promised, and only {owed[0]} is open"
    if amount < facts.promises.min_share * owed[0].amount:
        return f"{amount} is less than {facts.promises.min_share:.0%} of the {owed[0]} that is open"
    return ""


def _within_policy(day: date, today: date, facts: ReplyFacts) -> bool:
    return today <= day <= today + timedelta(days=facts.promises.max_days)


def _machine(understanding: Understanding, facts: ReplyFacts) -> Verdict:
    kinds = understanding.kinds
    if Kind.BOUNCE_HARD in kinds:
        why = f"our message could not be delivered for good: {_diagnostic(understanding)}"
        hold = NewHold(HoldKind.BOUNCE, "the address does not work; a person mends it")
        return Verdict(hold, NewCase(CaseKind.BOUNCE, why, understanding.own_text[:500]), dead_address=True)
    if Kind.BOUNCE_SOFT in kinds:
        until = facts.received_at + SOFT_BOUNCE
        why = f"their mailbox did not take our message for now ({_diagnostic(understanding)})"
        return Verdict(NewHold(HoldKind.BOUNCE, why, until))
    hold = _away(understanding, facts)
    if hold.until is not None and hold.until > facts.received_at + LONGEST_AWAY:
        why = f"{hold.why}: find out who looks after it until then"
        return Verdict(hold, NewCase(CaseKind.WRONG_CONTACT, why, understanding.own_text[:500]))
    return Verdict(hold)


def _diagnostic(understanding: Understanding) -> str:
    bounce = understanding.bounce
    return (bounce and (bounce.diagnostic or bounce.code)) or "no reason given"


def _away(understanding: Understanding, facts: ReplyFacts) -> NewHold:
    today = facts.received_at.astimezone(facts.zone).date()
    back = understanding.return_on
    if back is not None and back >= today:
        until = start_of_day(back + timedelta(days=1), facts.zone)
        return NewHold(HoldKind.OUT_OF_OFFICE, f"they are away and back on {back}", until)
    return NewHold(
        HoldKind.OUT_OF_OFFICE,
        "an automatic answer came that names no day of return",
        facts.received_at + AWAY_WITHOUT_DATE,
    )


def _promise(understanding: Understanding, due_on: date, facts: ReplyFacts) -> Verdict:
    invoices = _covered(understanding, facts)
    words = _words(understanding, Kind.PROMISE)
    grace = facts.grace or Grace(facts.business_days, (facts.zone,), facts.promises.grace_days)
    until = grace.ends(due_on)
    why = f"they promised to pay by {due_on}; {grace.told} are given for the bank"
    return Verdict(
        NewHold(HoldKind.PROMISE, why, until),
        promise=NewPromise(due_on, words, understanding.promise_amount, invoices, named=bool(_invoices(understanding))),
    )


def _covered(understanding: Understanding, facts: ReplyFacts) -> tuple[str, ...]:
    """What a promise is on: what it names, else what the letter listed that it answers, else all that is open."""
    known = tuple(number for number, _ in facts.owed)
    answered = tuple(number for number in known if number in facts.asked_about)
    return _invoices(understanding) or answered or known


def _ack(understanding: Understanding, facts: ReplyFacts) -> NewHold:
    today = facts.received_at.astimezone(facts.zone).date()
    until = start_of_day(facts.business_days.add(today, ACK_BUSINESS_DAYS) + timedelta(days=1), facts.zone)
    return NewHold(HoldKind.ACK, f"they acknowledged our message ({_quote(understanding.own_text)})", until)


def _opt_out(understanding: Understanding, facts: ReplyFacts) -> Verdict:
    if facts.other_channels:
        return Verdict(None, opted_out=True)
    words = _words(understanding, Kind.OPT_OUT)
    why = "they asked for no more messages and no other channel is left: a person decides how to go on"
    hold = NewHold(HoldKind.OPT_OUT, "they asked for no more messages")
    return Verdict(hold, NewCase(CaseKind.OPT_OUT, why, words), opted_out=True)


_HOLDS = {
    CaseKind.LEGAL: HoldKind.LEGAL,
    CaseKind.SENSITIVE: HoldKind.SENSITIVE,
    CaseKind.HARDSHIP: HoldKind.HARDSHIP,
    CaseKind.DISPUTE: HoldKind.DISPUTE,
    CaseKind.PAID: HoldKind.PAID,
    CaseKind.WRONG_CONTACT: HoldKind.WRONG_CONTACT,
    CaseKind.OPT_OUT: HoldKind.OPT_OUT,
}

_WHY = {
    CaseKind.LEGAL: "they write of a lawyer, a court or insolvency",
    CaseKind.SENSITIVE: "they need a person's care",
    CaseKind.HARDSHIP: "they say that they cannot pay now",
    CaseKind.DISPUTE: "they contest what is owed",
    CaseKind.OPT_OUT: "they ask for no more messages, and say more than that",
    CaseKind.PAID: "they say that it is paid: match the payment",
    CaseKind.WRONG_CONTACT: "we wrote to the wrong person or place",
    CaseKind.INSTALMENTS: "they ask to pay in parts",
    CaseKind.QUESTION: "they ask something that needs an answer",
    CaseKind.PROMISE: "they promise to pay, but a person should look at it",
    CaseKind.OTHER: "their answer was not fully understood",
    CaseKind.UNREADABLE: "their message could not be read",
}


def _for_a_person(understanding: Understanding, facts: ReplyFacts, opted_out: bool) -> Verdict:
    """Everything that is not plainly harmless: the whole customer is held until a person has decided."""
    kind = min((OF_REPLY[kind] for kind in understanding.kinds), key=urgency, default=CaseKind.OTHER)
    if understanding.error:
        kind = CaseKind.UNREADABLE
    why = _WHY.get(kind, _WHY[CaseKind.OTHER])
    if facts.matched_by in _WEAK:
        why += f" (known only by the {facts.matched_by}: make sure that it is really from them)"
    elif Kind.PROMISE in understanding.kinds and kind is CaseKind.PROMISE:
        why += f": {_doubt(understanding, facts)}"
    source = next((k for k in understanding.kinds if OF_REPLY[k] is kind), Kind.OTHER)
    case = NewCase(kind, why, _words(understanding, source), _invoices(understanding))
    return Verdict(NewHold(_hold_of(kind, understanding), why), case, opted_out=opted_out)


def _hold_of(kind: CaseKind, understanding: Understanding) -> HoldKind:
    reasons = {finding.dispute_reason for finding in understanding.findings} | {understanding.dispute_reason}
    # Somebody may have used their name: then every further letter is one too many, whatever it is about.
    if kind is CaseKind.DISPUTE and DisputeReason.NOT_MINE in reasons and not knows_us(understanding):
        return HoldKind.NOT_MINE
    return _HOLDS.get(kind, HoldKind.REPLY)


def _doubt(understanding: Understanding, facts: ReplyFacts) -> str:
    return _doubts(understanding, facts) or "it is not for the whole sum, or something else was said"


def _words(understanding: Understanding, kind: Kind) -> str:
    """The sentence that shows `kind`, else what nothing explained, else the beginning of the reply."""
    shown = next((finding.text for finding in understanding.findings if finding.kind is kind), "")
    return shown or " ".join(understanding.unexplained)[:500] or understanding.own_text[:500]


def _invoices(understanding: Understanding) -> tuple[str, ...]:
    return tuple(dict.fromkeys(number for finding in understanding.findings for number in finding.invoices))


def _quote(text: str) -> str:
    short = " ".join(text.split())
    return f"“{short[:80]}{'…' if len(short) > 80 else ''}”"
