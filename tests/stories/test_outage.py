"""After an outage of any length nobody hears twice in a day, and what was missed is not made up for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from tests.stories.world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LADDER = ["heads-up", "gentle", "check-in", "options", "firm", "call", "last", "review"]
# Due dates by customer: in the middle of the ladder, at its beginning, with several invoices, and not due for long.
LEDGERS: dict[str, Mapping[str, tuple[str, ...]]] = {
    "mixed": {"MID": ("2027-02-20",), "NEW": ("2027-03-16",), "MANY": ("2027-02-25", "2027-03-10", "2027-03-19")},
    "future": {f"F{n}": (f"2027-{4 + n:02}-10",) for n in range(4)},
    "old": {f"O{n}": (f"2026-12-{10 + n}",) for n in range(4)},
}


@pytest.mark.parametrize("ledger", LEDGERS)
@pytest.mark.parametrize("outage", [HOUR, 7 * HOUR, DAY, 3 * DAY, 10 * DAY, 45 * DAY, 180 * DAY, 365 * DAY])
def test_the_first_day_after_an_outage_is_like_any_other(tmp_path: Path, outage: timedelta, ledger: str) -> None:
    world = World(tmp_path / "world", "2027-03-01 08:00", sending="max_per_hour = 3")
    for name, dates in LEDGERS[ledger].items():
        for number, due in enumerate(dates):
            world.invoice(f"{name}-{number}", name, due)
    world.begin()
    world.until("2027-03-18", "10:00", step=6)
    stood = {number: sent.tier for sent in world.sent for number in sent.lists}
    world.clock.advance(outage)
    world.restart()
    before, hours = len(world.sent), []
    for _ in range(12):
        hours.append(len(world.tick()))
        world.clock.advance(2 * HOUR)
    after = world.sent[before:]
    assert max(Counter(sent.to for sent in after).values(), default=0) <= 1
    assert max(hours) <= 3
    for sent in after:
        # The next step of the furthest of its invoices, or the first that is left where none was taken.
        furthest = max((LADDER.index(stood[n]) for n in sent.lists if n in stood), default=-1)
        assert LADDER.index(sent.tier) <= max(furthest + 1, LADDER.index("gentle"))
    world.close()
