"""One request to a provider's endpoint (RFC 6749 3.2): bounded in time and size, TLS verified, no redirect followed.

Nothing here quotes what was sent: the form holds secrets, and an answer that repeats them is masked.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus, urlencode, urlsplit

from reminderbot.clock import elapsed
from reminderbot.core.loopback import is_loopback

MOST_BYTES = 64 * 1024
_LONGEST = 200
# RFC 6749 5.2 has the codes that mean no; these two, of 4.1.2.1, mean later.
_LATER = frozenset({"server_error", "temporarily_unavailable"})
_SECRET = ("refresh_token", "client_secret", "code", "code_verifier", "device_code")


@dataclass(frozen=True, slots=True)
class Granted:
    """The provider's yes, as it came; never shown."""

    values: Mapping[str, Any] = field(repr=False)

    def text(self, key: str) -> str:
        """The text under `key`; empty where there is none that fits on a line (RFC 6749 appendix A: VSCHAR)."""
        value = self.values.get(key)
        return value if isinstance(value, str) and value.isascii() and value.isprintable() else ""

    def seconds(self, key: str, otherwise: float) -> float:
        """The time span under `key`; some providers write it as text."""
        try:
            return max(0.0, float(self.values.get(key, otherwise)))
        except (TypeError, ValueError):
            return otherwise


@dataclass(frozen=True, slots=True)
class Denied:
    """The provider's no: its code (RFC 6749 5.2, RFC 8628 3.5) and its own words."""

    error: str
    words: str

    def __str__(self) -> str:
        return f"{self.error} ({self.words})" if self.words else self.error


@dataclass(frozen=True, slots=True)
class Unreached:
    """No yes and no no: it may go well later. `wait`: the pause that the provider asks for, in seconds."""

    why: str
    wait: float = 0


Answer = Granted | Denied | Unreached


def ask(url: str, form: Mapping[str, str], seconds: float) -> Answer:
    """Post a form and read the answer, in `seconds` at most; ValueError for a URL that would send secrets in clear."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError("secrets go to https:// only")
    tls = ssl.create_default_context() if parts.scheme == "https" else None
    began = elapsed()
    answer: Answer
    try:
        with _connected(host, parts.port, tls, seconds) as connection:
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
            path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
            connection.request("POST", path, urlencode(form), headers)
            came = connection.getresponse()
            answer = _understood(came.status, came.headers.get("Retry-After", ""), came.read(MOST_BYTES + 1), form)
    except (OSError, http.client.HTTPException, ValueError) as error:
        answer = Unreached(_plain(error))
    # What was cut off looks like any broken answer.
    late = isinstance(answer, Unreached) and elapsed() - began >= seconds
    return Unreached("no answer in time") if late else answer


@contextmanager
def _connected(
    host: str, port: int | None, tls: ssl.SSLContext | None, seconds: float
) -> Iterator[http.client.HTTPConnection]:
    """A connection that is cut when its time is over: a server that drips bytes trips no time-out of a socket."""
    made = http.client.HTTPConnection(host, port, timeout=seconds)
    if tls:
        made = http.client.HTTPSConnection(host, port, timeout=seconds, context=tls)
    watch = threading.Timer(seconds, _cut, (made,))
    watch.daemon = True
    watch.start()
    try:
        yield made
    finally:
        watch.cancel()
        made.close()


def _cut(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _understood(status: int, wait: str, body: bytes, form: Mapping[str, str]) -> Answer:
    values = _values(body)
    error = values.get("error")
    if status == 200 and not error:
        return Granted(values) if values else Unreached("it answered something that is not JSON")
    if 400 <= status < 500 and status not in (408, 429) and isinstance(error, str) and error not in _LATER:
        words = values.get("error_description")
        return Denied(_shown(error, form), _shown(words, form) if isinstance(words, str) else "")
    pause = float(wait) if wait.isdigit() and len(wait) < 6 else 0.0
    if 300 <= status < 400:
        return Unreached(f"it answered {status} and points elsewhere, which is not followed", pause)
    return Unreached(f"it answered {status}{' without a reason that could be read' if status < 500 else ''}", pause)


def _values(body: bytes) -> Mapping[str, Any]:
    if len(body) > MOST_BYTES:
        return {}
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _shown(text: str, form: Mapping[str, str]) -> str:
    """A provider's words on one line, cut to a readable length, without what we sent to it."""
    for secret in (form[key] for key in _SECRET if form.get(key)):
        for spelled in (secret, quote(secret, safe=""), quote_plus(secret)):
            text = text.replace(spelled, "***")
    return "".join(c if c.isprintable() else " " for c in text[:_LONGEST]).strip()


def _plain(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate cannot be trusted ({error.verify_message})"
        case ssl.SSLError():
            return "no encryption could be agreed"
        case socket.gaierror():
            return "its name is not known"
        case OSError(strerror=str() as reason):
            return reason.lower()
        case _:
            return "the answer broke off or is not HTTP"
