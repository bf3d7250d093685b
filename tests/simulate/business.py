"""Invents a business from a seed: its rules, its customers, how attentive its people are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from tests.oracle.evidence import Channel, GoodPayer, Party, Rules, Rung, Segment

MAIL, TEXT = Channel.EMAIL, Channel.SMS
LADDERS = {
    "as shipped": (
        Rung("heads-up", -3, (MAIL,)),
        Rung("gentle", 3, (MAIL,)),
        Rung("check-in", 10, (MAIL, TEXT)),
        Rung("options", 18, (MAIL,)),
        Rung("firm", 28, (MAIL, TEXT)),
        Rung("call", 35),
        Rung("last", 42, (MAIL,)),
        Rung("review", 56),
    ),
    "brief": (Rung("gentle", 1, (MAIL,)), Rung("check-in", 14, (MAIL, TEXT)), Rung("last", 30, (MAIL,))),
    "hasty": (
        Rung("heads-up", -7, (MAIL,)),
        Rung("gentle", 0, (MAIL,)),
        Rung("check-in", 3, (MAIL, TEXT)),
        Rung("options", 6, (MAIL, TEXT)),
        Rung("firm", 9, (MAIL,)),
        Rung("last", 30, (MAIL, TEXT)),
        Rung("review", 40),
    ),
    "by text": (
        Rung("gentle", 2, (TEXT,)),
        Rung("check-in", 9, (MAIL, TEXT)),
        Rung("firm", 20, (TEXT,)),
        Rung("call", 27),
        Rung("last", 45, (MAIL,)),
        Rung("review", 60),
    ),
    "patient": (
        Rung("heads-up", -5, (MAIL,)),
        Rung("gentle", 10, (MAIL,)),
        Rung("options", 30, (MAIL,)),
        Rung("last", 60, (MAIL,)),
        Rung("review", 90),
    ),
}
# Of segments' own; their tiers have the names of letters that there are.
_SLOW = (Rung("gentle", 7, (MAIL,)), Rung("options", 25, (MAIL,)), Rung("last", 50, (MAIL,)), Rung("review", 70))
_SHORT = (
    Rung("heads-up", -9, (MAIL,)),
    Rung("gentle", 0, (MAIL,)),
    Rung("check-in", 12, (MAIL,)),
    Rung("firm", 24, (MAIL,)),
    Rung("call", 32),
    Rung("last", 40, (MAIL,)),
)
TASKS = {"call": "call", "review": "review"}
# Where customers are: zone, country, the beginning of a number there, how many digits follow, the language they write.
PLACES = (
    ("Europe/London", "GB", "+4477009", 5, "en"),
    ("America/New_York", "US", "+1212555", 4, "en"),
    ("America/Los_Angeles", "US", "+1213555", 4, "en"),
    ("America/Chicago", "US", "+1312555", 4, "en"),
    ("America/St_Johns", "CA", "+1709555", 4, "en"),
    ("Europe/Berlin", "DE", "+4915112", 6, "de"),
    ("Europe/Paris", "FR", "+336123", 5, "fr"),
    ("Europe/Madrid", "ES", "+34612", 6, "es"),
    ("Europe/Rome", "IT", "+39312", 7, "it"),
    ("Europe/Amsterdam", "NL", "+31612", 6, "nl"),
    ("Europe/Lisbon", "PT", "+351912", 6, "pt"),
    ("America/Sao_Paulo", "BR", "+55119123", 5, "pt"),
    ("Asia/Tokyo", "JP", "+819012", 6, "ja"),
    ("Europe/Warsaw", "PL", "+48512", 6, "pl"),
    ("Australia/Sydney", "AU", "+6141234", 4, "en"),
    ("Pacific/Auckland", "NZ", "+642112", 5, "en"),
    ("Asia/Kolkata", "IN", "+9198123", 5, "en"),
    ("Asia/Kathmandu", "NP", "+977984", 7, "en"),
    ("Africa/Johannesburg", "ZA", "+2782123", 4, "en"),
)
_HOMES = (("Europe/London", "GB", "GBP"), ("America/New_York", "US", "USD"), ("Europe/Berlin", "DE", "EUR"))
MANNERS = {
    "punctual": 20, "slow": 20, "forgetful": 18, "promiser": 10, "quarrelsome": 6, "struggling": 5,
    "silent": 8, "away": 5, "gone": 4, "leaver": 4,
}  # fmt: skip
_FIRST = ("Ann", "Ben", "Chidi", "Dana", "Émile", "Farah", "Gus", "Hana", "Ivo", "Jo", "Kai", "Lea", "Mara", "Nils")
_LAST = ("Archer", "Baker", "Costa", "Diallo", "Eriksen", "Fuchs", "O'Hara", "Šimić", "Lindqvist", "de Vries", "Müller")


@dataclass(frozen=True, slots=True)
class Client:
    """A customer: as the ledger knows them, and as they are."""

    customer_id: str
    party: Party
    contact: str
    language: str
    manner: str
    # Where they really are, whatever the ledger says.
    zone: ZoneInfo
    consent_on: date | None
    # Their mailbox does not exist: the server says so at once, or takes the mail and reports later.
    dead: str = ""


@dataclass(frozen=True, slots=True)
class Business:
    """Everything about a business that a seed decides beforehand."""

    seed: int
    begins: datetime
    ends: datetime
    rules: Rules
    currency: str
    # "live", or "approve": a person releases each message.
    mode: str
    has_texts: bool
    # Tiers that ask for a person's yes.
    asks: frozenset[str]
    plus_addressing: bool
    undo_minutes: int
    clients: tuple[Client, ...]
    # How long a matter waits at the desk.
    attention: timedelta
    # Out of ten chances, how often something goes wrong.
    luck: int

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.rules.zone)

    @property
    def years(self) -> float:
        """Customer-years that it lives."""
        return len(self.clients) * (self.ends - self.begins) / timedelta(days=365)


def invent(seed: int) -> Business:
    """The business of this seed: always the same one."""
    dice = Random(f"business {seed}")
    zone, country, currency = dice.choice(_HOMES)
    begins = datetime(2026, 1, 1, 5, tzinfo=UTC) + timedelta(days=dice.randrange(1500))
    days = dice.choices((120, 365, 730, 1200), (2, 4, 3, 1))[0]
    clients = dice.choices(((1, 3), (4, 12), (13, 25), (26, 40)), (2, 3, 4, 3))[0]
    has_texts = dice.random() < 0.7
    rules = _rules(dice, zone, country, begins.date(), has_texts)
    return _segmented(
        _patient(
            Business(
                seed=seed,
                begins=begins,
                ends=begins + timedelta(days=days),
                rules=rules,
                currency=currency,
                mode=dice.choices(("live", "approve"), (9, 1))[0],
                has_texts=has_texts,
                asks=frozenset(
                    dice.sample([rung.name for rung in rules.ladder if rung.channels], dice.choice((0, 0, 0, 1)))
                ),
                plus_addressing=dice.random() < 0.8,
                undo_minutes=dice.choice((0, 10, 10, 60)),
                clients=_clients(dice, dice.randint(*clients), zone, begins.date()),
                attention=dice.choice((timedelta(hours=2), timedelta(days=1), timedelta(days=4), timedelta(days=30))),
                luck=dice.choice((0, 1, 1, 3)),
            )
        )
    )


def _patient(business: Business) -> Business:
    """The same with groups of customers that are given more time; by dice of its own, for seeds that failed once."""
    dice = Random(f"patience {business.seed}")
    patience = dice.choice(({}, {"private": 7}, {"private": 14, "friends": 30}))
    segments = tuple(Segment(name, groups=frozenset({name}), patience_days=days) for name, days in patience.items())
    rules = replace(business.rules, segments=segments, only_when_we_work=dice.random() < 0.8)
    groups = ("", "retail", *patience)
    clients = (replace(one, party=replace(one.party, group=dice.choice(groups))) for one in business.clients)
    return replace(business, rules=rules, clients=tuple(clients))


def _segmented(business: Business) -> Business:
    """The same with more segments, some of tiers of their own; by dice of its own, too."""
    dice, rules = Random(f"segments {business.seed}"), business.rules
    rules = replace(rules, currency=business.currency, good_payer=GoodPayer(3, 6, 10))
    known = [name for name, made in _segments(rules).items() if made.ladder == () or _is_spaced(made.ladder, rules)]
    chosen = [_segments(rules)[name] for name in dice.sample(known, dice.choice((0, 1, 2, 3)))]
    every = [*rules.segments, *chosen]
    dice.shuffle(every)
    words = ("", "Privat", "Consumer", "b2b") if any(one.kind for one in chosen) else ("",)
    clients = (
        replace(one, party=replace(one.party, group=dice.choice(words) or one.party.group)) for one in business.clients
    )
    return replace(business, rules=replace(rules, segments=tuple(every)), clients=tuple(clients))


def _segments(rules: Rules) -> dict[str, Segment]:
    """Those that a business may have; text messages are left out where something is left then."""
    is_by_mail = all(MAIL in rung.channels for rung in rules.ladder if rung.channels)
    quiet = frozenset({TEXT}) if is_by_mail else frozenset[Channel]()
    made = (
        Segment("people", kind="person", patience_days=7, without=quiet),
        Segment("loyal", good_payers=True, patience_days=14),
        Segment("small", owed_up_to=Decimal(200), patience_days=10),
        Segment("large", owed_from=Decimal(3000), ladder=_SLOW),
        Segment("abroad", countries=frozenset({"US", "DE", "PL", "JP", "AU"}), ladder=_SHORT),
        Segment("by-hand", ladder=_SLOW, patience_days=5),
    )
    return {one.name: one for one in made}


def _is_spaced(ladder: tuple[Rung, ...], rules: Rules) -> bool:
    return min(b.days - a.days for a, b in pairwise(ladder)) >= rules.min_gap_days


def _rules(dice: Random, zone: str, country: str, begins: date, has_texts: bool) -> Rules:
    names = [name for name in LADDERS if has_texts or name != "by text"]
    ladder = LADDERS[dice.choices(names, (5, 2, 2, 2, 1)[: len(names)])[0]]
    if not has_texts:
        ladder = tuple(Rung(r.name, r.days, tuple(c for c in r.channels if c is MAIL)) for r in ladder)
    opens, closes = dice.choices(((9, 17), (8, 21), (10, 12), (13, 20)), (6, 2, 1, 1))[0]
    spacing = min(b.days - a.days for a, b in pairwise(ladder))
    return Rules(
        zone=zone,
        country=country,
        ladder=ladder,
        opens=time(opens),
        closes=time(closes),
        weekdays=frozenset(dice.choices(((0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5), (1, 3)), (7, 2, 1))[0]),
        holidays=frozenset(begins + timedelta(days=dice.randrange(1200)) for _ in range(dice.choice((0, 0, 10)))),
        min_gap_days=min(spacing, dice.choice((3, 5, 5, 7))),
        per_week=dice.choice((2, 2, 2, 1)),
        per_month=dice.choice((7, 7, 4)),
        max_per_day=dice.choice((200, 200, 200, 6)),
        max_per_hour=dice.choice((60, 60, 60, 3)),
        first_contacts_per_day=dice.choice((20, 20, 2)),
        min_balance=dice.choice((Decimal(0), Decimal(0), Decimal(25))),
        ledger_max_age=timedelta(hours=dice.choice((26, 26, 50, 14))),
        park_after_days=dice.choice((90, 90, 30)),
        monthly_segments=dice.choice((500, 500, 4)) if has_texts else 0,
    )


def _clients(dice: Random, count: int, home: str, begins: date) -> tuple[Client, ...]:
    found: list[Client] = []
    for number in range(count):
        place = dice.choice([p for p in PLACES if p[0] == home]) if dice.random() < 0.5 else dice.choice(PLACES)
        shared = next(iter(dice.choice(found).party.emails), "") if found and dice.random() < 0.08 else ""
        found.append(_client(dice, f"C{number:02d}", number, place, begins, shared))
    return tuple(found)


def _client(
    dice: Random, key: str, number: int, place: tuple[str, str, str, int, str], begins: date, shared: str
) -> Client:
    zone, country, prefix, digits, language = place
    email = shared or f"{key.lower()}@{key.lower()}.example"
    phone = f"{prefix}{number * 7 + 11:0{digits}d}" if dice.random() < 0.8 else ""
    consented = bool(phone) and dice.random() < 0.8
    manner = dice.choices(list(MANNERS), list(MANNERS.values()))[0]
    party = Party(
        name=f"{dice.choice(_LAST)} & {dice.choice(('Sons', 'Daughters', 'Co', 'Partners'))}",
        # What the ledger leaves blank the program must be careful about.
        zone=zone if dice.random() < 0.8 else "",
        country=country if dice.random() < 0.9 else "",
        emails=frozenset({email} if dice.random() < 0.95 else ()),
        phones=frozenset({phone} if phone else ()),
        sms_consent=consented,
    )
    return Client(
        customer_id=key,
        party=party,
        contact=f"{dice.choice(_FIRST)} {dice.choice(_LAST)}",
        language=language,
        manner=manner,
        zone=ZoneInfo(zone),
        consent_on=begins - timedelta(days=dice.randrange(10, 900)) if consented else None,
        dead=dice.choice(("at once", "later")) if manner == "gone" else "",
    )
