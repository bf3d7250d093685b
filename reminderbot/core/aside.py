"""What could be said to a customer beside the ladder, and what keeps us quiet about it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

from reminderbot.core import plan, thanks
from reminderbot.core.beside import INSTALMENT, Occasion
from reminderbot.core.facts import Facts
from reminderbot.core.gate import Gate, GateCode
from reminderbot.core.hold import Hold, HoldKind, active
from reminderbot.core.invoice import Status
from reminderbot.core.promise import Grace
from reminderbot.core.rules import Rules

_HARMLESS = frozenset({HoldKind.PLAN, HoldKind.RESUMING})

_NAMES = {True: "a note before an instalment", False: "a thank-you"}
_QUIET = {True: GateCode.NOTE_QUIET, False: GateCode.THANKS_QUIET}
_DUE = {True: GateCode.NOTE_DUE, False: GateCode.THANKS_DUE}
_TOO_LATE = {True: GateCode.NOTE_TOO_LATE, False: GateCode.THANKS_TOO_LATE}


def occasions(facts: Facts, rules: Rules, now: datetime, *, said: bool) -> Iterator[Occasion]:
    """What could be said, the notes first, the next day first; thanks only where nothing else is to be `said`."""
    both = rules.bank_days(facts.account.customer.place)
    notes = [found for standing in facts.plans if (found := plan.note(standing, rules.note_days, both.contains))]
    yield from sorted(notes, key=lambda each: each.lapses_on)
    owed = [each for each in facts.thanks if each.what in rules.thanks]
    if not said and (found := thanks.occasion(owed, now.astimezone(rules.zone).date(), both)):
        yield found


def deadline(facts: Facts, rules: Rules) -> Callable[[date], datetime]:
    """Tells when an instalment of this customer counts as missed: like a promise, after the days for the bank."""
    zones = facts.reach.zones or (rules.zone,)
    return Grace(rules.bank_days(facts.account.customer.place), (*zones, rules.zone), rules.grace_days).ends


def deadlines(facts: Facts, rules: Rules) -> list[datetime]:
    """When the next instalment of each plan counts as missed."""
    ends = deadline(facts, rules)
    return [ends(found[1].due_on) for standing in facts.plans if (found := standing.next_unpaid())]


def quiet(facts: Facts, occasion: Occasion, now: datetime) -> Gate | None:
    """What keeps us quiet about `occasion`; None: nothing does."""
    is_note = occasion.tier == INSTALMENT
    why = _no_note(facts, occasion, now) if is_note else _no_thanks(facts, now)
    return _gate(occasion, why, _QUIET[is_note], passed=False) if why else None


def due(occasion: Occasion) -> Gate:
    """That it is the occasion's turn."""
    return _gate(occasion, occasion.why, _DUE[occasion.tier == INSTALMENT], passed=True)


def too_late(occasion: Occasion, leaves_on: date) -> Gate:
    """That it cannot leave in time."""
    why = f"it could not leave before {leaves_on}, so it lapses"
    return _gate(occasion, why, _TOO_LATE[occasion.tier == INSTALMENT], passed=False)


def _gate(occasion: Occasion, why: str, code: GateCode, *, passed: bool) -> Gate:
    values = {"why": why, "lapses_on": occasion.lapses_on.isoformat()}
    name = _NAMES[occasion.tier == INSTALMENT]
    return Gate(name, passed, why, code=code, invoices=occasion.invoices, values=values)


def _no_thanks(facts: Facts, now: datetime) -> str:
    holds = active(facts.holds, now)
    if grave := next((hold for hold in holds if hold.kind not in thanks.HARMLESS), None):
        return f"a machine thanks nobody while something stands between us: {grave.why}"
    if any(item.invoice.status is Status.DISPUTED for item in facts.account.items):
        return "a machine thanks nobody while the ledger has a dispute with them"
    return next((f"one of their addresses is closed: {why}" for _, why in facts.reach.closed), "")


def _no_note(facts: Facts, occasion: Occasion, now: datetime) -> str:
    covering = [hold for hold in active(facts.holds, now) if any(map(hold.covers, occasion.invoices))]
    if why := _held(covering):
        return why
    for item in facts.account.items:
        if item.invoice.number in occasion.invoices and item.invoice.status is Status.DISPUTED:
            return f"the ledger says that {item.invoice.number} is disputed"
    return next(filter(None, (_may_be_paid(facts, standing, occasion) for standing in facts.plans)), "")


def _may_be_paid(facts: Facts, standing: plan.Standing, occasion: Occasion) -> str:
    """Whether money that nobody has matched may be the instalment, or one of the invoices."""
    found = standing.next_unpaid()
    received = facts.account.unapplied_in(standing.plan.currency)
    if found is None or plan.key_of(standing.plan, found[1]) not in occasion.keys or received.amount <= 0:
        return ""
    if received.amount >= min([found[2], *standing.open_now.values()]):
        return f"{received} has come in that is not yet matched and may be this instalment"
    return ""


def _held(covering: list[Hold]) -> str:
    # Reminders that go on gently are about other matters.
    if other := next((hold for hold in covering if hold.kind not in _HARMLESS), None):
        return other.why
    return (
        ""
        if any(hold.kind is HoldKind.PLAN for hold in covering)
        else "a person has lifted the pause that belongs to the plan"
    )
