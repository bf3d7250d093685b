"""Pauses somebody's reminders, or lifts a pause and shows first what would leave then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from reminderbot.core.calendar import start_of_day
from reminderbot.core.course import Foreseen
from reminderbot.core.customer import Customer
from reminderbot.core.handover import said
from reminderbot.core.hold import Hold, HoldKind, active, unexplained
from reminderbot.core.outlook import foresee
from reminderbot.core.resume import Resuming, after_lifting
from reminderbot.core.undo import Undo, UndoKind
from reminderbot.desk import typed
from reminderbot.desk.find import Exactly, one, one_customer
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import handover, hold, ledger, people, undo

LOOK_AHEAD = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Placed:
    """A new hold."""

    hold_id: int
    customer: Customer
    invoice: str | None
    undo: Undo


def place(house: House, actor: str, words: str | Exactly, until: date | None = None, why: str = "") -> Placed:
    """Pause the customer or invoice that `words` means, up to and with the day `until`; none: until it is lifted."""
    now = house.clock.now()
    if until is not None:
        typed.day_to_come(until, now.astimezone(house.rules.zone).date())
    with house.store.writing() as connection:
        found = one(connection, words)
        number = hold.place(
            connection,
            found.customer.customer_id,
            HoldKind.BY_HAND,
            typed.words(why) or unexplained(actor),
            now,
            until=start_of_day(until + timedelta(days=1), house.rules.zone) if until else None,
            invoices=(found.invoice,) if found.invoice else (),
            actor=actor,
        )
        key = found.customer.customer_id
        ledger.review(connection, [key], now)
        back = undo.remember(connection, UndoKind.HELD, actor, now, {"hold": number}, customer_id=key)
    return Placed(number, found.customer, found.invoice, back)


@dataclass(frozen=True, slots=True)
class Lifting:
    """What lifting some holds would lead to."""

    customer: Customer
    holds: tuple[Hold, ...]
    # Holds that would still pause something.
    remaining: tuple[Hold, ...]
    # What would come first then if nobody answers or pays; None: nothing in sight.
    next: Foreseen | None


def lifting(house: House, connection: Connection, words: str) -> Lifting:
    """The hold with the number `words`, or all of the customer it names, or those on just the invoice it names."""
    chosen, customer = _chosen(house, connection, words)
    return _lifting(house, connection, customer, chosen)


def lifting_of(house: House, connection: Connection, customer_id: str, hold_ids: Sequence[int]) -> Lifting:
    """The same for these holds of one customer."""
    held = active(hold.of_customers(connection, [customer_id]).get(customer_id, ()), house.clock.now())
    customer = one_customer(connection, Exactly(customer_id))
    return _lifting(house, connection, customer, tuple(one for one in held if one.hold_id in hold_ids))


def _lifting(house: House, connection: Connection, customer: Customer, chosen: tuple[Hold, ...]) -> Lifting:
    now = house.clock.now()
    facts = house.gatherer.gather(connection, [customer.customer_id], now).get(customer.customer_id)
    held = active(hold.of_customers(connection, [customer.customer_id]).get(customer.customer_id, ()), now)
    remaining = tuple(other for other in held if other not in chosen)
    foreseen: Sequence[Foreseen] = ()
    if facts is not None:
        pause = after_lifting(facts, chosen, remaining, house.rules, now)
        gentle = (_as_hold(customer.customer_id, pause, now),) if pause else ()
        foreseen = foresee(replace(facts, holds=(*remaining, *gentle)), house.rules, now, now + LOOK_AHEAD)
    return Lifting(customer, chosen, remaining, next(iter(foreseen), None))


def _as_hold(customer_id: str, pause: Resuming, now: datetime) -> Hold:
    return Hold(0, customer_id, HoldKind.RESUMING, now, _gently(pause), pause.invoices, pause.until)


def _gently(pause: Resuming) -> str:
    return f"{', '.join(pause.invoices)} goes on gently from {pause.on}"


def _chosen(house: House, connection: Connection, words: str) -> tuple[tuple[Hold, ...], Customer]:
    now = house.clock.now()
    if words.isdecimal():
        by_number = [known for known in active(hold.every(connection), now) if known.hold_id == int(words)]
        if by_number:
            customer = people.get(connection, by_number[0].customer_id)
            assert customer is not None
            return tuple(by_number), customer
    found = one(connection, words)
    key = found.customer.customer_id
    held = active(hold.of_customers(connection, [key]).get(key, ()), now)
    # A hold on the whole customer (hardship, a lawyer, a promise) is never lifted by naming one invoice.
    named = tuple(h for h in held if found.invoice is None or (h.invoices and h.covers(found.invoice)))
    # What goes on gently by itself is hurried by its own number only.
    chosen = tuple(h for h in named if h.kind is not HoldKind.RESUMING)
    if named and not chosen:
        raise Refused(f"Nothing is left to lift: {named[0].why}; sooner only by `release {named[0].hold_id}`.")
    if not chosen and held:
        names = ", ".join(f"hold {h.hold_id} ({h.kind})" for h in held)
        raise Refused(
            f"No hold is on {found.invoice} alone; {names} pauses {found.customer.name}: name the hold or the customer."
        )
    if not chosen:
        raise Refused(f"Nothing pauses {found.invoice or found.customer.name}: there is no hold to lift.")
    return chosen, found.customer


@dataclass(frozen=True, slots=True)
class Lifted:
    """How many holds were lifted, and what places them again; None: none was there any more."""

    count: int
    undo: Undo | None


def release(house: House, actor: str, hold_ids: Sequence[int], why: str = "", whose: Exactly | None = None) -> Lifted:
    """Lift these holds, as far as they still stand and are this customer's, where one is named.

    What is due then is found at the next planning run.
    """
    with house.store.writing() as connection:
        if whose is not None:
            theirs = hold.of_customers(connection, [whose.customer_id]).get(whose.customer_id, ())
            hold_ids = [known.hold_id for known in theirs if known.hold_id in hold_ids]
        lifted = release_in(house, connection, actor, hold_ids, why)
        if not lifted:
            return Lifted(0, None)
        owners = {known.customer_id for known in lifted}
        back = undo.remember(
            connection, UndoKind.RELEASED, actor, house.clock.now(), {"holds": [known.hold_id for known in lifted]},
            customer_id=owners.pop() if len(owners) == 1 else None,
        )  # fmt: skip
    return Lifted(len(lifted), back)


def release_in(house: House, connection: Connection, actor: str, hold_ids: Sequence[int], why: str) -> list[Hold]:
    """The same inside a transaction that does more; gives those that were lifted.

    What is free then goes on gently: with its next tier, and never sooner than the ladder's spacing from today.
    """
    now = house.clock.now()
    if away := handover.by_holds(connection, hold_ids):
        raise Refused(
            f"Hold {away[0].hold_id} stands because {', '.join(away[0].invoices) or 'the customer'} was"
            f" {said(away[0].kind)}: take that back, with `reminderbot take-back {away[0].customer_id}`."
        )
    lifted = [known for known in hold.every(connection) if known.hold_id in hold_ids]
    for known in lifted:
        hold.release(connection, known.hold_id, now, actor, why or "lifted by hand")
    go_on_gently(house, connection, actor, lifted)
    ledger.review(connection, {known.customer_id for known in lifted}, now)
    return lifted


def go_on_gently(house: House, connection: Connection, actor: str, lifted: Sequence[Hold]) -> None:
    """Place the pause that lies between lifting these holds and the next letter, for each customer."""
    now = house.clock.now()
    keys = sorted({known.customer_id for known in lifted})
    for key, facts in house.gatherer.gather(connection, keys, now).items():
        own = [known for known in lifted if known.customer_id == key]
        pause = after_lifting(facts, own, facts.holds, house.rules, now)
        if pause is not None:
            hold.place(
                connection, key, HoldKind.RESUMING, _gently(pause), now,
                until=pause.until, invoices=pause.invoices, actor=actor,
            )  # fmt: skip
