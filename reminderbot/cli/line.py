"""What every command is handed: where the settings are, and how to open the installation they describe."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from reminderbot.clock import Clock
    from reminderbot.config import Config
    from reminderbot.house import House

_SYSTEM_CONFIG = "/etc/reminderbot/config.toml"


@dataclass
class Line:
    """One call of the command line; tests hand in a clock of their own."""

    config: str | None = None
    debug: bool = False
    clock: Clock | None = None
    # None: look whether somebody sits at the terminal.
    can_ask: bool | None = None
    # Known once the settings were read.
    folder: Path | None = None

    @property
    def config_file(self) -> Path:
        """The settings file that counts."""
        from pathlib import Path

        named = self.config or os.environ.get("REMINDERBOT_CONFIG")
        if named:
            return Path(named)
        here, system = Path("config.toml"), Path(_SYSTEM_CONFIG)
        return system if system.exists() and not here.exists() else here

    @property
    def at_terminal(self) -> bool:
        """Whether somebody can be asked."""
        import sys

        return sys.stdin.isatty() if self.can_ask is None else self.can_ask

    def confirmed(self, question: str, *, yes: bool) -> bool:
        """Whether a person agrees; Refused where nobody can be asked and nobody said --yes."""
        if yes:
            return True
        import click

        from reminderbot.desk.refusal import Refused

        if not self.at_terminal:
            raise Refused(f"{question} There is no terminal to answer at: add --yes if so. Nothing was changed.")
        return click.confirm(question)

    def settings(self, *, with_secrets: bool = False) -> Config:
        """The settings; passwords only where a command connects to somebody or the store needs its own."""
        from reminderbot.config import load_config

        found = load_config(self.config_file, os.environ, with_secrets=with_secrets)
        if not with_secrets and not found.store.url.startswith("sqlite"):
            found = load_config(self.config_file, os.environ)
        self.folder = found.store.folder
        return found

    @contextmanager
    def house(self, *, with_secrets: bool = False) -> Iterator[House]:
        """The installation, closed again at the end."""
        from reminderbot.wiring import build_house

        house = build_house(self.settings(with_secrets=with_secrets), self.clock)
        try:
            yield house
        finally:
            house.store.close()


def actor() -> str:
    """Who sits at the keyboard: the name of the system's user."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container's user may have a number and no name.
        return f"user {os.getuid()}"
