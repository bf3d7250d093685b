"""What the tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.installation import Installation


@pytest.fixture
def shop(tmp_path: Path) -> Installation:
    """Two customers, each a little late; nothing taken in yet."""
    return Installation(tmp_path / "shop")
