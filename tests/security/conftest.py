"""Stores to attack."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reminderbot.store.session import Store, open_store
from tests.installation import Installation


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A new store, on each of the two databases."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'store.db'}" if sqlite else request.getfixturevalue("postgres_url")
    made = open_store(url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def shop(tmp_path: Path) -> Installation:
    """Two customers, each a little late; nothing taken in yet."""
    return Installation(tmp_path / "shop")
