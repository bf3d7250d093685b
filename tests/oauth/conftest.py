"""What the tests of signing in share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.oauth import Provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider at which the owner has signed in."""
    with Provider() as made:
        yield made
