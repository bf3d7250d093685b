"""`reminderbot init`: makes a folder with everything a new installation needs."""

from __future__ import annotations

from pathlib import Path

import click

from reminderbot.cli.kinds import FOLDER
from reminderbot.cli.line import Line
from reminderbot.clock import SystemClock
from reminderbot.desk.refusal import Refused
from reminderbot.desk.setup import Question, create_installation, mistake_in, questions

_QUESTIONS = questions()


def _options(command: click.Command) -> click.Command:
    for question in _QUESTIONS:
        flag = f"--{question.key.replace('_', '-')}"
        command.params.append(click.Option([flag, question.key], help=f"{question.prompt}."))
    return command


@_options
@click.command("init")
@click.argument("folder", type=FOLDER, metavar="DIR")
@click.option("--yes", is_flag=True, help="Ask nothing: what no option names takes the example's value.")
@click.option("--sample", is_flag=True, help="Put three invented customers into the ledger, to try it out.")
@click.pass_obj
def init_command(line: Line, /, folder: Path, yes: bool, sample: bool, **given: str | None) -> None:
    """Make DIR with settings, letters, an empty ledger and a place for state, asking what it needs.

    Nothing is sent by it: the mode is draft.
    """
    answers = {key: value for key, value in given.items() if value is not None}
    if not yes:
        answers |= _asked(line, [question for question in _QUESTIONS if question.key not in answers])
    today = (line.clock or SystemClock()).now().date()
    create_installation(folder, answers, sample_on=today if sample else None)
    click.echo(f"{folder} is ready. Nothing is sent: the mode is draft. Next:")
    steps = (
        f"cd {folder}",
        "look through config.toml; passwords go into .env",
        "export your books into ledger/ (customers.csv, invoices.csv, payments.csv)" if not sample else "",
        "reminderbot check",
        "reminderbot import",
        "reminderbot plan",
        "reminderbot run --once    (writes the letters it would send into state/letters-dry-run)",
    )
    for step in filter(None, steps):
        click.echo(f"  {step}")


def _asked(line: Line, wanted: list[Question]) -> dict[str, str]:
    if wanted and not line.at_terminal:
        flags = ", ".join(f"--{question.key.replace('_', '-')}" for question in wanted)
        raise Refused(f"There is no terminal to ask at: write {flags}, or --yes for the example's values.")
    return {question.key: _answer(question) for question in wanted}


def _answer(question: Question) -> str:
    while True:
        answer: str = click.prompt(question.prompt, default=question.default)
        mistake = mistake_in(question.key, answer)
        if mistake is None:
            return answer
        click.echo(mistake)
