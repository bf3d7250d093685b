"""What a forecast is made from: recent invoices with what came in on them, and what stands about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, or_, select

from reminderbot.core.forecast import Books, Withheld
from reminderbot.core.hold import HoldKind
from reminderbot.core.invoice import PaymentKind, Status
from reminderbot.core.lateness import Bill, without_returned
from reminderbot.core.plan import PlanState
from reminderbot.store import plan, promise
from reminderbot.store.tables import hold, invoice, payment

_FETCH = 1000
# What they owe then is no matter of habit: a person decides.
_CONTESTED = (
    HoldKind.DISPUTE, HoldKind.NOT_MINE, HoldKind.LEGAL, HoldKind.SENSITIVE, HoldKind.HARDSHIP, HoldKind.HANDED_OVER,
)  # fmt: skip
_NO_BILLS = (Status.CANCELLED.value, Status.DRAFT.value)


def books(connection: Connection, since: date, zone: ZoneInfo) -> Books:
    """What is open, and what was issued since that day, with all that is known of it; days are those of `zone`."""
    came = _payments(connection, since)
    asked = select(
        invoice.c.number, invoice.c.customer_id, invoice.c.currency, invoice.c.issued_on, invoice.c.due_on,
        invoice.c.total, invoice.c.is_open, invoice.c.open_balance, invoice.c.retained, invoice.c.retained_until,
    ).where(or_(invoice.c.is_open, invoice.c.issued_on >= since), invoice.c.status.not_in(_NO_BILLS))  # fmt: skip
    rows = connection.execute(asked.order_by(invoice.c.number).execution_options(yield_per=_FETCH))
    bills = (_bill_of(row, came.get((row.customer_id, row.number), ())) for row in rows)
    return Books(
        tuple(bill for bill in bills if bill is not None),
        tuple(promise.every(connection)),
        tuple(plan.every(connection, (PlanState.AGREED, PlanState.KEPT))),
        tuple(_withheld(connection, zone)),
        tuple(_loose(connection)),
    )


def _payments(connection: Connection, since: date) -> Mapping[tuple[str, str], list[Any]]:
    """By customer and invoice, what came in or was credited; of what is open, also what came before `since`."""
    open_ones = select(invoice.c.number).where(invoice.c.is_open)
    asked = select(
        payment.c.customer_id, payment.c.invoice, payment.c.paid_on, payment.c.currency, payment.c.amount,
        payment.c.kind, payment.c.by_hand,
    ).where(
        payment.c.listed, payment.c.invoice.is_not(None),
        or_(payment.c.paid_on >= since, payment.c.invoice.in_(open_ones)),
    )  # fmt: skip
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in connection.execute(asked.execution_options(yield_per=_FETCH)):
        found[row.customer_id, row.invoice].append(row)
    return found


def _bill_of(row: Any, moves: Iterable[Any]) -> Bill | None:
    """An invoice with what happened to it; None where it was settled on a day that nobody knows."""
    own = [move for move in moves if move.currency == row.currency]
    is_money = PaymentKind.PAYMENT.value
    listed = [move for move in own if not move.by_hand]
    came = [(move.paid_on, move.amount) for move in listed if move.kind == is_money]
    off = [(move.paid_on, move.amount) for move in listed if move.kind != is_money]
    known = sum((move.amount for move in listed), Decimal(0))
    for note in own:
        # A person's note is the whole sum paid so far: what the ledger has of it already is not counted again.
        if note.by_hand and note.amount > known:
            (came if note.kind == is_money else off).append((note.paid_on, note.amount - known))
            known = note.amount
    if not row.is_open and known < row.total:
        return None
    open_now = row.open_balance if row.is_open else Decimal(0)
    return Bill(
        row.number, row.customer_id, row.currency, row.issued_on, row.due_on, row.total, open_now,
        without_returned(came), without_returned(off), row.retained, row.retained_until,
    )  # fmt: skip


def _withheld(connection: Connection, zone: ZoneInfo) -> Iterable[Withheld]:
    kinds = hold.c.kind.in_([kind.value for kind in _CONTESTED])
    for row in connection.execute(select(hold).where(kinds).order_by(hold.c.hold_id)):
        ends = [_day(moment, zone) for moment in (row.released_at, row.until) if moment is not None]
        yield Withheld(row.customer_id, tuple(row.invoices), _day(row.placed_at, zone), min(ends, default=None))


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _loose(connection: Connection) -> Iterable[tuple[str, str, date, Decimal]]:
    """Money that nobody has matched to an invoice; what names one that left the books settled that."""
    asked = select(payment.c.customer_id, payment.c.currency, payment.c.paid_on, payment.c.amount).where(
        payment.c.listed, payment.c.invoice.is_(None), payment.c.unlisted_invoice == ""
    )
    return [tuple(row) for row in connection.execute(asked)]
