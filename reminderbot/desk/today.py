"""What a person sees first in the morning: who needs them, whom to call, what leaves next, what was promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from reminderbot.core.case import Case, CaseKind, urgency
from reminderbot.core.money import Money, subtotals
from reminderbot.core.promise import Promise
from reminderbot.desk.call_list import CallTask, tasks
from reminderbot.desk.handover import Away, away
from reminderbot.desk.status import Status, promised_each
from reminderbot.house import House
from reminderbot.store import case, listing, outbox, people, promise

# More than this nobody reads at one go; the rest is behind a link.
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Matter:
    """One case as a list shows it."""

    case: Case
    # Empty: mail that belongs to nobody we know.
    customer: str
    # What the customer owes on the invoices it is about, else on all.
    at_stake: tuple[Money, ...]

    @property
    def is_urgent(self) -> bool:
        """Law, distress and hardship do not wait behind anything."""
        return urgency(self.case.kind) <= urgency(CaseKind.HARDSHIP)

    @property
    def is_soon(self) -> bool:
        """Somebody contests, has paid or wants no more letters: they expect an answer."""
        return not self.is_urgent and urgency(self.case.kind) <= urgency(CaseKind.PAID)


@dataclass(frozen=True, slots=True)
class Leaving:
    """One message that is planned."""

    at: datetime
    customer_id: str
    customer: str
    tier: str
    channel: str
    invoices: tuple[str, ...]
    needs_yes: bool


@dataclass(frozen=True, slots=True)
class Promised:
    """One customer's word for these days."""

    promise: Promise
    customer: str
    money: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Today:
    """The first page."""

    matters: tuple[Matter, ...]
    waiting: int
    # Who may be called at this moment, the most urgent first.
    calls: tuple[CallTask, ...]
    leaving: tuple[Leaving, ...]
    promised: tuple[Promised, ...]
    promises: int
    promised_sum: tuple[Money, ...]
    # What is with an agency or a lawyer, or written off.
    away: tuple[Away, ...]


def today(house: House, connection: Connection, status: Status) -> Today:
    """Gather the first page; `status` is how things stand at this moment."""
    day = status.now.astimezone(house.rules.zone).date()
    until = day + timedelta(days=6 - day.weekday())
    cases = case.waiting(connection, now=status.now)
    words = promise.due_between(connection, day, until)
    money = promised_each(connection, words)
    rows = outbox.planned_next(connection, _SHOWN)
    shown = cases[:_SHOWN]
    names = people.names(
        connection, [*(c.customer_id for c in shown), *(w.customer_id for w in words), *(r.customer_id for r in rows)]
    )
    return Today(
        matters=tuple(_matters(connection, shown, names)),
        waiting=len(cases),
        calls=tuple(one for one in tasks(house, connection) if one.is_now),
        leaving=tuple(
            Leaving(
                max(row.not_before, row.release_at),
                row.customer_id,
                names.get(row.customer_id, row.customer_id),
                row.tier,
                row.channel,
                tuple(row.lists),
                row.needs_approval and not row.approved_by,
            )
            for row in rows
        ),
        promised=tuple(
            Promised(word, names.get(word.customer_id, word.customer_id), money[word.promise_id])
            for word in words[:_SHOWN]
        ),
        promises=len(words),
        promised_sum=subtotals(one for sums in money.values() for one in sums),
        away=tuple(away(connection)),
    )


def matters(connection: Connection, now: datetime, kind: CaseKind | None = None) -> list[Matter]:
    """All that wait for a person at this moment, or those of one kind, the most urgent first."""
    found = [one for one in case.waiting(connection, now=now) if kind is None or one.kind is kind]
    return _matters(connection, found, people.names(connection, [one.customer_id for one in found]))


def _matters(connection: Connection, cases: Sequence[Case], names: dict[str, str]) -> list[Matter]:
    keys = {one.customer_id for one in cases if one.customer_id}
    open_rows: dict[str, list[listing.OpenRow]] = {}
    for row in listing.open_invoices(connection, keys) if keys else ():
        open_rows.setdefault(row.customer_id, []).append(row)
    return [
        Matter(
            one,
            names.get(one.customer_id or "", ""),
            _at_stake(one, open_rows.get(one.customer_id or "", [])),
        )
        for one in cases
    ]


def _at_stake(one: Case, rows: Sequence[listing.OpenRow]) -> tuple[Money, ...]:
    meant = [row for row in rows if row.number in one.invoices] or rows
    return subtotals(Money(row.balance, row.currency) for row in meant)
