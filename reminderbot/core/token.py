"""Tokens in our addresses: an id with a MAC, so that nobody can make one up (promises.md S10)."""

from __future__ import annotations

import base64
import hmac
from enum import StrEnum

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# 96 bits, written in base32: 20 characters that survive lower-casing.
_MAC_BYTES = 12


class Purpose(StrEnum):
    """What a token is for; one made for one purpose is worthless for another."""

    REPLY = "r"
    BOUNCE = "b"
    STATUS = "s"


def make_token(key: bytes, purpose: Purpose, number: int) -> str:
    """A token for reminder `number`, e.g. "r1z.k3v...": lower case, fit for a local part (RFC 5321: 64 octets)."""
    return f"{purpose}{_base36(number)}.{_mac(key, purpose, number)}"


def read_token(key: bytes, purpose: Purpose, token: str) -> int | None:
    """The number in a genuine token of this purpose; None for anything else."""
    head, _, mac = token.lower().partition(".")
    if not head.startswith(purpose) or not head[1:] or len(head) > 14 or set(head[1:]) - set(_DIGITS):
        return None
    number = int(head[1:], 36)
    genuine = hmac.compare_digest(mac.encode("utf-8", "replace"), _mac(key, purpose, number).encode())
    return number if genuine and head[1:] == _base36(number) else None


def message_id(key: bytes, number: int, domain: str) -> str:
    """The Message-ID of reminder `number`, the same at every attempt, with angle brackets."""
    return f"<r.{_base36(number)}.{_mac(key, Purpose.REPLY, number, 'message-id')}@{domain}>"


def recipient_hash(key: bytes, recipient: str) -> str:
    """A keyed hash of an address or number: proves that two are the same without keeping either."""
    return hmac.digest(key, b"recipient:" + recipient.strip().lower().encode(), "sha256").hex()[:32]


def _mac(key: bytes, purpose: Purpose, number: int, more: str = "") -> str:
    digest = hmac.digest(key, f"{purpose}:{number}:{more}".encode(), "sha256")[:_MAC_BYTES]
    return base64.b32encode(digest).decode().rstrip("=").lower()


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits
