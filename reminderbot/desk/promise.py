"""Notes what a customer has promised to a person, on the telephone or face to face, and puts a day right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection

from reminderbot.core.customer import Customer
from reminderbot.core.hold import Hold, HoldKind, active
from reminderbot.core.money import Money, minor_digits, subtotals
from reminderbot.core.promise import Promise, PromiseState
from reminderbot.core.undo import Undo, UndoKind
from reminderbot.desk import typed
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.desk.hold import go_on_gently
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import hold, ledger, listing, people, promise, undo


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

    It takes the place of an earlier promise on the same invoices that is still open, and of the pause for a talk
    about a broken one: whoever notes it has talked to them. Refused where nothing is open, less than that is open,
    or the day has passed.
    """
    with house.store.writing() as connection:
        return note_in(house, connection, actor, words, due_on, amount, invoices)


def note_in(
    house: House,
    connection: Connection,
    actor: str,
    words: str | Exactly,
    due_on: date,
    amount: Decimal | None = None,
    invoices: Sequence[str] = (),
) -> Promised:
    """The same inside a transaction that does more."""
    now = house.clock.now()
    who = one_customer(connection, words)
    today = _day_to_come(house, who, due_on, now)
    numbers = _numbers(connection, who, invoices)
    _check(connection, who, amount, numbers)
    # Before the earlier pause is lifted, or what it covers would be taken for free.
    placed = _pause(house, connection, actor, who, due_on, numbers if invoices else (), now)
    before = close_on(house, connection, actor, who.customer_id, numbers, all_open=not invoices)
    number = promise.make(
        connection, who.customer_id, due_on, f"noted by {actor}", now,
        promised_on=today, amount=amount, invoices=numbers, hold_id=placed, actor=actor,
        named=bool(invoices),
    )  # fmt: skip
    return _noted(house, connection, actor, who, due_on, number, placed, before, now)


def correct(house: House, actor: str, promise_id: int, due_on: date, whose: Exactly | None = None) -> Promised:
    """Put right for which day an open promise is; what was promised, and when, stays."""
    now = house.clock.now()
    with house.store.writing() as connection:
        word = _open_word(connection, promise_id, whose)
        who = one_customer(connection, Exactly(word.customer_id))
        _day_to_come(house, who, due_on, now)
        before = promise.hold_of(connection, promise_id)
        known = hold.get(connection, before) if before is not None else None
        lifted = [known.hold_id] if known is not None and known.released_at is None else []
        for hold_id in lifted:
            hold.release(connection, hold_id, now, actor, "the promise is for another day")
        promise.close(connection, word)
        placed = _pause(house, connection, actor, who, due_on, known.invoices if known else word.invoices, now)
        number = promise.correct(connection, word, due_on, placed, now, actor)
        before_it = Replaced([promise_id], lifted, [])
        return _noted(house, connection, actor, who, due_on, number, placed, before_it, now)


def _open_word(connection: Connection, promise_id: int, whose: Exactly | None) -> Promise:
    word = promise.get(connection, promise_id)
    if word is None or (whose is not None and word.customer_id != whose.customer_id):
        raise Refused(f"There is no promise {promise_id}: `reminderbot why CUSTOMER` shows theirs.")
    if word.state is not PromiseState.OPEN:
        raise Refused(f"Promise {promise_id} is {word.state.spoken} already: note a new one.")
    return word


def _day_to_come(house: House, who: Customer, due_on: date, now: datetime) -> date:
    """Today where the customer is; Refused where the day has passed there."""
    today = now.astimezone(house.clock_of(who)).date()
    typed.day_to_come(due_on, today)
    return today


def _pause(
    house: House,
    connection: Connection,
    actor: str,
    who: Customer,
    due_on: date,
    invoices: Sequence[str],
    now: datetime,
) -> int:
    grace = house.grace_of(who)
    why = f"they promised to pay by {due_on} (noted by {actor}); {grace.told} are given for the bank"
    return hold.place(
        connection, who.customer_id, HoldKind.PROMISE, why, now,
        until=grace.ends(due_on), invoices=invoices, actor=actor,
    )  # fmt: skip


def _noted(
    house: House,
    connection: Connection,
    actor: str,
    who: Customer,
    due_on: date,
    number: int,
    placed: int,
    before: Replaced,
    now: datetime,
) -> Promised:
    ledger.review(connection, [who.customer_id], now)
    held = active(hold.of_customers(connection, [who.customer_id])[who.customer_id], now)
    data = {
        "promise": number,
        "hold": placed,
        "replaced": before.promises,
        "lifted": before.lifted,
        "rest": before.rest,
    }
    back = undo.remember(connection, UndoKind.PROMISED, actor, now, data, customer_id=who.customer_id)
    others = tuple(other for other in held if other.kind is not HoldKind.PROMISE)
    return Promised(number, who, due_on, house.grace_of(who).ends(due_on), others, bool(before.promises), back)


def _numbers(connection: Connection, who: Customer, invoices: Sequence[str]) -> tuple[str, ...]:
    known = people.open_numbers(connection, who.customer_id)
    if not known:
        raise Refused(f"Nothing is open at {who.name}: there is nothing to promise.")
    if unknown := [number for number in invoices if number not in known]:
        raise Refused(f"{', '.join(unknown)} is not open at {who.name}; open are {', '.join(known)}.")
    return tuple(invoices) or known


def _check(connection: Connection, who: Customer, amount: Decimal | None, numbers: Sequence[str]) -> None:
    """Refuse a sum that cannot be what they promised on these invoices."""
    if amount is None:
        return
    typed.amount(amount)
    rows = [row for row in listing.open_invoices(connection, [who.customer_id]) if row.number in numbers]
    owed = subtotals(Money(row.balance, row.currency) for row in rows)
    if len(owed) > 1:
        told = " and ".join(map(str, owed))
        raise Refused(f"{told} are open at {who.name}: name the invoices that {amount} is for, of one currency.")
    if amount % Decimal(1).scaleb(-minor_digits(owed[0].currency)):
        raise Refused(f"{amount} is no sum that {owed[0].currency} has coins for: round it.")
    if amount > owed[0].amount:
        raise Refused(f"Only {owed[0]} is open there: write at most that, or no amount for all of it.")


@dataclass(frozen=True, slots=True)
class Replaced:
    """The earlier promises whose place something takes, the pauses that were lifted, and what is waited for still."""

    promises: list[int]
    lifted: list[int]
    # Each promise as it stands for its other invoices, with its pause.
    rest: list[list[int]]


def close_on(
    house: House,
    connection: Connection,
    actor: str,
    customer_id: str,
    numbers: Sequence[str],
    *,
    all_open: bool,
    why: str = "a new promise takes its place",
) -> Replaced:
    """Close earlier promises on any of these invoices and lift their pauses; what they say of others goes on standing.

    What nothing pauses any more then goes on gently.
    """
    now = house.clock.now()
    theirs = promise.open_ones(connection, [customer_id]).get(customer_id, [])
    earlier = [word for word in theirs if set(word.invoices) & set(numbers)]
    pauses = {promise.hold_of(connection, word.promise_id) for word in earlier}
    rest = [kept for word in earlier if (kept := _rest(connection, actor, word, numbers, now))]
    for word in earlier:
        promise.close(connection, word)
    lifted: list[Hold] = []
    for known in hold.of_customers(connection, [customer_id]).get(customer_id, []):
        talked = known.kind is HoldKind.BROKEN_PROMISE and all_open
        if known.hold_id in pauses or talked:
            hold.release(connection, known.hold_id, now, actor, why)
            lifted.append(known)
    go_on_gently(house, connection, actor, lifted)
    return Replaced([word.promise_id for word in earlier], [known.hold_id for known in lifted], rest)


def _rest(connection: Connection, actor: str, word: Promise, numbers: Sequence[str], now: datetime) -> list[int]:
    """The same word for what is still open of its other invoices, with its pause; empty where nothing is."""
    still = set(people.open_numbers(connection, word.customer_id)) - set(numbers)
    invoices = tuple(number for number in word.invoices if number in still)
    known = pause_of(connection, word)
    if not invoices or known is None or not known.is_active(now):
        return []
    return stand_for(connection, word, invoices, known, now, actor)


def pause_of(connection: Connection, word: Promise) -> Hold | None:
    """The pause that came with a promise, lifted or not."""
    number = promise.hold_of(connection, word.promise_id)
    return hold.get(connection, number) if number is not None else None


def stand_for(
    connection: Connection, word: Promise, invoices: tuple[str, ...], pause: Hold, now: datetime, actor: str
) -> list[int]:
    """Wait for a promise on these of its invoices alone, as long as that pause says; gives it with its new pause."""
    placed = hold.place(
        connection, word.customer_id, pause.kind, pause.why, now, until=pause.until, invoices=invoices, actor=actor
    )
    return [promise.narrow(connection, word, invoices, placed, now, actor), placed]
