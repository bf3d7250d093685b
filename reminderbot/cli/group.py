"""The table of all commands. `--help` shows it without importing any of them."""

from __future__ import annotations

import importlib
import os
import sys

import click

# (name, module of this package, one line of help), as `--help` lists them.
COMMANDS = {
    "Setting up": (
        ("init", "setup", "Make a folder with settings, letters and an empty ledger."),
        ("check", "check", "Prove settings, letters, store, mail, texts and ledger, with a cure for each fault."),
        ("oauth", "oauth", "Sign in at Google, Microsoft or another provider, for mail without a password."),
        ("letter", "letters", "Check the letters, or look at one."),
        ("migrate", "migrate", "Bring an older store to the shape this version needs."),
        ("demo", "demo", "See the whole product at work on this machine, with invented customers."),
    ),
    "Running": (
        ("import", "ledger", "Take in the ledger: customers, invoices, payments."),
        ("plan", "plan", "Show what would be sent to whom and when, and who is waiting; sends nothing."),
        ("simulate", "simulate", "What other settings would change, customer by customer; sends nothing."),
        ("go-live", "sending", "Let this installation send, as far as its settings allow."),
        ("approve", "sending", "Say yes to reminders that wait for one."),
        ("stop", "stop", "Stop all sending at once."),
        ("run", "run", "Work as a daemon, or with --once do everything a single time."),
        ("backup", "backup", "Copy the store and what belongs to it, while all goes on."),
        ("status", "status", "How things stand: what may leave, what waits, what is wrong."),
    ),
    "The desk": (
        ("user", "users", "Who may sign in at the desk: add, invite, list, role, close."),
        ("why", "why", "Why a customer was, or was not, reminded."),
        ("case", "cases", "What waits for a person: list, show, answer, settle, resolve."),
        ("calls", "calls", "Whom to telephone, when in their day, why, and what to keep in mind."),
        ("inbox", "inbox", "Messages that could not be read: list, retry."),
        ("uncertain", "uncertain", "Reminders that may not have arrived: list, arrived, resend."),
        ("hold", "holds", "Pause the reminders of a customer or an invoice."),
        ("release", "holds", "Lift a hold."),
        ("parked", "parked", "Old debts that wait since they were first seen: list, begin."),
        ("prefer", "prefer", "Settle for one customer: language, texts, ladder, who takes care of them."),
        ("paid", "payments", "Note that an invoice was paid."),
        ("promise", "promises", "Note a customer's word to pay by a day."),
        ("instalments", "instalments", "Agree on payment in instalments: offer, agree, change, end, list."),
        ("hand-over", "handover", "Give it to an agency or a lawyer, or write it off: everything here stops."),
        ("take-back", "handover", "Take back what was handed over; reminders go on gently."),
        ("file", "file", "Make a customer's case file for an agency or a lawyer, or --verify one."),
        ("statement", "statement", "A customer's open items, payments and balance; as a PDF with --pdf."),
        ("report", "report", "What is owed and how old it is, promises, cases, messages."),
        ("forecast", "forecast", "What money the next weeks are expected to bring, and how far off that was before."),
        ("journal", "journal", "Everything that was decided, sent, heard and done, line by line."),
    ),
    "For programs": (("classify", "classify", "Understand replies: JSON lines in, JSON lines out."),),
}
_WIDEST = 100
_MODULES = {name: module for family in COMMANDS.values() for name, module, _ in family}


class LazyGroup(click.Group):
    """Finds a command by importing its module, and ends every error in plain sentences."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  (click's signature)
        if cmd_name not in _MODULES:
            return None
        module = importlib.import_module(f"reminderbot.cli.{_MODULES[cmd_name]}")
        found = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _MODULES and not args[0].startswith("-"):
            from reminderbot.cli.words import meant

            raise click.UsageError(f"There is no command '{args[0]}'.{meant(args[0], _MODULES)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  (click's signature)
        for family, rows in COMMANDS.items():
            with formatter.section(family):
                formatter.write_dl([(name, told) for name, _, told in rows])

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            from reminderbot.cli.errors import tell
            from reminderbot.cli.line import Line

            ctx.exit(tell(error, ctx.ensure_object(Line)))


def _show_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from reminderbot import __version__

        click.echo(f"reminderbot {__version__}")
        ctx.exit()


def _width() -> int:
    """How wide help is written; asked here because click would import much only to ask."""
    try:
        return max(40, min(os.get_terminal_size(sys.__stdout__.fileno()).columns, _WIDEST)) if sys.__stdout__ else 80
    except (OSError, ValueError):
        return 80


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "terminal_width": _width()})
@click.option(
    "--config",
    "-c",
    metavar="FILE",
    help="The settings; else $REMINDERBOT_CONFIG, ./config.toml or /etc/reminderbot/config.toml.",
)
@click.option("--debug", is_flag=True, help="Show the details of a mistake in reminderbot itself.")
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_show_version, help="Show it.")
@click.pass_context
def cli(ctx: click.Context, config: str | None, debug: bool) -> None:
    """Asks courteously for the money a small business is owed, and falls silent when a person is needed."""
    from reminderbot.cli.line import Line

    line = ctx.ensure_object(Line)
    line.config = config or line.config
    line.debug = debug
    if debug:
        from reminderbot.logs import configure

        configure(sys.stderr, debug=True)
