"""`reminderbot letter`: checks the letters, or shows one."""

from __future__ import annotations

import click

from reminderbot.cli.errors import WENT_WRONG
from reminderbot.cli.line import Line
from reminderbot.cli.show import as_json, emit
from reminderbot.cli.words import count, meant
from reminderbot.compose.check import Severity
from reminderbot.compose.render import Letters
from reminderbot.config import Config
from reminderbot.core.beside import TIERS
from reminderbot.core.ladder import Channel, Task, Tier
from reminderbot.desk.letters import SAMPLES, Remark, check_letters, preview
from reminderbot.desk.preview import preview_for
from reminderbot.desk.setup import add_letters
from reminderbot.wiring import rules_of


@click.group("letter")
def letter_command() -> None:
    """Check the letters, or look at one as a customer would get it."""


@letter_command.command("check")
@click.option("--language", help="Letters of this language; else of every one there is.")
@as_json
@click.pass_obj
def check_command(line: Line, language: str | None, as_json: bool) -> None:
    """Check all letters: can they be made for the hardest customers, and are they courteous and complete?

    Ends with 1 where one of them is unfit to send.
    """
    config = line.settings()
    letters = Letters(config.letters.folder)
    remarks = check_letters(letters, rules_of(config).ladders, language or "", config.business)
    if as_json:
        emit([_json(remark) for remark in remarks])
    else:
        _tell(remarks)
    if any(remark.finding.severity is Severity.ERROR for remark in remarks):
        raise SystemExit(WENT_WRONG)


def _tell(remarks: list[Remark]) -> None:
    for remark in remarks:
        finding = remark.finding
        within = ", ".join(filter(None, (remark.channel, remark.language)))
        where = f"{remark.letter} ({within}): " if remark.letter else ""
        words = f" “{finding.words}”" if finding.words else ""
        click.echo(f"{finding.severity.value}: {where}{finding.why}{words}")
        click.echo(f"       {finding.better}{f' (customer: {remark.customer})' if remark.customer else ''}")
    errors = sum(1 for remark in remarks if remark.finding.severity is Severity.ERROR)
    warnings = len(remarks) - errors
    click.echo(
        f"{count(errors, 'error')}, {count(warnings, 'warning')}." if remarks else "All letters are fit to send."
    )


def _json(remark: Remark) -> dict[str, object]:
    finding = remark.finding
    return {
        "language": remark.language,
        "letter": remark.letter,
        "channel": remark.channel,
        "customer": remark.customer,
        "severity": finding.severity,
        "words": finding.words,
        "why": finding.why,
        "better": finding.better,
    }


@letter_command.command("add")
@click.argument("language")
@click.pass_obj
def add_command(line: Line, language: str) -> None:
    """Put the letters we ship in LANGUAGE into your folder; what is there already stays as it is."""
    added = add_letters(line.settings().letters.folder, language)
    for path in added:
        click.echo(path)
    click.echo(
        f"{count(len(added), 'file')} added. Look at them: reminderbot letter preview gentle --language {language}"
    )


@letter_command.command("preview")
@click.argument("tier")
@click.option("--customer", help="One of your own; else a made-up one.")
@click.option(
    "--sample", type=click.Choice([sample.name for sample in SAMPLES]), help="Which made-up customer; else the usual."
)
@click.option("--channel", type=click.Choice([c.value for c in Channel]), default="email", show_default=True)
@click.option("--language", help="The language; else the customer's, or your own.")
@as_json
@click.pass_obj
def preview_command(
    line: Line,
    tier: str,
    customer: str | None,
    sample: str | None,
    channel: str,
    language: str | None,
    as_json: bool,
) -> None:
    """Show the letter of TIER as it would arrive; sends nothing."""
    if customer and sample:
        raise click.UsageError("Write --customer or --sample, not both.")
    config = line.settings()
    chosen, by = _tier(config, tier), Channel(channel)
    if customer:
        with line.house() as house, house.store.reading() as connection:
            text = preview_for(house, connection, chosen, customer, by, language or "")
    else:
        spoken = language or config.business.language
        letters = Letters(config.letters.folder)
        text = preview(letters, chosen, spoken, config.business, by, sample or SAMPLES[0].name)
    if as_json:
        emit({"tier": chosen.name, "channel": by, "text": text})
    else:
        click.echo(text)


def _tier(config: Config, name: str) -> Tier:
    tiers = [tier for ladder in reversed(rules_of(config).ladders) for tier in ladder.tiers]
    known = {tier.name: tier for tier in (*tiers, *TIERS) if tier.task is not Task.REVIEW}
    if name not in known:
        near = meant(name, known) or f" There are {', '.join(known)}."
        raise click.UsageError(f"There is no tier '{name}' with a letter.{near}")
    return known[name]
