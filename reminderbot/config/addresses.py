"""What an address in the config must look like: of a server, a mailbox, a telephone, an account, the store."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from reminderbot.config.kinds import Wrong, one_line, seen, whole
from reminderbot.core.loopback import is_loopback


def host(value: object) -> str:
    found = one_line(value)
    if "://" in found or "/" in found:
        raise Wrong(f"{seen(found)} is not a host: write its name alone, e.g. mail.example.com")
    if not _is_host(found):
        raise Wrong(
            f"{seen(found)} is not a host: write a name or an address, e.g. mail.example.com; the port has a key"
        )
    return found


def _is_host(name: str) -> bool:
    form = re.fullmatch(r"[A-Za-z0-9_.\-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*", name)
    return form is not None and name.count(":") != 1


def email(value: object) -> str:
    """An address we write from or to, in the ASCII form that goes on the wire."""
    from email_validator import EmailNotValidError, validate_email

    found = one_line(value)
    if "<" in found:
        raise Wrong(f"{seen(found)} holds more than the address: write the part between < and > only")
    try:
        # Not only public mail: an office's own server may answer to .local names, and alerts may go to root@localhost.
        valid = validate_email(found, check_deliverability=False, globally_deliverable=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise Wrong(
            f"{seen(found)} is not an e-mail address ({str(error).rstrip('.')}): e.g. office@example.com"
        ) from None
    if "." not in valid.domain and valid.domain != "localhost":
        raise Wrong(f"{seen(found)} ends too early: write the whole domain, e.g. office@example.com")
    return valid.ascii_email or valid.normalized


def e164(value: object) -> str:
    """A telephone number in its bare international form (ITU-T E.164), e.g. +14155550123."""
    found = re.sub(r"[ ().\-]", "", one_line(value))
    if not re.fullmatch(r"\+[1-9]\d{6,14}", found):
        raise Wrong(f"{seen(value)} is not an international number: write + and the country code, e.g. +14155550123")
    return found


def phone(value: object) -> str:
    """A telephone number as customers are to read it; it must be an international one."""
    e164(value)
    return one_line(value)


def sid(prefix: str) -> Callable[[object], str]:
    """An identifier of Twilio's: two letters and 32 hexadecimal digits."""

    def check(value: object) -> str:
        found = one_line(value)
        if not re.fullmatch(prefix + "[0-9a-fA-F]{32}", found):
            raise Wrong(
                f"{seen(found)} is not a Twilio SID: copy it from the console, {prefix} and 32 letters or digits"
            )
        return found

    return check


def listen(value: object) -> tuple[str, int]:
    """Where the desk is served: address and port."""
    name, _, digits = one_line(value).rpartition(":")
    address = name.removeprefix("[").removesuffix("]")
    try:
        ip_address("127.0.0.1" if address == "localhost" else address)
        return address, whole(1, 65535)(int(digits))
    except (ValueError, Wrong):
        raise Wrong(f'{seen(value)} is not an address and port: write e.g. "127.0.0.1:8470"') from None


def _parts(found: str, example: str) -> SplitResult:
    """A URL taken apart; one that cannot be, such as a bracket that is never closed, is told with an example."""
    try:
        parts = urlsplit(found)
        _ = parts.port
    except ValueError as error:
        raise Wrong(f"{seen(found)} is not a web address ({error}): write e.g. {example}") from None
    return parts


def web_base(value: object) -> str:
    """The root of a web service, without a slash at the end."""
    found = one_line(value)
    parts = _parts(found, "https://api.twilio.com")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username:
        raise Wrong(f"{seen(found)} is not a web address: write e.g. https://api.twilio.com")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise Wrong(f"{seen(found)} would send the token in the clear: write https://")
    return found.rstrip("/")


def tenant(value: object) -> str:
    """Whose accounts at Microsoft: a name or an identifier that becomes part of an address."""
    found = one_line(value)
    if not re.fullmatch(r"[A-Za-z0-9.\-]+", found):
        raise Wrong(f'{seen(found)} is not a tenant: write "common", your domain, or the tenant\'s identifier')
    return found


def public_base(value: object) -> str:
    """The root under which others reach us, without a slash at the end; signatures cover it letter by letter."""
    found = one_line(value)
    parts = _parts(found, "https://desk.example.com:8443")
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not safe or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise Wrong(f"{seen(found)} is not a public address: write https:// and a name, e.g. https://desk.example.com")
    if trouble := _unusable(parts):
        raise Wrong(f"{seen(found)} {trouble}: write e.g. https://desk.example.com or https://example.com/reminders")
    return found.rstrip("/")


def _unusable(parts: SplitResult) -> str:
    """Why nobody could call an address, although it is written like one; empty: somebody could."""
    name = parts.hostname or ""
    if re.search(r"\s", parts.geturl()):
        return "has a blank in it"
    if parts.port == 0:
        return "names port 0, on which nobody answers"
    if not _is_host(name) or ".." in name or name.startswith("."):
        return "has no name that can be looked up"
    if {".", ".."} & set(parts.path.split("/")) or "//" in parts.path:
        return "has a path that callers shorten on their way"
    return ""


def store_url(value: object) -> str:
    """Where the store lies, without a password; a relative SQLite path is made absolute by `rules`."""
    found = one_line(value)
    parts = _parts(found, "postgresql://host/name")
    if parts.password is not None or "password=" in parts.query:
        raise Wrong("it holds a password: take it out here and put it into REMINDERBOT_STORE_PASSWORD (in .env)")
    if parts.scheme not in {"sqlite", "postgresql", "postgresql+psycopg"}:
        raise Wrong(
            f"{seen(found)} is no store we know: write sqlite:///state/reminderbot.db or postgresql://host/name"
        )
    if parts.scheme == "sqlite" and (parts.netloc or len(parts.path) < 2 or ":memory:" in found):
        raise Wrong(f"{seen(found)} names no file: write sqlite:/// and a path, e.g. sqlite:///state/reminderbot.db")
    return found


Host = Annotated[str, host]
Port = Annotated[int, whole(1, 65535)]
EmailAddress = Annotated[str, email]
