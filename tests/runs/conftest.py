"""The same small world on each store that an installation may have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stories.world import World

Make = Callable[..., World]


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """A fresh store, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return "sqlite:///state/reminderbot.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def make_world(tmp_path: Path, store_url: str) -> Iterator[Make]:
    """Makes worlds on that store; its time stands at Monday 8 March 2027, ten in the morning, letters being due."""
    made: list[World] = []

    def make(*customers: str, start: str = "2027-03-01 08:00", **options: Any) -> World:
        world = World(tmp_path / f"world{len(made)}", start, url=store_url, **options)
        made.append(world)
        for number, name in enumerate(customers):
            world.invoice(f"INV-{number}", name, "2027-03-05")
        world.begin()
        world.clock.move_to(world.clock.now().replace(day=8, hour=10))
        world.export()
        world.take_ledger()
        world.look()
        world.plan()
        return world

    yield make
    for world in made:
        world.close()
