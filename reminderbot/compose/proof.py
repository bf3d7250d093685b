"""Proves, before anything may leave, that no name and no subject breaks out of its header line on this Python.

CVE-2026-1299: Python below 3.10.20, 3.11.15, 3.12.13, 3.13.12 and 3.14.3 decodes an encoded word wherever it stands,
and writes the line ends in it. Our own bytes are made and guarded without that code; this sees that it is so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime

from reminderbot.compose.email import build_email, guard
from reminderbot.compose.headers import EmailHeaders, UnsafeMessage
from reminderbot.compose.render import RenderedEmail

_HOSTILE = "=?utf-8?q?x=0D=0ABcc:_evil@x?=\r\nBcc: evil@x"
_MAIL = RenderedEmail(_HOSTILE, f"{_HOSTILE}\n", f"<p>{_HOSTILE}</p>\n", "")
_HEADERS = EmailHeaders(
    sender_name=_HOSTILE,
    sender="us@x.example",
    recipient_name=_HOSTILE,
    recipient="them@x.example",
    date=datetime(2027, 1, 4, tzinfo=UTC),
    message_id="<proof@x.example>",
    reply_to="us@x.example",
)

Build = Callable[[RenderedEmail, EmailHeaders], bytes]
Look = Callable[[bytes, EmailHeaders], None]


def prove_headers(build: Build = build_email, look: Look = guard) -> None:
    """Raise UnsafeMessage where hostile names become headers in what we build, or our guard would let such pass."""
    final = build(_MAIL, _HEADERS)
    try:
        look(final, _HEADERS)
    except UnsafeMessage as error:
        raise _unsafe(str(error)) from None
    try:
        look(final.replace(b"Subject:", b"Bcc: evil@x\r\nSubject:", 1), _HEADERS)
    except UnsafeMessage:
        return
    raise _unsafe("a second recipient in the header was not noticed")


def _unsafe(why: str) -> UnsafeMessage:
    version = ".".join(map(str, sys.version_info[:3]))
    return UnsafeMessage(
        f"A name could break out of its header line here ({why}). Nothing is sent: install reminderbot anew, and the"
        f" newest Python of your series instead of {version} (CVE-2026-1299)."
    )
