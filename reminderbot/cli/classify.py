"""`reminderbot classify`: understands replies, one JSON line in, one JSON line out."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator

import click


@click.command("classify")
def classify_command() -> None:
    """Read one reply a line as JSON from standard input, write what it means a line as JSON; see docs/replies.md.

    It needs no settings, store or network, and no line stops the rest.
    """
    from reminderbot.replies.classify import classify_line

    out = sys.stdout
    waits = not _is_file(sys.stdin.fileno()) if hasattr(sys.stdin, "fileno") else True
    for line in _lines():
        out.write(json.dumps(classify_line(line), ensure_ascii=False) + "\n")
        if waits:
            # Somebody may be waiting for this very answer.
            out.flush()
    out.flush()


def _lines() -> Iterator[str]:
    """The lines that hold anything; bytes that are not UTF-8 spoil their own line only."""
    for raw in sys.stdin.buffer:
        text = raw.decode("utf-8-sig", "replace").strip()
        if text:
            yield text


def _is_file(handle: int) -> bool:
    return stat.S_ISREG(os.fstat(handle).st_mode)
