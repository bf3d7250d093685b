"""What people wrote back to customers: kept beside the message in the outbox that carries it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from reminderbot.core.answer import ANSWER, Answer
from reminderbot.core.decision import Send
from reminderbot.core.delivery import State
from reminderbot.core.event import Event, EventKind
from reminderbot.core.ladder import Channel
from reminderbot.store import journal, outbox
from reminderbot.store.tables import answer
from reminderbot.store.tables import outbox as outbox_table

_ALL = select(
    answer,
    outbox_table.c.planned_at,
    outbox_table.c.channel,
    outbox_table.c.recipient,
    outbox_table.c.state,
    outbox_table.c.not_before,
    outbox_table.c.reason,
).join(outbox_table)
_LEFT = (State.WITHDRAWN.value, State.REFUSED.value)


def plan(
    connection: Connection,
    customer_id: str,
    letter: Answer,
    recipient_hash: str,
    now: datetime,
    above: int,
) -> int:
    """Put an answer into the outbox, with its writer's yes, under a number `above` all tried; gives the number."""
    send = Send(ANSWER, letter.channel, (), (), letter.not_before)
    new = outbox.New(customer_id, send, letter.recipient, recipient_hash)
    (number,) = outbox.plan_all(connection, [new], now, now, above, actor=letter.written_by)
    outbox.approve(connection, [number], letter.written_by, now)
    connection.execute(
        insert(answer).values(
            reminder_id=number,
            case_id=letter.case_id,
            written_by=letter.written_by,
            subject=letter.subject,
            words=letter.words,
            in_reply_to=letter.in_reply_to,
            thread=list(letter.thread),
            copy_of=letter.copy_of or None,
            copy_digest=letter.copy_digest or None,
        )
    )
    if letter.copy_of:
        data = {"reminder": number, "invoice": letter.copy_of, "sha256": letter.copy_digest}
        journal.record(connection, Event(EventKind.ATTACHED, now, letter.written_by, customer_id, data))
    return number


def of_reminders(connection: Connection, reminder_ids: Collection[int]) -> dict[int, Answer]:
    """The answers among these messages of the outbox, by their numbers."""
    if not reminder_ids:
        return {}
    rows = connection.execute(_ALL.where(answer.c.reminder_id.in_(reminder_ids)))
    return {row.reminder_id: _answer_of(row) for row in rows}


def of_case(connection: Connection, case_id: int) -> list[Answer]:
    """What was written back in a case, the oldest first."""
    return [_answer_of(row) for row in connection.execute(_ALL.where(answer.c.case_id == case_id).order_by(_ORDER))]


def of_customer(connection: Connection, customer_id: str) -> list[Answer]:
    """What was written back to a customer and was not taken back or refused, the oldest first."""
    mine = (outbox_table.c.customer_id == customer_id) & outbox_table.c.state.not_in(_LEFT)
    return [_answer_of(row) for row in connection.execute(_ALL.where(mine).order_by(_ORDER))]


_ORDER = answer.c.reminder_id


def _answer_of(row: Row[Any]) -> Answer:
    thread: Sequence[str] = row.thread
    return Answer(
        row.reminder_id,
        row.case_id,
        row.written_by,
        row.planned_at,
        Channel(row.channel),
        row.recipient,
        row.subject,
        row.words,
        row.in_reply_to,
        tuple(thread),
        row.state,
        row.not_before,
        row.reason,
        row.copy_of or "",
        row.copy_digest or "",
    )
