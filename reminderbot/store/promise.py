"""Promises to pay: what customers have said they will do, and whether they did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from reminderbot.core.event import Event, EventKind
from reminderbot.core.promise import Promise, PromiseState
from reminderbot.store import journal
from reminderbot.store.tables import invoice, payment, promise

# Asked at every plan; put together once: that costs as much as asking it.
_OPEN = (
    select(promise)
    .where(promise.c.customer_id.in_(bindparam("ids", expanding=True)), promise.c.state == PromiseState.OPEN.value)
    .order_by(promise.c.promise_id)
)


def make(
    connection: Connection,
    customer_id: str,
    due_on: date,
    words: str,
    now: datetime,
    *,
    promised_on: date,
    amount: Decimal | None = None,
    invoices: Sequence[str] = (),
    inbound_id: int | None = None,
    actor: str = "reminderbot",
) -> int:
    """Record a customer's word; gives its number."""
    result = connection.execute(
        insert(promise).values(
            customer_id=customer_id,
            promised_on=promised_on,
            due_on=due_on,
            amount=amount,
            invoices=list(invoices),
            words=words,
            state=PromiseState.OPEN.value,
            inbound_id=inbound_id,
        )
    )
    assert result.inserted_primary_key is not None
    number = int(result.inserted_primary_key[0])
    data = {"promise": number, "due_on": due_on.isoformat(), "amount": str(amount) if amount else None, "words": words}
    journal.record(connection, Event(EventKind.PROMISED, now, actor, customer_id, data))
    return number


_EVENTS = {PromiseState.KEPT: EventKind.PROMISE_KEPT, PromiseState.BROKEN: EventKind.PROMISE_BROKEN}


def settle(connection: Connection, kept: Promise, state: PromiseState, now: datetime) -> None:
    """Mark a promise as kept or broken."""
    connection.execute(update(promise).where(promise.c.promise_id == kept.promise_id).values(state=state.value))
    event = _EVENTS.get(state)
    if event is not None:
        data = {"promise": kept.promise_id, "due_on": kept.due_on.isoformat()}
        journal.record(connection, Event(event, now, "reminderbot", kept.customer_id, data))


def take_back(connection: Connection, promise_id: int, replaced: Collection[int], now: datetime, actor: str) -> None:
    """Have a promise count as never given, and those whose place it took stand again."""
    row = connection.execute(select(promise).where(promise.c.promise_id == promise_id)).one()
    closed = update(promise).where(promise.c.promise_id == promise_id)
    connection.execute(closed.values(state=PromiseState.CLOSED.value))
    stand_again(connection, replaced)
    data = {"promise": promise_id, "again": list(replaced)}
    journal.record(connection, Event(EventKind.PROMISE_TAKEN_BACK, now, actor, row.customer_id, data))


def stand_again(connection: Connection, promise_ids: Collection[int]) -> None:
    """Have promises that were closed be open again."""
    again = update(promise).where(promise.c.promise_id.in_(promise_ids))
    connection.execute(again.values(state=PromiseState.OPEN.value))


def open_ones(connection: Connection, customer_ids: Sequence[str]) -> dict[str, list[Promise]]:
    """Open promises by customer."""
    found: dict[str, list[Promise]] = defaultdict(list)
    for row in connection.execute(_OPEN, {"ids": customer_ids}):
        found[row.customer_id].append(_promise_of(row))
    return found


def due_between(connection: Connection, first: date, last: date) -> list[Promise]:
    """Open promises for these days, both included, the earliest first."""
    query = select(promise).where(promise.c.state == PromiseState.OPEN.value, promise.c.due_on.between(first, last))
    return [_promise_of(row) for row in connection.execute(query.order_by(promise.c.due_on, promise.c.promise_id))]


def every_open(connection: Connection) -> list[Promise]:
    """All open promises."""
    query = select(promise).where(promise.c.state == PromiseState.OPEN.value)
    return [_promise_of(row) for row in connection.execute(query.order_by(promise.c.promise_id))]


def of_customer(connection: Connection, customer_id: str) -> list[Promise]:
    """All words of a customer, kept and broken ones too, the newest first."""
    query = select(promise).where(promise.c.customer_id == customer_id)
    return [_promise_of(row) for row in connection.execute(query.order_by(promise.c.promise_id.desc()))]


def every(connection: Connection) -> list[Promise]:
    """All promises, kept and broken ones too."""
    return [_promise_of(row) for row in connection.execute(select(promise).order_by(promise.c.promise_id))]


def _promise_of(row: Row[Any]) -> Promise:
    return Promise(
        row.promise_id,
        row.customer_id,
        row.promised_on,
        row.due_on,
        row.amount,
        tuple(row.invoices),
        row.words,
        PromiseState(row.state),
    )


def standing(connection: Connection, word: Promise) -> tuple[dict[str, Decimal], Decimal]:
    """The open balances of what was promised (all of the customer's where none was named), and what has come in."""
    promised = invoice.c.customer_id == word.customer_id
    if word.invoices:
        promised &= invoice.c.number.in_(word.invoices)
    columns = (invoice.c.number, invoice.c.currency, invoice.c.open_balance, invoice.c.is_open)
    rows = connection.execute(select(*columns).where(promised)).all()
    balances = {row.number: row.open_balance for row in rows if row.is_open}
    return balances, _received(connection, word, [row.number for row in rows], {row.currency for row in rows})


def _received(connection: Connection, word: Promise, numbers: Sequence[str], currencies: Collection[str]) -> Decimal:
    """What has come in on these invoices, or matched to none yet, since the word was given.

    What a person noted and what the ledger has may be the same money, and a sum never crosses currencies: the largest.
    """
    query = select(payment.c.amount, payment.c.currency, payment.c.by_hand).where(
        payment.c.customer_id == word.customer_id,
        payment.c.paid_on >= word.promised_on,
        payment.c.listed,
        payment.c.currency.in_(currencies),
        payment.c.invoice.is_(None) | payment.c.invoice.in_(numbers),
    )
    sums: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    for row in connection.execute(query):
        sums[row.currency, row.by_hand] += row.amount
    return max(sums.values(), default=Decimal(0))
