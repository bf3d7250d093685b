"""Tells systemd how the service is doing (sd_notify(3)); says nothing where no systemd listens."""

from __future__ import annotations

import os
import socket


def notify(*lines: str) -> None:
    """Send lines such as "READY=1" or "STATUS=..." to the service manager."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        # A manager that does not listen must not keep us from working, and least of all from ending.
        channel.setblocking(False)
        try:
            channel.sendto("\n".join(lines).encode(), address)
        except OSError:
            # It went away, or has more waiting than it takes; the work goes on.
            return


def watchdog_seconds() -> float | None:
    """How often the service manager wants a sign of life, halved as it advises; None where it wants none."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    return int(microseconds) / 2_000_000 if microseconds.isdigit() and int(microseconds) > 0 else None
