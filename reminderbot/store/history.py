"""The marks by which the store and the state folder know each other, and how a person adopts a store put back."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, select, update

from reminderbot.core.beside import NAMES, StepKey, step_key
from reminderbot.core.delivery import State
from reminderbot.core.event import Event, EventKind
from reminderbot.core.history import History, LogState, log_state
from reminderbot.store import canary, journal, ledger, outbox, people, setting
from reminderbot.store.sendlog import Attempt, SendLog
from reminderbot.store.tables import journal as journal_table
from reminderbot.store.tables import outbox as outbox_table
from reminderbot.store.tables import outbox_step

_JOURNAL_END = select(func.max(journal_table.c.seq))
_ADOPTED = "the send log says that it went out; the store had lost it"


def fingerprint(key: bytes) -> str:
    """Tells one secret key from another and gives nothing of it away."""
    return hmac.digest(key, b"fingerprint", "sha256").hex()[:16]


def compare(connection: Connection, log: SendLog, key: bytes) -> History:
    """What the store, its send log and the key say of one another."""
    kept = setting.get(connection, setting.KEY)
    sent = canary.get(connection)
    found = History(
        foreign_canary=sent.back > sent.number,
        another_key=kept is not None and kept != fingerprint(key),
    )
    if trouble := log.trouble():
        return replace(found, log=LogState.UNUSABLE, log_trouble=trouble)
    return replace(
        found,
        log=_log_state(connection, log),
        lost=[a.reminder_id for a in _lost(connection, log)],
        journal_seen=log.journal(),
        journal=_journal_end(connection),
    )


def _log_state(connection: Connection, log: SendLog) -> LogState:
    known = setting.get(connection, setting.SEND_LOG)
    if known is None:
        return LogState.SOUND
    mark = log.mark()
    grown = mark.size > known["size"] and log.end_at(known["size"]) == known.get("end")
    return log_state((known["size"], known["changed"]), (mark.size, mark.changed), grown=grown)


def begin(connection: Connection, log: SendLog) -> None:
    """From the first grant on there is a log that the store knows, though nothing has been sent."""
    if setting.get(connection, setting.SEND_LOG) is None and not log.trouble() and log.mark().size == 0:
        log.append(())
        remember_log(connection, log)


def remember_log(connection: Connection, log: SendLog) -> None:
    """Keep how the send log stands now."""
    mark = log.mark()
    setting.put(connection, setting.SEND_LOG, {"size": mark.size, "changed": mark.changed, "end": mark.end})


def remember_journal(connection: Connection, log: SendLog) -> None:
    """Keep in the state folder how far the journal goes; the lines counted must be durable already."""
    end = _journal_end(connection)
    if log.trouble():
        return
    # An older store must not pass for the newest, whoever looks first.
    if end > log.journal():
        log.note_journal(end)


def catch_up(connection: Connection, log: SendLog) -> None:
    """After a crash between a line and the store's note of it: where nothing was lost, note it now."""
    if setting.get(connection, setting.SEND_LOG) is None or log.trouble():
        return
    if _log_state(connection, log) is LogState.SOUND and not _lost(connection, log):
        remember_log(connection, log)


def adopt(connection: Connection, log: SendLog, now: datetime) -> int:
    """Go on from this store with its log as it is; gives how much only the log knew."""
    lost = take_lost(connection, log, now)
    remember_log(connection, log)
    log.note_journal(_journal_end(connection))
    known = canary.get(connection)
    canary.put(connection, replace(known, number=max(known.number, known.back)))
    return lost


def take_lost(connection: Connection, log: SendLog, now: datetime) -> int:
    """Take into the store what only the log knows, as said, so that none of it is said again; gives how much it was."""
    lost = _lost(connection, log)
    for attempt in {a.reminder_id: a for a in lost}.values():
        _take(connection, attempt, now)
    return len(lost)


def _journal_end(connection: Connection) -> int:
    return int(connection.execute(_JOURNAL_END).scalar() or 0)


def _lost(connection: Connection, log: SendLog) -> list[Attempt]:
    """The attempts in the log, since the store last looked at it, that the store does not know."""
    known = setting.get(connection, setting.SEND_LOG) or {"size": 0}
    new = list(log.after(known["size"]))
    tried = outbox.attempts(connection, {a.reminder_id for a in new}) if new else {}
    return [a for a in new if tried.get(a.reminder_id, 0) < a.attempt]


def _take(connection: Connection, attempt: Attempt, now: datetime) -> None:
    row = outbox.get(connection, attempt.reminder_id)
    owner = row.customer_id if row else _owner(connection, attempt)
    if owner is None:
        # Its invoices may come with the next ledger: then their steps are taken already.
        spent = setting.get(connection, setting.SPENT) or []
        setting.put(connection, setting.SPENT, [*spent, *map(list, _keys(attempt))])
        return
    if row is None:
        _insert(connection, attempt, owner)
    _settle(connection, attempt, owner, now)


def _owner(connection: Connection, attempt: Attempt) -> str | None:
    if any(s.tier in NAMES for s in attempt.steps):
        # It names a plan or a promise that this store may never have had: whoever has heard from us there before.
        heard = outbox.customers_at(connection, attempt.recipient_hash)
        return heard[0] if len(heard) == 1 else None
    return next((who for s in attempt.steps if (who := people.owner_of(connection, s.invoice))), None)


def _keys(attempt: Attempt) -> Iterable[StepKey]:
    for s in attempt.steps:
        yield step_key(s.invoice, s.round, s.tier, attempt.channel.value, attempt.recipient_hash)


def _insert(connection: Connection, attempt: Attempt, owner: str) -> None:
    numbers = [s.invoice for s in attempt.steps if s.tier not in NAMES]
    values = {
        "reminder_id": attempt.reminder_id,
        "customer_id": owner,
        "channel": attempt.channel.value,
        "tier": max(attempt.steps, key=lambda s: s.days).tier,
        # Only its hash is known.
        "recipient": "",
        "recipient_hash": attempt.recipient_hash,
        "lists": numbers,
        "steps": [[s.invoice, s.tier, s.days] for s in attempt.steps],
        "state": State.PLANNED.value,
        "planned_at": attempt.at,
        "not_before": attempt.at,
        "release_at": attempt.at,
        "needs_approval": False,
        "attempts": attempt.attempt,
        "reason": "",
    }
    connection.execute(insert(outbox_table), values)


def _settle(connection: Connection, attempt: Attempt, owner: str, now: datetime) -> None:
    values = {
        "state": State.CONFIRMED.value,
        "attempts": attempt.attempt,
        "claimed_at": attempt.at,
        "settled_at": now,
        "reason": _ADOPTED,
    }
    connection.execute(update(outbox_table).where(outbox_table.c.reminder_id == attempt.reminder_id).values(**values))
    _spend(connection, attempt)
    outbox.reach_all(connection, [(s.invoice, s.tier, s.days) for s in attempt.steps], attempt.at)
    data = {"reminder": attempt.reminder_id, "outcome": "confirmed", "reason": _ADOPTED}
    journal.record(connection, Event(EventKind.SETTLED, now, "reminderbot", owner, data))
    ledger.review(connection, [owner], now)


def _spend(connection: Connection, attempt: Attempt) -> None:
    for key in _keys(attempt):
        taken = and_(*(outbox_step.c[name] == value for name, value in outbox.step_columns(key).items()))
        if connection.execute(select(outbox_step.c.reminder_id).where(taken)).first() is None:
            columns = outbox.step_columns(key)
            connection.execute(insert(outbox_step), columns | {"reminder_id": attempt.reminder_id})
