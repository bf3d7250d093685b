"""Notes what a customer has promised to a person, on the telephone or face to face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection

from reminderbot.core.customer import Customer
from reminderbot.core.hold import Hold, HoldKind, active
from reminderbot.core.promise import PromiseState, end_of_grace
from reminderbot.core.undo import Undo, UndoKind
from reminderbot.desk import typed
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import hold, ledger, people, promise, undo


@dataclass(frozen=True, slots=True)
class Promised:
    """A customer's word as it was noted."""

    promise_id: int
    customer: Customer
    due_on: date
    # Reminders pause until then; unpaid at that moment it counts as broken.
    until: datetime
    # Other holds that stand besides.
    remaining: tuple[Hold, ...]
    # An earlier promise was replaced.
    replaced: bool
    undo: Undo


def note(
    house: House,
    actor: str,
    words: str | Exactly,
    due_on: date,
    amount: Decimal | None = None,
    invoices: Sequence[str] = (),
) -> Promised:
    """Note that the customer will pay by `due_on`: `amount`, or all of `invoices`, or all that is open.

    It takes the place of an earlier promise that is still open. Refused where nothing is open or the day has passed.
    """
    now = house.clock.now()
    if amount is not None:
        typed.amount(amount)
    with house.store.writing() as connection:
        who = one_customer(connection, words)
        zone = (house.gatherer.zones_of(who) or (house.rules.zone,))[0]
        today = now.astimezone(zone).date()
        typed.day_to_come(due_on, today)
        numbers = _numbers(connection, who, invoices)
        replaced, lifted = _replace(house, connection, actor, who.customer_id)
        until = end_of_grace(due_on, house.rules.days_of_both(who.place), zone)
        told = f"noted by {actor}"
        number = promise.make(
            connection, who.customer_id, due_on, told, now,
            promised_on=today, amount=amount, invoices=numbers, actor=actor,
        )  # fmt: skip
        why = f"they promised to pay by {due_on} ({told}); two business days are given for the bank"
        placed = hold.place(
            connection, who.customer_id, HoldKind.PROMISE, why, now,
            until=until, invoices=numbers if invoices else (), actor=actor,
        )  # fmt: skip
        ledger.review(connection, [who.customer_id], now)
        held = active(hold.of_customers(connection, [who.customer_id])[who.customer_id], now)
        data = {"promise": number, "hold": placed, "replaced": replaced, "lifted": lifted}
        back = undo.remember(connection, UndoKind.PROMISED, actor, now, data, customer_id=who.customer_id)
    others = tuple(other for other in held if other.kind is not HoldKind.PROMISE)
    return Promised(number, who, due_on, until, others, bool(replaced), back)


def _numbers(connection: Connection, who: Customer, invoices: Sequence[str]) -> tuple[str, ...]:
    known = people.open_numbers(connection, who.customer_id)
    if not known:
        raise Refused(f"Nothing is open at {who.name}: there is nothing to promise.")
    if unknown := [number for number in invoices if number not in known]:
        raise Refused(f"{', '.join(unknown)} is not open at {who.name}; open are {', '.join(known)}.")
    return tuple(invoices) or known


def _replace(house: House, connection: Connection, actor: str, customer_id: str) -> tuple[list[int], list[int]]:
    """Close earlier promises and lift their holds; gives both."""
    now = house.clock.now()
    earlier = promise.open_ones(connection, [customer_id]).get(customer_id, [])
    for word in earlier:
        promise.settle(connection, word, PromiseState.CLOSED, now)
    lifted: list[int] = []
    for known in hold.of_customers(connection, [customer_id]).get(customer_id, []):
        if known.kind is HoldKind.PROMISE:
            hold.release(connection, known.hold_id, now, actor, "a new promise takes its place")
            lifted.append(known.hold_id)
    return [word.promise_id for word in earlier], lifted
