"""The outbox: every reminder from the plan to its end, taken by one worker only, sent at most once.

planned -> claimed -> onwire -> accepted | refused | uncertain, or back to planned where it provably was not sent.
What becomes of the uncertain is in `uncertain.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from reminderbot.core.account import OpenItem
from reminderbot.core.answer import ANSWER
from reminderbot.core.beside import NAMES, StepKey, round_of, step_key
from reminderbot.core.decision import Send
from reminderbot.core.delivery import SAID, AfterAttempt, Outcome, State, Uncertain
from reminderbot.core.event import Event, EventKind
from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.money import Money
from reminderbot.store import balances, beside, doubt, journal, ledger, setting
from reminderbot.store.tables import invoice, outbox, outbox_step
from reminderbot.store.types import Moment

_ACTOR = "reminderbot"
_SAID = [state.value for state in SAID]
_SENT_AGAIN = outbox.c.earlier.is_not(None)
_BY_NUMBER = update(outbox).where(outbox.c.reminder_id == bindparam("k"))

# What every window of a delivery asks is put together once: that costs as much as asking it.
_NEWEST = select(func.max(outbox.c.reminder_id))
_NOW: BindParameter[Any] = bindparam("now", type_=Moment)
_APPROVED = outbox.c.approved_by.is_not(None)
# By whether all need a person's yes.
_DUE = {
    approved_only: and_(
        outbox.c.state == State.PLANNED.value,
        outbox.c.not_before <= _NOW,
        outbox.c.release_at <= _NOW,
        _APPROVED if approved_only else or_(~outbox.c.needs_approval, _APPROVED),
        outbox.c.channel.not_in(bindparam("without", expanding=True)),
    )
    for approved_only in (True, False)
}
_NEXT_DUE = {
    approved_only: select(outbox)
    .where(is_due)
    .order_by(outbox.c.not_before, outbox.c.reminder_id)
    .limit(bindparam("most", type_=Integer))
    for approved_only, is_due in _DUE.items()
}
_COUNT_DUE = {
    approved_only: select(func.count()).select_from(outbox).where(is_due) for approved_only, is_due in _DUE.items()
}
_WAITING = select(outbox).where(~_SENT_AGAIN).order_by(outbox.c.not_before, outbox.c.reminder_id)
_PLANNED = _WAITING.where(outbox.c.tier != ANSWER)
_PLANNED_FOR = _PLANNED.where(
    outbox.c.customer_id.in_(bindparam("ids", expanding=True)),
    # By the customers alone: SQLite would look up the state instead, and walk through all that is planned.
    outbox.c.state.concat("") == State.PLANNED.value,
)
_CLAIM = update(outbox).where(outbox.c.reminder_id == bindparam("k"), outbox.c.state == State.PLANNED.value)
_MARK_ONWIRE = (
    update(outbox)
    .where(outbox.c.reminder_id.in_(bindparam("ids", expanding=True)), outbox.c.state == State.CLAIMED.value)
    .values(state=State.ONWIRE.value)
)
_REACH = (
    update(invoice)
    .where(invoice.c.number == bindparam("k"))
    .values(
        tier=bindparam("reached"),
        tier_days=bindparam("at_days"),
        tier_reached_at=bindparam("now"),
        tiers_had=invoice.c.tiers_had.concat(bindparam("one_more", type_=String)),
    )
)
_STEPS = select(outbox_step).where(outbox_step.c.invoice.in_(bindparam("numbers", expanding=True)))


@dataclass(frozen=True, slots=True)
class New:
    """A reminder to be planned."""

    customer_id: str
    send: Send
    recipient: str
    recipient_hash: str


def plan_all(
    connection: Connection,
    reminders: Sequence[New],
    now: datetime,
    release_at: datetime,
    above: int = 0,
    *,
    actor: str = _ACTOR,
) -> list[int]:
    """Put reminders into the outbox, with numbers `above` all that were ever tried; gives the numbers."""
    if not reminders:
        return []
    # Only one writes at a time, and asking the database for the numbers it gave takes three times as long.
    first = max(int(connection.execute(_NEWEST).scalar() or 0), above) + 1
    numbered = list(enumerate(reminders, first))
    connection.execute(insert(outbox), [_planned(number, new, now, release_at) for number, new in numbered])
    journal.record_all(connection, [_planned_event(number, new, now, actor) for number, new in numbered])
    return [number for number, _ in numbered]


def _planned(number: int, new: New, now: datetime, release_at: datetime) -> dict[str, Any]:
    return {
        "reminder_id": number,
        "customer_id": new.customer_id,
        "channel": new.send.channel.value,
        "tier": new.send.tier,
        "recipient": new.recipient,
        "recipient_hash": new.recipient_hash,
        "lists": list(new.send.lists),
        "steps": [list(step) for step in new.send.steps],
        "follows": new.send.follows,
        "state": State.PLANNED.value,
        "planned_at": now,
        "not_before": new.send.not_before,
        "release_at": release_at,
        "needs_approval": new.send.needs_approval,
        "attempts": 0,
        "reason": "",
    }


def _planned_event(number: int, new: New, now: datetime, actor: str) -> Event:
    send = new.send
    data = {"reminder": number, "tier": send.tier, "channel": send.channel.value, "invoices": list(send.lists)}
    return Event(EventKind.PLANNED, now, actor, new.customer_id, data)


def planned_next(connection: Connection, most: int) -> list[Row[Any]]:
    """The first `most` reminders that wait for their moment, the earliest first."""
    return list(connection.execute(_WAITING.where(outbox.c.state == State.PLANNED.value).limit(most)))


def planned(connection: Connection, customer_ids: Sequence[str] | None = None) -> list[Row[Any]]:
    """Reminders that wait for their moment, of these customers or of all, the earliest first.

    What a person answers or sends again is none of them: no plan withdraws it.
    """
    if customer_ids is None:
        return list(connection.execute(_PLANNED.where(outbox.c.state == State.PLANNED.value)))
    return list(connection.execute(_PLANNED_FOR, {"ids": customer_ids}))


def due(
    connection: Connection, now: datetime, limit: int, *, approved_only: bool, without: Collection[str] = ()
) -> list[Row[Any]]:
    """Reminders that may be claimed now: their moment has come, the undo window is over, any needed yes was given.

    Those of the channels in `without` are left out, and those to a country of "sms to +44".
    """
    asked = {"now": now, "most": limit, "without": list(without)}
    return list(connection.execute(_apart_from(without, _NEXT_DUE[approved_only]), asked))


def count_due(connection: Connection, now: datetime, *, approved_only: bool, without: Collection[str] = ()) -> int:
    """How many of them there are."""
    asked = {"now": now, "without": list(without)}
    return int(connection.execute(_apart_from(without, _COUNT_DUE[approved_only]), asked).scalar_one())


def _apart_from(without: Collection[str], query: Select[Any]) -> Select[Any]:
    for channel, prefix in (name.split(" to ") for name in without if " to " in name):
        query = query.where(~((outbox.c.channel == channel) & outbox.c.recipient.startswith(prefix)))
    return query


def reschedule(connection: Connection, reminder_id: int, not_before: datetime) -> None:
    """Move a planned reminder to another moment."""
    changed = update(outbox).where(outbox.c.reminder_id == reminder_id)
    connection.execute(changed.values(not_before=not_before))


def withdraw(connection: Connection, row: Row[Any], why: str, now: datetime, actor: str = _ACTOR) -> None:
    """Take a planned reminder back; its invoices may be planned anew."""
    connection.execute(delete(outbox_step).where(outbox_step.c.reminder_id == row.reminder_id))
    changed = update(outbox).where(outbox.c.reminder_id == row.reminder_id, outbox.c.state == State.PLANNED.value)
    connection.execute(changed.values(state=State.WITHDRAWN.value, reason=why, settled_at=now))
    data = {"reminder": row.reminder_id, "why": why}
    journal.record(connection, Event(EventKind.WITHDRAWN, now, actor, row.customer_id, data))


def withdraw_all(connection: Connection, customer_id: str, why: str, now: datetime, actor: str = _ACTOR) -> None:
    """Take back all reminders that wait to leave to a customer, approved or not; what a person wrote stays."""
    for row in planned(connection, [customer_id]):
        withdraw(connection, row, why, now, actor)


def approve(connection: Connection, reminder_ids: Sequence[int], actor: str, now: datetime) -> int:
    """Give a person's yes to these planned reminders; gives how many there were."""
    waits = (outbox.c.state == State.PLANNED.value) & outbox.c.approved_by.is_(None)
    changed = update(outbox).where(outbox.c.reminder_id.in_(reminder_ids), waits).values(approved_by=actor)
    count = int(connection.execute(changed).rowcount)
    if count:
        journal.record(connection, Event(EventKind.APPROVED, now, actor, None, {"reminders": list(reminder_ids)}))
    return count


class LostClaim(Exception):
    """Somebody else has taken back what this worker had claimed; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A reminder with its final bytes, ready to be taken."""

    row: Row[Any]
    message: OutgoingMessage
    items: tuple[OpenItem, ...]
    # Money not yet matched that was taken off.
    taken_off: tuple[Money, ...] = ()
    letter_version: str = ""
    segments: int | None = None


def spent_steps(connection: Connection, rows: Sequence[Row[Any]]) -> set[StepKey]:
    """(invoice, round, tier, channel, recipient hash) that other reminders have used up among what `rows` would use."""
    numbers = {number for row in rows for number, _, _ in row.steps}
    own = {row.reminder_id for row in rows}
    untraced = {(i, n, t, c, h) for i, n, t, c, h in setting.get(connection, setting.SPENT) or ()}
    return untraced | {
        (r.invoice, r.round, r.tier, r.channel, r.recipient_hash)
        for r in connection.execute(_STEPS, {"numbers": list(numbers)})
        if r.reminder_id not in own
    }


def claim(connection: Connection, claims: Sequence[Claim], now: datetime) -> None:
    """Take these reminders for sending; the caller has asked every gate in this same transaction.

    The journal's sequence number orders the claim against every stop, whatever the clock did.
    """
    if not claims:
        return
    ids = [c.row.reminder_id for c in claims]
    # What was deferred holds its steps already.
    if tried := [c.row.reminder_id for c in claims if c.row.attempts]:
        connection.execute(delete(outbox_step).where(outbox_step.c.reminder_id.in_(tried)))
    # A person's answer takes no step.
    if steps := [step for c in claims for step in _steps(c)]:
        connection.execute(insert(outbox_step), steps)
    seq = journal.record(connection, Event(EventKind.CLAIMED, now, _ACTOR, None, {"reminders": ids}))
    connection.execute(_CLAIM, [_claimed(c, seq, now) for c in claims])


def _steps(c: Claim) -> Iterable[dict[str, Any]]:
    rounds = {item.invoice.number: item.round for item in c.items}
    for number, tier, _ in c.row.steps:
        taken = round_of(rounds, number, tier)
        key = step_key(number, taken, tier, c.row.channel, c.row.recipient_hash)
        yield step_columns(key) | {"reminder_id": c.row.reminder_id}


def step_columns(key: StepKey) -> dict[str, Any]:
    """What a step uses up, as its table keeps it."""
    return dict(zip(("invoice", "round", "tier", "channel", "recipient_hash"), key, strict=True))


def _claimed(c: Claim, seq: int, now: datetime) -> dict[str, Any]:
    valid = c.message.valid_for
    return {
        "k": c.row.reminder_id,
        "state": State.CLAIMED.value,
        "attempts": c.row.attempts + 1,
        "claimed_at": now,
        "claim_seq": seq,
        "message_id": c.message.message_id or None,
        "sender": c.message.sender,
        "body": c.message.body,
        "balances": balances.kept(c.items, c.taken_off),
        "letter_version": c.letter_version,
        "segments": c.segments,
        "valid_seconds": int(valid.total_seconds()) if valid else None,
        # What was not found of a copy before this one says nothing about this one.
        "missed_at": None,
    }


def mark_onwire(connection: Connection, reminder_ids: Sequence[int], now: datetime) -> None:
    """The second mark: from here on a crash leaves the reminder uncertain, and it is never sent again by itself.

    LostClaim, and nothing is marked, where one of them is no longer claimed: then none of them may be sent.
    """
    marked = int(connection.execute(_MARK_ONWIRE, {"ids": list(reminder_ids)}).rowcount)
    if marked != len(reminder_ids):
        raise LostClaim(f"{len(reminder_ids) - marked} of {len(reminder_ids)} reminders are no longer ours to send")
    journal.record(connection, Event(EventKind.ONWIRE, now, _ACTOR, None, {"reminders": list(reminder_ids)}))


def settle(
    connection: Connection, results: Sequence[tuple[Row[Any], Outcome, AfterAttempt, str, str]], now: datetime
) -> None:
    """Record what became of reminders: (row, outcome, what follows, the server's reference, the reason)."""
    events = []
    # Those that go back to planned set other columns than those that are settled.
    changes: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    reached: list[tuple[str, str, int]] = []
    for row, outcome, after, reference, reason in results:
        back = after.state is State.PLANNED
        if after.state is State.REFUSED:
            # No copy was taken: once the cause is mended the step may be taken again.
            connection.execute(delete(outbox_step).where(outbox_step.c.reminder_id == row.reminder_id))
        changes[back].append(
            {"k": row.reminder_id, "state": after.state.value, "reference": reference or None, "reason": reason}
            # What goes back counts neither as said nor against the contact budget.
            | ({"not_before": after.not_before, "claimed_at": _last_said(row)} if back else {"settled_at": now})
        )
        if after.state in SAID and row.follows is None:
            reached += [(number, tier, days) for number, tier, days in row.steps]
        data = {"reminder": row.reminder_id, "outcome": type(outcome).__name__.lower(), "reason": reason}
        events.append(Event(EventKind.SETTLED, now, _ACTOR, row.customer_id, data))
    for rows in filter(None, changes.values()):
        connection.execute(_BY_NUMBER, rows)
    reach_all(connection, reached, now)
    journal.record_all(connection, events)


def reach_all(connection: Connection, steps: Sequence[tuple[str, str, int]], now: datetime) -> None:
    """Note that invoices have each reached a tier now: (invoice, tier, that tier's days); and what was said beside."""
    beside.reach(connection, steps, now)
    rows = [
        {"k": number, "reached": tier, "at_days": days, "now": now, "one_more": f" {tier}"}
        for number, tier, days in steps
        if tier not in NAMES
    ]
    if rows:
        connection.execute(_REACH, rows)


def _last_said(row: Row[Any]) -> datetime | None:
    """When the copy before the one at hand may have gone out; None: there was none."""
    return datetime.fromisoformat(row.earlier[-1]) if row.earlier else None


def remark(connection: Connection, reminder_id: int, reason: str) -> None:
    """Keep what became of a reminder after it was taken, for people to read."""
    connection.execute(update(outbox).where(outbox.c.reminder_id == reminder_id).values(reason=reason))


def references(connection: Connection, recipient_hashes: Sequence[str]) -> set[str]:
    """The servers' references of all that these recipients have been sent."""
    query = select(outbox.c.reference).where(
        outbox.c.recipient_hash.in_(recipient_hashes), outbox.c.reference.is_not(None)
    )
    return set(connection.execute(query).scalars())


def recover(connection: Connection, now: datetime, only: Collection[int] | None = None) -> tuple[int, int]:
    """After a crash: what was only claimed is planned again, what was on the wire is uncertain; gives both counts.

    With `only`, of these reminders; without, of all, which is right only where no other worker can be at it.
    """
    claimed, onwire = (
        [row for row in in_state(connection, state) if only is None or row.reminder_id in only]
        for state in (State.CLAIMED, State.ONWIRE)
    )
    for row in claimed:
        if not row.earlier:
            # A copy before this one may have arrived: then its steps stay taken.
            connection.execute(delete(outbox_step).where(outbox_step.c.reminder_id == row.reminder_id))
        # The attempt was not made: a line in the send log that speaks of it is from a history that this store lost.
        values = {
            "state": State.PLANNED.value,
            "attempts": row.attempts - 1,
            "claimed_at": _last_said(row),
            "reason": "stopped before sending",
        }
        connection.execute(update(outbox).where(outbox.c.reminder_id == row.reminder_id).values(**values))
    outcome = Uncertain("the program stopped while this message was on its way")
    results = [(row, outcome, AfterAttempt(State.UNCERTAIN), "", outcome.why) for row in onwire]
    settle(connection, results, now)
    for row in onwire:
        doubt.tell(connection, row, outcome.why, now)
    ledger.review(connection, {row.customer_id for row in (*claimed, *onwire)}, now)
    return len(claimed), len(onwire)


def attempts(connection: Connection, reminder_ids: Collection[int]) -> dict[int, int]:
    """How often each of these reminders that there are was tried."""
    query = select(outbox.c.reminder_id, outbox.c.attempts).where(outbox.c.reminder_id.in_(reminder_ids))
    return {row.reminder_id: row.attempts for row in connection.execute(query)}


def message_of(row: Row[Any]) -> OutgoingMessage:
    """The message exactly as it was made for an earlier attempt."""
    valid_for = timedelta(seconds=row.valid_seconds) if row.valid_seconds else None
    return OutgoingMessage(
        str(row.reminder_id),
        Channel(row.channel),
        row.sender,
        row.recipient,
        bytes(row.body),
        row.message_id or "",
        valid_for,
    )


def customers_at(connection: Connection, recipient_hash: str) -> tuple[str, ...]:
    """The customers to whom something was said at this address or number."""
    said = (outbox.c.recipient_hash == recipient_hash) & outbox.c.state.in_(_SAID)
    query = select(outbox.c.customer_id).where(said).distinct()
    return tuple(connection.execute(query.order_by(outbox.c.customer_id)).scalars())


def by_message_id(connection: Connection, message_ids: Sequence[str]) -> Row[Any] | None:
    """The newest of our reminders among these Message-IDs."""
    query = select(outbox).where(outbox.c.message_id.in_(message_ids)).order_by(outbox.c.reminder_id.desc())
    return connection.execute(query).first()


def get(connection: Connection, reminder_id: int) -> Row[Any] | None:
    return connection.execute(select(outbox).where(outbox.c.reminder_id == reminder_id)).first()


def of_customer(connection: Connection, customer_id: str) -> list[Row[Any]]:
    """All reminders of a customer, oldest first."""
    query = select(outbox).where(outbox.c.customer_id == customer_id).order_by(outbox.c.reminder_id)
    return list(connection.execute(query))


def in_state(connection: Connection, state: State) -> list[Row[Any]]:
    """All reminders in one state, oldest first."""
    query = select(outbox).where(outbox.c.state == state.value).order_by(outbox.c.reminder_id)
    return list(connection.execute(query))
