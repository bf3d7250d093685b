"""Customer-years a second on one core, foreseen and lived by the whole program; and a plan of 90 days."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.installation import NOW, build, fill
from benchmarks.measure import Goal, Result, Row, progress, spread
from reminderbot.clock import SteppedClock
from reminderbot.core.dunning import decide
from reminderbot.desk.outlook import outlook
from reminderbot.house import House

CUSTOMERS = 10_000
DAYS = 90
ROUNDS = 3
# A sample whose decisions the whole is measured against.
SAMPLE = 500
# Businesses that are lived, with mail, texts, answers, faults and a desk.
SEEDS = (3, 6)


def measure(folder: Path) -> list[Result]:
    house = build(folder, clock=SteppedClock(NOW))
    progress(f"simulate: {CUSTOMERS:,} customers")
    fill(house, CUSTOMERS)
    rounds = []
    for number in range(1, ROUNDS + 1):
        progress(f"simulate: plan {number} of {ROUNDS}")
        rounds.append((_core_seconds(lambda: _look(house)), _decision(house)))
    house.store.close()
    plans = tuple(plan for plan, _ in rounds)
    decisions = tuple(plan / CUSTOMERS / one for plan, one in rounds)
    years = tuple(CUSTOMERS * DAYS / 365 / plan for plan in plans)
    what = f"plan --days {DAYS} over {CUSTOMERS:,} customers"
    beside = f"one decision {spread([one * 1e6 for _, one in rounds])} µs"
    return [
        Row("simulate", what, plans, "seconds of one core", Goal(10), "s"),
        Row("simulate", "the same a customer, against one decision about one", decisions, beside, Goal(30)),
        Row("simulate", "customer-years foreseen a second", years, "one core", None, "a second"),
        _lived(),
    ]


def _look(house: House) -> None:
    with house.store.reading() as connection:
        seen = outlook(house, connection, DAYS)
    assert len(seen.messages) > CUSTOMERS


def _decision(house: House) -> float:
    """Seconds of one decision, the median customer's."""
    with house.store.reading() as connection:
        facts = house.gatherer.gather(connection, [f"C{number:07}" for number in range(SAMPLE)], NOW)
    return (
        min(_core_seconds(lambda: [decide(one, house.rules, NOW) for one in facts.values()]) for _ in range(3)) / SAMPLE
    )


def _lived() -> Row:
    from tests.simulate.run import simulate

    figures = []
    for seed in SEEDS:
        progress(f"simulate: living business {seed}")
        began = time.process_time()
        run = simulate(seed)
        figures.append(run.years / (time.process_time() - began))
    return Row(
        "simulate", "customer-years lived a second by the whole program", tuple(figures), "one core", None, "a second"
    )


def _core_seconds(work: Callable[[], object]) -> float:
    """What it takes of a core, whatever else the machine does."""
    began = time.process_time()
    work()
    return time.process_time() - began
