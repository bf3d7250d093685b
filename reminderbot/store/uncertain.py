"""Reminders that nobody knows to have arrived: settled by evidence or a person, never sent again by themselves.

One that counts as not sent is among them: that a list has not got it is no proof, and a person decides what follows.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, select, update

from reminderbot.core.case import CaseKind
from reminderbot.core.delivery import State
from reminderbot.core.event import Event, EventKind
from reminderbot.core.ladder import Channel
from reminderbot.core.text_lookup import LOOKS_NEEDED, counts, is_worth_it
from reminderbot.core.triage import MatchedBy
from reminderbot.core.uncertain import Copy
from reminderbot.store import balances, doubt, journal, ledger
from reminderbot.store.outbox import reach_all
from reminderbot.store.tables import case as case_file
from reminderbot.store.tables import delivery_report, inbound, outbox

_ACTOR = "reminderbot"
_AGAIN = (outbox.c.state == State.PLANNED.value) & outbox.c.earlier.is_not(None)
_UNSURE = outbox.c.state.in_([State.UNCERTAIN.value, State.NOT_SENT.value]) | _AGAIN
_TOLD = exists().where(
    case_file.c.customer_id == outbox.c.customer_id,
    case_file.c.kind == CaseKind.DELIVERY.value,
    case_file.c.resolved_at.is_(None),
)
# What was not sent is left as it is by closing its case.
_WAITING = (outbox.c.state != State.NOT_SENT.value) | _TOLD
# It was answered with "not now", and waits to be tried once more.
_PUT_OFF = (outbox.c.state == State.PLANNED.value) & (outbox.c.attempts > 0) & outbox.c.earlier.is_(None)
# Nobody can name our token or Message-ID who has not got the message, or the server that reports on it.
_PROOF = (MatchedBy.TOKEN.value, MatchedBy.THREAD.value)


def every(connection: Connection) -> list[Row[Any]]:
    """All of uncertain fate, with those among them that wait to be sent again; oldest first."""
    return list(connection.execute(select(outbox).where(_UNSURE, _WAITING).order_by(outbox.c.reminder_id)))


def texts(connection: Connection) -> list[Row[Any]]:
    """Those among them that the carrier's list may still know of, whether or not a person waits for it."""
    query = select(outbox).where(_UNSURE, outbox.c.channel == Channel.SMS.value, outbox.c.body.is_not(None))
    found = connection.execute(query.order_by(outbox.c.reminder_id))
    return [row for row in found if is_worth_it(missed_at(row))]


def missed_at(row: Row[Any]) -> tuple[datetime, ...]:
    """When the carrier's list was read and did not have it, by the carrier's clock."""
    return tuple(datetime.fromisoformat(at) for at in row.missed_at or ())


def first_left_at(row: Row[Any]) -> datetime:
    """When its first copy may have gone out."""
    return datetime.fromisoformat(row.earlier[0]) if row.earlier else row.claimed_at


def get(connection: Connection, reminder_id: int) -> Row[Any] | None:
    """The reminder of that number; None where there is none, or its fate is known."""
    return connection.execute(select(outbox).where(outbox.c.reminder_id == reminder_id, _UNSURE)).first()


def answered(connection: Connection) -> list[Row[Any]]:
    """Those among them that a message we have read answers or reports on."""
    proved = select(inbound.c.reminder_id).where(inbound.c.matched_by.in_(_PROOF))
    return list(connection.execute(select(outbox).where(_UNSURE, outbox.c.reminder_id.in_(proved))))


def reported(connection: Connection) -> list[tuple[Row[Any], str]]:
    """Those among them, and what was put off, that the carrier reports on, each with its reference there."""
    known = delivery_report.c.reminder_id == outbox.c.reminder_id
    query = select(outbox, delivery_report.c.reference.label("told")).join(delivery_report, known)
    return [(row, row.told) for row in connection.execute(query.where(_UNSURE | _PUT_OFF))]


def confirm(
    connection: Connection,
    row: Row[Any],
    why: str,
    now: datetime,
    *,
    actor: str = _ACTOR,
    reference: str = "",
    word: str = "arrived",
) -> bool:
    """Note that such a reminder arrived, and close its case; False where its fate is known (by now).

    One that was to go again, and has not left yet, stays.
    """
    changed = update(outbox).where(outbox.c.reminder_id == row.reminder_id, _UNSURE)
    values = {"state": State.CONFIRMED.value, "reference": reference or row.reference, "reason": why}
    if connection.execute(changed.values(**values)).rowcount != 1:
        return False
    data = {"reminder": row.reminder_id, "outcome": "confirmed", "reason": why}
    journal.record(connection, Event(EventKind.SETTLED, now, actor, row.customer_id, data))
    _close_case(connection, row, actor, f"reminder {row.reminder_id} {word}: {why}", now)
    ledger.review(connection, [row.customer_id], now)
    return True


def prove(connection: Connection, row: Row[Any], reference: str, now: datetime) -> bool:
    """Note that the carrier reports on such a reminder, or on one that was put off: it is sent no more."""
    why = "the carrier reports on it"
    if confirm(connection, row, why, now, reference=reference, word="was taken"):
        return True
    changed = update(outbox).where(outbox.c.reminder_id == row.reminder_id, _PUT_OFF)
    values = {"state": State.CONFIRMED.value, "reference": reference, "reason": why}
    if connection.execute(changed.values(**values, claimed_at=now, settled_at=now)).rowcount != 1:
        return False
    if row.follows is None:
        reach_all(connection, row.steps, now)
    data = {"reminder": row.reminder_id, "outcome": "confirmed", "reason": why}
    journal.record(connection, Event(EventKind.SETTLED, now, _ACTOR, row.customer_id, data))
    ledger.review(connection, [row.customer_id], now)
    return True


def miss(connection: Connection, row: Row[Any], at: datetime, now: datetime) -> None:
    """Note that the carrier's list, as of `at`, has not got this text; nothing where that look does not count.

    After enough of them it counts as not sent, and a person decides what follows.
    """
    found, missed = get(connection, row.reminder_id), missed_at(row)
    # A person may have had it sent again since it was read.
    if found is None or (found.state, found.attempts, missed_at(found)) != (row.state, row.attempts, missed):
        return
    if not counts(row.settled_at, missed, at):
        return
    noted = [*(row.missed_at or ()), at.astimezone(UTC).isoformat()]
    connection.execute(update(outbox).where(outbox.c.reminder_id == row.reminder_id).values(missed_at=noted))
    if row.state == State.UNCERTAIN.value and len(noted) >= LOOKS_NEEDED:
        _state_not_sent(connection, row, noted, now)


def _state_not_sent(connection: Connection, row: Row[Any], looks: list[str], now: datetime) -> None:
    why = f"the carrier's list was read whole {len(looks)} times and has no such text"
    values = {"state": State.NOT_SENT.value, "reason": why, "settled_at": now}
    connection.execute(update(outbox).where(outbox.c.reminder_id == row.reminder_id).values(**values))
    data = {"reminder": row.reminder_id, "outcome": "not_sent", "reason": why, "looks": looks}
    journal.record(connection, Event(EventKind.SETTLED, now, _ACTOR, row.customer_id, data))
    _close_case(connection, row, _ACTOR, f"reminder {row.reminder_id} was most likely not sent: {why}", now)
    doubt.tell_not_sent(connection, row, f"{why}; it is not sent again by itself", now)
    ledger.review(connection, [row.customer_id], now)


def plan_again(connection: Connection, row: Row[Any], actor: str, not_before: datetime, now: datetime) -> None:
    """Have an uncertain reminder sent once more as it is, on a person's word, which also closes its case."""
    values = {
        "state": State.PLANNED.value,
        "not_before": not_before,
        "needs_approval": True,
        "approved_by": actor,
        "earlier": [*(row.earlier or ()), row.claimed_at.astimezone(UTC).isoformat()],
    }
    connection.execute(update(outbox).where(outbox.c.reminder_id == row.reminder_id).values(**values))
    data = {"reminder": row.reminder_id, "tier": row.tier, "channel": row.channel, "invoices": list(row.lists)}
    journal.record(connection, Event(EventKind.PLANNED_AGAIN, now, actor, row.customer_id, data))
    _close_case(connection, row, actor, f"reminder {row.reminder_id} is sent once more, as it was", now)


def give_back(connection: Connection, row: Row[Any], why: str, now: datetime) -> None:
    """What was to go again may not leave: its fate is as it was before, and a person is told."""
    told = f"it was not sent again: {why}"
    is_missing = len(missed_at(row)) >= LOOKS_NEEDED
    state = State.NOT_SENT if is_missing else State.UNCERTAIN
    changed = update(outbox).where(outbox.c.reminder_id == row.reminder_id, _AGAIN)
    connection.execute(changed.values(state=state.value, reason=told, settled_at=now))
    data = {"reminder": row.reminder_id, "outcome": state.value, "reason": told}
    journal.record(connection, Event(EventKind.SETTLED, now, _ACTOR, row.customer_id, data))
    (doubt.tell_not_sent if is_missing else doubt.tell)(connection, row, told, now)


def give_back_all(connection: Connection, customer_id: str, why: str, now: datetime) -> None:
    """The same for all that was to go again to a customer."""
    for row in connection.execute(select(outbox).where(outbox.c.customer_id == customer_id, _AGAIN)).all():
        give_back(connection, row, why, now)


def _close_case(connection: Connection, row: Row[Any], actor: str, resolution: str, now: datetime) -> None:
    """Close its case; one case stood for all of a customer: what else is uncertain there gets its own now."""
    if not doubt.close(connection, row, actor, resolution, now):
        return
    others = select(outbox).where(outbox.c.customer_id == row.customer_id, outbox.c.state == State.UNCERTAIN.value)
    for other in connection.execute(others.order_by(outbox.c.reminder_id)):
        doubt.tell(connection, other, other.reason, now)


def copy_of(row: Row[Any]) -> Copy:
    """What a reminder said when it was claimed."""
    listed, taken_off = balances.said(row)
    return Copy(
        row.tier,
        Channel(row.channel),
        row.recipient,
        tuple((number, tier, days) for number, tier, days in row.steps),
        {number: listed[number] for number in row.lists if number in listed},
        row.follows,
        taken_off,
    )
