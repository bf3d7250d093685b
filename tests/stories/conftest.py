"""A world for each story."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stories.world import World


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Makes worlds, and tidies them up."""
    made: list[World] = []

    def make(start: str = "2027-03-01 08:00", **options: Any) -> World:
        made.append(World(tmp_path / f"world{len(made)}", start, **options))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A business in live mode on Monday 1 March 2027, 08:00 in London."""
    return make_world()
