"""`reminderbot run`: the daemon, or every run a single time."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from reminderbot.cli.line import Line
from reminderbot.compose.proof import prove_headers
from reminderbot.house import House


@click.command("run")
@click.option("--once", is_flag=True, help="Do everything a single time and end; status 0 only if all went well.")
@click.pass_obj
def run_command(line: Line, once: bool) -> None:
    """Work as a daemon until SIGTERM; SIGHUP reads the settings again, SIGUSR2 stops all sending.

    With --once: read the ledger and the inboxes, plan, send what is due, and end.
    """
    prove_headers()
    with _to_ourselves():
        if once:
            _once(line)
        from reminderbot.daemon import run_forever
        from reminderbot.logs import configure

        configure(sys.stderr, debug=line.debug, journal="JOURNAL_STREAM" in os.environ)
        ready = [_built(line)]
        _hand_over_the_key(ready[0])
        # What was built for the first start is not built again for it.
        raise SystemExit(run_forever(lambda: ready.pop() if ready else _built(line)))


@contextmanager
def _to_ourselves() -> Iterator[None]:
    """What is written meanwhile is for our own eyes, and memory, which holds the passwords, is never dumped (S18)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _hand_over_the_key(house: House) -> None:
    """Where nobody can sign in at the desk yet: a link for whoever sits here, else how to get one.

    A service's output is kept where others may read it, so no link is printed there.
    """
    from reminderbot.cli.users import first_owner

    if told := first_owner(house, at_terminal=sys.stdout.isatty()):
        click.echo(told)


def _once(line: Line) -> None:
    from reminderbot.once import run_once

    with line.house(with_secrets=True) as house:
        with _ends_in_order(house):
            status = run_once(house, click.echo)
        raise SystemExit(status)


@contextmanager
def _ends_in_order(house: House) -> Iterator[None]:
    """SIGTERM and Ctrl-C let the message on the wire be finished; what is not on it stays planned."""
    before = {
        number: signal.signal(number, lambda *_: house.ending.set()) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _built(line: Line) -> House:
    from reminderbot.wiring import build_house

    return build_house(line.settings(with_secrets=True), line.clock)
