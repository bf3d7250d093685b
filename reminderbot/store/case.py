"""Cases: what waits for a person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from reminderbot.core.case import Case, CaseKind, urgency
from reminderbot.core.event import Event, EventKind
from reminderbot.store import journal, ledger, preference
from reminderbot.store.tables import case, invoice

# Who closes a case that nobody has to close.
_OURS = "reminderbot"


def open_one(
    connection: Connection,
    kind: CaseKind,
    customer_id: str | None,
    why: str,
    now: datetime,
    *,
    words: str = "",
    invoices: Sequence[str] = (),
    inbound_id: int | None = None,
) -> int:
    """Call a person; a matter of the same kind that already waits for this customer takes in what is new.

    Gives the number of the case that now stands for it.
    """
    waiting = _waiting(connection, kind, customer_id, inbound_id)
    if waiting is not None:
        _take_in(connection, waiting, why, invoices)
        return int(waiting.case_id)
    result = connection.execute(
        insert(case).values(
            kind=kind.value,
            opened_at=now,
            customer_id=customer_id,
            why=why,
            words=words,
            invoices=list(invoices),
            inbound_id=inbound_id,
            resolution="",
            assigned_to=preference.get(connection, customer_id).collector if customer_id else "",
        )
    )
    assert result.inserted_primary_key is not None
    number = int(result.inserted_primary_key[0])
    data = {"case": number, "kind": kind.value, "why": why, "invoices": list(invoices)}
    journal.record(connection, Event(EventKind.CASE_OPENED, now, "reminderbot", customer_id, data))
    return number


def _waiting(
    connection: Connection, kind: CaseKind, customer_id: str | None, inbound_id: int | None
) -> Row[Any] | None:
    query = select(case).where(case.c.kind == kind.value, case.c.resolved_at.is_(None))
    # Every reply is a matter of its own, however many a customer writes, unless it says the very same.
    same = case.c.inbound_id == inbound_id if inbound_id is not None else case.c.inbound_id.is_(None)
    return connection.execute(query.where(same, case.c.customer_id == customer_id)).first()


def _take_in(connection: Connection, waiting: Row[Any], why: str, invoices: Sequence[str]) -> None:
    """Add invoices that the waiting case does not know of yet, and why they joined it."""
    new = [number for number in invoices if number not in waiting.invoices]
    if new:
        more = {"invoices": [*waiting.invoices, *new], "why": f"{waiting.why}; {why}"}
        connection.execute(update(case).where(case.c.case_id == waiting.case_id).values(**more))


def first_to_say(connection: Connection, kind: CaseKind, customer_id: str, words: str, inbound_id: int) -> int:
    """The reply whose open case of this kind has the very same words; `inbound_id` itself where there is none."""
    same = (case.c.customer_id == customer_id) & (case.c.kind == kind.value) & (case.c.words == words)
    query = select(case.c.inbound_id).where(same, case.c.resolved_at.is_(None), case.c.inbound_id.is_not(None))
    return int(connection.execute(query.order_by(case.c.case_id)).scalar() or inbound_id)


def resolve(connection: Connection, case_id: int, resolution: str, now: datetime, actor: str) -> bool:
    """Close a case with a person's word on it; False where there is no such open case."""
    found = get(connection, case_id)
    if found is None or found.resolved_at is not None:
        return False
    values = {"resolved_at": now, "resolved_by": actor, "resolution": resolution}
    connection.execute(update(case).where(case.c.case_id == case_id).values(**values))
    data = {"case": case_id, "resolution": resolution}
    journal.record(connection, Event(EventKind.CASE_RESOLVED, now, actor, found.customer_id, data))
    return True


def end_calls(connection: Connection, now: datetime, customer_id: str | None = None) -> None:
    """Close the calls about invoices of which none is open any more: of everybody, or of this customer."""
    about = [one for one in waiting(connection, customer_id, kinds=[CaseKind.CALL]) if one.invoices]
    named = sorted({number for one in about for number in one.invoices})
    still = {number for some in ledger.chunks(named) for number in _open(connection, some)}
    for one in about:
        if not still & set(one.invoices):
            told = f"nothing is open on {', '.join(one.invoices)} any more: nobody needs to call about it"
            resolve(connection, one.case_id, told, now, _OURS)


def call_again(connection: Connection, customer_id: str, number: str, now: datetime, actor: str) -> None:
    """Have the calls wait again that ended because this invoice seemed to be settled."""
    ended = (case.c.kind == CaseKind.CALL.value) & (case.c.customer_id == customer_id) & (case.c.resolved_by == _OURS)
    if not _open(connection, [number]):
        return
    for row in connection.execute(select(case).where(ended)).all():
        if number in row.invoices:
            reopen(connection, _case_of(row), now, actor)


def _open(connection: Connection, numbers: Sequence[str]) -> Sequence[str]:
    query = select(invoice.c.number).where(invoice.c.number.in_(numbers), invoice.c.is_open)
    return connection.execute(query).scalars().all()


def reopen(connection: Connection, found: Case, now: datetime, actor: str) -> None:
    """Have a case wait again, as if nobody had closed it."""
    _change(connection, found.case_id, resolved_at=None, resolved_by=None, resolution="")
    journal.record(connection, Event(EventKind.CASE_REOPENED, now, actor, found.customer_id, {"case": found.case_id}))


def snooze(connection: Connection, found: Case, until: datetime | None, now: datetime, actor: str) -> None:
    """Take a case off the list until then; None: back onto it."""
    _change(connection, found.case_id, snoozed_until=until)
    data = {"case": found.case_id, "until": until.isoformat() if until else None}
    journal.record(connection, Event(EventKind.SNOOZED, now, actor, found.customer_id, data))


def assign(connection: Connection, found: Case, name: str, now: datetime, actor: str) -> None:
    """Give a case to somebody; an empty name: to nobody in particular."""
    _change(connection, found.case_id, assigned_to=name)
    data = {"case": found.case_id, "to": name}
    journal.record(connection, Event(EventKind.ASSIGNED, now, actor, found.customer_id, data))


def is_about(connection: Connection, case_id: int, invoices: Sequence[str]) -> None:
    """Note which invoices a case turned out to be about."""
    _change(connection, case_id, invoices=list(invoices))


def _change(connection: Connection, case_id: int, **values: Any) -> None:
    connection.execute(update(case).where(case.c.case_id == case_id).values(**values))


def get(connection: Connection, case_id: int) -> Case | None:
    row = connection.execute(select(case).where(case.c.case_id == case_id)).first()
    return None if row is None else _case_of(row)


def waiting(
    connection: Connection,
    customer_id: str | None = None,
    now: datetime | None = None,
    kinds: Collection[CaseKind] = (),
) -> list[Case]:
    """Open cases, most urgent first and the longest waiting first among equals; at `now`, those not snoozed.

    With `kinds`, those of these kinds.
    """
    query = select(case).where(case.c.resolved_at.is_(None))
    if kinds:
        query = query.where(case.c.kind.in_(kind.value for kind in kinds))
    if now is not None:
        query = query.where(case.c.snoozed_until.is_(None) | (case.c.snoozed_until <= now))
    if customer_id is not None:
        query = query.where(case.c.customer_id == customer_id)
    found = [_case_of(row) for row in connection.execute(query)]
    return sorted(found, key=lambda c: (urgency(c.kind), c.opened_at, c.case_id))


def _case_of(row: Row[Any]) -> Case:
    return Case(
        row.case_id,
        CaseKind(row.kind),
        row.opened_at,
        row.customer_id,
        row.why,
        row.words,
        tuple(row.invoices),
        row.inbound_id,
        row.resolved_at,
        row.resolution,
        row.snoozed_until,
        row.assigned_to,
    )
