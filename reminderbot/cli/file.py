"""`reminderbot file`: makes a customer's case file for an agency or a lawyer, or says whether one is as it was made."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import click

from reminderbot.cli.kinds import FOLDER
from reminderbot.cli.line import Line, actor
from reminderbot.cli.progress import progress
from reminderbot.cli.show import as_json, emit, say
from reminderbot.cli.words import count, moment
from reminderbot.desk.refusal import Refused


@click.command("file")
@click.argument("customer", required=False)
@click.option("-o", "--output", "folder", type=FOLDER, default=".", show_default=True, help="Where it is put.")
@click.option(
    "--verify", type=click.Path(path_type=Path, dir_okay=False), metavar="ZIP", help="Look at every byte of one."
)
@as_json
@click.pass_obj
def file_command(line: Line, customer: str | None, folder: Path, verify: Path | None, as_json: bool) -> None:
    """Make the case file of a CUSTOMER: one PDF, every message as it was, and a manifest with hashes, in a zip.

    With --verify, name every file in such a zip that was changed, is missing or was added.
    """
    if verify is not None:
        if customer is not None:
            raise click.UsageError("Name a customer to make a case file, or --verify one: not both.")
        _verify(line, verify, as_json)
        return
    if customer is None:
        raise click.UsageError("Name the customer whose case file is made, or --verify one.")
    _make(line, customer, folder, as_json)


def _make(line: Line, customer: str, folder: Path, as_json: bool) -> None:
    from reminderbot.desk.dossier import file_name, make

    if not folder.is_dir():
        raise Refused(f"{folder}: there is no such folder: make it first, or name another one with -o.")
    # For its owner alone from the first byte, and whole or not there.
    handle, partial = _begin(folder)
    try:
        with os.fdopen(handle, "w+b") as out, line.house() as house, progress("Making the case file") as step:
            made = make(house, actor(), customer, out, step)
            out.flush()
            os.fsync(out.fileno())
        path = folder / file_name(made.customer_id, made.on)
        Path(partial).replace(path)
    finally:
        Path(partial).unlink(missing_ok=True)
    digest, files = made.manifest.digest, len(made.manifest.entries)
    if as_json:
        emit({"file": path, "customer_id": made.customer_id, "on": made.on, "manifest_sha256": digest, "files": files})
    else:
        say(f"{path}: the case file of {made.customer}, {count(files, 'file')}.")
        say(f"SHA-256 of its manifest: {digest}")
        say("Tell it apart from the file, by telephone say: whoever has both can see that nothing was changed.")
    for trouble in made.troubles:
        click.echo(trouble, err=True)


def _begin(folder: Path) -> tuple[int, str]:
    """A file of another name beside where it will be; Refused where nothing can be written."""
    try:
        return tempfile.mkstemp(dir=folder, prefix=".case-file-")
    except OSError as error:
        # Its own sentence would name that hidden file, of which nobody knows.
        raise Refused(
            f"{folder}: nothing can be written there ({error.strerror}): name another folder with -o."
        ) from None


def _verify(line: Line, path: Path, as_json: bool) -> None:
    from reminderbot.papers.archive import verify

    try:
        found = verify(path)
    except OSError as error:
        raise Refused(f"{path} cannot be opened: {error.strerror}. Name the zip that is to be looked at.") from None
    digest = found.manifest.digest if found.manifest else None
    here = _made_here(line, found.manifest) if found.manifest and not found.faults else ""
    if as_json:
        emit({"file": path, "whole": not found.faults, "faults": found.faults, "manifest_sha256": digest, "made": here})
    elif found.faults:
        say(f"{path} is not as it was made:")
        for fault in found.faults:
            say(f"  {fault}")
    else:
        assert found.manifest is not None
        say(f"{path} is whole: {count(len(found.manifest.entries), 'file')} and the archive around them.")
        say(f"SHA-256 of its manifest: {digest}")
        say(
            here
            or "This installation did not make it: compare that hash with the one you were told apart from the file."
        )
    if found.faults:
        sys.exit(1)


def _made_here(line: Line, manifest: object) -> str:
    """When and by whom it was made, where this is an installation that knows of it."""
    from reminderbot.config import ConfigMistakes
    from reminderbot.core.manifest import Manifest
    from reminderbot.desk.dossier import made_here

    assert isinstance(manifest, Manifest)
    if not line.config_file.is_file():
        return ""
    try:
        with line.house() as house, house.store.reading() as connection:
            event = made_here(connection, manifest)
            return f"Made here by {event.actor}, {moment(event.at, house.rules.zone)}." if event else ""
    except ConfigMistakes:
        return ""
