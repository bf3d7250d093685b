"""An installation with the sample's three customers, for the pages of the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reminderbot.clock import SteppedClock
from reminderbot.config import load_config
from reminderbot.desk.setup import create_installation
from reminderbot.house import House
from reminderbot.wiring import build_house

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    create_installation(tmp_path / "shop", {}, sample_on=datetime(2026, 11, 20, tzinfo=UTC).date())
    built = build_house(load_config(tmp_path / "shop" / "config.toml", {}), SteppedClock(NOW))
    yield built
    built.ending.set()
    built.store.close()
