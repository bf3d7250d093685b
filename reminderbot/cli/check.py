"""`reminderbot check`: proves that this installation can do its work."""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from reminderbot.cli.errors import WENT_WRONG
from reminderbot.cli.line import Line
from reminderbot.cli.show import as_json, emit, say
from reminderbot.config import Config, ConfigMistakes, without_effect
from reminderbot.desk.check import Finding, Verdict, check
from reminderbot.store.session import StoreUnusable

_COLOURS = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "red"}


@click.command("check")
@as_json
@click.pass_obj
def check_command(line: Line, as_json: bool) -> None:
    """Prove settings, letters, store, mail, texts, clock and ledger; sends nothing.

    Every fault comes with its cure, and the rest is tried all the same. Ends with 1 where anything fails.
    """
    failed = False
    found: list[Finding] = []
    for finding in _findings(line):
        failed |= finding.verdict is Verdict.FAIL
        found.append(finding)
        if not as_json:
            _tell(finding)
    if as_json:
        emit([{"about": f.about, "verdict": f.verdict, "what": f.what, "cure": f.cure} for f in found])
    if failed:
        raise SystemExit(WENT_WRONG)


def _tell(finding: Finding) -> None:
    click.secho(f"{finding.verdict.value:4}", fg=_COLOURS[finding.verdict], nl=False)
    # A server may have said anything.
    say(f"  {finding.about}: {finding.what}")
    if finding.cure:
        say(f"        {finding.cure}")


def _findings(line: Line) -> Iterator[Finding]:
    config, with_secrets = None, True
    try:
        config = line.settings(with_secrets=True)
    except ConfigMistakes as error:
        for mistake in error.mistakes:
            yield Finding("settings", Verdict.FAIL, mistake)
        with contextlib.suppress(ConfigMistakes):
            # Where only passwords are missing, all the rest is tried.
            config, with_secrets = line.settings(), False
    if config is None:
        return
    told = f"{config.path}, mode {config.mode.value}, {len(config.ladder.tiers)} tiers"
    yield Finding("settings", Verdict.OK, told)
    for what, cure in without_effect(config):
        yield Finding("settings", Verdict.WARN, what, cure)
    yield from _with_house(config, line, with_secrets=with_secrets)


def _with_house(config: Config, line: Line, *, with_secrets: bool) -> Iterator[Finding]:
    from reminderbot.wiring import build_house

    try:
        house = build_house(config, line.clock)
    except StoreUnusable as error:
        yield Finding("store", Verdict.FAIL, str(error))
        yield from _without_store(config, line, with_secrets=with_secrets)
        return
    try:
        yield from check(house, with_secrets=with_secrets)
    finally:
        house.store.close()


def _without_store(config: Config, line: Line, *, with_secrets: bool) -> Iterator[Finding]:
    """Everything else is tried all the same, with an empty store that is thrown away."""
    from reminderbot.wiring import build_house

    with tempfile.TemporaryDirectory() as folder:
        elsewhere = dataclasses.replace(config.store, url="sqlite://", folder=Path(folder))
        house = build_house(dataclasses.replace(config, store=elsewhere), line.clock)
        try:
            yield from check(house, with_store=False, with_secrets=with_secrets)
        finally:
            house.store.close()
