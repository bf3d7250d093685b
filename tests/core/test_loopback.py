"""Which hosts are this machine itself."""

from __future__ import annotations

import pytest

from reminderbot.core.loopback import is_loopback


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "::1"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "localhost.example", "mail.example.com", "10.0.0.1", "0.0.0.0", "128.0.0.1"])
def test_another_machine(host: str) -> None:
    assert not is_loopback(host)
