"""Has foreign mail read by a process that may die of it, and starts another when it has."""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import sys
import threading
import weakref
from datetime import datetime

import msgspec

from reminderbot.clock import elapsed
from reminderbot.core.understanding import Understanding
from reminderbot.house import ReadingFailed
from reminderbot.replies.match import Clues
from reminderbot.replies.opened import Opened
from reminderbot.replies.understand import Context
from reminderbot.runs.reading_child import CPU_SECONDS, Answer, Request

# Wall-clock time for one message: the processor limit, and patience for a busy machine.
PATIENCE = CPU_SECONDS + 5.0
# What the child needs of our environment: no secret is among it.
_KEPT = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "HOME")


class ChildReader:
    """Reads messages one at a time in a child process that is kept alive between them."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def clues(self, raw: bytes) -> Clues:
        """What a mail says about where it belongs; ReadingFailed where it broke its reader."""
        found = self._ask(Request("clues", raw)).clues
        if found is None:
            raise ReadingFailed("the reader gave no clues")
        return found

    def mail(self, raw: bytes, received_at: datetime, context: Context) -> Understanding:
        """What a mail says; ReadingFailed where it broke its reader."""
        return self._understood(Request("mail", raw, received_at, context))

    def text(self, text: str, received_at: datetime, context: Context) -> Understanding:
        """What a text message says; ReadingFailed where it broke its reader."""
        return self._understood(Request("text", text.encode("utf-8", "replace"), received_at, context))

    def open(self, raw: bytes) -> Opened:
        """A mail for a person to look at; ReadingFailed where it broke its reader."""
        found = self._ask(Request("open", raw)).opened
        if found is None:
            raise ReadingFailed("the reader gave no answer")
        return found

    def file(self, raw: bytes, number: int) -> bytes:
        """The content of attachment `number`; ReadingFailed where there is none."""
        found = self._ask(Request("file", raw, number=number)).file
        if found is None:
            raise ReadingFailed("the reader gave no answer")
        return found

    def close(self) -> None:
        with self._lock:
            self._end()

    def _understood(self, request: Request) -> Understanding:
        found = self._ask(request).understanding
        if found is None:
            raise ReadingFailed("the reader gave no answer")
        return found

    def _ask(self, request: Request) -> Answer:
        with self._lock:
            try:
                line = self._exchange(msgspec.json.encode(request) + b"\n")
                told = msgspec.json.decode(line, type=Answer)
            except (OSError, msgspec.DecodeError) as error:
                self._end()
                raise ReadingFailed(f"reading it was stopped ({error})") from None
        if told.error:
            raise ReadingFailed(f"it broke its reader ({told.error})")
        return told

    def _exchange(self, request: bytes) -> bytes:
        child = self._child or self._start()
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(request)
        child.stdin.flush()
        deadline = elapsed() + self._patience
        told = b""
        with selectors.DefaultSelector() as ready:
            ready.register(child.stdout, selectors.EVENT_READ)
            while not told.endswith(b"\n"):
                if not ready.select(max(0.0, deadline - elapsed())):
                    raise TimeoutError("it took too long")
                piece = os.read(child.stdout.fileno(), 1 << 20)
                if not piece:
                    raise BrokenPipeError("it used too much time or memory")
                told += piece
        return told

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self._child = subprocess.Popen(
            [sys.executable, "-m", "reminderbot.runs.reading_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            # A signal meant for the daemon must not end its reader in the middle of a mail.
            start_new_session=True,
        )
        # A reader that nobody uses any more takes its child with it.
        weakref.finalize(self, _stop, self._child)
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            _stop(child)


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    for pipe in (child.stdin, child.stdout):
        with contextlib.suppress(OSError):
            assert pipe is not None
            pipe.close()
    child.wait()
