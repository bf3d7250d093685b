"""Holds: placing, lifting, and finding the ones that pause somebody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, func, insert, or_, select, update

from reminderbot.core.event import BOT, Event, EventKind
from reminderbot.core.hold import WHOLE_CUSTOMER, Heard, Hold, HoldKind
from reminderbot.store import journal, outbox, uncertain
from reminderbot.store.tables import dispute, hold, inbound, promise

_UPHELD = exists().where(dispute.c.hold_id == hold.c.hold_id, dispute.c.upheld)
_HOLDS = select(
    hold, inbound.c.received_at, inbound.c.sender, inbound.c.matched_by, _UPHELD.label("upheld")
).select_from(hold.outerjoin(inbound, inbound.c.inbound_id == hold.c.inbound_id))
_OF_CUSTOMERS = _HOLDS.where(
    hold.c.customer_id.in_(bindparam("ids", expanding=True)), hold.c.released_at.is_(None)
).order_by(hold.c.hold_id)


def place(
    connection: Connection,
    customer_id: str,
    kind: HoldKind,
    why: str,
    now: datetime,
    *,
    until: datetime | None = None,
    invoices: Sequence[str] = (),
    inbound_id: int | None = None,
    actor: str = BOT,
) -> int:
    """Pause a customer's reminders; gives the hold's number.

    Where it is for the whole customer whatever is said, what was planned or approved is taken back at once.
    """
    result = connection.execute(
        insert(hold).values(
            customer_id=customer_id,
            kind=kind.value,
            placed_at=now,
            why=why,
            invoices=list(invoices),
            until=until,
            inbound_id=inbound_id,
            placed_by="" if actor == BOT else actor,
        )
    )
    assert result.inserted_primary_key is not None
    number = int(result.inserted_primary_key[0])
    ends = until.isoformat() if until else None
    data = {"hold": number, "kind": kind.value, "why": why, "invoices": list(invoices), "until": ends}
    journal.record(connection, Event(EventKind.HELD, now, actor, customer_id, data))
    if kind in WHOLE_CUSTOMER:
        outbox.withdraw_all(connection, customer_id, why, now, actor)
        uncertain.give_back_all(connection, customer_id, why, now)
    return number


def release(connection: Connection, hold_id: int, now: datetime, actor: str, why: str) -> bool:
    """Lift one hold; False where it is not there or lifted already."""
    row = connection.execute(select(hold).where(hold.c.hold_id == hold_id, hold.c.released_at.is_(None))).first()
    if row is None:
        return False
    connection.execute(update(hold).where(hold.c.hold_id == hold_id).values(released_at=now, released_by=actor))
    data = {"hold": hold_id, "kind": row.kind, "why": why}
    journal.record(connection, Event(EventKind.RELEASED, now, actor, row.customer_id, data))
    return True


def place_again(connection: Connection, hold_id: int, why: str, now: datetime, actor: str) -> int | None:
    """Place a hold anew that was lifted, as it was; None where it would have lapsed by now."""
    row = connection.execute(select(hold).where(hold.c.hold_id == hold_id)).one()
    if row.until is not None and row.until <= now:
        return None
    told = row.why if row.why.endswith(why) else f"{row.why}; {why}"
    placed = place(
        connection, row.customer_id, HoldKind(row.kind), told, now,
        until=row.until, invoices=row.invoices, inbound_id=row.inbound_id, actor=actor,
    )  # fmt: skip
    # The promise it came with looks to it when its days are over, and the matter is settled by lifting it.
    for table in (promise, dispute):
        connection.execute(update(table).where(table.c.hold_id == hold_id).values(hold_id=placed))
    return placed


def place_beside(connection: Connection, hold_id: int, number: str, replaces: str, now: datetime) -> int:
    """Pause invoice `number`, issued in the place of `replaces`, as long and for the same reason as that one."""
    row = connection.execute(select(hold).where(hold.c.hold_id == hold_id)).one()
    told = f"{row.why} ({number} takes the place of {replaces})"
    return place(
        connection, row.customer_id, HoldKind(row.kind), told, now,
        until=row.until, invoices=(number,), inbound_id=row.inbound_id,
    )  # fmt: skip


def of_customers(connection: Connection, customer_ids: Sequence[str]) -> dict[str, list[Hold]]:
    """All holds that nobody has lifted; those that lapsed by the clock among them."""
    found: dict[str, list[Hold]] = defaultdict(list)
    for row in connection.execute(_OF_CUSTOMERS, {"ids": customer_ids}):
        found[row.customer_id].append(_hold_of(row))
    return found


def get(connection: Connection, hold_id: int) -> Hold | None:
    """One hold, lifted or not."""
    row = connection.execute(_HOLDS.where(hold.c.hold_id == hold_id)).first()
    return None if row is None else _hold_of(row)


def of_inbound(connection: Connection, inbound_id: int) -> list[Hold]:
    """The holds that one reply placed and nobody has lifted."""
    query = _HOLDS.where(hold.c.inbound_id == inbound_id, hold.c.released_at.is_(None))
    return [_hold_of(row) for row in connection.execute(query)]


def count_active(connection: Connection, now: datetime) -> int:
    """How many holds pause something at `now`."""
    lasts = or_(hold.c.until.is_(None), hold.c.until > now)
    query = select(func.count()).select_from(hold).where(hold.c.released_at.is_(None), lasts)
    return int(connection.execute(query).scalar_one())


def of_kind(connection: Connection, kind: HoldKind) -> list[Hold]:
    """The holds of this kind that nobody has lifted; those that lapsed by the clock among them."""
    query = _HOLDS.where(hold.c.kind == kind.value, hold.c.released_at.is_(None))
    return [_hold_of(row) for row in connection.execute(query)]


def every(connection: Connection) -> list[Hold]:
    """All holds that nobody has lifted, oldest first."""
    query = _HOLDS.where(hold.c.released_at.is_(None)).order_by(hold.c.placed_at, hold.c.hold_id)
    return [_hold_of(row) for row in connection.execute(query)]


def _hold_of(row: Row[Any]) -> Hold:
    return Hold(
        row.hold_id,
        row.customer_id,
        HoldKind(row.kind),
        row.placed_at,
        row.why,
        tuple(row.invoices),
        row.until,
        row.released_at,
        row.placed_by,
        Heard(row.received_at, row.sender, row.matched_by or "") if row.received_at else None,
        bool(row.upheld),
    )
