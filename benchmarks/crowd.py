"""A store with a year behind it: many customers, what was said to them, what they answered, what waits for a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert

from benchmarks.installation import customer, invoice
from reminderbot.core.delivery import State
from reminderbot.core.invoice import Payment
from reminderbot.core.snapshot import Snapshot
from reminderbot.house import House
from reminderbot.store import ledger
from reminderbot.store.tables import case, hold, inbound, outbox, outbox_step, promise

INVOICES_EACH = 5
_WORDS = "The delivery of last week was not complete. Two boxes are missing."


def crowd(house: House, customers: int) -> None:
    """Fill an empty store: five invoices each, of which two are paid; every third customer waits for a person."""
    now = house.clock.now()
    today = now.date()
    people = tuple(customer(number) for number in range(customers))
    invoices = tuple(
        invoice(number * INVOICES_EACH + more, who.customer_id, today - timedelta(days=20 + 60 * more + number % 30))
        for number, who in enumerate(people)
        for more in range(INVOICES_EACH)
    )
    paid = tuple(
        Payment(f"P{bill.number}", bill.customer_id, bill.number, _paid_on(bill.due_on), bill.total)
        for place, bill in enumerate(invoices)
        if place % INVOICES_EACH in (3, 4)
    )
    with house.store.writing() as connection:
        ledger.take_in(connection, None, Snapshot(people, invoices, paid, now), now)
        for table, rows in (
            (outbox, _letters(customers, now)),
            (outbox_step, _steps(customers)),
            (inbound, _answers(customers, now)),
            (case, _cases(customers, now)),
            (hold, _holds(customers, now)),
            (promise, _promises(customers, now)),
        ):
            _insert(connection, table, list(rows))


def _paid_on(due_on: date | None) -> date:
    assert due_on is not None
    return due_on + timedelta(days=9)


def _insert(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _number(place: int, more: int = 0) -> str:
    return invoice(place * INVOICES_EACH + more, "", date(2026, 1, 1)).number


def _letters(customers: int, now: datetime) -> Iterator[dict[str, Any]]:
    body = (
        b"Subject: Did the bill reach you?\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\n" + b"x" * 1500
    )
    for place in range(customers):
        for more, tier in enumerate(("gentle", "check-in")):
            at = datetime.combine(now.date() - timedelta(days=4 + 10 * more + place % 200), time(10), UTC)
            yield {
                "reminder_id": place * 2 + more + 1, "customer_id": customer(place).customer_id, "channel": "email",
                "tier": tier, "recipient": "x", "recipient_hash": f"{place}", "lists": [_number(place, 3)], "steps": [],
                "state": State.ACCEPTED.value, "planned_at": at, "not_before": at, "release_at": at,
                "needs_approval": False, "attempts": 1, "claimed_at": at, "settled_at": at, "reason": "", "body": body,
            }  # fmt: skip


def _steps(customers: int) -> Iterator[dict[str, Any]]:
    for place in range(customers):
        for more, tier in enumerate(("gentle", "check-in")):
            yield {
                "reminder_id": place * 2 + more + 1, "invoice": _number(place, 3), "round": 1, "tier": tier,
                "channel": "email", "recipient_hash": f"{place}",
            }  # fmt: skip


def _answers(customers: int, now: datetime) -> Iterator[dict[str, Any]]:
    finding = {"kind": "dispute", "text": _WORDS}
    for place in range(0, customers, 3):
        yield {
            "inbound_id": place + 1, "channel": "email", "identity": f"{place}", "digest": f"{place:064}",
            "external_id": "", "received_at": now - timedelta(hours=place % 400), "stored_at": now, "sender": "x",
            "recipient": "x", "oversize": False, "state": "understood", "attempts": 1, "kinds": ["dispute"],
            "customer_id": customer(place).customer_id, "matched_by": "token", "subject": "Re: the bill",
            "understanding": {
                "own_text": _WORDS, "findings": [finding], "kinds": ["dispute"], "needs_human": True,
            },
        }  # fmt: skip


def _cases(customers: int, now: datetime) -> Iterator[dict[str, Any]]:
    for place in range(0, customers, 30):
        yield {
            "case_id": place + 1, "kind": "dispute", "opened_at": now - timedelta(hours=place % 400),
            "customer_id": customer(place).customer_id, "why": "they contest what is owed", "words": _WORDS,
            "invoices": [_number(place)], "inbound_id": place - place % 3 + 1, "resolution": "",
        }  # fmt: skip


def _holds(customers: int, now: datetime) -> Iterator[dict[str, Any]]:
    for place in range(0, customers, 3):
        yield {
            "hold_id": place + 1, "customer_id": customer(place).customer_id, "kind": "dispute", "placed_at": now,
            "why": "they contest what is owed", "invoices": [], "inbound_id": place + 1,
        }  # fmt: skip


def _promises(customers: int, now: datetime) -> Iterator[dict[str, Any]]:
    today = now.date()
    for place in range(1, customers, 3):
        yield {
            "promise_id": place + 1, "customer_id": customer(place).customer_id, "promised_on": today,
            "due_on": today + timedelta(days=place % 40 - 20), "amount": Decimal(50), "invoices": [_number(place)],
            "owed": [[_number(place), "50.00", "GBP"]], "words": "I will pay on Friday",
            "despite": [], "made_at": now,
            "state": "open" if place % 2 else "kept",
        }  # fmt: skip
