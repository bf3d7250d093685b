"""How a PostgreSQL on another machine is reached: over TLS, with its certificate and its name verified (S19)."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from sqlalchemy import URL
from sqlalchemy.exc import ArgumentError

from reminderbot.core.loopback import is_loopback

_VERIFIED = "verify-full"


def verified(url: URL) -> URL:
    """`url`, made to verify whom it talks to unless that is this machine; ArgumentError where it asks for less.

    libpq by itself encrypts when the server likes, verifies nothing, and sends the password all the same.
    """
    named = tuple(_hosts(url))
    if named and all(map(is_loopback, named)):
        return url
    chosen = url.query.get("sslmode", _VERIFIED)
    if chosen != _VERIFIED:
        raise ArgumentError(
            f"sslmode={chosen} would not prove that it is {', '.join(named) or 'the right server'} that gets the"
            f" password: take it out or write sslmode={_VERIFIED}; with an authority of your own, add sslrootcert=FILE"
        )
    # On a socket of this machine libpq passes over both.
    roots = url.query.get("sslrootcert") or ssl.get_default_verify_paths().cafile or "system"
    return url.update_query_dict({"sslmode": _VERIFIED, "sslrootcert": roots})


def _hosts(url: URL) -> Iterator[str]:
    """Every machine that the address names, in the ways that libpq knows."""
    for named in (url.host, url.query.get("host"), url.query.get("hostaddr")):
        for one in (named,) if isinstance(named, str) else named or ():
            yield from one.split(",")
