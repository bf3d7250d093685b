"""What the service manager is told, and that it can keep nobody from working."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from reminderbot.systemd import notify, watchdog_seconds


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    """A service manager that listens only when it is asked to."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.bind(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    return made


def test_lines_are_sent_together(manager: socket.socket) -> None:
    with manager:
        notify("READY=1", "STATUS=live mode")
        assert manager.recv(100) == b"READY=1\nSTATUS=live mode"


def test_a_manager_that_does_not_listen_keeps_nobody_waiting(manager: socket.socket) -> None:
    with manager:
        began = time.monotonic()
        for _ in range(2_000):
            notify("WATCHDOG=1")
        assert time.monotonic() - began < 5


def test_without_a_manager_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")


@pytest.mark.parametrize(("told", "seconds"), [("120000000", 60.0), ("0", None), ("", None), ("soon", None)])
def test_a_sign_of_life_is_given_twice_as_often_as_asked(
    told: str, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", told)
    assert watchdog_seconds() == seconds
