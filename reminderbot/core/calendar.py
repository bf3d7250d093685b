"""When a message may leave: the recipient's hours, their business days and holidays, in every zone they may be in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# Invariant 17: no setting widens these (after 47 CFR 64.1200(c)(1) and Fla. Stat. 559.72(17)).
HARD_START = time(8)
HARD_END = time(21)
# A relay or carrier may be slow: nothing is handed over in the last quarter of an hour.
CLOSING_MARGIN = timedelta(minutes=15)
_HORIZON_DAYS = 40

IsHoliday = Callable[[str, date], bool]
"""Whether a day is a public holiday in a country (ISO 3166-1 alpha-2; empty: nowhere)."""


@dataclass(frozen=True, slots=True)
class SendingHours:
    """The daily window in the recipient's local time, and the weekdays it opens on (0 is Monday)."""

    start: time = time(9)
    end: time = time(17)
    days: frozenset[int] = frozenset(range(5))

    def __post_init__(self) -> None:
        if not HARD_START <= self.start < self.end <= HARD_END:
            raise ValueError(f"the sending window must lie within {HARD_START:%H:%M}-{HARD_END:%H:%M}")


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """Which dates are working days in a country."""

    days: frozenset[int]
    country: str
    is_holiday: IsHoliday

    def contains(self, day: date) -> bool:
        return day.weekday() in self.days and not self.is_holiday(self.country, day)

    def add(self, day: date, count: int) -> date:
        """The date `count` business days after `day`."""
        for _ in range(count):
            day += timedelta(days=1)
            while not self.contains(day):
                day += timedelta(days=1)
        return day


def no_holidays(_country: str, _day: date) -> bool:
    return False


def public_holidays(extra: frozenset[date] = frozenset()) -> IsHoliday:
    """Public holidays by the `holidays` package, plus the business's own closing days."""

    def is_holiday(country: str, day: date) -> bool:
        return day in extra or day in _holidays_of(country, day.year)

    return is_holiday


def national_holidays(extra: frozenset[date] = frozenset()) -> IsHoliday:
    """Public holidays of whole countries only, plus the business's own closing days: days when surely nobody works."""

    def is_holiday(country: str, day: date) -> bool:
        return day in extra or day in _national(country, day.year)

    return is_holiday


@lru_cache(maxsize=512)
def _national(country: str, year: int) -> frozenset[date]:
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


@lru_cache(maxsize=512)
def _holidays_of(country: str, year: int) -> frozenset[date]:
    """Days kept by the whole country, or by at least half of its regions: which one the customer is in, nobody knows.

    Easter Monday is no holiday of the United Kingdom as a whole, nor Good Friday of Switzerland.
    """
    import holidays

    try:
        national = holidays.country_holidays(country, years=year)
    except NotImplementedError:
        # A country that the package does not know: no holiday is assumed, the weekdays still hold.
        return frozenset()
    regions = national.subdivisions
    kept = Counter(day for region in regions for day in holidays.country_holidays(country, subdiv=region, years=year))
    return frozenset(national) | {day for day, by in kept.items() if 2 * by >= len(regions)}


def is_open(moment: datetime, zones: Sequence[ZoneInfo], hours: SendingHours, business: BusinessDays) -> bool:
    """True where `moment` lies inside the window on a business day in every zone, closing margin kept."""
    return bool(zones) and all(_open_in(moment, zone, hours, business) for zone in zones)


def next_open(
    moment: datetime, zones: Sequence[ZoneInfo], hours: SendingHours, business: BusinessDays
) -> datetime | None:
    """The first moment at or after `moment` when the window is open in every zone; None: never within weeks.

    None also where `zones` is empty or their windows never meet.
    """
    if not zones:
        return None
    candidate, limit = moment, moment + timedelta(days=_HORIZON_DAYS)
    while candidate < limit:
        closed = next((zone for zone in zones if not _open_in(candidate, zone, hours, business)), None)
        if closed is None:
            return candidate
        candidate = _next_opening(candidate, closed, hours, business, limit)
    return None


def _open_in(moment: datetime, zone: ZoneInfo, hours: SendingHours, business: BusinessDays) -> bool:
    local = moment.astimezone(zone)
    last = (moment + CLOSING_MARGIN).astimezone(zone)
    return (
        business.contains(local.date())
        and hours.start <= local.time()
        and last.date() == local.date()
        and last.time() <= hours.end
    )


def _next_opening(
    moment: datetime, zone: ZoneInfo, hours: SendingHours, business: BusinessDays, limit: datetime
) -> datetime:
    day = moment.astimezone(zone).date()
    while True:
        opening = datetime.combine(day, hours.start, zone).astimezone(UTC)
        if opening > moment and business.contains(day) and _open_in(opening, zone, hours, business):
            return opening
        if opening > limit:
            return limit
        day += timedelta(days=1)


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Midnight at the beginning of `day` in `zone`, as an instant in UTC."""
    return datetime.combine(day, time(0), zone).astimezone(UTC)
