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
"""Whether a day is a public holiday in a country (ISO 3166-1 alpha-2; empty: nowhere), or in its region: "DE-BY"."""


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
    # Another place whose holidays count as well; empty: none.
    also: str = ""

    def contains(self, day: date) -> bool:
        if day.weekday() not in self.days or self.is_holiday(self.country, day):
            return False
        return not self.also or self.also == self.country or not self.is_holiday(self.also, day)

    def add(self, day: date, count: int) -> date:
        """The date `count` business days after `day`."""
        for _ in range(count):
            day += timedelta(days=1)
            while not self.contains(day):
                day += timedelta(days=1)
        return day


@dataclass(frozen=True, slots=True)
class AtWork:
    """The days on which somebody of the business is there to read an answer."""

    zone: ZoneInfo
    days: BusinessDays

    def contains(self, moment: datetime) -> bool:
        return self.days.contains(moment.astimezone(self.zone).date())

    def next_morning(self, moment: datetime) -> datetime:
        """Midnight at the beginning of the next such day after `moment`."""
        return start_of_day(self.days.add(moment.astimezone(self.zone).date(), 1), self.zone)


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


@lru_cache(maxsize=256)
def regions_of(country: str) -> frozenset[str]:
    """The regions of a country whose holidays are known, as ISO 3166-2 writes them behind the country: "BY"."""
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, years=2026).subdivisions)
    except NotImplementedError:
        return frozenset()


@lru_cache(maxsize=512)
def _national(country: str, year: int) -> frozenset[date]:
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


@lru_cache(maxsize=512)
def _holidays_of(country: str, year: int) -> frozenset[date]:
    """Days kept by the whole country, or by at least half of its regions where nobody knows the customer's.

    Easter Monday is no holiday of the United Kingdom as a whole, nor Good Friday of Switzerland.
    """
    import holidays

    country, _, region = country.partition("-")
    if region in regions_of(country):
        return frozenset(holidays.country_holidays(country, subdiv=region, years=year))
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
    moment: datetime,
    zones: Sequence[ZoneInfo],
    hours: SendingHours,
    business: BusinessDays,
    ours: AtWork | None = None,
) -> datetime | None:
    """The first moment at or after `moment` when the window is open in every zone; None: never within weeks.

    None also where `zones` is empty or their windows never meet. With `ours` it lies on a day of ours as well.
    """
    if not zones:
        return None
    candidate, limit = moment, moment + timedelta(days=_HORIZON_DAYS)
    while candidate < limit:
        closed = next((zone for zone in zones if not _open_in(candidate, zone, hours, business)), None)
        if closed is None and (ours is None or ours.contains(candidate)):
            return candidate
        if closed is None and ours is not None:
            candidate = ours.next_morning(candidate)
            continue
        assert closed is not None
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


# Of everybody who is looked at, most ask for the same few days.
@lru_cache(maxsize=4096)
def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Midnight at the beginning of `day` in `zone`, as an instant in UTC."""
    return datetime.combine(day, time(0), zone).astimezone(UTC)
