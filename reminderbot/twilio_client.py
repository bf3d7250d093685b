"""The `twilio` package as both rooms need it: one bounded request a call, nothing retried, no number in a log.

The channel and the inbox are neighbours and do not know each other; this is what they share. Importing it costs a
quarter of a second and 20 MB, so they do it when they first talk to Twilio.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from reminderbot.core.loopback import is_loopback

PAGE_SIZE = 200
MOST_PAGES = 100
# A page of texts has less than a twentieth of this.
MOST_BYTES = 16 * 1024 * 1024

# These end an attempt while TCP or TLS is still being set up: no byte of the request has left.
BEFORE_ANY_BYTE = (NewConnectionError, ConnectTimeoutError, ssl.SSLCertVerificationError)


class CutListError(Exception):
    """Twilio's list of messages does not say where it ends"""


class BoundedHttp:
    """What the client of `twilio` talks through: its own has no time limit and logs the numbers it lists."""

    def __init__(self, api_base: str, timeout: float) -> None:
        self._base = urlsplit(api_base)
        if self._base.scheme != "https" and not is_loopback(self._base.hostname or ""):
            raise ValueError(f'[sms] api_base is "{api_base}"; write https://... (http only for this machine).')
        self._timeout = timeout
        self._session = self._new_session()
        self.status = 0
        self.headers: Mapping[str, str] = {}

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Any:
        """One request, to our base whatever host was built into `url`; requests.RequestException when it fails."""
        asked = urlsplit(url)
        patience = timeout or self._timeout
        exchange = _Exchange(
            self._session,
            method=method,
            url=urlunsplit((self._base.scheme, self._base.netloc, asked.path, asked.query, "")),
            params=dict(params or {}),
            data=dict(data or {}),
            headers=dict(headers or {}),
            auth=auth,
            # To connect at most half of it: who was never reached has certainly not taken anything.
            timeout=(patience / 2, patience),
            allow_redirects=allow_redirects,
        )
        try:
            text = exchange.within(patience)
        except requests.Timeout:
            # It may still be at it, on a connection of the old session.
            self._session = self._new_session()
            raise
        finally:
            self.status, self.headers = exchange.status, exchange.headers
        return Response(self.status, text, self.headers)

    def said_at(self) -> datetime | None:
        """The Date of the last answer (RFC 9110 5.6.7)."""
        try:
            said = parsedate_to_datetime(self.headers.get("Date") or "")
        except ValueError:
            return None
        return said if said.tzinfo else None

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        # A proxy of the environment is the way out of the house, never the way to a stand-in on this machine.
        session.trust_env = self._base.scheme == "https"
        return session

    def close(self) -> None:
        self._session.close()


class _Exchange(threading.Thread):
    """One request and its whole answer, in a thread of its own.

    The time limit of `requests` starts again with every byte, so that a server that drips could hold us for ever.
    """

    def __init__(self, session: requests.Session, **request: Any) -> None:
        super().__init__(name="twilio", daemon=True)
        self._session, self._request = session, request
        self._text = ""
        self._error: Exception | None = None
        self.status = 0
        self.headers: Mapping[str, str] = {}

    def within(self, seconds: float) -> str:
        """The answer's body; requests.RequestException when there is none, or not the whole, in this time."""
        self.start()
        self.join(seconds)
        if self.is_alive():
            raise requests.Timeout("no whole answer in time")
        if self._error is not None:
            raise self._error
        return self._text

    def run(self) -> None:
        try:
            with self._session.request(stream=True, **self._request) as answer:
                self.status, self.headers = answer.status_code, answer.headers
                self._text = _body(answer).decode("utf-8", "replace")
        except Exception as error:
            self._error = error


def _body(answer: requests.Response) -> bytes:
    body = bytearray()
    for piece in answer.iter_content(1 << 16):
        body += piece
        if len(body) > MOST_BYTES:
            raise requests.ConnectionError("the answer is far larger than was asked for")
    return bytes(body)


class TwilioAccount:
    """One Twilio account, to create and list its messages."""

    def __init__(self, account_sid: str, token: str, api_base: str, timeout: float) -> None:
        self.http = BoundedHttp(api_base, timeout)
        self._client: Any = Client(account_sid, token, http_client=self.http)

    def create(self, **fields: object) -> str:
        """Post one message, once; its SID, or "" when the answer names none."""
        return str(self._client.messages.create(**fields).sid or "")

    def status(self, sid: str) -> tuple[str, int | None]:
        """How far a message of ours has come, and Twilio's error number where it failed."""
        found = self._client.messages(sid).fetch()
        return str(found.status or ""), int(found.error_code) if found.error_code else None

    def newest_first(self, to: str, sent_after: datetime | None = None) -> Iterator[Any]:
        """The messages to a number page by page; OverflowError past MOST_PAGES, for a list that does not end.

        CutListError where a page does not say whether another follows: half a list hides what stands in the rest.
        """
        # Twilio documents whole days for this filter; a day too many does no harm.
        day = {"date_sent_after": sent_after.replace(hour=0, minute=0, second=0)} if sent_after else {}
        page = self._client.messages.page(to=to, page_size=PAGE_SIZE, **day)
        for _ in range(MOST_PAGES):
            # The package takes its absence for the list's end.
            if "next_page_uri" not in page._payload:
                raise CutListError
            yield from page
            page = page.next_page()
            if page is None:
                return
        raise OverflowError(f"more than {PAGE_SIZE * MOST_PAGES} messages")

    def close(self) -> None:
        self.http.close()


def left_nothing(error: BaseException | None) -> bool:
    """Whether a failed request provably sent no byte: the connection itself was never made."""
    while error is not None:
        if isinstance(error, BEFORE_ANY_BYTE):
            return True
        # urllib3 keeps the cause of a failed connection as `reason`, requests keeps urllib3's error as an argument.
        inner = getattr(error, "reason", None) or next((a for a in error.args if isinstance(a, BaseException)), None)
        error = inner if isinstance(inner, BaseException) else error.__cause__
    return False


def plain_failure(error: BaseException) -> str:
    """What went wrong in a few words, without the URL and the numbers in it."""
    match error:
        case CutListError():
            return "its list of messages does not say where it ends"
        case requests.exceptions.SSLError():
            return "its certificate cannot be trusted, or TLS could not be agreed"
        case requests.Timeout():
            return "no answer in time"
        case requests.ConnectionError():
            return "no connection" if left_nothing(error) else "the connection broke"
        case _:
            return type(error).__name__
