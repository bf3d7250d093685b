"""Where passwords and tokens come from: never from config.toml, never shown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Table of the config, the fields of its settings, and the name of each in the environment.
NAMES = {
    "store": {"password": "REMINDERBOT_STORE_PASSWORD"},
    "email": {"password": "REMINDERBOT_SMTP_PASSWORD"},
    "inbox": {"password": "REMINDERBOT_IMAP_PASSWORD"},
    "oauth": {"client_secret": "REMINDERBOT_OAUTH_CLIENT_SECRET", "refresh_token": "REMINDERBOT_OAUTH_REFRESH_TOKEN"},
    "alerts": {"notify": "REMINDERBOT_NOTIFY"},
    "sms": {"token": "REMINDERBOT_TWILIO_TOKEN", "old_token": "REMINDERBOT_TWILIO_OLD_TOKEN"},
}
VARIABLES = tuple(variable for fields in NAMES.values() for variable in fields.values())
# Wanted for a while only, if at all.
PASSING = frozenset({"old_token"})


class Secret:
    """A password or token that shows itself only when asked by name."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself: for the wire, for nothing else."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Secret is not written anywhere")


class Unreadable(Exception):
    """A secret is there but cannot be used; the text says why and what to do."""


@dataclass(slots=True)
class Vault:
    """The places where a secret may lie, in the order in which they are asked."""

    folder: Path
    environ: Mapping[str, str]
    _dotenv: Mapping[str, str] | None = field(default=None, init=False)

    def find(self, name: str) -> Secret | None:
        """The secret called `name`, None where it is nowhere; Unreadable where it cannot be used.

        The environment comes first, then a file the environment names (NAME_FILE), then the credentials
        handed over by systemd (systemd.exec(5), LoadCredential=), then `.env` beside the config.
        """
        return self._from(self.environ, name) or self._from_systemd(name) or self._from(self._from_dotenv(), name)

    def _from(self, source: Mapping[str, str], name: str) -> Secret | None:
        if source.get(name):
            return _secret(source[name], name)
        named = source.get(f"{name}_FILE")
        if not named:
            return None
        path = self.folder / Path(named).expanduser()
        return _secret(_private_text(path, f"{name}_FILE names {path}, which"), str(path))

    def _from_systemd(self, name: str) -> Secret | None:
        folder = self.environ.get("CREDENTIALS_DIRECTORY")
        for spelled in (name, name.lower().replace("_", "-")) if folder else ():
            path = Path(folder or "") / spelled
            if path.is_file():
                # systemd itself guards this folder, and shows modes there that its access list then narrows.
                return _secret(_text(path, str(path)), str(path))
        return None

    def _from_dotenv(self) -> Mapping[str, str]:
        if self._dotenv is None:
            self._dotenv = _read_dotenv(self.folder / ".env")
        return self._dotenv


def missing(name: str, folder: Path) -> str:
    """What to do about a secret that is nowhere."""
    return (
        f"is nowhere to be found: put {name}=... into {folder / '.env'} (chmod 600), into the environment,"
        f" or into a file named by {name}_FILE"
    )


def _read_dotenv(path: Path) -> Mapping[str, str]:
    if not path.exists():
        return {}
    from io import StringIO

    from dotenv import dotenv_values

    # No interpolation: a password may well contain ${...}.
    found = dotenv_values(stream=StringIO(_private_text(path, str(path))), interpolate=False)
    return {name: value for name, value in found.items() if value}


def _private_text(path: Path, called: str) -> str:
    """What the file says, provided nobody but its owner may read it, and the owner is us or root (S18)."""
    text = _text(path, called)
    status = path.stat()
    if status.st_mode & 0o077:
        raise Unreadable(f"{called} can be read by others (mode {status.st_mode & 0o777:04o}): run chmod 600 {path}")
    if status.st_uid not in {0, os.geteuid()}:
        raise Unreadable(f"{called} belongs to somebody else: run chown {os.geteuid()} {path}")
    return text


def _text(path: Path, called: str) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(f"{called} is not UTF-8 text: save it as UTF-8") from None
    except OSError as error:
        raise Unreadable(f"{called} cannot be read ({error.strerror}): correct its name or its owner") from None


def _secret(text: str, called: str) -> Secret | None:
    """One line of text as a secret; line breaks inside could smuggle commands into a login (RFC 3501 4.3)."""
    value = text.strip("\r\n")
    if any(ord(char) < 32 for char in value):
        raise Unreadable(f"{called} holds more than one line or a control character: write the secret on one line")
    return Secret(value) if value else None
