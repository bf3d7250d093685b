"""What a time zone, country, currency or language in the config must look like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from reminderbot.config.kinds import Wrong, one_line, seen, slip_for

_NO_ZONES = (
    "no time zone can be looked up, since this machine has no time zone database: apt install tzdata,"
    " or pip install tzdata beside reminderbot"
)


def time_zone(value: object) -> str:
    """An IANA zone name this machine knows."""
    from zoneinfo import ZoneInfo, available_timezones

    found = one_line(value)
    try:
        ZoneInfo(found)
    # A folder's name, such as "Europe", gives an OSError; a name with ".." a ValueError; an unknown one a KeyError.
    except (KeyError, ValueError, OSError):
        known = available_timezones()
        if not known:
            raise Wrong(_NO_ZONES) from None
        slip = slip_for(found, known)
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
