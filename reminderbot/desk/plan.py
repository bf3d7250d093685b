"""Payment in instalments: works out an even split, notes what was agreed, changes it, ends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection

from reminderbot.core.aside import deadline
from reminderbot.core.case import CaseKind
from reminderbot.core.customer import Customer
from reminderbot.core.facts import Facts
from reminderbot.core.hold import WHOLE_CUSTOMER, Hold, HoldKind, active
from reminderbot.core.money import Money
from reminderbot.core.plan import (
    MOST_INSTALMENTS,
    STANDING,
    Every,
    Instalment,
    Part,
    PaymentPlan,
    PlanState,
    beside,
    even_split,
    mistakes,
)
from reminderbot.core.resume import resuming
from reminderbot.core.undo import Undo, UndoKind
from reminderbot.desk import typed
from reminderbot.desk.case import CaseFile, open_case
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.desk.hold import release_in
from reminderbot.desk.promise import close_on
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import case, hold, ledger, people, plan, undo

# What is offered where nobody has asked for anything else.
USUAL_COUNT = 3
# So soon whoever could not pay at once may be able to pay a part.
_FIRST_AFTER = timedelta(days=7)
# The matters in which instalments are a way out.
OFFERED_IN = frozenset({CaseKind.INSTALMENTS, CaseKind.HARDSHIP, CaseKind.MISSED_INSTALMENT, CaseKind.BROKEN_PROMISE})


@dataclass(frozen=True, slots=True)
class Offer:
    """Instalments that would add up, as somebody may say yes to; nothing is noted yet."""

    customer: Customer
    total: Money
    covered: tuple[tuple[str, Decimal], ...]
    instalments: tuple[Instalment, ...]
    every: Every


@dataclass(frozen=True, slots=True)
class Noted:
    """A plan as it stands now."""

    plan: PaymentPlan
    customer: Customer
    # When the pause on its invoices lapses at the latest.
    until: datetime
    # Other holds that stand besides.
    remaining: tuple[Hold, ...]
    undo: Undo


@dataclass(frozen=True, slots=True)
class Ended:
    """A plan that was ended, and from when on reminders about its invoices may go on."""

    plan: PaymentPlan
    resumes_on: date
    remaining: tuple[Hold, ...]
    undo: Undo


@dataclass(frozen=True, slots=True)
class Seen:
    """A plan with each instalment as it stands today."""

    plan: PaymentPlan
    parts: tuple[Part, ...]
    received: Money
    # What is missing of the whole.
    rest: Money


def offer(
    house: House,
    connection: Connection,
    words: str | Exactly,
    count: int = USUAL_COUNT,
    every: Every = Every.MONTH,
    first_on: date | None = None,
    invoices: Sequence[str] = (),
) -> Offer:
    """An even split of what is open on `invoices`, or on all of the customer's; the last instalment takes the cents."""
    if not 1 <= count <= MOST_INSTALMENTS:
        raise Refused(f"Make between 1 and {MOST_INSTALMENTS} instalments.")
    who, facts = _customer(house, connection, words)
    covered, total = _covered(facts, who, invoices)
    day = typed.day_to_come(first_on or _today(house) + _FIRST_AFTER, _today(house))
    works = house.rules.bank_days(who.place).contains
    parts = even_split(total, count, every, day, works)
    if parts[0].amount <= 0:
        raise Refused(f"{total} cannot be split into {count} instalments: make fewer.")
    return Offer(who, total, covered, parts, every)


def offer_for(house: House, connection: Connection, seen: CaseFile) -> Offer | None:
    """The proposal that a case opens with, where instalments are a way out of it; None: they are not, or cannot be."""
    if seen.customer is None or seen.case.kind not in OFFERED_IN or seen.case.resolved_at is not None:
        return None
    facts = house.gatherer.gather(connection, [seen.customer.customer_id], house.clock.now())
    known = facts.get(seen.customer.customer_id)
    resting = {number for standing in (known.plans if known else ()) for number in standing.plan.invoices}
    open_now = [i.invoice.number for i in (known.account.items if known else ()) if i.invoice.number not in resting]
    wanted = [number for number in seen.case.invoices if number in open_now] or open_now
    try:
        return offer(house, connection, Exactly(seen.customer.customer_id), invoices=wanted) if wanted else None
    except Refused:
        # Two currencies, say: a person chooses the invoices.
        return None


def propose(
    house: House,
    actor: str,
    words: str | Exactly,
    instalments: Sequence[Instalment],
    invoices: Sequence[str] = (),
    case_id: int | None = None,
) -> PaymentPlan:
    """Keep what was offered to a customer, for whoever hears their answer; it pauses nothing."""
    with house.store.writing() as connection:
        who, facts = _customer(house, connection, words)
        number, _ = _make(house, connection, actor, who, facts, instalments, invoices, PlanState.PROPOSED, case_id)
        return _plan(connection, number)


def agree(
    house: House,
    actor: str,
    words: str | Exactly,
    instalments: Sequence[Instalment],
    invoices: Sequence[str] = (),
    case_id: int | None = None,
) -> Noted:
    """Note what was agreed: no reminders about these invoices while it is kept; with `case_id` that case is settled.

    Refused where it does not add up, crosses currencies, or covers what another plan covers.
    """
    now = house.clock.now()
    with house.store.writing() as connection:
        seen = open_case(house, connection, case_id) if case_id is not None else None
        who, facts = _customer(house, connection, words)
        refuse_anothers(seen, who)
        made, covered = _make(house, connection, actor, who, facts, instalments, invoices, PlanState.AGREED, case_id)
        # Before anything is lifted, or what it covers would be taken for free.
        placed = _pause(house, connection, actor, facts, made)
        lifted = _in_place_of_promises(house, connection, actor, who, covered)
        offers = _proposed(connection, who, covered)
        for offered in offers:
            plan.settle(connection, offered, PlanState.ENDED, now, f"plan {made} was agreed", actor)
        lifted |= _settle_case(house, connection, actor, seen, made)
        taken = {"before": None, "lifted": lifted, "offered": [one.plan_id for one in offers]}
        data = {**taken, "made": made, "placed": [placed]}
        return _noted(house, connection, actor, facts, made, data, case_id)


def change(house: House, actor: str, plan_id: int, instalments: Sequence[Instalment]) -> Noted:
    """Put other instalments in the place of a plan's: over what is still open on its invoices."""
    now = house.clock.now()
    with house.store.writing() as connection:
        before = _standing_plan(connection, plan_id)
        who, facts = _customer(house, connection, Exactly(before.customer_id))
        open_now = {item.invoice.number for item in facts.account.items}
        left = [number for number in before.invoices if number in open_now]
        if not left:
            raise Refused(f"All that plan {plan_id} covers is settled: there is nothing to change.")
        plan.settle(connection, before, PlanState.ENDED, now, "other instalments take its place", actor)
        facts = house.gatherer.gather(connection, [who.customer_id], now)[who.customer_id]
        case_id = before.case_id
        made, _ = _make(house, connection, actor, who, facts, instalments, left, PlanState.AGREED, case_id)
        placed = _pause(house, connection, actor, facts, made)
        lifted = _lift(house, connection, actor, before, f"plan {made} takes its place")
        closed = _close_talk(connection, before, f"other instalments were agreed (plan {made})", now, actor)
        taken = {"lifted": {"holds": lifted, "cases": closed}, "before": [before.plan_id, before.state.value]}
        data = {**taken, "made": made, "placed": [placed]}
        return _noted(house, connection, actor, facts, made, data, None)


def go_on(house: House, actor: str, plan_id: int) -> Noted:
    """Go on with a plan of which an instalment had been missed, once that has come in after all."""
    now = house.clock.now()
    with house.store.writing() as connection:
        before = _standing_plan(connection, plan_id)
        who, facts = _customer(house, connection, Exactly(before.customer_id))
        standing = next(known for known in facts.plans if known.plan.plan_id == plan_id)
        due = [one for one in before.instalments if deadline(facts, house.rules)(one.due_on) <= now]
        missing = sum((one.amount for one in due), Decimal(0)) - standing.received
        if before.state is not PlanState.MISSED:
            raise Refused(f"Plan {plan_id} goes on already: no instalment of it was missed.")
        if missing > standing.tolerance:
            told = Money(missing, before.currency)
            raise Refused(f"{told} of plan {plan_id} has not come in: agree on other instalments, or end it.")
        plan.settle(connection, before, PlanState.AGREED, now, "what was missing has come in", actor)
        missed = [h for h in _holds_of(connection, before, now) if h.kind is HoldKind.MISSED_INSTALMENT]
        lifted = release_in(house, connection, actor, [h.hold_id for h in missed], "what was missing has come in")
        closed = _close_talk(connection, before, "what was missing has come in", now, actor)
        ids = {"holds": [known.hold_id for known in lifted], "cases": closed}
        data = {"lifted": ids, "before": [plan_id, before.state.value], "made": None, "placed": []}
        ledger.review(connection, [who.customer_id], now)
        back = undo.remember(connection, UndoKind.PLAN, actor, now, data, customer_id=who.customer_id)
        until = deadline(facts, house.rules)(before.last_on)
        return Noted(_plan(connection, plan_id), who, until, _others(connection, who, now), back)


def end(house: House, actor: str, plan_id: int, why: str = "") -> Ended:
    """End a plan: reminders about what is still open go on gently, by the ladder's spacing from today."""
    now = house.clock.now()
    with house.store.writing() as connection:
        before = _standing_plan(connection, plan_id)
        who, facts = _customer(house, connection, Exactly(before.customer_id))
        told = typed.words(why) or f"{actor} ended the plan"
        plan.settle(connection, before, PlanState.ENDED, now, told, actor)
        lifted = _lift(house, connection, actor, before, "the plan was ended")
        resumes = resuming(facts, before.invoices, house.rules, now).on
        closed = _close_talk(connection, before, told, now, actor)
        ledger.review(connection, [who.customer_id], now)
        taken = {"lifted": {"holds": lifted, "cases": closed}, "before": [plan_id, before.state.value]}
        data = {**taken, "made": None, "placed": []}
        back = undo.remember(connection, UndoKind.PLAN, actor, now, data, customer_id=who.customer_id)
        return Ended(_plan(connection, plan_id), resumes, _others(connection, who, now), back)


def look(house: House, connection: Connection, customer_id: str, facts: Facts | None = None) -> list[Seen]:
    """All plans of a customer with each instalment as it stands, the newest first; `facts` where they are known."""
    return _seen(house, connection, plan.of_customer(connection, customer_id), {customer_id: facts} if facts else None)


def every_standing(house: House, connection: Connection) -> list[Seen]:
    """All plans that stand, and those that were offered and not answered."""
    return _seen(house, connection, plan.every(connection, [PlanState.PROPOSED, *STANDING]))


def _seen(
    house: House, connection: Connection, plans: Sequence[PaymentPlan], known: Mapping[str, Facts] | None = None
) -> list[Seen]:
    now, today = house.clock.now(), _today(house)
    if known is None:
        ids = sorted({one.customer_id for one in plans})
        known = house.gatherer.gather(connection, ids, now) if ids else {}
    return [_of(one, known.get(one.customer_id), house, now, today) for one in plans]


def _of(found: PaymentPlan, facts: Facts | None, house: House, now: datetime, today: date) -> Seen:
    # Of a customer whom the ledger no longer lists nothing is open, and nothing is missed.
    standing = beside(found, facts.account.items if facts else (), house.rules.floor(found.currency))
    ends = deadline(facts, house.rules) if facts else lambda _: now + timedelta(days=1)
    rest = Money(found.total - standing.received, found.currency)
    return Seen(found, standing.parts(now, ends, today), Money(standing.received, found.currency), rest)


def _today(house: House) -> date:
    return house.clock.now().astimezone(house.rules.zone).date()


def _customer(house: House, connection: Connection, words: str | Exactly) -> tuple[Customer, Facts]:
    who = one_customer(connection, words)
    known = house.gatherer.gather(connection, [who.customer_id], house.clock.now())
    if who.customer_id not in known:
        raise Refused(f"The ledger no longer lists {who.name}: there is nothing to agree on.")
    return who, known[who.customer_id]


def _covered(facts: Facts, who: Customer, invoices: Sequence[str]) -> tuple[tuple[tuple[str, Decimal], ...], Money]:
    """What a plan over these invoices covers, all of them where none is named, and its sum."""
    known = [item for item in facts.account.items if item.balance.amount > 0]
    if not known:
        raise Refused(f"Nothing is open at {who.name}: there is nothing to pay in instalments.")
    wanted = {number.casefold() for number in invoices} or {item.invoice.number.casefold() for item in known}
    if unknown := wanted - {item.invoice.number.casefold() for item in known}:
        numbers = ", ".join(item.invoice.number for item in known)
        named = ", ".join(number for number in invoices if number.casefold() in unknown)
        raise Refused(f"{named} is not open at {who.name}; open are {numbers}.")
    chosen = [item for item in known if item.invoice.number.casefold() in wanted]
    _refuse_taken(facts, [item.invoice.number for item in chosen])
    currencies = sorted({item.balance.currency for item in chosen})
    if len(currencies) > 1:
        raise Refused(
            f"A plan is over one currency, and these invoices are in {' and '.join(currencies)}:"
            " name the invoices of one of them, and make a second plan for the others."
        )
    covered = tuple((item.invoice.number, item.balance.amount) for item in chosen)
    return covered, Money(sum((amount for _, amount in covered), Decimal(0)), currencies[0])


def _refuse_taken(facts: Facts, numbers: Sequence[str]) -> None:
    for standing in facts.plans:
        if taken := [number for number in numbers if number in standing.plan.invoices]:
            known = standing.plan.plan_id
            raise Refused(f"{', '.join(taken)} is covered by plan {known} already: change that one, or end it.")


def _make(
    house: House,
    connection: Connection,
    actor: str,
    who: Customer,
    facts: Facts,
    instalments: Sequence[Instalment],
    invoices: Sequence[str],
    state: PlanState,
    case_id: int | None,
) -> tuple[int, tuple[tuple[str, Decimal], ...]]:
    covered, total = _covered(facts, who, invoices)
    works = house.rules.bank_days(who.place).contains
    if wrong := mistakes(instalments, total, _today(house), works, house.rules.plan_max_days):
        raise Refused(" ".join(wrong))
    number = plan.make(
        connection, who.customer_id, total.currency, covered, instalments, state, house.clock.now(),
        made_on=_today(house), case_id=case_id, actor=actor,
    )  # fmt: skip
    return number, covered


def _pause(house: House, connection: Connection, actor: str, facts: Facts, made: int) -> int:
    """Place the pause that belongs to a new plan."""
    found = _plan(connection, made)
    until = deadline(facts, house.rules)(found.last_on)
    why = f"{len(found.instalments)} instalments are agreed on up to {found.last_on} (plan {made}, noted by {actor})"
    placed = hold.place(
        connection, found.customer_id, HoldKind.PLAN, why, house.clock.now(),
        until=until, invoices=found.invoices, actor=actor,
    )  # fmt: skip
    plan.belongs(connection, made, [placed])
    return placed


def _noted(
    house: House,
    connection: Connection,
    actor: str,
    facts: Facts,
    made: int,
    data: Mapping[str, object],
    case_id: int | None,
) -> Noted:
    """The plan as it stands now, with what takes it back."""
    now, who = house.clock.now(), facts.account.customer
    ledger.review(connection, [who.customer_id], now)
    back = undo.remember(connection, UndoKind.PLAN, actor, now, data, customer_id=who.customer_id, case_id=case_id)
    found = _plan(connection, made)
    return Noted(found, who, deadline(facts, house.rules)(found.last_on), _others(connection, who, now), back)


def refuse_anothers(seen: CaseFile | None, who: Customer) -> None:
    """Refuse a case of somebody else: what they wrote to us is answered by no plan of this customer."""
    if seen is not None and seen.case.customer_id != who.customer_id:
        raise Refused(f"Case {seen.case.case_id} is not a case of {who.name}: look at its number.")


def _settle_case(
    house: House, connection: Connection, actor: str, seen: CaseFile | None, made: int
) -> dict[str, list[int]]:
    """Close the case that asked for instalments and lift its pause; a pause on the whole customer stays."""
    if seen is None:
        return {}
    ids = [known.hold_id for known in seen.holds if known.kind not in WHOLE_CUSTOMER]
    why = f"instalments were agreed (plan {made})"
    lifted = release_in(house, connection, actor, ids, why)
    closed = []
    if len(ids) == len(seen.holds):
        case.resolve(connection, seen.case.case_id, why, house.clock.now(), actor)
        closed.append(seen.case.case_id)
    return {"holds": [known.hold_id for known in lifted], "cases": closed}


def _in_place_of_promises(
    house: House, connection: Connection, actor: str, who: Customer, covered: Sequence[tuple[str, Decimal]]
) -> dict[str, object]:
    """A plan takes the place of promises about what it covers, and of the talk about a broken one."""
    numbers = [number for number, _ in covered]
    every_one = set(numbers) >= set(people.open_numbers(connection, who.customer_id))
    before = close_on(
        house, connection, actor, who.customer_id, numbers, all_open=every_one, why="instalments take its place"
    )
    return {"promises": before.promises, "their_holds": before.lifted, "rest": before.rest}


def _proposed(connection: Connection, who: Customer, covered: Sequence[tuple[str, Decimal]]) -> list[PaymentPlan]:
    numbers = {number for number, _ in covered}
    known = plan.of_customer(connection, who.customer_id)
    return [one for one in known if one.state is PlanState.PROPOSED and numbers & set(one.invoices)]


def _standing_plan(connection: Connection, plan_id: int) -> PaymentPlan:
    found = plan.get(connection, plan_id)
    if found is None:
        raise Refused(f"There is no plan {plan_id}: `reminderbot instalments list` shows those that stand.")
    if found.state not in STANDING:
        raise Refused(f"Plan {plan_id} does not stand any more: it is {found.state}.")
    return found


def _plan(connection: Connection, plan_id: int) -> PaymentPlan:
    found = plan.get(connection, plan_id)
    assert found is not None
    return found


def _holds_of(connection: Connection, found: PaymentPlan, now: datetime) -> list[Hold]:
    held = active(hold.of_customers(connection, [found.customer_id]).get(found.customer_id, ()), now)
    return [known for known in held if known.hold_id in found.holds]


def _lift(house: House, connection: Connection, actor: str, found: PaymentPlan, why: str) -> list[int]:
    ids = [known.hold_id for known in _holds_of(connection, found, house.clock.now())]
    return [known.hold_id for known in release_in(house, connection, actor, ids, why)]


def _close_talk(connection: Connection, found: PaymentPlan, why: str, now: datetime, actor: str) -> list[int]:
    """Close the case about this plan's missed instalment, where one waits."""
    kinds = [CaseKind.MISSED_INSTALMENT]
    waiting = case.waiting(connection, found.customer_id, kinds=kinds)
    about = [one.case_id for one in waiting if set(one.invoices) & set(found.invoices)]
    return [number for number in about if case.resolve(connection, number, why, now, actor)]


def _others(connection: Connection, who: Customer, now: datetime) -> tuple[Hold, ...]:
    held = active(hold.of_customers(connection, [who.customer_id]).get(who.customer_id, ()), now)
    return tuple(known for known in held if known.kind is not HoldKind.PLAN)
