"""How things stand with this installation: what may leave, what waits, what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from reminderbot.core.delivery import State
from reminderbot.core.money import Money, subtotals
from reminderbot.core.promise import Promise
from reminderbot.core.stop import Mode, Stop
from reminderbot.core.webhook import Calls
from reminderbot.desk.door import Door
from reminderbot.desk.parked import Queue, queue
from reminderbot.desk.sending import approvable
from reminderbot.door import batch_stop
from reminderbot.house import House
from reminderbot.store import canary, case, hold, listing, outbox, promise, setting, webhook
from reminderbot.store.ledger import chunks
from reminderbot.store.lock import who_is_at_work


@dataclass(frozen=True, slots=True)
class Status:
    """One look at everything."""

    # Which process does the work at this moment; empty: none does.
    at_work: str
    now: datetime
    mode: Mode
    ceiling: Mode
    # Who let this installation send, and when; None: nobody yet.
    granted_by: str | None
    granted_at: datetime | None
    stops: tuple[Stop, ...]
    # Why the next batch waits for a person as a whole; None: it does not.
    unusual: str | None
    ledger_at: datetime | None
    inbox_at: datetime | None
    texts_at: datetime | None
    has_inbox: bool
    # When our own mail to the inbox was last found there, where there is to be one.
    has_canary: bool
    canary_at: datetime | None
    # Planned reminders: how many, when the first may leave, how many wait for a yes.
    planned: int
    next_at: datetime | None
    to_approve: int
    # Reminders that could not be handed over and will be tried again: why, and how many.
    failing: dict[str, int]
    uncertain: tuple[int, ...]
    cases: dict[str, int]
    holds: int
    unmatched: int
    promised: tuple[Money, ...]
    promises: int
    # Whose conversation has yet to begin.
    queue: Queue
    # How Twilio's calls fare; None: it has nowhere to call.
    calls: Calls | None


def status(house: House, connection: Connection, door: Door, *, with_promises: bool = True) -> Status:
    """Look at everything; nothing is changed. Without promises it need not look at all that they cover."""
    now = house.clock.now()
    grant = setting.get(connection, setting.GRANT) or {}
    unusual = batch_stop(connection) if door.mode is not Mode.DRAFT else None
    planned = outbox.planned(connection)
    open_promises = promise.every_open(connection) if with_promises else []
    return Status(
        at_work=who_is_at_work(house.store, connection),
        now=now,
        mode=door.mode,
        ceiling=house.ceiling,
        granted_by=grant.get("by"),
        granted_at=datetime.fromisoformat(grant["at"]) if grant.get("at") else None,
        stops=door.lasting(now),
        unusual=unusual.why if unusual else None,
        ledger_at=setting.get_moment(connection, setting.LEDGER),
        inbox_at=setting.get_moment(connection, setting.INBOX_READ_AT),
        texts_at=setting.get_moment(connection, setting.SMS_READ_AT),
        has_inbox=house.open_inbox is not None,
        has_canary=house.canary and house.open_inbox is not None,
        canary_at=canary.get(connection).back_at,
        planned=len(planned),
        next_at=min((row.not_before for row in planned), default=None),
        to_approve=sum(1 for waiting in approvable(connection, door.mode) if waiting.needed),
        failing=dict(Counter(row.reason for row in planned if row.attempts and row.reason)),
        uncertain=tuple(row.reminder_id for row in outbox.in_state(connection, State.UNCERTAIN)),
        cases=dict(Counter(waiting.kind.value for waiting in case.waiting(connection))),
        holds=hold.count_active(connection, now),
        unmatched=len(listing.unmatched(connection, now - listing.UNMATCHED_KEPT)),
        promised=promised_money(connection, open_promises),
        promises=len(open_promises),
        queue=queue(house, connection, now),
        calls=webhook.calls(connection) if house.webhook else None,
    )


def promised_money(connection: Connection, words: Sequence[Promise]) -> tuple[Money, ...]:
    """What promises come to: the sum named, else all that is open on what was promised; an invoice counts once."""
    return subtotals(money for sums in promised_each(connection, words).values() for money in sums)


def promised_each(connection: Connection, words: Sequence[Promise]) -> dict[int, tuple[Money, ...]]:
    """The same by the promises' numbers; what two of them promise counts with the first."""
    rows: dict[str, list[listing.OpenRow]] = {}
    for some in chunks(sorted({word.customer_id for word in words})):
        for row in listing.open_invoices(connection, some):
            rows.setdefault(row.customer_id, []).append(row)
    found: dict[int, tuple[Money, ...]] = {}
    counted: set[str] = set()
    for word in words:
        own = rows.get(word.customer_id, [])
        meant = [r for r in own if not word.invoices or r.number in word.invoices]
        if word.amount is not None:
            currency = next((r.currency for r in meant or own), "")
            found[word.promise_id] = (Money(word.amount, currency),) if currency else ()
            continue
        found[word.promise_id] = subtotals(Money(r.balance, r.currency) for r in meant if r.number not in counted)
        counted |= {r.number for r in meant}
    return found
