"""May we write to this person, on this channel, now: reachability, consent, the contact budget and their day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from reminderbot.core.calendar import AtWork, BusinessDays, SendingHours, next_open
from reminderbot.core.customer import Customer
from reminderbot.core.gate import Gate, GateCode
from reminderbot.core.ladder import Channel


@dataclass(frozen=True, slots=True)
class Budget:
    """How often one person may hear from us over all invoices, tiers and channels; it can only be lowered."""

    per_day: int = 1
    per_week: int = 2
    per_month: int = 7


# (how long a stretch, which share of the budget it has, what it is called)
_STRETCHES = (
    (timedelta(hours=24), "per_day", "24 hours"),
    (timedelta(days=7), "per_week", "7 days"),
    (timedelta(days=30), "per_month", "30 days"),
)


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known about reaching one customer."""

    zones: tuple[ZoneInfo, ...]
    # Channels that are closed for good, each with the reason: opted out, bounced.
    closed: tuple[tuple[Channel, str], ...] = ()
    # When somebody was last written to at this customer or at the same address or number, any channel.
    contacted_at: tuple[datetime, ...] = ()
    sms_enabled: bool = False

    def closed_because(self, channel: Channel) -> str:
        """Why `channel` is closed for good; empty where it is open."""
        return next((why for shut, why in self.closed if shut is channel), "")


def address_on(customer: Customer, channel: Channel) -> str:
    """The customer's address or number on `channel`; empty where there is none."""
    contact = customer.contact
    return (contact.email if channel is Channel.EMAIL else contact.phone) or ""


def alike(address: str) -> str:
    """What is the same for two ways of writing one address or number."""
    return address.strip().lower()


def reachable(customer: Customer, channel: Channel, reach: Reach, about: tuple[str, ...] = ()) -> Gate:
    """Whether we have an address we may use on `channel`: present, not dead, not opted out, consent on record.

    The gates here are `about` these invoices; none: about the customer as a whole.
    """
    name, values = f"reachable by {'e-mail' if channel is Channel.EMAIL else 'SMS'}", {"channel": channel.value}

    def shut(because: str, code: GateCode, **more: str) -> Gate:
        return Gate(name, False, because, code=code, invoices=about, values=values | more)

    if not address_on(customer, channel):
        if channel is Channel.EMAIL:
            return shut("the ledger has no address", GateCode.NO_ADDRESS)
        return shut("the ledger has no number", GateCode.NO_NUMBER)
    if why := reach.closed_because(channel):
        return shut(why, GateCode.CLOSED, why=why)
    if channel is Channel.SMS and not reach.sms_enabled:
        return shut("SMS is not set up", GateCode.NO_TEXTS)
    if channel is Channel.SMS and customer.contact.sms_consent is None:
        return shut("no consent to text messages is on record", GateCode.NO_CONSENT)
    because = "an address is on record and open"
    return Gate(name, True, because, code=GateCode.REACHABLE, invoices=about, values=values)


def within_budget(contacted_at: Iterable[datetime], budget: Budget, now: datetime, about: tuple[str, ...] = ()) -> Gate:
    """Whether one more message keeps the limits of law 3; if not, when it would."""
    times = sorted(contacted_at)
    waits: list[tuple[datetime, str, dict[str, str | int]]] = []
    for stretch, share, called in _STRETCHES:
        allowed = getattr(budget, share)
        recent = [at for at in times if at > now - stretch]
        if len(recent) >= allowed:
            # It is free again when enough of the oldest have left the stretch.
            values: dict[str, str | int] = {"times": len(recent), "days": stretch.days}
            free_at = recent[len(recent) - allowed] + stretch
            waits.append((free_at, f"{len(recent)} in {called}, at most {allowed}", values))
    if not waits:
        return Gate("contact budget", True, "not too often", code=GateCode.NOT_TOO_OFTEN, invoices=about)
    until, why, told = max(waits, key=lambda wait: wait[:2])
    because = f"they have heard from us {why}"
    return Gate("contact budget", False, because, until, code=GateCode.TOO_OFTEN, invoices=about, values=told)


def in_their_day(
    now: datetime,
    zones: Sequence[ZoneInfo],
    hours: SendingHours,
    business: BusinessDays,
    ours: AtWork | None = None,
    about: tuple[str, ...] = (),
) -> Gate:
    """Whether it is a good hour of a business day wherever the recipient may be; if not, when it is.

    With `ours` it is one of ours as well, unless the two never meet.
    """
    theirs = next_open(now, zones, hours, business)
    opening = theirs
    if theirs is not None and ours is not None and not ours.contains(theirs):
        opening = next_open(theirs, zones, hours, business, ours) or theirs
    name = "their day"
    if opening is None:
        because = "their time zone is unknown, or its candidates never share an hour: add a time_zone"
        return Gate(name, False, because, code=GateCode.NO_COMMON_HOUR, invoices=about)
    if opening > now:
        local = opening.astimezone(zones[0])
        if opening != theirs:
            because = f"nobody is at work here to read an answer; next open {local:%a %d %b %H:%M} their time"
            return Gate(name, False, because, opening, code=GateCode.NOBODY_AT_WORK, invoices=about)
        because = f"outside their sending hours; next open {local:%a %d %b %H:%M} their time"
        return Gate(name, False, because, opening, code=GateCode.OUT_OF_HOURS, invoices=about)
    return Gate(name, True, "inside their sending hours", code=GateCode.IN_HOURS, invoices=about)


def may_send(
    reach: Reach,
    budget: Budget,
    hours: SendingHours,
    business: BusinessDays,
    now: datetime,
    ours: AtWork | None = None,
    about: tuple[str, ...] = (),
) -> tuple[Gate, Gate]:
    """The gates of time: the contact budget and the recipient's day. Asked when planning, and again at the door."""
    spent = within_budget(reach.contacted_at, budget, now, about)
    # A message that must wait for its budget is asked about the hour at which it could leave.
    return spent, in_their_day(spent.until or now, reach.zones, hours, business, ours, about)


def candidate_zones(customer: Customer, home: str, home_country: str) -> tuple[ZoneInfo, ...]:
    """Every zone the customer may be in: the ledger's own, else those of country and number, else the business's.

    Where country and number both tell, only zones that both allow; where they contradict, all of both.
    """
    if customer.time_zone:
        return (ZoneInfo(customer.time_zone),)
    by_country = _zones_of_country(customer.country) if customer.country else ()
    by_phone = _zones_of_phone(customer.contact.phone) if customer.contact.phone else ()
    common = tuple(zone for zone in by_country if zone in by_phone)
    names = common or by_country + by_phone
    if not names:
        names = (home,) if not customer.country or customer.country == home_country else ()
    return tuple(ZoneInfo(name) for name in dict.fromkeys(names))


@lru_cache(maxsize=512)
def _zones_of_country(country: str) -> tuple[str, ...]:
    from babel.core import get_global

    return tuple(name for name in get_global("territory_zones").get(country, ()) if _known(name))


@lru_cache(maxsize=4096)
def _zones_of_phone(phone: str) -> tuple[str, ...]:
    import phonenumbers
    from phonenumbers import timezone

    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return ()
    return tuple(name for name in timezone.time_zones_for_number(number) if name != "Etc/Unknown" and _known(name))


def country_prefix(number: str) -> str:
    """How every number of its country begins: "+44"; for an island under "+1" with the area code, "+1876"."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    shared = parsed.country_code == 1 and phonenumbers.region_code_for_number(parsed) not in ("US", "CA")
    return number[:5] if shared else f"+{parsed.country_code}"


def _known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
