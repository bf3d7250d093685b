"""Gives what is owed to an agency or a lawyer, or writes it off: everything here stops; and takes it back, gently."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.core.account import OpenItem, totals
from reminderbot.core.case import Case
from reminderbot.core.customer import Customer
from reminderbot.core.handover import OURS_TO_DO, OURS_TO_WAIT_FOR, Handover, HandoverKind, said, within
from reminderbot.core.hold import Hold, HoldKind, active
from reminderbot.core.money import Money, subtotals
from reminderbot.core.plan import PaymentPlan, PlanState
from reminderbot.core.promise import Promise
from reminderbot.core.resume import resuming
from reminderbot.core.undo import Undo, UndoKind
from reminderbot.desk import typed
from reminderbot.desk.case import pauses
from reminderbot.desk.find import Exactly, Found, one
from reminderbot.desk.promise import close_on, pause_of, stand_for
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import case, handover, hold, ledger, listing, outbox, people, plan, promise, undo

# Design law 6: patience. A person may have a reason to be quicker; they should know that they are.
_EARLY = 30


@dataclass(frozen=True, slots=True)
class Stops:
    """What handing it over stops, and what to look at before."""

    customer: Customer
    # As the ledger writes them; empty: the whole customer.
    invoices: tuple[str, ...]
    owed: tuple[Money, ...]
    messages: tuple[Row[Any], ...]
    promises: tuple[Promise, ...]
    plans: tuple[PaymentPlan, ...]
    cases: tuple[Case, ...]
    # Sentences: why one might not do it yet.
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was handed over, what that stopped, and what takes it back while nothing has happened since."""

    handover: Handover
    stops: Stops
    undo: Undo


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back: reminders go on from that day, unless something else pauses them."""

    handover: Handover
    customer: Customer
    resumes_on: date
    remaining: tuple[Hold, ...]
    undo: Undo


def before(house: House, connection: Connection, words: str | Exactly, invoices: Sequence[str] = ()) -> Stops:
    """What handing over the customer, or some invoices of theirs, would stop; Refused where that cannot be."""
    found = one(connection, words)
    key = found.customer.customer_id
    numbers = _numbers(connection, found, invoices)
    now = house.clock.now()
    items = _items(house, connection, key, numbers, now)
    waiting = [one for one in case.waiting(connection, key) if within(one.invoices, numbers) or not one.invoices]
    ours = (one for one in waiting if one.kind in OURS_TO_DO and within(one.invoices, numbers))
    return Stops(
        customer=found.customer,
        invoices=numbers,
        owed=totals(items),
        messages=tuple(row for row in outbox.planned(connection, [key]) if not numbers or set(numbers) & {*row.lists}),
        plans=_plans(connection, key, numbers),
        promises=tuple(p for p in promise.open_ones(connection, [key]).get(key, ()) if within(p.invoices, numbers)),
        # One that pauses more than is handed over is not done with it.
        cases=tuple(one for one in ours if all(within(h.invoices, numbers) for h in pauses(house, connection, one))),
        cautions=tuple(_cautions(house, waiting, items, now)),
    )


def hand_over(
    house: House,
    actor: str,
    words: str | Exactly,
    kind: HandoverKind,
    note: str,
    invoices: Sequence[str] = (),
) -> HandedOver:
    """Hand over the customer, or some invoices of theirs: what is planned is withdrawn, what we waited for is closed.

    Only a person takes it back. What customers say still comes in, and still calls a person.
    """
    now = house.clock.now()
    note = typed.words(note, "Say in a sentence to whom it goes or why: a colleague will read it.")
    with house.store.writing() as connection:
        stops = before(house, connection, words, invoices)
        key = stops.customer.customer_id
        told = f"{', '.join(stops.invoices) or stops.customer.name} was {said(kind)} by {actor}"
        placed = hold.place(
            connection, key, HoldKind.HANDED_OVER, f"{told}; only taking it back ends this", now,
            invoices=stops.invoices, actor=actor,
        )  # fmt: skip
        closed = [one.case_id for one in stops.cases]
        for row in stops.messages:
            outbox.withdraw(connection, row, told, now, actor)
        words_given = close_on(
            house, connection, actor, key, stops.invoices or people.open_numbers(connection, key),
            all_open=False, why=told,
        )  # fmt: skip
        lifted = words_given.lifted + _wait_no_more(connection, stops, told, now, actor)
        given = sorted({*words_given.promises, *(word.promise_id for word in stops.promises)})
        waited_for = [word for word in given if promise.hold_of(connection, word) in lifted]
        number = handover.mark(connection, key, kind, stops.invoices, note, placed, closed, waited_for, now, actor)
        for agreed in stops.plans:
            plan.settle(connection, agreed, PlanState.ENDED, now, told, actor)
            lifted += [number for number in agreed.holds if hold.release(connection, number, now, actor, told)]
        for waits in stops.cases:
            case.resolve(connection, waits.case_id, told, now, actor)
        ledger.review(connection, [key], now)
        data = {
            "handover": number, "hold": placed, "lifted": lifted,
            "promises": given, "rest": words_given.rest, "cases": closed,
            "plans": [[one.plan_id, one.state.value] for one in stops.plans],
        }  # fmt: skip
        back = undo.remember(connection, UndoKind.HANDED_OVER, actor, now, data, customer_id=key)
        known = handover.get(connection, number)
    assert known is not None
    return HandedOver(known, stops, back)


def take_back(
    house: House, actor: str, words: str | Exactly, note: str = "", handover_id: int | None = None
) -> TakenBack:
    """Take back what was handed over; reminders go on from where they stood, never sooner than the ladder's spacing.

    What they had promised for a later day is waited for as before, unless they have promised anew or agreed on
    instalments since: they have not been told of any of this.
    """
    now = house.clock.now()
    with house.store.writing() as connection:
        found = one(connection, words)
        known = _standing(connection, found, handover_id)
        key = known.customer_id
        pause = resuming(house.gatherer.gather(connection, [key], now).get(key), known.invoices, house.rules, now)
        why = f"{actor} took back what was {said(known.kind)}: reminders go on gently from {pause.on}"
        placed = hold.place(
            connection, key, HoldKind.RESUMING, why, now, until=pause.until, invoices=known.invoices, actor=actor
        )
        hold.release(connection, known.hold_id, now, actor, f"hold {placed} stands now")
        handover.take_back(connection, known, typed.words(note), now, actor)
        ledger.review(connection, [key], now)
        again = _wait_again(house, connection, known, now, actor)
        believed = _believe_again(connection, known, now, actor)
        data = {
            "handover": known.handover_id, "placed": [placed], "lifted": [known.hold_id, *believed.lifted],
            "cases": again, "promises": believed.whole, "rest": believed.rest, "joined": believed.joined,
        }  # fmt: skip
        back = undo.remember(connection, UndoKind.TAKEN_BACK, actor, now, data, customer_id=key)
        held = active(hold.of_customers(connection, [key]).get(key, ()), now)
    return TakenBack(known, found.customer, pause.on, tuple(h for h in held if h.hold_id != placed), back)


@dataclass(frozen=True, slots=True)
class Away:
    """Something that is handed over, as a list shows it."""

    handover: Handover
    customer: str
    # What is still open of it in our books.
    owed: tuple[Money, ...]


def away(connection: Connection) -> list[Away]:
    """All that is handed over at this moment, the newest first."""
    known = handover.standing(connection)
    names = people.names(connection, [one.customer_id for one in known])
    rows = list(listing.open_invoices(connection, {one.customer_id for one in known})) if known else []
    return [
        Away(
            one,
            names.get(one.customer_id, one.customer_id),
            subtotals(
                Money(row.balance, row.currency)
                for row in rows
                if row.customer_id == one.customer_id and within([row.number], one.invoices)
            ),
        )
        for one in known
    ]


def _numbers(connection: Connection, found: Found, invoices: Sequence[str]) -> tuple[str, ...]:
    """The named invoices as the ledger writes them; none named, the whole customer."""
    who = found.customer
    wanted = [*invoices, *([found.invoice] if found.invoice else [])]
    known = people.open_numbers(connection, who.customer_id)
    if not known:
        raise Refused(f"Nothing is open at {who.name}: there is nothing to hand over.")
    by_name = {number.casefold(): number for number in known}
    if unknown := [number for number in wanted if number.casefold() not in by_name]:
        raise Refused(f"{', '.join(unknown)} is not open at {who.name}; open are {', '.join(known)}.")
    chosen = tuple(number for number in known if number.casefold() in {n.casefold() for n in wanted})
    for gone in handover.of_customer(connection, who.customer_id):
        if gone.stands and (not gone.invoices or set(gone.invoices) & set(chosen or known)):
            raise Refused(
                f"{', '.join(gone.invoices) or who.name} was {said(gone.kind)} already, on {gone.marked_at:%Y-%m-%d} by"
                f" {gone.marked_by}: take that back first, with `reminderbot take-back {who.customer_id}`."
            )
    return chosen


def _items(
    house: House, connection: Connection, key: str, numbers: Sequence[str], now: datetime
) -> tuple[OpenItem, ...]:
    facts = house.gatherer.gather(connection, [key], now).get(key)
    items = facts.account.items if facts else ()
    return tuple(item for item in items if not numbers or item.invoice.number in numbers)


def _plans(connection: Connection, key: str, numbers: Sequence[str]) -> tuple[PaymentPlan, ...]:
    """The plans that end with it; Refused where one is about more than that."""
    found = plan.standing(connection, [key]).get(key, [])
    touched = [one for one in found if not numbers or set(one.invoices) & set(numbers)]
    for agreed in touched:
        if not within(agreed.invoices, numbers):
            raise Refused(
                f"Plan {agreed.plan_id} is about {', '.join(agreed.invoices)} together: hand over all of them, or end"
                " the plan first, so that what is left is agreed anew."
            )
    return tuple(touched)


def _cautions(house: House, waiting: Iterable[Case], items: Iterable[OpenItem], now: datetime) -> Iterable[str]:
    for matter in waiting:
        if matter.kind not in OURS_TO_DO:
            yield f"case {matter.case_id} ({matter.kind.replace('_', ' ')}) still waits for an answer: {matter.why}"
    today = now.astimezone(house.rules.zone).date()
    young = [i.invoice.number for i in items if (days := i.days_past_due(today)) is not None and days < _EARLY]
    if young:
        yield f"{', '.join(young)} is less than {_EARLY} days past due"


def _wait_again(house: House, connection: Connection, known: Handover, now: datetime, actor: str) -> list[int]:
    """Open the cases again whose pauses stand still: nobody would be called to those; gives the cases."""
    again = []
    for number in known.cases:
        waited = case.get(connection, number)
        if waited is not None and waited.resolved_at is not None and pauses(house, connection, waited):
            case.reopen(connection, waited, now, actor)
            again.append(number)
    return again


@dataclass(frozen=True, slots=True)
class _Believed:
    """The promises that stand again, each with its pause, and the parts of them that stood meanwhile."""

    whole: list[list[int | None]]
    # What stands anew in the place of a part, or for a part only.
    rest: list[list[int]]
    joined: list[int]
    lifted: list[int]


def _believe_again(connection: Connection, known: Handover, now: datetime, actor: str) -> _Believed:
    """Have the promises for days to come stand again: the whole ones, and what of others is about what is taken back.

    What was promised or agreed on the same invoices meanwhile has taken their place.
    """
    found = _Believed([], [], [], [])
    standing = _standing_words(connection, known.customer_id, now)
    for number in known.promises:
        word = promise.get(connection, number)
        assert word is not None
        since = _said_since(connection, word, known)
        about = tuple(one for one in word.invoices if within([one], known.invoices) and one not in since)
        part = next((one for one in standing if one[0].is_part_of_same(word)), None)
        kept = part[1] if part else pause_of(connection, word)
        if kept is None or (kept.until is not None and kept.until <= now) or (word.invoices and not about):
            continue
        if part:
            standing.remove(part)
            found.rest.append(_join(connection, part, word, about, now, actor))
            found.joined.append(part[0].promise_id)
            found.lifted.append(kept.hold_id)
        elif about == word.invoices:
            placed_again = hold.place_again(connection, kept.hold_id, "it stands again", now, actor)
            promise.stand_again(connection, [number])
            found.whole.append([number, placed_again])
        else:
            found.rest.append(stand_for(connection, word, about, kept, now, actor))
    return found


def _join(
    connection: Connection, part: tuple[Promise, Hold], word: Promise, about: tuple[str, ...], now: datetime, actor: str
) -> list[int]:
    """Wait for the part that stands and for what is taken back as for one word; gives it with its pause."""
    standing, pause = part
    invoices = tuple(dict.fromkeys((*standing.invoices, *about)))
    placed = hold.place(
        connection, word.customer_id, pause.kind, pause.why, now,
        until=pause.until, invoices=invoices if pause.invoices else (), actor=actor,
    )  # fmt: skip
    hold.release(connection, pause.hold_id, now, actor, f"hold {placed} stands now")
    number = promise.join(connection, standing, word, invoices, placed, now, actor)
    promise.close(connection, standing)
    return [number, placed]


def _said_since(connection: Connection, word: Promise, known: Handover) -> set[str]:
    """The invoices that they promised anew after this word, or that a plan is about by now."""
    key, given = known.customer_id, word.made_at or known.marked_at
    words = promise.of_customers(connection, [key]).get(key, ())
    anew = [later.invoices for later in words if later.made_at is not None and later.made_at > given]
    agreed = [one.invoices for one in plan.standing(connection, [key]).get(key, ())]
    return {number for numbers in (*anew, *agreed) for number in numbers}


def _standing_words(connection: Connection, customer_id: str, now: datetime) -> list[tuple[Promise, Hold]]:
    """The promises that are waited for, each with its pause."""
    words = promise.open_ones(connection, [customer_id]).get(customer_id, ())
    paused = [(word, pause) for word in words if (pause := pause_of(connection, word))]
    return [(word, pause) for word, pause in paused if pause.is_active(now)]


def _wait_no_more(connection: Connection, stops: Stops, told: str, now: datetime, actor: str) -> list[int]:
    """Close their promises, and lift the pauses of what we waited for; gives those pauses."""
    for word in stops.promises:
        promise.close(connection, word)
    key = stops.customer.customer_id
    kept = [
        h.hold_id
        for h in active(hold.of_customers(connection, [key]).get(key, ()), now)
        if h.kind in OURS_TO_WAIT_FOR and within(h.invoices, stops.invoices)
    ]
    for hold_id in kept:
        hold.release(connection, hold_id, now, actor, told)
    return kept


def _standing(connection: Connection, found: Found, handover_id: int | None) -> Handover:
    stand = [one for one in handover.of_customer(connection, found.customer.customer_id) if one.stands]
    chosen = [
        one
        for one in stand
        if (found.invoice is None or found.invoice in one.invoices) and handover_id in (None, one.handover_id)
    ]
    if not chosen:
        rest = "; the whole customer is: name the customer" if stand and found.invoice else ""
        raise Refused(f"{found.invoice or found.customer.name} is not handed over{rest}.")
    if len(chosen) > 1:
        told = "; ".join(f"{', '.join(one.invoices)} ({one.kind})" for one in chosen)
        raise Refused(f"Several things of {found.customer.name} are handed over: {told}. Name one of the invoices.")
    return chosen[0]
