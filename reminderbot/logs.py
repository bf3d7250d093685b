"""What the log says: one line an event, `action=` first, with ids; no whole addresses, no numbers, no secrets."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

_logger = logging.getLogger("reminderbot")
_LONGEST = 4_000
# Second net below the types: whatever looks like an address or an international number, also inside a URL, where
# twilio and urllib3 write them (GET .../Messages.json?To=%2B14155550123).
_ADDRESS = re.compile(r"""([^\s@"'<>=,;:()&?/])[^\s@"'<>=,;:()&?/]{0,255}(@|%40)(?=[\w\-])""")
_NUMBER = re.compile(r"(\+|%2B)\d[\d ().\-]{4,18}(\d\d)(?!\d)")
# sd-daemon(3): the priority journald gives a line that begins so.
_PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


class Email:
    """An e-mail address on its way into the log, where it shows its first letter and its domain."""

    __slots__ = ("_address",)

    def __init__(self, address: str) -> None:
        self._address = address

    def __str__(self) -> str:
        name, at, domain = self._address.rpartition("@")
        return f"{name[:1]}***{at}{domain}" if at else "***"

    def __repr__(self) -> str:
        return f"Email({self})"


class Phone:
    """A telephone number on its way into the log, where it shows its last two digits."""

    __slots__ = ("_number",)

    def __init__(self, number: str) -> None:
        self._number = number

    def __str__(self) -> str:
        return f"***{self._number[-2:]}" if len(self._number) > 4 else "***"

    def __repr__(self) -> str:
        return f"Phone({self})"


def log(action: str, *, level: int = logging.INFO, **ids: object) -> None:
    """Say that something happened, e.g. `log("reminder_sent", reminder=42, to=Email(address))`; None is left out."""
    _logger.log(level, action, extra={"ids": ids})


def log_bug(action: str, error: BaseException, **ids: object) -> None:
    """Say once, with its traceback, that we ran into a mistake of our own."""
    _logger.error(action, exc_info=error, extra={"ids": ids})


def configure(stream: TextIO | None = None, *, debug: bool = False, journal: bool = False) -> None:
    """Send the log of the whole process to `stream` (standard error), for `journal`d with priorities instead of times.

    Libraries are heard from WARNING on: below it twilio writes customers' numbers.
    """
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(_Lines(journal=journal))
    root = logging.getLogger()
    for old in [known for known in root.handlers if isinstance(known, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    _logger.setLevel(logging.DEBUG if debug else logging.INFO)


class _Handler(logging.StreamHandler[TextIO]):
    """Ours, so that a second `configure` replaces it and nothing else."""


class _Lines(logging.Formatter):
    def __init__(self, *, journal: bool) -> None:
        super().__init__()
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        ids = getattr(record, "ids", None)
        told = _pairs({"action": record.msg, **ids}) if ids is not None else _foreign(record)
        line = redact(f"{self._start(record)}{told}"[:_LONGEST])
        if record.exc_info:
            line += "\n" + redact(self.formatException(record.exc_info)[-_LONGEST:])
        return line

    def _start(self, record: logging.LogRecord) -> str:
        if self._journal:
            return f"<{_PRIORITY.get(record.levelno, 6)}>"
        at = datetime.fromtimestamp(record.created, UTC)
        return f"at={at:%Y-%m-%dT%H:%M:%SZ} level={record.levelname.lower()} "


def redact(text: str) -> str:
    """`text` with every address and international number in it masked."""
    return _NUMBER.sub(r"***\2", _ADDRESS.sub(r"\1***\2", text))


def _foreign(record: logging.LogRecord) -> str:
    return _pairs({"action": "library_said", "library": record.name, "text": record.getMessage()})


def _pairs(ids: Mapping[str, object]) -> str:
    return " ".join(f"{key}={_value(value)}" for key, value in ids.items() if value is not None)


def _value(value: object) -> str:
    """The value as one word; in quotes, line breaks escaped, where it would otherwise pass for something else."""
    if isinstance(value, BaseException):
        value = f"{type(value).__name__}: {value}"
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    bare = text.isprintable() and text and not re.search(r'[\s"=]', text)
    return text if bare else json.dumps(text, ensure_ascii=not text.isprintable())
