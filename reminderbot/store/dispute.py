"""What stands in the way, as people put it into its lane, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from reminderbot.core.dispute import Dispute
from reminderbot.core.event import Event, EventKind
from reminderbot.core.invoice import PaymentKind
from reminderbot.core.lane import Reason
from reminderbot.store import journal
from reminderbot.store.tables import dispute, payment


def mark(
    connection: Connection,
    case_id: int,
    customer_id: str,
    reason: Reason,
    invoices: Sequence[str],
    hold_id: int,
    now: datetime,
    actor: str,
    words: str = "",
) -> int:
    """Keep why something rests and what that is; gives its number."""
    values = {"case_id": case_id, "customer_id": customer_id, "reason": reason.value, "invoices": list(invoices)}
    values |= {"hold_id": hold_id, "marked_by": actor, "marked_at": now, "words": words, "note": ""}
    result = connection.execute(insert(dispute).values(**values, credited_before=Decimal(0)))
    assert result.inserted_primary_key is not None
    data = {"case": case_id, "reason": reason.value, "invoices": list(invoices)}
    journal.record(connection, Event(EventKind.DISPUTED, now, actor, customer_id, data))
    return int(result.inserted_primary_key[0])


def narrow(connection: Connection, dispute_id: int, invoices: Sequence[str], hold_id: int) -> None:
    """Have it be about these invoices only, which rest by this pause."""
    _change(connection, dispute_id, invoices=list(invoices), hold_id=hold_id)


def settle(
    connection: Connection,
    known: Dispute,
    hold_id: int,
    *,
    upheld: bool,
    note: str,
    now: datetime,
    actor: str,
    credit: Decimal | None = None,
) -> None:
    """Note what became of it, and the pause that stands on it from now on."""
    values = {"hold_id": hold_id, "upheld": upheld, "settled_by": actor, "settled_at": now, "note": note}
    values |= {"credit": credit, "credited_before": credited(connection, known)}
    _change(connection, known.dispute_id, **values)
    data = {"case": known.case_id, "reason": known.reason.value, "upheld": upheld, "note": note}
    journal.record(connection, Event(EventKind.DISPUTED, now, actor, known.customer_id, data))


def unsettle(connection: Connection, dispute_id: int, hold_id: int) -> None:
    """Have it stand as before it was settled, by this pause."""
    values = {"hold_id": hold_id, "upheld": None, "settled_by": None, "settled_at": None, "note": "", "credit": None}
    _change(connection, dispute_id, **values)


def forget(connection: Connection, dispute_id: int) -> None:
    """Have it be as if it had never been marked."""
    connection.execute(delete(dispute).where(dispute.c.dispute_id == dispute_id))


def _change(connection: Connection, dispute_id: int, **values: Any) -> None:
    connection.execute(update(dispute).where(dispute.c.dispute_id == dispute_id).values(**values))


def credited(connection: Connection, known: Dispute) -> Decimal:
    """All that the ledger's credit notes ever took off these invoices."""
    rows = select(payment.c.amount).where(
        payment.c.customer_id == known.customer_id,
        payment.c.invoice.in_(known.invoices),
        payment.c.kind == PaymentKind.CREDIT_NOTE.value,
        payment.c.listed,
        ~payment.c.by_hand,
    )
    return sum(connection.execute(rows).scalars(), Decimal(0))


def of_case(connection: Connection, case_id: int) -> list[Dispute]:
    """The matters of a case, the oldest first."""
    query = select(dispute).where(dispute.c.case_id == case_id).order_by(dispute.c.dispute_id)
    return [_dispute_of(row) for row in connection.execute(query)]


def unsettled(connection: Connection) -> list[Dispute]:
    """All that nobody has settled, the oldest first."""
    query = select(dispute).where(dispute.c.upheld.is_(None)).order_by(dispute.c.dispute_id)
    return [_dispute_of(row) for row in connection.execute(query)]


def of_customer(connection: Connection, customer_id: str) -> list[Dispute]:
    """All of a customer, the newest first."""
    query = select(dispute).where(dispute.c.customer_id == customer_id).order_by(dispute.c.dispute_id.desc())
    return [_dispute_of(row) for row in connection.execute(query)]


def _dispute_of(row: Row[Any]) -> Dispute:
    return Dispute(
        row.dispute_id,
        row.case_id,
        row.customer_id,
        Reason(row.reason),
        tuple(row.invoices),
        row.hold_id,
        row.marked_by,
        row.marked_at,
        row.words,
        row.upheld,
        row.settled_by or "",
        row.settled_at,
        row.note,
        row.credit,
        row.credited_before,
    )
