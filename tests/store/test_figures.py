"""The figures of the reports, counted by each database, beside what was put in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from reminderbot.core.delivery import State
from reminderbot.store import figures
from reminderbot.store.session import open_store
from reminderbot.store.tables import customer, inbound, invoice, outbox, outbox_step, payment, promise

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
YEAR_AGO = date(2025, 11, 24)


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    url = (
        f"sqlite:///{tmp_path / 'store.db'}"
        if request.param == "sqlite"
        else str(request.getfixturevalue("postgres_url"))
    )
    store = open_store(url, tmp_path)
    with store.writing() as connection:
        nothing = dict.fromkeys(("contact_name", "language", "time_zone", "country", "group"), "")
        for name in ("A", "B"):
            row = {"customer_id": name, "name": f"Name {name}", "listed": True, **nothing}
            connection.execute(insert(customer).values(**row))
        yield connection
    store.close()


def bill(connection: Connection, number: str, owner: str, due_on: date, *, is_open: bool = False) -> None:
    values: dict[str, Any] = dict.fromkeys(("pay_url", "po_number", "pdf"), "")
    connection.execute(
        insert(invoice).values(
            number=number, customer_id=owner, issued_on=due_on - timedelta(days=30), due_on=due_on, currency="EUR",
            total=Decimal(100), status="open", listed=True, open_balance=Decimal(100 if is_open else 0),
            is_open=is_open, round=1, **values,
        )
    )  # fmt: skip


def pays(connection: Connection, number: str, owner: str, paid_on: date, **more: Any) -> None:
    values = {"listed": True, "kind": "payment", **more}
    connection.execute(
        insert(payment).values(
            payment_id=f"{number}-{paid_on}", customer_id=owner, invoice=number, paid_on=paid_on, currency="EUR",
            amount=Decimal(50), **values,
        )
    )  # fmt: skip


def said(connection: Connection, number: int, owner: str, tier: str, at: datetime, *invoices: str, **more: Any) -> None:
    values = {"channel": "email", "state": State.ACCEPTED.value, "segments": None, **more}
    connection.execute(
        insert(outbox).values(
            reminder_id=number, customer_id=owner, tier=tier, recipient="x", recipient_hash="x", lists=list(invoices),
            steps=[], planned_at=at, not_before=at, release_at=at, needs_approval=False, attempts=1, claimed_at=at,
            reason="", **values,
        )
    )  # fmt: skip
    for one in invoices:
        connection.execute(
            insert(outbox_step).values(
                reminder_id=number, invoice=one, round=1, tier=tier, channel="email", recipient_hash="x"
            )
        )


def test_lateness_counts_from_the_due_date_to_the_last_payment_of_what_is_paid_off(connection: Connection) -> None:
    for number, owner, due_on, paid in (
        ("1", "A", date(2026, 10, 1), (date(2026, 10, 6), date(2026, 10, 11))),
        ("2", "A", date(2026, 10, 1), (date(2026, 9, 29),)),
        ("3", "B", date(2026, 9, 1), (date(2026, 10, 31),)),
        ("4", "B", date(2024, 9, 1), (date(2024, 10, 31),)),
    ):
        bill(connection, number, owner, due_on)
        for day in paid:
            pays(connection, number, owner, day)
    bill(connection, "5", "B", date(2026, 1, 1), is_open=True)
    pays(connection, "5", "B", date(2026, 10, 1))
    assert figures.days_to_pay(connection, YEAR_AGO) == [(2026, 9, 1, -2.0), (2026, 10, 2, 35.0)]
    assert figures.slowest(connection, YEAR_AGO, 5) == [("B", "Name B", 1, 60.0), ("A", "Name A", 2, 4.0)]


def test_a_letter_brought_in_what_came_within_its_days_and_nothing_that_came_before_or_after(
    connection: Connection,
) -> None:
    sent = datetime(2026, 10, 1, 12, tzinfo=UTC)
    for number, paid_on in (("1", 1), ("2", 15), ("3", 16), ("4", None)):
        bill(connection, number, "A", date(2026, 9, 1))
        if paid_on:
            pays(connection, number, "A", date(2026, 10, paid_on))
    bill(connection, "5", "A", date(2026, 9, 1))
    pays(connection, "5", "A", date(2026, 9, 30))
    bill(connection, "6", "A", date(2026, 9, 1))
    pays(connection, "6", "A", date(2026, 10, 5), kind="credit_note")
    said(connection, 1, "A", "gentle", sent, "1", "2", "3", "4", "5", "6")
    said(connection, 2, "A", "firm", sent, "1", state=State.REFUSED.value)
    assert figures.paid_after(connection, datetime(2026, 1, 1, tzinfo=UTC), 14) == [("gentle", 6, 2)]


def test_messages_are_counted_by_month_and_channel_with_their_segments(connection: Connection) -> None:
    sent = ((9, "sms", 2), (9, "sms", 1), (9, "email", None), (10, "email", None))
    for number, (month, channel, segments) in enumerate(sent, 1):
        at = datetime(2026, month, 5, tzinfo=UTC)
        said(connection, number, "A", "gentle", at, channel=channel, segments=segments)
    assert figures.said_by_month(connection, datetime(2026, 1, 1, tzinfo=UTC)) == [
        (2026, 9, "email", 1, 0),
        (2026, 9, "sms", 2, 3),
        (2026, 10, "email", 1, 0),
    ]


def test_replies_count_by_the_most_important_thing_they_said(connection: Connection) -> None:
    for number, kinds in enumerate((["dispute", "question"], ["dispute"], ["ack"], None), 1):
        connection.execute(
            insert(inbound).values(
                inbound_id=number, channel="email", identity=str(number), digest="x", external_id="", received_at=NOW,
                stored_at=NOW, sender="", recipient="", oversize=False, state="understood", attempts=1, kinds=kinds,
            )
        )  # fmt: skip
    assert figures.replies_by_kind(connection, NOW - timedelta(days=1)) == {"dispute": 2, "ack": 1}
    assert figures.replies_by_kind(connection, NOW + timedelta(days=1)) == {}


def test_promises_are_counted_by_how_they_ended(connection: Connection) -> None:
    for number, (due_on, state) in enumerate(((1, "kept"), (2, "kept"), (3, "broken")), 1):
        connection.execute(
            insert(promise).values(
                promise_id=number, customer_id="A", promised_on=date(2026, 10, 1), due_on=date(2026, 10, due_on),
                invoices=[], owed=[], despite=[], made_at=NOW, words="", state=state,
            )
        )  # fmt: skip
    assert figures.promises_by_state(connection, YEAR_AGO) == {"kept": 2, "broken": 1}
