"""Promises to pay: what customers have said they will do, and whether they did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, and_, bindparam, insert, or_, select, update

from reminderbot.core.event import Event, EventKind
from reminderbot.core.invoice import Invoice, Status, due_part
from reminderbot.core.lane import LANES
from reminderbot.core.money import Money
from reminderbot.core.promise import NOT_KEPT_IN_FULL, Judged, Promise, PromiseState
from reminderbot.store import journal
from reminderbot.store.ledger import invoice_of
from reminderbot.store.tables import hold, invoice, promise

_NOT_KEPT = [state.value for state in NOT_KEPT_IN_FULL]
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
# Asked at every plan; each is put together once: that costs as much as asking it.
_OPEN = (
    select(promise)
    .where(promise.c.customer_id.in_(_IDS), promise.c.state == PromiseState.OPEN.value)
    .order_by(promise.c.promise_id)
)
_TO_JUDGE = (
    select(promise)
    .where(
        promise.c.customer_id.in_(_IDS),
        or_(
            promise.c.state == PromiseState.OPEN.value,
            and_(promise.c.state.in_(_NOT_KEPT), promise.c.paid_on.is_(None)),
        ),
    )
    .order_by(promise.c.promise_id)
)
_COUNTING = select(promise).where(promise.c.customer_id.in_(_IDS), promise.c.state != PromiseState.CLOSED.value)
# The pauses of what an invoice may rest for, a matter that nobody has put into a lane yet among them.
_RESTING = sorted({lane.hold.value for lane in LANES.values() if not lane.is_whole_customer})


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
    hold_id: int | None = None,
    named: bool = True,
    actor: str = "reminderbot",
) -> int:
    """Record a customer's word on these invoices, with what is open on them now; gives its number.

    Where they named none, what rests for some matter is left out, unless all of it does.
    """
    resting = _resting(connection, customer_id, invoices, now)
    meant = invoices if named else [number for number in invoices if number not in resting] or invoices
    despite = tuple(number for number in meant if number in resting)
    word = Promise(
        0, customer_id, promised_on, due_on, amount, tuple(meant), words, despite=despite, made_at=now,
    )  # fmt: skip
    return _keep(
        connection, word, now, actor,
        owed=_open_now(connection, customer_id, meant, due_on), inbound_id=inbound_id, hold_id=hold_id,
    )  # fmt: skip


def _resting(connection: Connection, customer_id: str, invoices: Sequence[str], now: datetime) -> set[str]:
    """Those of these invoices that are contested, said to be paid or wait for a paper, by the books or by a pause."""
    pauses = connection.execute(
        select(hold.c.invoices).where(
            hold.c.customer_id == customer_id,
            hold.c.kind.in_(_RESTING),
            hold.c.released_at.is_(None),
            or_(hold.c.until.is_(None), hold.c.until > now),
        )
    ).scalars()
    found = {number for numbers in pauses for number in (numbers or invoices)}
    in_the_books = select(invoice.c.number).where(
        invoice.c.customer_id == customer_id, invoice.c.status == Status.DISPUTED.value
    )
    return (found | set(connection.execute(in_the_books).scalars())) & set(invoices)


def correct(connection: Connection, word: Promise, due_on: date, hold_id: int, now: datetime, actor: str) -> int:
    """Record the same word for another day: what was promised, and when, stays; gives its number."""
    row = connection.execute(select(promise).where(promise.c.promise_id == word.promise_id)).one()
    meant = replace(word, promise_id=0, due_on=due_on)
    return _keep(connection, meant, now, actor, owed=row.owed, inbound_id=row.inbound_id, hold_id=hold_id)


def narrow(
    connection: Connection, word: Promise, invoices: Sequence[str], hold_id: int, now: datetime, actor: str
) -> int:
    """Record the same word for only these of its invoices; gives its number."""
    row = connection.execute(select(promise).where(promise.c.promise_id == word.promise_id)).one()
    owed = [entry for entry in row.owed if entry[0] in invoices]
    meant = replace(word, promise_id=0, invoices=tuple(invoices))
    return _keep(connection, meant, now, actor, owed=owed, inbound_id=row.inbound_id, hold_id=hold_id)


def join(
    connection: Connection,
    word: Promise,
    other: Promise,
    invoices: Sequence[str],
    hold_id: int,
    now: datetime,
    actor: str,
) -> int:
    """Record two parts of the same word as one, about these invoices, for the day of the first; gives its number."""
    both = (word.promise_id, other.promise_id)
    rows = {row.promise_id: row for row in connection.execute(select(promise).where(promise.c.promise_id.in_(both)))}
    # Of an invoice that is in both, the first says what was open.
    owed = {entry[0]: entry for number in reversed(both) for entry in rows[number].owed if entry[0] in invoices}
    despite = tuple(dict.fromkeys((*word.despite, *other.despite)))
    meant = replace(word, promise_id=0, invoices=tuple(invoices), despite=despite)
    inbound_id = rows[word.promise_id].inbound_id
    return _keep(connection, meant, now, actor, owed=[*owed.values()], inbound_id=inbound_id, hold_id=hold_id)


def _keep(connection: Connection, word: Promise, now: datetime, actor: str, **more: Any) -> int:
    result = connection.execute(
        insert(promise).values(
            customer_id=word.customer_id,
            promised_on=word.promised_on,
            due_on=word.due_on,
            amount=word.amount,
            invoices=list(word.invoices),
            despite=list(word.despite),
            made_at=word.made_at or now,
            words=word.words,
            state=PromiseState.OPEN.value,
            **more,
        )
    )
    assert result.inserted_primary_key is not None
    number = int(result.inserted_primary_key[0])
    amount = str(word.amount) if word.amount else None
    data = {"promise": number, "due_on": word.due_on.isoformat(), "amount": amount, "words": word.words}
    journal.record(connection, Event(EventKind.PROMISED, now, actor, word.customer_id, data))
    return number


def _open_now(connection: Connection, customer_id: str, invoices: Sequence[str], by: date) -> list[list[str]]:
    """What is open on them and due by that day: a part retained for longer was not promised."""
    query = select(invoice).where(invoice.c.customer_id == customer_id, invoice.c.is_open)
    found = []
    for row in connection.execute(query.order_by(invoice.c.due_on, invoice.c.number)):
        bill, left = due_part(invoice_of(row), Money(row.open_balance, row.currency), by)
        is_later = row.open_balance <= row.retained and (bill.due_on is None or bill.due_on > by)
        if row.number in invoices and not is_later:
            found.append([row.number, format(left.amount, "f"), row.currency])
    return found


_EVENTS = {
    PromiseState.KEPT: EventKind.PROMISE_KEPT,
    PromiseState.PARTLY_KEPT: EventKind.PROMISE_PARTLY_KEPT,
    PromiseState.BROKEN: EventKind.PROMISE_BROKEN,
    PromiseState.CLOSED: EventKind.PROMISE_CLOSED,
}


def settle(connection: Connection, word: Promise, judged: Judged, now: datetime, why: str = "") -> None:
    """Note how a promise ended, or that what was not there in time has come in since."""
    here = promise.c.promise_id == word.promise_id
    connection.execute(update(promise).where(here).values(state=judged.state.value, paid_on=judged.paid_on))
    event = EventKind.PROMISE_PAID_LATE if judged.state is word.state else _EVENTS[judged.state]
    paid_on = judged.paid_on.isoformat() if judged.paid_on else None
    data = {"promise": word.promise_id, "due_on": word.due_on.isoformat(), "paid_on": paid_on}
    journal.record(connection, Event(event, now, "reminderbot", word.customer_id, data | ({"why": why} if why else {})))


def close(connection: Connection, word: Promise) -> None:
    """Have a promise count no more because another word takes its place."""
    closed = update(promise).where(promise.c.promise_id == word.promise_id)
    connection.execute(closed.values(state=PromiseState.CLOSED.value))


def paused_by(connection: Connection, word: Promise, hold_id: int) -> None:
    """Note the pause that stands because of a promise."""
    connection.execute(update(promise).where(promise.c.promise_id == word.promise_id).values(hold_id=hold_id))


def called_by(connection: Connection, word: Promise, case_id: int) -> None:
    """Note the matter to which a person was called because of a promise."""
    connection.execute(update(promise).where(promise.c.promise_id == word.promise_id).values(case_id=case_id))


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


def take_over(
    connection: Connection, customer_id: str, replaced: str, bill: Invoice, away: Collection[int] = ()
) -> None:
    """Open promises about invoice `replaced` are about `bill`, which was issued in its place.

    So are those in `away`, which stand again, with their pauses, when what is handed over is taken back.
    """
    theirs = (promise.c.state == PromiseState.OPEN.value) | promise.c.promise_id.in_(away)
    for row in connection.execute(select(promise).where(promise.c.customer_id == customer_id, theirs)):
        if replaced in row.invoices:
            about = update(promise).where(promise.c.promise_id == row.promise_id)
            owed = [[bill.number, str(bill.total.amount), bill.total.currency]]
            owed += [entry for entry in row.owed if entry[0] != replaced]
            invoices, despite = _renamed(row.invoices, replaced, bill), _renamed(row.despite, replaced, bill)
            connection.execute(about.values(invoices=invoices, owed=owed, despite=despite))
            if row.promise_id in away and row.hold_id is not None:
                its_pause = hold.c.hold_id == row.hold_id
                paused = connection.execute(select(hold.c.invoices).where(its_pause)).scalar_one()
                changed = update(hold).where(its_pause)
                connection.execute(changed.values(invoices=_renamed(paused, replaced, bill)))


def _renamed(numbers: Iterable[str], replaced: str, bill: Invoice) -> list[str]:
    return [bill.number if number == replaced else number for number in numbers]


def open_ones(connection: Connection, customer_ids: Sequence[str]) -> dict[str, list[Promise]]:
    """Open promises by customer."""
    found: dict[str, list[Promise]] = defaultdict(list)
    for row in connection.execute(_OPEN, {"ids": customer_ids}):
        found[row.customer_id].append(_promise_of(row))
    return found


def to_judge(connection: Connection, customer_ids: Sequence[str]) -> list[tuple[Promise, int | None]]:
    """Promises of which the books may tell something new, each with its pause: open ones, and those still unpaid."""
    return [(_promise_of(row), row.hold_id) for row in connection.execute(_TO_JUDGE, {"ids": customer_ids})]


def hold_of(connection: Connection, promise_id: int) -> int | None:
    """The pause that came with a promise."""
    return connection.execute(select(promise.c.hold_id).where(promise.c.promise_id == promise_id)).scalar()


def get(connection: Connection, promise_id: int) -> Promise | None:
    row = connection.execute(select(promise).where(promise.c.promise_id == promise_id)).first()
    return None if row is None else _promise_of(row)


def of_case(connection: Connection, case_id: int) -> list[Promise]:
    """The promises because of which a person was called to this matter, the newest first."""
    query = select(promise).where(promise.c.case_id == case_id).order_by(promise.c.promise_id.desc())
    return [_promise_of(row) for row in connection.execute(query)]


def due_between(connection: Connection, first: date, last: date) -> list[Promise]:
    """Open promises for these days, both included, the earliest first."""
    query = select(promise).where(promise.c.state == PromiseState.OPEN.value, promise.c.due_on.between(first, last))
    return [_promise_of(row) for row in connection.execute(query.order_by(promise.c.due_on, promise.c.promise_id))]


def past(connection: Connection, today: date) -> set[str]:
    """The customers with an open promise whose day is over: newer books may tell how it ended."""
    query = select(promise.c.customer_id).where(promise.c.state == PromiseState.OPEN.value, promise.c.due_on < today)
    return set(connection.execute(query).scalars())


def ended_since(connection: Connection, since: date) -> list[Promise]:
    """Promises for days since then, the open ones left out, the earliest first."""
    states = [state.value for state in PromiseState if state is not PromiseState.OPEN]
    query = select(promise).where(promise.c.state.in_(states), promise.c.due_on >= since)
    return [_promise_of(row) for row in connection.execute(query.order_by(promise.c.due_on, promise.c.promise_id))]


def every_open(connection: Connection) -> list[Promise]:
    """All open promises."""
    query = select(promise).where(promise.c.state == PromiseState.OPEN.value)
    return [_promise_of(row) for row in connection.execute(query.order_by(promise.c.promise_id))]


def of_customer(connection: Connection, customer_id: str) -> list[Promise]:
    """All words of a customer, kept and broken ones too, the newest first."""
    query = select(promise).where(promise.c.customer_id == customer_id)
    return [_promise_of(row) for row in connection.execute(query.order_by(promise.c.promise_id.desc()))]


def of_customers(connection: Connection, customer_ids: Sequence[str]) -> dict[str, list[Promise]]:
    """All words of these customers that count, kept and broken ones too."""
    found: dict[str, list[Promise]] = defaultdict(list)
    for row in connection.execute(_COUNTING, {"ids": customer_ids}):
        found[row.customer_id].append(_promise_of(row))
    return found


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
        tuple((number, Money(Decimal(amount), currency)) for number, amount, currency in row.owed),
        row.paid_on,
        row.case_id,
        tuple(row.despite),
        row.made_at,
    )
