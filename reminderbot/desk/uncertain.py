"""Reminders that may or may not have arrived: shows them, takes a person's word that one did, or sends it once more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.core.answer import ANSWER, may_answer
from reminderbot.core.customer import Customer
from reminderbot.core.delivery import State
from reminderbot.core.ladder import Channel
from reminderbot.core.uncertain import may_repeat
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import outbox, people, uncertain

_LINES = 5


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A reminder of uncertain fate."""

    row: Row[Any]
    customer: Customer | None
    # A person has it sent once more; it waits for its hour.
    goes_again: bool


def listed(connection: Connection) -> list[Doubtful]:
    """All of them, oldest first."""
    return [_doubtful(connection, row) for row in uncertain.every(connection)]


def one(connection: Connection, number: int) -> Doubtful:
    """The one of that number; Refused where its fate is known."""
    row = uncertain.get(connection, number)
    if row is not None:
        return _doubtful(connection, row)
    known = outbox.get(connection, number)
    if known is None:
        raise Refused(
            f"There is no reminder {number}: `reminderbot uncertain list` shows those that may not have come."
        )
    raise Refused(f"Reminder {number} is not uncertain, it is {known.state.replace('_', ' ')}: nothing was changed.")


def _doubtful(connection: Connection, row: Row[Any]) -> Doubtful:
    return Doubtful(row, people.get(connection, row.customer_id), row.state == State.PLANNED.value)


def arrived(house: House, actor: str, number: int) -> Doubtful:
    """Note a person's word that it arrived; one that was to go again stays at home. Refused where its fate is known."""
    with house.store.writing() as connection:
        found = one(connection, number)
        uncertain.confirm(connection, found.row, f"{actor} says so", house.clock.now(), actor=actor)
    return found


def resend(house: House, actor: str, number: int) -> datetime:
    """Have it sent once more, the same bytes under the same Message-ID; gives the first moment at which it may leave.

    Every gate is asked here, and anew when it leaves; Refused where one is closed, or its fate is known.
    """
    now = house.clock.now()
    with house.store.writing() as connection:
        row = repeatable(connection, number).row
        uncertain.plan_again(connection, row, actor, now, now)
        # Asked with the first copy counted as heard and no longer as underway, exactly as when it leaves.
        facts = house.gatherer.gather(connection, [row.customer_id], now).get(row.customer_id)
        if row.tier == ANSWER:
            judged = may_answer(facts, Channel(row.channel), row.recipient, house.rules, now)
        else:
            judged = may_repeat(uncertain.copy_of(row), facts, house.rules, now)
        if judged.not_before is None:
            raise Refused(f"Reminder {number} cannot be sent again: {judged.why_not}. Nothing was sent.")
        outbox.reschedule(connection, number, judged.not_before)
    return judged.not_before


def repeatable(connection: Connection, number: int) -> Doubtful:
    """The one of that number; Refused where it cannot be sent once more whatever the gates say."""
    found = one(connection, number)
    if found.goes_again:
        raise Refused(f"Reminder {number} is on its way out once more already: `reminderbot uncertain list` says when.")
    if found.row.body is None:
        raise Refused(f"The words of reminder {number} are no longer kept: it cannot be sent again as it was.")
    return found


def first_lines(row: Row[Any]) -> tuple[str, ...]:
    """How its message begins: an e-mail's subject and first lines, or a text message."""
    body = bytes(row.body or b"")
    if row.channel == Channel.SMS.value:
        return tuple(body.decode("utf-8", "replace").splitlines()[:_LINES])
    mail = message_from_bytes(body, policy=policy.default)
    part = mail.get_body(("plain",))
    words = str(part.get_content()) if part is not None else ""
    lines = [line for line in words.splitlines() if line.strip()]
    return (f"Subject: {mail['Subject']}", *lines[:_LINES])
