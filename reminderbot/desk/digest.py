"""What the daily digest tells: the first page of the desk, for those who are not looking."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from reminderbot.core.delivery import unquoted
from reminderbot.core.digest import Digest, Waiting, Word
from reminderbot.core.stop import Stop
from reminderbot.desk.door import look_at
from reminderbot.desk.status import status
from reminderbot.desk.today import Matter, today
from reminderbot.door import batch_stop
from reminderbot.house import House
from reminderbot.logs import redact
from reminderbot.store import outbox


def digest(house: House, connection: Connection, on: date) -> Digest:
    """How things stand at this moment of the day `on`."""
    found = status(house, connection, look_at(house, connection), with_promises=False)
    page = today(house, connection, found)
    batch = batch_stop(connection)
    return Digest(
        on=on,
        stops=tuple(map(_silent, (*found.stops, *((batch,) if batch else ())))),
        waiting=tuple(_waiting(house, matter, on) for matter in page.matters),
        waiting_in_all=page.waiting,
        promised=tuple(Word(one.promise.due_on, one.customer, one.money) for one in page.promised),
        promised_in_all=page.promises,
        promised_sum=page.promised_sum,
        leaving=sum(_day(house, max(row.not_before, row.release_at)) == on for row in outbox.planned(connection)),
        to_approve=found.to_approve,
    )


def _silent(stop: Stop) -> Stop:
    """Without what a server said of anybody."""
    return replace(stop, why=redact(unquoted(stop.why)))


def _waiting(house: House, matter: Matter, on: date) -> Waiting:
    one = matter.case
    days = (on - _day(house, one.opened_at)).days
    return Waiting(one.case_id, one.kind, matter.customer, one.words or one.why, days, matter.at_stake)


def _day(house: House, moment: datetime) -> date:
    return moment.astimezone(house.rules.zone).date()
