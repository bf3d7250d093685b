"""`reminderbot classify`: understands replies, one JSON line in, one JSON line out."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from reminderbot.cli.show import as_json, emit, plain, say

if TYPE_CHECKING:
    from reminderbot.cli.line import Line


@click.command("classify")
@click.option("--review", is_flag=True, help="Measure the reader against this installation's corrections instead.")
@click.option(
    "--export-cases",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the corrected replies, names and numbers masked, as cases to learn from.",
)
@as_json
@click.pass_obj
def classify_command(line: Line, review: bool, folder: Path | None, as_json: bool) -> None:
    """Read one reply a line as JSON from standard input, write what it means a line as JSON; see docs/replies.md.

    It needs no settings, store or network, and no line stops the rest.
    """
    if folder is not None:
        _export(line, folder)
    if review:
        _review(line, as_json)
    if folder is None and not review:
        _classify()


def _export(line: Line, folder: Path) -> None:
    from reminderbot.desk.correction import export_cases

    with line.house() as house:
        written = export_cases(house, folder)
    say(f"{len(written) // 2} replies written to {folder}. Read them before you pass them on.")


def _review(line: Line, as_json: bool) -> None:
    from reminderbot.desk.correction import review

    with line.house() as house:
        found = review(house)
    if as_json:
        emit([{**cast("dict[str, object]", plain(one)), "right": one.is_right} for one in found])
        return
    right, missed = sum(one.is_right for one in found), sum(one.is_missed for one in found)
    say(f"{len(found)} corrections: {right} read right by now, {missed} passed over although a person was needed.")
    for one in found:
        if not one.is_right:
            say(f"  message {one.inbound_id}: {', '.join(one.wanted)}; read as {', '.join(one.understood)}")


def _classify() -> None:
    from reminderbot.replies.classify import classify_line

    out = sys.stdout
    waits = not _is_file(sys.stdin.fileno()) if hasattr(sys.stdin, "fileno") else True
    for line in _lines():
        out.write(json.dumps(classify_line(line), ensure_ascii=False) + "\n")
        if waits:
            # Somebody may be waiting for this very answer.
            out.flush()
    out.flush()


def _lines() -> Iterator[str]:
    """The lines that hold anything; bytes that are not UTF-8 spoil their own line only."""
    for raw in sys.stdin.buffer:
        text = raw.decode("utf-8-sig", "replace").strip()
        if text:
            yield text


def _is_file(handle: int) -> bool:
    return stat.S_ISREG(os.fstat(handle).st_mode)
