"""The command line: one module a family of commands, each imported only when it is called."""

from __future__ import annotations

from collections.abc import Sequence

from reminderbot.cli.group import LazyGroup, cli

__all__ = ["LazyGroup", "cli", "main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process: with 0 well, 1 something is wrong, 2 something was asked wrongly."""
    cli.main(arguments, prog_name="reminderbot")
