"""Pushes a few words to a service that the owners chose, by apprise in a child process.

A child of its own for each: apprise takes a second to load and keeps 17 MB, its log may name tokens, and a service that
drips would hold us for ever.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import msgspec

from reminderbot.channels.push_child import Request
from reminderbot.core.notice import Pushed

# apprise itself gives a server four seconds to connect and four for each piece of its answer.
PATIENCE = 20.0
# What the child needs of our environment: its way out, whom to trust, and no secret.
_KEPT = (
    "PATH", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "HOME", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE",
    "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
)  # fmt: skip


class Push:
    """One place where the owners listen; `name` tells it from others without showing its address."""

    def __init__(self, name: str, address: str, patience: float = PATIENCE) -> None:
        self.name = name
        # The last words found nobody; it was said in the log.
        self.failing = False
        self._address, self._patience = address, patience

    @property
    def service(self) -> str:
        """Which service it is; the rest of the address may be a secret."""
        found = re.match(r"([A-Za-z0-9]{1,16})://", self._address)
        return found[1].lower() if found else "?"

    def push(self, title: str, words: str) -> Pushed:
        """Hand the words over."""
        return self._ask(Request(self._address, title, words))

    def look(self) -> Pushed:
        """Whether the address is one of a known service; nothing is pushed."""
        return self._ask(Request(self._address))

    def _ask(self, request: Request) -> Pushed:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "reminderbot.channels.push_child"],
                input=msgspec.json.encode(request),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
                timeout=self._patience,
                check=False,
                start_new_session=True,
            )
            return Pushed(done.stdout.decode("ascii", "replace"))
        except (OSError, subprocess.TimeoutExpired, ValueError):
            return Pushed.FAILED
