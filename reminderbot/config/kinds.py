"""What one value of the config must look like: each kind turns what stood there into what we use, or says why not."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Invariant 17: no message leaves outside these hours of the recipient's day, whatever is configured.
EARLIEST, LATEST = dt.time(8), dt.time(21)


class Wrong(Exception):
    """One value cannot be used; the text says what it is and what to write."""


def seen(value: object) -> str:
    """The value as it stood in the file, cut to a readable length."""
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def slip_for(word: str, known: Iterable[str]) -> str:
    """The one of `known` for which `word` may be a slip of the pen, or nothing."""
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""


def near(word: str, known: Sequence[str]) -> str:
    """What to do about a `word` that is none of `known`."""
    slip = slip_for(word, known)
    return f"did you mean {slip}?" if slip else f"take it out, or use one of {', '.join(known)}"


def text(value: object) -> str:
    """Some words, not blank."""
    if not isinstance(value, str):
        raise Wrong(f"{seen(value)} is not text: put it in double quotes")
    if not value.strip():
        raise Wrong("there is nothing in it: write it between the quotes")
    if any((ord(char) < 32 and char != "\n") or ord(char) == 127 for char in value):
        raise Wrong("it holds a control character: type it anew without it")
    return value.strip()


def one_line(value: object) -> str:
    """Text that goes into a header or a subject, so without a line break (RFC 5322 2.2)."""
    found = text(value)
    if "\n" in found:
        raise Wrong("it runs over more than one line: write it on one")
    return found


def optional(kind: Callable[[object], str]) -> Callable[[object], str]:
    """What `kind` takes, or nothing."""
    return lambda value: "" if value == "" else kind(value)


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"{seen(value)} is neither true nor false: write one of them, without quotes")
    return value


def whole(low: int, high: int, why: str = "") -> Callable[[object], int]:
    """A whole number from `low` to `high`; `why` is added where a limit needs its reason."""
    reason = f" ({why})" if why else ""

    def check(value: object) -> int:
        if isinstance(value, str) and re.fullmatch(r"-?\d+", value.strip()):
            raise Wrong(f"{seen(value)} is text: write the number without quotes")
        if not isinstance(value, int) or isinstance(value, bool):
            raise Wrong(f"{seen(value)} is not a whole number: write one from {low} to {high}")
        if not low <= value <= high:
            raise Wrong(f"{value} is outside {low} to {high}{reason}: write a number within")
        return value

    return check


def amount(value: object) -> Decimal:
    """A sum of money of 0 or more, as a number or in quotes."""
    try:
        found = Decimal(str(value)) if isinstance(value, (int, str, Decimal)) and not isinstance(value, bool) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or found < 0:
        raise Wrong(f"{seen(value)} is not a sum: write digits with a decimal point, e.g. 2.50")
    return found


def one_of(choices: type[StrEnum]) -> Callable[[object], Any]:
    """One word of a fixed set."""
    listed = " or ".join(f'"{choice}"' for choice in choices)

    def check(value: object) -> Any:
        if not isinstance(value, str) or value not in set(choices):
            raise Wrong(f"{seen(value)} is not known: write {listed}")
        return choices(value)

    return check


def many(kind: Callable[[object], Any], example: str) -> Callable[[object], tuple[Any, ...]]:
    """A list whose every entry is of `kind`, none of them twice."""

    def check(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Wrong(f"{seen(value)} is not a list: write it in square brackets, e.g. {example}")
        found = tuple(kind(entry) for entry in value)
        if len(set(found)) != len(found):
            raise Wrong(f"{seen(value)} names something twice: leave one out")
        return found

    return check


def folder(value: object) -> Path:
    """A path; a relative one counts from the folder of the config file."""
    return Path(one_line(value)).expanduser()


def host(value: object) -> str:
    found = one_line(value)
    if "://" in found or "/" in found:
        raise Wrong(f"{seen(found)} is not a host: write its name alone, e.g. mail.example.com")
    if not re.fullmatch(r"[A-Za-z0-9_.\-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*", found) or found.count(":") == 1:
        raise Wrong(
            f"{seen(found)} is not a host: write a name or an address, e.g. mail.example.com; the port has a key"
        )
    return found


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


def time_zone(value: object) -> str:
    """An IANA zone name this machine knows."""
    from zoneinfo import ZoneInfo, available_timezones

    found = one_line(value)
    try:
        ZoneInfo(found)
    # A folder's name, such as "Europe", gives an OSError; a name with ".." a ValueError; an unknown one a KeyError.
    except (KeyError, ValueError, OSError):
        slip = slip_for(found, available_timezones())
        hint = f" (did you mean {slip}?)" if slip else ""
        raise Wrong(f"{seen(found)} is not a time zone{hint}: write area and city, e.g. Europe/Berlin") from None
    return found


def _current_currencies() -> Mapping[str, set[str]]:
    """Countries with the currencies that are legal tender there today, from the Unicode CLDR in babel."""
    from babel.core import get_global

    countries: Mapping[str, Iterable[tuple[str, object, object, bool]]] = get_global("territory_currencies")
    tender = {
        code: {name for name, _, until, legal in known if legal and until is None} for code, known in countries.items()
    }
    # CLDR also lists the Union; it is no country and has no holidays of its own.
    return {code: names for code, names in tender.items() if names and code != "EU"}


def country(value: object) -> str:
    """A country by its two letters (ISO 3166-1 alpha-2)."""
    found = one_line(value)
    if found not in _current_currencies():
        aliases = {"UK": "GB", "EL": "GR"}
        hint = f" (did you mean {aliases[found]}?)" if found in aliases else ""
        raise Wrong(f"{seen(found)} is not a country code{hint}: write its two capital letters, e.g. GB, US or DE")
    return found


def currency(value: object) -> str:
    """A currency in use today by its three letters (ISO 4217)."""
    found = one_line(value)
    if not any(found in names for names in _current_currencies().values()):
        raise Wrong(f"{seen(found)} is not a currency: write its three capital letters, e.g. EUR, USD or GBP")
    return found


def language(value: object) -> str:
    """A language, with its country where that matters (BCP 47)."""
    found = one_line(value)
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", found):
        raise Wrong(f"{seen(found)} is not a language: write e.g. en or en-GB")
    return found


def window(value: object) -> tuple[dt.time, dt.time]:
    """Hours of the day as "09:00-17:00", inside the hours that no setting widens."""
    found = re.fullmatch(r"(\d\d?):(\d\d)\s*[-–]\s*(\d\d?):(\d\d)", one_line(value))
    try:
        hours = [int(part) for part in found.groups()] if found else []
        start, end = dt.time(hours[0], hours[1]), dt.time(hours[2], hours[3])
    except (IndexError, ValueError):
        raise Wrong(f'{seen(value)} is not a span of hours: write e.g. "09:00-17:00"') from None
    if start >= end:
        raise Wrong(f'{seen(value)} ends before it begins: write the earlier hour first, e.g. "09:00-17:00"')
    if start < EARLIEST or end > LATEST:
        raise Wrong(f"{seen(value)} goes beyond {EARLIEST:%H:%M}-{LATEST:%H:%M}, which no setting widens: stay within")
    return start, end


def weekday(value: object) -> int:
    """A day of the week by three letters; Monday is 0, as in `date.weekday`."""
    if not isinstance(value, str) or value not in WEEKDAYS:
        raise Wrong(f"{seen(value)} is not a day: write mon, tue, wed, thu, fri, sat or sun, each in quotes")
    return WEEKDAYS.index(value)


def weekdays(value: object) -> frozenset[int]:
    found = frozenset(many(weekday, '["mon", "tue"]')(value))
    if not found:
        raise Wrong('it names no day, so nothing could ever be sent: write e.g. ["mon", "tue", "wed", "thu", "fri"]')
    return found


def day(value: object) -> dt.date:
    """A date in ISO order, with or without quotes."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        raise Wrong(f"{seen(value)} is not a date: write year-month-day, e.g. 2027-12-24") from None


def listen(value: object) -> tuple[str, int]:
    """Where the desk is served: address and port."""
    name, _, digits = one_line(value).rpartition(":")
    address = name.removeprefix("[").removesuffix("]")
    try:
        ip_address("127.0.0.1" if address == "localhost" else address)
        return address, whole(1, 65535)(int(digits))
    except (ValueError, Wrong):
        raise Wrong(f'{seen(value)} is not an address and port: write e.g. "127.0.0.1:8470"') from None


def web_base(value: object) -> str:
    """The root of a web service, without a slash at the end."""
    found = one_line(value)
    parts = urlsplit(found)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username:
        raise Wrong(f"{seen(found)} is not a web address: write e.g. https://api.twilio.com")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise Wrong(f"{seen(found)} would send the token in the clear: write https://")
    return found.rstrip("/")


def is_loopback(name: str) -> bool:
    """Whether `name` is this very machine."""
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def store_url(value: object) -> str:
    """Where the store lies, without a password; a relative SQLite path is made absolute by `rules`."""
    found = one_line(value)
    parts = urlsplit(found)
    if parts.password is not None:
        raise Wrong("it holds a password: take it out here and put it into REMINDERBOT_STORE_PASSWORD (in .env)")
    if parts.scheme not in {"sqlite", "postgresql", "postgresql+psycopg"}:
        raise Wrong(
            f"{seen(found)} is no store we know: write sqlite:///state/reminderbot.db or postgresql://host/name"
        )
    if parts.scheme == "sqlite" and (parts.netloc or len(parts.path) < 2 or ":memory:" in found):
        raise Wrong(f"{seen(found)} names no file: write sqlite:/// and a path, e.g. sqlite:///state/reminderbot.db")
    return found


def slug(value: object) -> str:
    """A short name that is also a file name."""
    found = one_line(value)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_\-]{0,39}", found):
        raise Wrong(f"{seen(found)} is no name for a tier or letter: use small letters, digits and -, e.g. check-in")
    return found


Text = Annotated[str, text]
Line = Annotated[str, one_line]
OptionalLine = Annotated[str, optional(one_line)]
Flag = Annotated[bool, flag]
Amount = Annotated[Decimal, amount]
Folder = Annotated[Path, folder]
Host = Annotated[str, host]
Port = Annotated[int, whole(1, 65535)]
EmailAddress = Annotated[str, email]
