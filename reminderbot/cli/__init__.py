"""The command line: one module a family of commands, each imported only when it is called."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from reminderbot.cli.group import LazyGroup, cli

__all__ = ["LazyGroup", "cli", "main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process: with 0 well, 1 something is wrong, 2 something was asked wrongly."""
    _mend_streams()
    cli.main(arguments, prog_name="reminderbot")


def _mend_streams() -> None:
    """Let a command work where a stream was closed before it began, or cannot write every letter there is."""
    # Lowest first: a file opened later must not get a standard stream's number.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        # As names, so that a tick and a cross stay two things in Latin-1.
        sys.stdout.reconfigure(errors="namereplace")
