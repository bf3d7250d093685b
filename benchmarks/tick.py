"""A tick of the planning run over a store of 1,000,000 open invoices, of which 500 are due."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from benchmarks.installation import NOW, build, fill
from benchmarks.measure import Goal, Result, Row, progress, seconds, spread
from reminderbot.clock import SteppedClock
from reminderbot.core.dunning import decide
from reminderbot.house import House
from reminderbot.runs.plan import plan_once
from reminderbot.store.tables import customer, outbox

INVOICES = 1_000_000
DUE = 500
ROUNDS = 7
IDLE = 50

# Everything that a decision starts from, for those whose time has come, by index alone.
_BARE = """
SELECT * FROM customer JOIN invoice ON invoice.customer_id = customer.customer_id AND invoice.is_open
WHERE customer.next_review_at <= ? ORDER BY customer.next_review_at
"""


def measure(folder: Path) -> list[Result]:
    house = build(folder, clock=SteppedClock(NOW))
    progress(f"tick: writing {INVOICES:,} invoices into a store")
    fill(house, 1)
    _multiply(folder / "state" / "reminderbot.db")
    raw = sqlite3.connect(folder / "state" / "reminderbot.db", isolation_level=None)
    _round(house, raw, 0)
    rounds = []
    for number in range(1, ROUNDS + 1):
        progress(f"tick: round {number} of {ROUNDS}")
        rounds.append(_round(house, raw, number))
    idle = [seconds(lambda: plan_once(house)) * 1000 for _ in range(IDLE)]
    raw.close()
    house.store.close()
    return [_tick(rounds), Row("tick", "when nothing is due", tuple(idle), "the whole run", Goal(2), "ms")]


def _tick(rounds: Sequence[tuple[float, float, float]]) -> Row:
    ticks, bare, thinking = ([figure * 1000 for figure in column] for column in zip(*rounds, strict=True))
    beside = f"tick {spread(ticks, 1)} ms, bare query {spread(bare, 1)} ms, {DUE} decisions {spread(thinking, 1)} ms"
    rest = tuple((tick - thought) / query for tick, query, thought in zip(ticks, bare, thinking, strict=True))
    what = f"{DUE} due of {INVOICES:,}: the tick without its decisions, against the bare query"
    return Row("tick", what, rest, beside, Goal(3))


def _multiply(path: Path) -> None:
    """Make of the one customer and invoice in the store as many as wanted; nobody is due."""
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA synchronous = OFF")
    raw.execute("PRAGMA cache_size = -200000")
    raw.execute("BEGIN")
    later = (NOW + timedelta(days=3)).replace(tzinfo=None).isoformat(" ", "microseconds")
    changes = {
        "customer": {"customer_id": "printf('C%07d', n)", "email": "printf('customer%d@example.com', n)",
                     "phone": "printf('+4420%08d', 71000000 + n)", "next_review_at": f"'{later}'"},
        "invoice": {"number": "printf('INV-%07d', n)", "customer_id": "printf('C%07d', n)"},
    }  # fmt: skip
    for table, changed in changes.items():
        names = [row[1] for row in raw.execute(f"PRAGMA table_info({table})")]
        values = ", ".join(changed.get(name, f'"{name}"') for name in names)
        raw.execute(
            f"WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < {INVOICES - 1})"
            f" INSERT INTO {table} SELECT {values} FROM many, (SELECT * FROM {table} LIMIT 1)"
        )
    raw.execute("UPDATE customer SET next_review_at = ?", (later,))
    raw.execute("COMMIT")
    raw.execute("ANALYZE")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()


def _round(house: House, raw: sqlite3.Connection, number: int) -> tuple[float, float, float]:
    """Seconds of the tick, of the bare query for its rows, and of the decisions alone."""
    now = house.clock.now()
    ids = [f"C{place:07}" for place in range(number, INVOICES, INVOICES // DUE)][:DUE]
    with house.store.writing() as connection:
        due = update(customer).where(customer.c.customer_id.in_(ids))
        connection.execute(due.values(next_review_at=now - timedelta(minutes=1)))
    moment = now.replace(tzinfo=None).isoformat(" ", "microseconds")
    bare = min(seconds(lambda: _all(raw, moment, DUE)) for _ in range(3))
    with house.store.reading() as connection:
        before = connection.execute(select(func.count()).select_from(outbox)).scalar_one()
        facts = house.gatherer.gather(connection, ids, now)
    thinking = seconds(lambda: [decide(known, house.rules, now) for known in facts.values()])
    tick = seconds(lambda: _plan(house))
    with house.store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(outbox)).scalar_one() == before + DUE
    return tick, bare, thinking


def _all(raw: sqlite3.Connection, moment: str, count: int) -> None:
    assert len(raw.execute(_BARE, (moment,)).fetchall()) == count


def _plan(house: House) -> None:
    while plan_once(house):
        pass
