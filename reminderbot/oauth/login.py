"""Asks a person's yes at the provider, once, and gets the refresh token for it.

Either the person types a code into the provider's page on any machine (RFC 8628), or the provider sends the person's
browser back to this machine with a code in the address (RFC 8252, PKCE by RFC 7636).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import parse_qs, urlencode, urlsplit

from reminderbot.clock import elapsed
from reminderbot.oauth.endpoint import Answer, Denied, Granted, Unreached, ask
from reminderbot.oauth.provider import Client, Provider

Say = Callable[[str], None]
SECONDS = 20.0
# How long a person may take in the browser.
PATIENCE = 600.0
# RFC 8628 3.5.
SLOWER = 5.0
_PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
    b"Thank you. You can close this page and go back to the terminal.\n"
)


class NotSignedIn(Exception):
    """No refresh token was got; the text says why and what to do."""


def by_code(provider: Provider, client: Client, say: Say, pause: Callable[[float], object]) -> str:
    """The refresh token, once the person has typed the code that `say` tells into the provider's page."""
    asked = ask(provider.device_url, {"client_id": client.client_id, "scope": provider.scope}, SECONDS)
    if not isinstance(asked, Granted):
        raise NotSignedIn(_told(asked))
    page = asked.text("verification_uri") or asked.text("verification_url")
    code = asked.text("device_code")
    say(f"Open {page} in a browser, on any machine, and type this code there: {asked.text('user_code')}")
    form = client.form() | {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": code}
    every, end = asked.seconds("interval", 5), elapsed() + asked.seconds("expires_in", PATIENCE)
    while elapsed() < end:
        pause(every)
        answer = ask(provider.token_url, form, SECONDS)
        match answer:
            case Denied(error="slow_down"):
                every += SLOWER
            case Denied(error="authorization_pending") | Unreached():
                pass
            case _:
                return _refresh_token(answer)
    raise NotSignedIn("The code was not typed in time: run the command again.")


def by_browser(provider: Provider, client: Client, say: Say, patience: float = PATIENCE) -> str:
    """The refresh token, once the provider has sent the person's browser back to a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sign_in = _SignIn(provider, client, f"http://127.0.0.1:{listener.getsockname()[1]}")
        say(f"Open this address in a browser on this machine and agree there:\n\n{sign_in.address()}\n")
        return sign_in.finish(_came_back(listener, elapsed() + patience))


def by_paste(provider: Provider, client: Client, say: Say, asked: Callable[[], str]) -> str:
    """The refresh token, from the address at which the browser of another machine ended, as `asked` gives it."""
    # Nobody listens there; on the other machine the browser says so and keeps the address.
    sign_in = _SignIn(provider, client, "http://127.0.0.1:8471")
    say(f"Open this address in any browser and agree there:\n\n{sign_in.address()}\n")
    say("The last page cannot be shown. Copy its whole address out of the browser's address bar and paste it here.")
    return sign_in.finish(asked())


class _SignIn:
    """One attempt, with a secret of its own: an answer to any other is not taken (RFC 8252 8.9, RFC 7636 4)."""

    def __init__(self, provider: Provider, client: Client, redirect: str) -> None:
        self._provider, self._client, self._redirect = provider, client, redirect
        self._state, self._verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)

    def address(self) -> str:
        """What the person opens."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self._verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": self._redirect,
            "scope": self._provider.scope,
            "state": self._state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | dict(self._provider.extra)
        return f"{self._provider.authorize_url}?{urlencode(query)}"

    def finish(self, address: str) -> str:
        """The refresh token for the code in the address that the browser came back to."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(address.strip()).query).items()}
        if not hmac.compare_digest(query.get("state", "").encode(), self._state.encode()):
            raise NotSignedIn("This is not the address that this sign-in ends at: run the command again.")
        if "code" not in query:
            raise NotSignedIn(_told(Denied(query.get("error", "no reason given")[:60], "")))
        form = self._client.form() | {"grant_type": "authorization_code", "code": query["code"]}
        form |= {"redirect_uri": self._redirect, "code_verifier": self._verifier}
        return _refresh_token(ask(self._provider.token_url, form, SECONDS))


def _came_back(listener: socket.socket, end: float) -> str:
    """The address that the browser asks this machine for; others, such as /favicon.ico, are passed over."""
    while (left := end - elapsed()) > 0:
        listener.settimeout(left)
        with suppress(OSError), listener.accept()[0] as browser:
            browser.settimeout(5)
            words = browser.recv(8192).split(b" ")
            browser.sendall(_PAGE)
            if len(words) > 2 and b"state=" in words[1]:
                return words[1].decode("ascii", "replace")
    raise NotSignedIn("Nobody agreed in time: run the command again, with --paste if the browser is elsewhere.")


def _refresh_token(answer: Answer) -> str:
    if not isinstance(answer, Granted):
        raise NotSignedIn(_told(answer))
    found = answer.text("refresh_token")
    if not found:
        raise NotSignedIn(
            "The provider gave no refresh token: check that [oauth] scope asks for one (offline_access at Microsoft),"
            " remove the old permission in your account there, and run the command again."
        )
    return found


def _told(answer: Answer) -> str:
    match answer:
        case Denied():
            return f"The provider says no: {answer}. Check [oauth] and the client's secret, then run it again."
        case Unreached(why=why):
            return f"The provider cannot be asked: {why}. Check the network and [oauth], then run it again."
        case _:
            return "The provider's answer cannot be understood. Check [oauth] and run it again."
