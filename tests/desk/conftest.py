"""What the tests of the desk share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation
from tests.stories.world import World


@pytest.fixture
def shop(tmp_path: Path) -> Installation:
    """Two customers, each a little late; nothing taken in yet."""
    return Installation(tmp_path / "shop")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Acme was reminded of two invoices on Monday 8 March 2027 at ten; nothing has been heard yet."""
    made = World(tmp_path / "world", sms=True)
    made.customer(
        "ACME", phone="+447700900123", sms_consent="yes", sms_consent_on="2027-01-05", sms_consent_how="signed form"
    )
    made.invoice("INV-1", "ACME", "2027-03-04").invoice("INV-2", "ACME", "2027-03-04").begin()
    made.at("2027-03-08 10:00")
    yield made
    made.close()
