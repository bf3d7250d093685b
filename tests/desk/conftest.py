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


def reminded(folder: Path) -> World:
    """Acme was reminded of two invoices on Monday 8 March 2027 at ten; nothing has been heard yet."""
    made = World(folder, sms=True)
    made.customer(
        "ACME", phone="+447700900123", sms_consent="yes", sms_consent_on="2027-01-05", sms_consent_how="signed form"
    )
    made.invoice("INV-1", "ACME", "2027-03-04").invoice("INV-2", "ACME", "2027-03-04").begin()
    made.at("2027-03-08 10:00")
    return made


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A story of its own."""
    made = reminded(tmp_path / "world")
    yield made
    made.close()
