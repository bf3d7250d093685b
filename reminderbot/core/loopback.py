"""Tells whether a host is this machine itself: only there may a password or a page travel in the clear."""

from __future__ import annotations

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """True for "localhost" and the addresses of RFC 1122 3.2.1.3 (g) and RFC 4291 2.5.3; no name is looked up."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
