"""Lets messages leave, or stops them: go-live, approve, stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.core.clock import believe
from reminderbot.core.delivery import State
from reminderbot.core.event import Event, EventKind
from reminderbot.core.stop import Mode
from reminderbot.desk import typed
from reminderbot.desk.outlook import Outlook, outlook
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import clock, history, journal, outbox, setting


def go_live(house: House, actor: str, *, adopt: bool = False) -> Mode:
    """Grant this installation what its settings allow, and lift the kill switch and every halt; gives the mode.

    With `adopt` sending goes on from a store that was put back: what only the send log knows counts as said.
    """
    if house.ceiling is Mode.DRAFT:
        raise Refused('The settings say mode = "draft": write "approve" or "live" there first, then go live.')
    if adopt:
        _refuse_unreadable(house)
    now = house.clock.now()
    with house.store.writing() as connection:
        if setting.get(connection, setting.KEY) is None:
            setting.put(connection, setting.KEY, history.fingerprint(house.keys.oldest))
        taken = history.adopt(connection, house.send_log, now) if adopt else 0
        history.begin(connection, house.send_log)
        clock.put(connection, believe(house.clock.read()))
        grant = {"mode": house.ceiling.value, "instance": house.instance, "by": actor, "at": now.isoformat()}
        setting.put(connection, setting.GRANT, grant)
        for key in (setting.STOPPED, setting.HALTED, setting.INBOX_TROUBLE, setting.TEXTS_TROUBLE):
            setting.drop(connection, key)
        _let_go(connection, now)
        journal.record(
            connection, Event(EventKind.WENT_LIVE, now, actor, None, grant | {"adopted": adopt, "taken": taken})
        )
    return house.ceiling


def first_batch(house: House, *, adopt: bool = False) -> Outlook:
    """What would leave today and tomorrow after `go_live`, also where that adopts what only the send log knows."""
    if not adopt:
        with house.store.reading() as connection:
            return outlook(house, connection, 1)
    _refuse_unreadable(house)
    with house.store.writing() as connection, connection.begin_nested() as trial:
        history.take_lost(connection, house.send_log, house.clock.now())
        seen = outlook(house, connection, 1)
        # Nobody has said yes so far.
        trial.rollback()
    return seen


def _refuse_unreadable(house: House) -> None:
    if trouble := house.send_log.trouble():
        raise Refused(f"The send log {trouble}: move it away first, then adopt; nothing was changed.")


def stop(house: House, actor: str, reason: str = "") -> bool:
    """Throw the kill switch and touch nothing else; False where it was thrown already."""
    now, reason = house.clock.now(), typed.words(reason)
    with house.store.writing() as connection:
        if setting.get(connection, setting.STOPPED):
            return False
        setting.put(connection, setting.STOPPED, {"by": actor, "at": now.isoformat(), "why": reason})
        journal.record(connection, Event(EventKind.STOPPED, now, actor, None, {"why": reason}))
    return True


@dataclass(frozen=True, slots=True)
class Approvable:
    """A planned reminder that can be given a yes."""

    row: Row[Any]
    # Its tier, or the mode of the house, asks for one; else it would leave by itself.
    needed: bool

    @property
    def reminder_id(self) -> int:
        return int(self.row.reminder_id)


def approvable(connection: Connection, mode: Mode) -> list[Approvable]:
    """Planned reminders without a yes, the earliest first."""
    rows = (row for row in outbox.planned(connection) if row.approved_by is None)
    return [Approvable(row, mode is not Mode.LIVE or bool(row.needs_approval)) for row in rows]


def approve(house: House, actor: str, reminder_ids: Sequence[int]) -> int:
    """Give these reminders a person's yes, and let an unusual batch go; gives how many there were.

    Refused where one of them does not wait for a yes: it was withdrawn, sent or approved meanwhile.
    """
    now = house.clock.now()
    with house.store.writing() as connection:
        waiting = {row.reminder_id for row in outbox.planned(connection) if row.approved_by is None}
        unknown = [number for number in reminder_ids if number not in waiting]
        if unknown:
            named = ", ".join(map(str, unknown))
            raise Refused(f"Reminder {named} does not wait for a yes: look at `reminderbot approve` without numbers.")
        count = outbox.approve(connection, reminder_ids, actor, now)
        if setting.get(connection, setting.BREAKER):
            _let_go(connection, now)
    return count


def _let_go(connection: Connection, now: datetime) -> None:
    """Have as many leave at once as a person saw waiting: such a batch is no surprise any more."""
    seen = len(outbox.in_state(connection, State.PLANNED))
    setting.put(connection, setting.LET_GO, {"most": seen, "at": now.isoformat()})
    setting.drop(connection, setting.BREAKER)
