"""The planning run: looks at every customer whose time has come and puts into the outbox what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.core.contact import address_on
from reminderbot.core.decision import Decision, OpenCase, Send
from reminderbot.core.dunning import decide
from reminderbot.core.facts import Facts
from reminderbot.core.hold import HoldKind
from reminderbot.core.ladder import Task
from reminderbot.core.outlook import BATCH
from reminderbot.core.tiering import days_at
from reminderbot.house import House
from reminderbot.runs.clock import in_doubt
from reminderbot.runs.instalment import judge_plans
from reminderbot.runs.promise import judge_promises
from reminderbot.store import account, case, decision, hold, ledger, outbox


def plan_once(house: House, undo: timedelta | None = None) -> bool:
    """Decide about the customers whose time has come; True when there were some."""
    now = house.clock.now()
    if house.send_log.trouble():
        # Which numbers were used already cannot be told.
        return False
    with house.store.reading() as connection:
        if not account.due(connection, now, 1) or in_doubt(house, connection):
            # By a wrong clock a promise would be broken and a courtesy lapse for good.
            return False
    with house.store.writing() as connection:
        ids = account.due(connection, now, BATCH)
        judge_promises(house, connection, ids, now)
        facts = house.gatherer.gather(connection, ids, now)
        if changed := judge_plans(house, connection, facts, now):
            facts |= house.gatherer.gather(connection, changed, now)
        waiting = _by_customer(outbox.planned(connection, ids))

        decisions = {key: decide(known, house.rules, now) for key, known in facts.items()}

        missing: list[outbox.New] = []
        for key, made in decisions.items():
            _open_cases(house, connection, facts[key], made, now)
            outbox.reach_all(connection, made.told, now)
            missing += _replan(house, connection, facts[key], made, waiting.get(key, []), now)
        release_at = now + (house.limits.undo if undo is None else undo)
        # In a store put back from a backup a number used twice would give two letters one Message-ID.
        outbox.plan_all(connection, missing, now, release_at, above=house.send_log.newest() if missing else 0)
        gone = {key: Decision(()) for key in ids if key not in decisions}
        for key in gone:
            for row in waiting.get(key, []):
                outbox.withdraw(connection, row, "the ledger no longer lists this customer", now)
        decision.keep_all(connection, decisions | gone, now, house.limits.decisions)
        # A task taken is a step taken: what comes after it is found at the next look.
        ledger.review(connection, [key for key, made in decisions.items() if _takes_step(made)], now)
    return True


def _by_customer(rows: Sequence[Row[Any]]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.customer_id, []).append(row)
    return found


def _takes_step(made: Decision) -> bool:
    return bool(made.told) or any(needed.tier for needed in made.cases)


def _open_cases(house: House, connection: Connection, facts: Facts, made: Decision, now: datetime) -> None:
    for needed in made.cases:
        customer_id = facts.account.customer.customer_id
        case.open_one(connection, needed.kind, customer_id, needed.why, now, invoices=needed.invoices)
        if needed.tier:
            _take_task(house, connection, facts, needed, now)


def _take_task(house: House, connection: Connection, facts: Facts, needed: OpenCase, now: datetime) -> None:
    """The invoices stand at the task's tier from now on; after a review nothing moves without a person."""
    ladder, customer_id = house.rules.ladder_of(facts), facts.account.customer.customer_id
    tier = ladder.tiers[ladder.index(needed.tier)]
    items = [item for item in facts.account.items if item.invoice.number in needed.invoices]
    outbox.reach_all(connection, [(i.invoice.number, tier.name, days_at(i, tier)) for i in items], now)
    if tier.task is Task.REVIEW:
        hold.place(connection, customer_id, HoldKind.REVIEW, "a person decides what happens next", now)


def _why(made: Decision) -> str:
    return "; ".join(gate.because for gate in made.closed) or "nothing is due now"


def _replan(
    house: House, connection: Connection, facts: Facts, made: Decision, waiting: Sequence[Row[Any]], now: datetime
) -> list[outbox.New]:
    """Keep the planned reminder that still says what is due, withdraw any other; gives what is missing."""
    send = made.send
    kept = next((row for row in waiting if send is not None and same(row, facts, send)), None)
    for row in waiting:
        if row is not kept:
            outbox.withdraw(connection, row, "something else is due now" if send else _why(made), now)
    if send is None:
        return []
    if kept is None:
        recipient = address_on(facts.account.customer, send.channel)
        return [outbox.New(facts.account.customer.customer_id, send, recipient, house.gatherer.hash_of(recipient))]
    if kept.attempts == 0 and kept.not_before != send.not_before:
        outbox.reschedule(connection, kept.reminder_id, send.not_before)
    return []


def same(row: Row[Any], facts: Facts, send: Send) -> bool:
    """Whether a planned reminder is still exactly what `send` asks for."""
    return bool(
        row.channel == send.channel.value
        and row.tier == send.tier
        and row.recipient == address_on(facts.account.customer, send.channel)
        and tuple(row.lists) == send.lists
        and [list(step) for step in row.steps] == [list(step) for step in send.steps]
        and row.follows == send.follows
        and (row.needs_approval or not send.needs_approval)
    )
