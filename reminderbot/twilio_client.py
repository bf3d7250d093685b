"""The `twilio` package as both rooms need it: one bounded request a call, nothing retried, no number in a log.

The channel and the inbox are neighbours and do not know each other; this is what they share. Importing it costs a
quarter of a second and 20 MB, so they do it when they first talk to Twilio.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

if TYPE_CHECKING:
    from datetime import datetime

PAGE_SIZE = 200
MOST_PAGES = 100

# These end an attempt while TCP or TLS is still being set up: no byte of the request has left.
BEFORE_ANY_BYTE = (NewConnectionError, ConnectTimeoutError, ssl.SSLCertVerificationError)


class BoundedHttp:
    """What the client of `twilio` talks through: its own has no time limit and logs the numbers it lists."""

    def __init__(self, api_base: str, timeout: float) -> None:
        self._base = urlsplit(api_base)
        if self._base.scheme != "https" and self._base.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError(f'[sms] api_base is "{api_base}"; write https://... (http only for this machine).')
        self._timeout = timeout
        self._session = requests.Session()
        # A proxy of the environment is the way out of the house, never the way to a stand-in on this machine.
        self._session.trust_env = self._base.scheme == "https"
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
        self.status, self.headers = 0, {}
        asked = urlsplit(url)
        url = urlunsplit((self._base.scheme, self._base.netloc, asked.path, asked.query, ""))
        answer = self._session.request(
            method,
            url,
            params=dict(params or {}),
            data=dict(data or {}),
            headers=dict(headers or {}),
            auth=auth,
            timeout=timeout or self._timeout,
            allow_redirects=allow_redirects,
        )
        self.status, self.headers = answer.status_code, answer.headers
        return Response(answer.status_code, answer.text, answer.headers)

    def close(self) -> None:
        self._session.close()


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
        """The messages to a number page by page; OverflowError past MOST_PAGES, for a list that does not end."""
        # Twilio documents whole days for this filter; a day too many does no harm.
        day = {"date_sent_after": sent_after.replace(hour=0, minute=0, second=0)} if sent_after else {}
        page = self._client.messages.page(to=to, page_size=PAGE_SIZE, **day)
        for _ in range(MOST_PAGES):
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
        case requests.exceptions.SSLError():
            return "its certificate cannot be trusted, or TLS could not be agreed"
        case requests.Timeout():
            return "no answer in time"
        case requests.ConnectionError():
            return "no connection" if left_nothing(error) else "the connection broke"
        case _:
            return type(error).__name__
