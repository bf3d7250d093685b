"""Counts over the whole store for the reports, made by the database itself."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, String, and_, case, cast, exists, extract, func, select

from reminderbot.core.delivery import SAID
from reminderbot.store.inbox import CANARY
from reminderbot.store.tables import customer, inbound, invoice, outbox, outbox_step, payment, promise

_SAID = [state.value for state in SAID]


def replies_by_kind(connection: Connection, since: datetime) -> Counter[str]:
    """What was answered since then, by the most important thing each answer said."""
    kinds = cast(inbound.c.kinds, String)
    query = select(kinds, func.count()).where(inbound.c.received_at >= since, inbound.c.state != CANARY)
    found: Counter[str] = Counter()
    for written, number in connection.execute(query.where(inbound.c.kinds.is_not(None)).group_by(kinds)):
        found[written.strip("[]").split(",")[0].strip().strip('"')] += number
    # What a machine wrote, or nobody has read yet.
    for nothing in ("", "null"):
        found.pop(nothing, None)
    return found


def said_by_month(connection: Connection, since: datetime) -> list[tuple[int, int, str, int, int]]:
    """(year, month, channel, messages, text message segments) of what was said to customers since then."""
    month = extract("year", outbox.c.claimed_at), extract("month", outbox.c.claimed_at)
    counts = func.count(), func.coalesce(func.sum(outbox.c.segments), 0)
    query = select(*month, outbox.c.channel, *counts).where(outbox.c.state.in_(_SAID), outbox.c.claimed_at >= since)
    rows = connection.execute(query.group_by(*month, outbox.c.channel).order_by(*month, outbox.c.channel))
    return [(int(y), int(m), channel, int(messages), int(segments)) for y, m, channel, messages, segments in rows]


def days_to_pay(connection: Connection, since: date) -> list[tuple[int, int, int, float]]:
    """(year, month, invoices, mean days past due) of what was paid off since then; below 0 is before the due date."""
    paid = _paid_off(connection, since)
    month = extract("year", paid.c.paid_on), extract("month", paid.c.paid_on)
    query = select(*month, func.count(), func.avg(paid.c.late)).group_by(*month).order_by(*month)
    return [(int(y), int(m), int(number), float(mean)) for y, m, number, mean in connection.execute(query)]


def slowest(connection: Connection, since: date, most: int) -> list[tuple[str, str, int, float]]:
    """(customer, name, invoices, mean days past due) of those who took longest to pay since then."""
    paid = _paid_off(connection, since)
    mean = func.avg(paid.c.late)
    query = select(paid.c.customer_id, customer.c.name, func.count(), mean).join(
        customer, customer.c.customer_id == paid.c.customer_id
    )
    rows = connection.execute(query.group_by(paid.c.customer_id, customer.c.name).order_by(mean.desc()).limit(most))
    return [(key, name, int(number), float(late)) for key, name, number, late in rows]


def paid_after(connection: Connection, since: datetime, days: int) -> list[tuple[str, int, int]]:
    """(tier, invoices it spoke of, invoices with money within so many days of it) of what was said since then."""
    said_on = func.date(outbox.c.claimed_at)
    last = func.date(outbox.c.claimed_at, f"+{days} days") if _is_sqlite(connection) else said_on + days
    came = exists().where(
        payment.c.customer_id == outbox.c.customer_id,
        payment.c.invoice == outbox_step.c.invoice,
        payment.c.listed,
        payment.c.kind == "payment",
        payment.c.paid_on.between(said_on, last),
    )
    query = select(outbox.c.tier, func.count(), func.sum(case((came, 1), else_=0))).join(
        outbox_step, outbox_step.c.reminder_id == outbox.c.reminder_id
    )
    query = query.where(outbox.c.state.in_(_SAID), outbox.c.claimed_at >= since).group_by(outbox.c.tier)
    return [(tier, int(spoke), int(paid or 0)) for tier, spoke, paid in connection.execute(query)]


def promises_by_state(connection: Connection, since: date) -> dict[str, int]:
    """How the promises for days since then ended, or that they are open."""
    query = select(promise.c.state, func.count()).where(promise.c.due_on >= since).group_by(promise.c.state)
    return {state: int(number) for state, number in connection.execute(query)}


def _paid_off(connection: Connection, since: date) -> Any:
    """Each invoice that nothing is open on, with the day of its last payment and how late that was."""
    last = func.max(payment.c.paid_on)
    late = (
        func.julianday(last) - func.julianday(invoice.c.due_on) if _is_sqlite(connection) else last - invoice.c.due_on
    )
    settled = and_(payment.c.invoice == invoice.c.number, payment.c.listed, payment.c.kind == "payment")
    query = select(invoice.c.customer_id, last.label("paid_on"), late.label("late")).join(payment, settled)
    query = query.where(~invoice.c.is_open, invoice.c.due_on.is_not(None), payment.c.paid_on >= since)
    return query.group_by(invoice.c.number, invoice.c.customer_id, invoice.c.due_on).subquery()


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
