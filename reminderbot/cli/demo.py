"""`reminderbot demo`: the whole product at work on this machine."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import click

from reminderbot.cli.errors import WENT_WRONG


@click.command("demo")
@click.option("--fast", is_flag=True, help="Without pauses.")
@click.option(
    "--letters",
    type=click.Path(path_type=Path),
    help="The folder for the letters as they were received; demo-letters without this.",
)
@click.option("--folder", type=click.Path(path_type=Path), help="Keep the demo's installation in this new folder.")
def demo_command(fast: bool, letters: Path | None, folder: Path | None) -> None:
    """See the whole product at work: real servers on this machine, invented customers, a clock that runs fast.

    It sends nothing to anybody outside this machine.
    """
    missing = [name for name in ("aiosmtpd", "pymap") if importlib.util.find_spec(name) is None]
    if missing:
        click.echo(f'The demo needs {" and ".join(missing)}: pip install "reminderbot[demo]"', err=True)
        raise SystemExit(WENT_WRONG)
    show = importlib.import_module("reminderbot.demo.show")
    main: Callable[..., int] = show.main
    raise SystemExit(main(fast=fast, folder=folder, letters=letters))
