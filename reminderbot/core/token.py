"""Tokens in our addresses: an id with a MAC, so that nobody can make one up (promises.md S10)."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from reminderbot.core.contact import alike

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# 96 bits, written in base32: 20 characters that survive lower-casing.
_MAC_BYTES = 12
# Which key made a token: ten bits of the key's own hash, so that an older one is found without trying them all.
_ID_LETTERS = 2


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The secret keys of an installation, oldest first: the newest signs, each is read, the oldest hashes for ever."""

    every: tuple[bytes, ...]

    @property
    def oldest(self) -> bytes:
        """What must stay the same for ever is made with this one: hashes of addresses, and Message-IDs."""
        return self.every[0]

    @property
    def newest(self) -> bytes:
        return self.every[-1]


class Purpose(StrEnum):
    """What a token is for; one made for one purpose is worthless for another."""

    REPLY = "r"
    BOUNCE = "b"
    # What the carrier reports to about a text message.
    STATUS = "s"
    UNSUBSCRIBE = "u"
    # What we write to ourselves.
    CANARY = "c"


def make_token(keys: Keys, purpose: Purpose, number: int) -> str:
    """A token for reminder `number`, e.g. "r1z.q7k3v...": lower case, fit for a local part (RFC 5321: 64 octets)."""
    return f"{purpose}{_base36(number)}.{_signed(keys.newest, purpose, number)}"


def read_token(keys: Keys, purpose: Purpose, token: str) -> int | None:
    """The number in a genuine token of this purpose; None for anything else."""
    head, _, proof = token.lower().partition(".")
    if not head.startswith(purpose) or not head[1:] or len(head) > 14 or set(head[1:]) - set(_DIGITS):
        return None
    number = int(head[1:], 36)
    given = proof.encode("utf-8", "replace")
    genuine = any(
        hmac.compare_digest(given, _signed(key, purpose, number).encode())
        for key in keys.every
        if proof.startswith(_key_id(key))
    )
    return number if genuine and head[1:] == _base36(number) else None


def message_id(keys: Keys, number: int, domain: str) -> str:
    """The Message-ID of reminder `number`, the same at every attempt, with angle brackets."""
    return f"<r.{_base36(number)}.{_mac(keys.oldest, Purpose.REPLY, number, 'message-id')}@{domain}>"


def recipient_hash(keys: Keys, recipient: str) -> str:
    """A keyed hash of an address or number: proves that two are the same without keeping either."""
    return hmac.digest(keys.oldest, b"recipient:" + alike(recipient).encode(), "sha256").hex()[:32]


def _signed(key: bytes, purpose: Purpose, number: int) -> str:
    return _key_id(key) + _mac(key, purpose, number)


@lru_cache(maxsize=16)
def _key_id(key: bytes) -> str:
    return _letters(hmac.digest(key, b"key id", "sha256"))[:_ID_LETTERS]


def _mac(key: bytes, purpose: Purpose, number: int, more: str = "") -> str:
    return _letters(hmac.digest(key, f"{purpose}:{number}:{more}".encode(), "sha256")[:_MAC_BYTES])


def _letters(digest: bytes) -> str:
    return base64.b32encode(digest).decode().rstrip("=").lower()


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits
