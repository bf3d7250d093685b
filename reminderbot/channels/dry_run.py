"""Sends nothing: writes what would go out as files to look at."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from reminderbot.core.delivery import Accepted, Deferred, Outcome
from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage

SUFFIXES = {Channel.EMAIL: ".eml", Channel.SMS: ".sms.txt"}


class DryRun:
    """A folder in the place of a mail server or carrier."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self) -> Deferred | None:
        """Make the folder; a channel in trouble where that cannot be done."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return Deferred(f"Cannot make the folder {self._folder} ({error.strerror}): check its place.", halts=True)
        return None

    def send(self, message: OutgoingMessage) -> Outcome:
        """Write the message whole under a name that its reminder decides, so that a second try replaces the first."""
        path = self._folder / _name(message)
        content = message.body
        if message.channel is Channel.SMS:
            # A text has no header of its own that could say whom it is for.
            content = f"To: {message.recipient}\nFrom: {message.sender}\n\n".encode() + content + b"\n"
        try:
            _write_whole(path, content)
        except OSError as error:
            return Deferred(f"Cannot write {path} ({error.strerror}): check free space and rights.", halts=True)
        return Accepted(f"dry run: {path}")

    def close(self) -> None:
        """Nothing to end."""


def _name(message: OutgoingMessage) -> str:
    """Sorts in the order of reminders (9 before 10), and is never a path out of the folder."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", message.reminder_id)
    return re.sub(r"\d+", lambda number: number[0].zfill(8), name) + SUFFIXES[message.channel]


def _write_whole(path: Path, content: bytes) -> None:
    # A half-written letter must never be taken for one that would go out.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".letter-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
