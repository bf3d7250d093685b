"""What a person reads when something went wrong: plain sentences and a cure, never a traceback.

Exit status 2 means that something was asked or written wrongly, 1 that something is wrong with the world or with us.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reminderbot.cli.line import Line

ASKED_WRONGLY = 2
WENT_WRONG = 1


def tell(error: Exception, line: Line) -> int:
    """Say on standard error what went wrong; gives the exit status."""
    known = _sentences(error)
    if known is None:
        return _our_mistake(error, line)
    sentences, status = known
    from reminderbot.cli.show import visible

    for sentence in sentences:
        click.echo(visible(sentence), err=True)
    if line.debug:
        click.echo(_traceback(error), err=True)
    return status


def _sentences(error: Exception) -> tuple[list[str], int] | None:
    """The sentences for everything that can go wrong without a mistake of ours; None: it is one."""
    from reminderbot.compose.errors import LetterError
    from reminderbot.compose.headers import UnsafeMessage
    from reminderbot.config import ConfigMistakes
    from reminderbot.core.inbound import InboxUnavailable
    from reminderbot.ledger.csv_report import LedgerMistakes

    if isinstance(error, ConfigMistakes):
        return error.mistakes, ASKED_WRONGLY
    if isinstance(error, LedgerMistakes):
        return [*error.sentences, "Nothing was taken in."], ASKED_WRONGLY
    if isinstance(error, LetterError):
        return [str(error)], ASKED_WRONGLY
    if isinstance(error, InboxUnavailable | UnsafeMessage):
        return [str(error)], WENT_WRONG
    if type(error).__module__.startswith("reminderbot.oauth"):
        return [str(error)], WENT_WRONG
    if type(error).__module__.startswith(("reminderbot.desk", "reminderbot.store", "sqlalchemy")):
        return _of_store(error)
    if isinstance(error, OSError):
        return [_system(error)], WENT_WRONG
    return None


def _of_store(error: Exception) -> tuple[list[str], int] | None:
    from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

    from reminderbot.desk.refusal import Refused
    from reminderbot.desk.setup import CannotSetUp
    from reminderbot.store.lock import AlreadyRunning
    from reminderbot.store.session import StoreUnusable

    if isinstance(error, Refused | CannotSetUp):
        return [str(error)], ASKED_WRONGLY
    if isinstance(error, StoreUnusable | AlreadyRunning):
        return [str(error)], WENT_WRONG
    if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError | ProgrammingError):
        return [_store_failed(str(error.orig).strip().splitlines()[0])], WENT_WRONG
    return None


_CURES = {
    "disk is full": "make room on its disk and try again",
    "malformed": "stop reminderbot, keep a copy of it, and restore the newest backup",
    "not a database": "correct [store] url, or restore the newest backup",
    "database is locked": "another program is writing to it: try again in a moment",
    "readonly": "run this as the user the store belongs to",
    "disk i/o error": "look at the disk it lies on, and at its free space",
}


def _store_failed(what: str) -> str:
    cure = next((cure for words, cure in _CURES.items() if words in what.lower()), "run `reminderbot check`")
    # What was being written is undone by the database itself.
    return f"The store failed: {what}. Nothing of this step was kept: {cure}."


def _system(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    cures = {
        errno.ENOSPC: "make room on this disk and try again",
        errno.EDQUOT: "make room in your quota and try again",
        errno.EACCES: "run this as a user who may use it, or correct its rights",
        errno.EPERM: "run this as a user who may use it, or correct its rights",
        errno.ENOENT: "correct its name",
        errno.EROFS: "it lies on a file system that cannot be written to: name another place",
    }
    cure = cures.get(error.errno or 0, "look at what it names and try again")
    return f"{where}{error.strerror or error}: {cure}."


def _our_mistake(error: Exception, line: Line) -> int:
    """A mistake of ours: where its details lie, so that it can be mended."""
    if line.debug:
        click.echo(_traceback(error), err=True)
    details = _keep(error, line)
    click.echo(
        f"Something went wrong that is a mistake in reminderbot, not yours ({type(error).__name__})."
        f" {details} Please send them to us.",
        err=True,
    )
    return WENT_WRONG


def _keep(error: Exception, line: Line) -> str:
    """Write the details down; says where they are."""
    import tempfile
    from pathlib import Path

    from reminderbot.logs import redact

    text = redact(_traceback(error))
    for folder in (line.folder, Path(tempfile.gettempdir())):
        if folder is None or not folder.is_dir():
            continue
        path = folder / "last-mistake.log"
        try:
            path.unlink(missing_ok=True)
            with path.open("x", encoding="utf-8") as file:
                path.chmod(0o600)
                file.write(text)
        except OSError:
            continue
        return f"The details are in {path}."
    return "Run it again with --debug to see the details."


def _traceback(error: Exception) -> str:
    import traceback

    return "".join(traceback.format_exception(error))
