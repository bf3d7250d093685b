"""Days, hours and zones as the oracle reckons them: by the zone database and the holidays package alone.

Where the specification names no calendar (the customer's or the business's), both are asked and the milder one counts:
an alarm must be certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import holidays
import phonenumbers
from phonenumbers import timezone as phone_zones

_DAY = timedelta(days=1)
WORKING_WEEK = frozenset({0, 1, 2, 3, 4})


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo | None:
    """A zone by its name; None where there is none of that name."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


@lru_cache(maxsize=4096)
def zones_of(name: str, country: str, phones: frozenset[str], business: str) -> tuple[ZoneInfo, ...]:
    """Every zone a customer may live in: the stated one, else those of country and number, else the business's."""
    stated = zone(name)
    if stated is not None:
        return (stated,)
    by_country, by_number = _of_country(country), _of_numbers(phones)
    both = by_country & by_number or by_country | by_number or {business}
    return tuple(known for each in sorted(both) if (known := zone(each)) is not None)


@lru_cache(maxsize=512)
def public_holidays(country: str) -> Mapping[date, str]:
    """A country's public holidays; none where they are not known."""
    try:
        return holidays.country_holidays(country)
    except NotImplementedError:
        return {}


def is_holiday(day: date, country: str, own: frozenset[date]) -> bool:
    """A day on which nothing arrives: the country's, or one of the owner's list."""
    return day in own or (bool(country) and day in public_holidays(country))


@lru_cache(maxsize=65536)
def is_holiday_somewhere(day: date, country: str) -> bool:
    """A public holiday in the country or in any of its regions."""
    return day in public_holidays(country) or any(day in region for region in _regions(country))


def after_business_days(day: date, count: int, country: str, own: frozenset[date], weekdays: frozenset[int]) -> date:
    """So many business days later."""
    while count > 0:
        day += _DAY
        # Milder: a day that either the common week or the owner's works on counts.
        if day.weekday() in WORKING_WEEK | weekdays and not is_holiday(day, country, own):
            count -= 1
    return day


def business_age(
    since: datetime, now: datetime, home: ZoneInfo, country: str, own: frozenset[date], weekdays: frozenset[int]
) -> timedelta:
    """How much time has passed on business days, from midnight to midnight in the business's zone.

    Milder: a day that is a holiday in some region of the country does not count; where the business sits is not known.
    """
    age, at = timedelta(0), since
    while at < now and age < timedelta(days=90):
        here = at.astimezone(home).date()
        midnight = datetime.combine(here + _DAY, time(0), home).astimezone(UTC)
        if here.weekday() in WORKING_WEEK & weekdays and not (here in own or is_holiday_somewhere(here, country)):
            age += min(midnight, now) - at
        at = midnight
    return age


def local_dates(at: datetime, zones: Iterable[ZoneInfo]) -> set[date]:
    """The days it may be somewhere at a moment."""
    return {at.astimezone(each).date() for each in zones}


@lru_cache(maxsize=512)
def _regions(country: str) -> tuple[Mapping[date, str], ...]:
    known = public_holidays(country)
    regions = getattr(known, "subdivisions", ())
    return tuple(holidays.country_holidays(country, subdiv=region) for region in regions)


@lru_cache(maxsize=512)
def _of_country(country: str) -> frozenset[str]:
    return _zone_table().get(country.upper(), frozenset())


@lru_cache(maxsize=1)
def _zone_table() -> Mapping[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _, name = line.split("\t")[:3]
            table.setdefault(country, set()).add(name)
    return {country: frozenset(found) for country, found in table.items()}


def _of_numbers(phones: frozenset[str]) -> frozenset[str]:
    found: set[str] = set()
    for phone in phones:
        try:
            found.update(phone_zones.time_zones_for_number(phonenumbers.parse(phone)))
        except phonenumbers.NumberParseException:
            continue
    return frozenset(name for name in found if zone(name) is not None)
