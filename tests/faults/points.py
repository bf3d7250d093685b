"""Every side effect of a process as a place where it may die.

Before and after each commit, fsync, rename, connect, write and read. `arm(n)` lets the process end, as hard as by
SIGKILL, at the n-th of them; `arm(None)` only counts.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

# What a shell reports of a process that was ended by SIGKILL.
KILLED = 137


class Points:
    """Counts the places passed, and ends the process at one of them."""

    def __init__(self, dies_at: int | None) -> None:
        self._dies_at = dies_at
        self.passed: list[str] = []

    def here(self, name: str) -> None:
        """One place."""
        self.passed.append(name)
        if len(self.passed) == self._dies_at:
            os._exit(KILLED)

    def around(self, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        """`act` with a place before it and one after it."""

        def acting(*arguments: Any, **options: Any) -> Any:
            self.here(f"before {name}")
            result = act(*arguments, **options)
            self.here(f"after {name}")
            return result

        return acting


def arm(dies_at: int | None) -> Points:
    """Put the places into this process; it is meant to be one that is forked for this and ends soon."""
    points = Points(dies_at)
    for module, names in ((os, ("fsync", "replace", "rename", "link", "unlink", "write")),):
        for name in names:
            setattr(module, name, points.around(name, getattr(module, name)))
    for name in ("connect", "send", "sendall", "recv", "recv_into", "close"):
        method = getattr(socket.socket, name)
        setattr(socket.socket, name, points.around(name, method))
    DefaultDialect.do_commit = points.around("commit", DefaultDialect.do_commit)  # type: ignore[method-assign]  # where every commit passes
    return points
