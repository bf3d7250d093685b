"""How an OAuth2 access token is shown to a mail server: XOAUTH2 and OAUTHBEARER (RFC 7628), before base64."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Protocol

# Google and Microsoft both know XOAUTH2, and every mail program uses it there; Microsoft knows no other.
_MECHANISMS = ("XOAUTH2", "OAUTHBEARER")
_LONGEST = 200


class NoAccessToken(Exception):
    """There is no access token to show: what happened, what a person can do, and whether only a person can mend it."""

    def __init__(self, what: str, cure: str, *, lasting: bool) -> None:
        super().__init__(f"{what}: {cure}")
        self.what, self.cure, self.lasting = what, cure, lasting

    def anew(self) -> NoAccessToken:
        """The same once more: an error that is raised again and again keeps the traces of all its lives."""
        return NoAccessToken(self.what, self.cure, lasting=self.lasting)


class AccessTokens(Protocol):
    """Where a channel or an inbox gets the token that it shows instead of a password."""

    def get(self, refused: str = "") -> str:
        """A valid access token, NoAccessToken where there is none.

        `refused` is one that a server would not take: it comes back only where no better one is to be had.
        """
        ...


# What opens a mailbox: a password, or tokens that take its place.
Credential = str | AccessTokens


def choose(offered: Iterable[str]) -> str:
    """The mechanism to use of those a server offers; empty where it takes no token."""
    known = frozenset(offered)
    return next((name for name in _MECHANISMS if name in known), "")


def first_response(mechanism: str, username: str, host: str, port: int, token: str) -> bytes:
    """What the client says first, the token included."""
    if mechanism == "XOAUTH2":
        return f"user={username}\1auth=Bearer {token}\1\1".encode()
    # RFC 5801 4: a comma or an equals sign in the name would end it.
    name = username.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\1host={host}\1port={port}\1auth=Bearer {token}\1\1".encode()


def last_response(mechanism: str) -> bytes:
    """What the client says to a challenge that refuses it, so that the server can end the log-in."""
    # RFC 7628 3.2.3 asks for one \1, Google and Microsoft for an empty line.
    return b"" if mechanism == "XOAUTH2" else b"\1"


def refusal(challenge: bytes) -> str:
    """Why the server refused the token, from its challenge (RFC 7628 3.2.2); empty where that says nothing."""
    try:
        told = json.loads(challenge)
    # Besides bad JSON: json takes a deep nest for a RecursionError.
    except (ValueError, RecursionError):
        return ""
    if not isinstance(told, dict):
        return ""
    status, scope = (_word(told.get(key)) for key in ("status", "scope"))
    wanted = f"; it wants the scope {scope}" if scope else ""
    return f"the token was refused{f' with status {status}' if status else ''}{wanted}" if status or scope else ""


def _word(value: object) -> str:
    text = str(value) if isinstance(value, str | int) else ""
    return "".join(c if c.isprintable() else "?" for c in text[:_LONGEST])
