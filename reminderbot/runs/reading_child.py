"""The process that reads foreign mail: no secrets, little memory, and a few seconds of processor time for each.

Reads one request a line from standard input and answers each with one line. Whatever a mail does to it, only this
process dies; `runs/reader.py` starts another.
"""

from __future__ import annotations

import resource
import sys
from datetime import datetime
from typing import Literal

import msgspec

from reminderbot.core.understanding import Understanding
from reminderbot.replies.match import Clues
from reminderbot.replies.opened import Opened
from reminderbot.replies.understand import Context

# promises.md, fault F13.
CPU_SECONDS = 5
MEMORY_BYTES = 512 * 1024 * 1024


class Request(msgspec.Struct, frozen=True):
    """A message to read, and what is known about it."""

    what: Literal["clues", "mail", "text", "open", "file"]
    # In base64 on the line.
    raw: bytes
    received_at: datetime | None = None
    context: Context | None = None
    # Which attachment, for "file".
    number: int = 0


class Answer(msgspec.Struct, frozen=True):
    """What was read: one of these, or the kind of error that kept it from being read."""

    clues: Clues | None = None
    understanding: Understanding | None = None
    opened: Opened | None = None
    file: bytes | None = None
    error: str = ""


def answer(request: Request) -> Answer:
    """Read one message."""
    from reminderbot.replies.match import clues_of_email
    from reminderbot.replies.opened import attachment, open_mail
    from reminderbot.replies.understand import understand_email, understand_sms

    if request.what == "clues":
        return Answer(clues=clues_of_email(request.raw))
    if request.what == "open":
        return Answer(opened=open_mail(request.raw))
    if request.what == "file":
        return Answer(file=attachment(request.raw, request.number))
    assert request.received_at is not None
    context = request.context or Context()
    if request.what == "text":
        text = request.raw.decode("utf-8", "replace")
        return Answer(understanding=understand_sms(text, request.received_at, context))
    return Answer(understanding=understand_email(request.raw, request.received_at, context))


def main() -> None:
    """Serve until standard input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    decode, encode = msgspec.json.Decoder(Request).decode, msgspec.json.Encoder().encode
    for line in sys.stdin.buffer:
        _grant_time()
        try:
            told = answer(decode(line))
        except (MemoryError, RecursionError, ValueError, LookupError, AssertionError) as error:
            told = Answer(error=type(error).__name__)
        sys.stdout.buffer.write(encode(told) + b"\n")
        sys.stdout.buffer.flush()


def _grant_time() -> None:
    """RLIMIT_CPU counts the whole life of a process: each message gets its seconds on top of what was used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + CPU_SECONDS + 1, hard))


if __name__ == "__main__":
    main()
