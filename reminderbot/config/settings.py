"""Every table and key of config.toml with its default; the annotation of a field says how its value is checked."""

# No `from __future__ import annotations` here: `table.read` needs the annotations themselves, not their text.

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from reminderbot.config import addresses, kinds, places
from reminderbot.config.secrets import Secret
from reminderbot.core.business import Business
from reminderbot.core.ladder import MIN_GAP_DAYS, Channel, Ladder, Needs, Task, Tier
from reminderbot.core.plan import MOST_DAYS, USUAL_DAYS
from reminderbot.core.promise import GRACE_BUSINESS_DAYS
from reminderbot.core.segment import Kind, Past, Segment
from reminderbot.core.stop import Mode


class Security(StrEnum):
    """How a connection to a mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class Auth(StrEnum):
    """What opens a mail server: a password, or signing in with OAuth2."""

    PASSWORD = "password"  # noqa: S105  (a word of the settings, no password)
    OAUTH2 = "oauth2"


class ProviderName(StrEnum):
    """Where one signs in."""

    GOOGLE = "google"
    MICROSOFT = "microsoft"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessTable:
    """[business], which becomes a core `Business`."""

    name: kinds.Line
    email: addresses.EmailAddress
    phone: Annotated[str, addresses.phone]
    address: kinds.Text
    time_zone: Annotated[str, places.time_zone]
    country: Annotated[str, places.country]
    language: Annotated[str, places.language] = "en"
    currency: Annotated[str, places.currency]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """[store]: the database, and the folder for what must lie beside it."""

    # SQLite paths come out absolute. Never holds a password.
    url: Annotated[str, addresses.store_url] = "sqlite:///state/reminderbot.db"
    # Send log, raw mail, the secret key, the STOP file.
    folder: kinds.Folder = Path("state")
    # So long it can be told what was decided about whom on which day, and why.
    decisions_days: Annotated[int, kinds.whole(30, 3660)] = 730
    # From REMINDERBOT_STORE_PASSWORD.
    password: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSettings:
    """[ledger]: where the exports lie and how old they may be before we fall silent."""

    folder: kinds.Folder = Path("ledger")
    max_age_hours: Annotated[int, kinds.whole(1, 336)] = 26
    # From the invoice's day to its due date, where its row names none; 0: it has none then.
    terms_days: Annotated[int, kinds.whole(0, 365)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LettersSettings:
    """[letters]: where the owner's letters lie."""

    folder: kinds.Folder = Path("letters")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSettings:
    """[email]: the server that takes our mail."""

    host: addresses.Host
    port: addresses.Port = 587
    security: Annotated[Security, kinds.one_of(Security)] = Security.STARTTLS
    # Empty: the server asks for no login.
    username: kinds.OptionalLine = ""
    # `from` in the file.
    from_: addresses.EmailAddress
    # Empty in the file means `from`; never empty here.
    reply_to: Annotated[str, kinds.optional(addresses.email)] = ""
    plus_addressing: kinds.Flag = True
    auth: Annotated[Auth, kinds.one_of(Auth)] = Auth.PASSWORD
    # From REMINDERBOT_SMTP_PASSWORD; there whenever `username` is and `auth` asks for it.
    password: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxSettings:
    """[inbox]: the mailbox where answers arrive."""

    host: addresses.Host
    port: addresses.Port = 993
    security: Annotated[Security, kinds.one_of(Security)] = Security.TLS
    username: kinds.Line
    folder: kinds.Line = "INBOX"
    # Longer than this, and an answer would not be heard within 90 seconds.
    poll_seconds: Annotated[int, kinds.whole(1, 75)] = 60
    canary: kinds.Flag = True
    auth: Annotated[Auth, kinds.one_of(Auth)] = Auth.PASSWORD
    # From REMINDERBOT_IMAP_PASSWORD; None only where secrets were not asked for, or `auth` asks for none.
    password: Secret | None = None


# At Microsoft: any account, of whichever organisation.
NO_TENANT = "common"


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthSettings:
    """[oauth]: where one signs in, for the tables with `auth = "oauth2"`; empty means the provider's own."""

    provider: Annotated[ProviderName, kinds.one_of(ProviderName)]
    client_id: kinds.Line
    # Microsoft's name for whose accounts these are.
    tenant: Annotated[str, addresses.tenant] = NO_TENANT
    scope: kinds.OptionalLine = ""
    token_url: Annotated[str, kinds.optional(addresses.web_base)] = ""
    authorize_url: Annotated[str, kinds.optional(addresses.web_base)] = ""
    device_url: Annotated[str, kinds.optional(addresses.web_base)] = ""
    # From REMINDERBOT_OAUTH_CLIENT_SECRET; None where the client has none.
    client_secret: Secret | None = None
    # From REMINDERBOT_OAUTH_REFRESH_TOKEN; None where `reminderbot oauth login` brings it.
    refresh_token: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSettings:
    """[sms]: the Twilio account; exactly one of `from_` and `messaging_service_sid` is not empty."""

    account_sid: Annotated[str, addresses.sid("AC")]
    # `from` in the file.
    from_: Annotated[str, kinds.optional(addresses.e164)] = ""
    messaging_service_sid: Annotated[str, kinds.optional(addresses.sid("MG"))] = ""
    # The numbers whose inbound messages are read; `from` alone where the file names none.
    numbers: Annotated[tuple[str, ...], kinds.many(addresses.e164, '["+14155550123"]')] = ()
    api_base: Annotated[str, addresses.web_base] = "https://api.twilio.com"
    # Segments a calendar month, the unit Twilio bills.
    monthly_limit: Annotated[int, kinds.whole(0, 1_000_000)] = 500
    # From REMINDERBOT_TWILIO_TOKEN; None only where secrets were not asked for.
    token: Secret | None = None
    # From REMINDERBOT_TWILIO_OLD_TOKEN: while the token is changed, what Twilio still signs with the old one counts.
    old_token: Secret | None = None


_ONLY_LOWERED = "it can only be lowered"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingSettings:
    """[sending]: when, and how much at most."""

    # In the recipient's own time zone.
    window: Annotated[tuple[dt.time, dt.time], kinds.window] = (dt.time(9), dt.time(17))
    # Monday is 0.
    days: Annotated[frozenset[int], kinds.weekdays] = frozenset(range(5))
    # Besides the public holidays of the recipient's country.
    holidays: Annotated[tuple[dt.date, ...], kinds.many(kinds.day, "[2027-12-24]")] = ()
    max_per_day: Annotated[int, kinds.whole(1, 100_000)] = 200
    max_per_hour: Annotated[int, kinds.whole(1, 100_000)] = 60
    # Not on a day on which nobody of the business is there to read an answer.
    only_when_we_work: kinds.Flag = True
    # An invoice on which this or less is open, in its own currency, is left alone.
    min_balance: kinds.Amount = Decimal(1)
    # Currencies in which another sum is small.
    min_balance_in: Annotated[tuple[tuple[str, Decimal], ...], kinds.sums] = ()
    undo_minutes: Annotated[int, kinds.whole(0, 1440)] = 10
    first_contacts_per_day: Annotated[int, kinds.whole(1, 100_000)] = 20
    park_after_days: Annotated[int, kinds.whole(1, 3650)] = 90
    min_gap_days: Annotated[int, kinds.whole(MIN_GAP_DAYS, 60, "customers are given that much time to answer")] = 5
    # Messages to one customer in any 24 hours, seven days, thirty days, over all channels (invariant 20).
    per_day: Annotated[int, kinds.whole(1, 1, _ONLY_LOWERED)] = 1
    per_week: Annotated[int, kinds.whole(1, 2, _ONLY_LOWERED)] = 2
    per_month: Annotated[int, kinds.whole(1, 7, _ONLY_LOWERED)] = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisesSettings:
    """[promises]: which promises of an answer are waited for without a person, and how long."""

    max_days: Annotated[int, kinds.whole(0, 365)] = 31
    # Of what is open on the invoices it is about.
    min_share: Annotated[Decimal, kinds.share] = Decimal("0.5")
    grace_days: Annotated[int, kinds.whole(GRACE_BUSINESS_DAYS, 10, "a bank takes up to two business days")] = 2
    broken_in_a_row: Annotated[int, kinds.whole(1, 10)] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PlansSettings:
    """[plans]: payment in instalments."""

    # 0: no note comes before an instalment.
    note_days: Annotated[int, kinds.whole(0, 14)] = 3
    max_days: Annotated[int, kinds.whole(7, MOST_DAYS)] = USUAL_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class ThanksSettings:
    """[thanks]: what customers are thanked for."""

    promise: kinds.Flag = False
    plan: kinds.Flag = False
    invoice: kinds.Flag = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TierTable:
    """One [[ladder]], which becomes a core `Tier`."""

    name: Annotated[str, kinds.slug]
    days: Annotated[int, kinds.whole(-60, 365)]
    channels: Annotated[tuple[Channel, ...], kinds.many(kinds.one_of(Channel), '["email", "sms"]')] = ()
    # Empty: the letter is called like the tier.
    letter: Annotated[str, kinds.optional(kinds.slug)] = ""
    needs: Annotated[Needs, kinds.one_of(Needs)] = Needs.NOBODY
    task: Annotated[Task | None, kinds.one_of(Task)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentTable:
    """One [[segment]], which becomes a core `Segment`; its own tiers stand in [[segment.ladder]]."""

    name: Annotated[str, kinds.slug]
    # Which customers: all that is written must hold. With nothing written, only those whom a person puts there.
    groups: Annotated[tuple[str, ...], kinds.many(kinds.one_line, '["retail"]')] = ()
    countries: Annotated[tuple[str, ...], kinds.many(places.country, '["DE", "AT"]')] = ()
    kind: Annotated[Kind | None, kinds.one_of(Kind)] = None
    owed_from: Annotated[Decimal | None, kinds.amount] = None
    owed_up_to: Annotated[Decimal | None, kinds.amount] = None
    history: Annotated[Past | None, kinds.one_of(Past)] = None
    # What they get.
    patience_days: Annotated[int, kinds.whole(0, 365, "a segment waits longer, never shorter")] = 0
    without: Annotated[tuple[Channel, ...], kinds.many(kinds.one_of(Channel), '["sms"]')] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PatienceSettings:
    """[patience]: from when on a customer counts as a good payer of long standing."""

    good_payer_invoices: Annotated[int, kinds.whole(3, 1000, "fewer say nothing of a habit")] = 6
    good_payer_months: Annotated[int, kinds.whole(1, 120)] = 12
    good_payer_days_late: Annotated[int, kinds.whole(0, 90)] = 5


def _tier(name: str, days: int, *channels: Channel, task: Task | None = None) -> Tier:
    return Tier(name=name, days=days, channels=channels, letter=name, task=task)


DEFAULT_LADDER = Ladder(
    (
        _tier("heads-up", -3, Channel.EMAIL),
        _tier("gentle", 3, Channel.EMAIL),
        _tier("check-in", 10, Channel.EMAIL, Channel.SMS),
        _tier("options", 18, Channel.EMAIL),
        _tier("firm", 28, Channel.EMAIL, Channel.SMS),
        _tier("call", 35, task=Task.CALL),
        _tier("last", 42, Channel.EMAIL),
        _tier("review", 56, task=Task.REVIEW),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """[desk]: where the desk is served, as address and port, and under which name the internet knows that place."""

    listen: Annotated[tuple[str, int], addresses.listen] = ("127.0.0.1", 8470)
    # Without a slash at the end; empty: nobody out there can call us.
    public_url: Annotated[str, kinds.optional(addresses.public_base)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsSettings:
    """[alerts]: who is told when something needs a person soon."""

    email: Annotated[tuple[str, ...], kinds.many(addresses.email, '["owner@example.com"]')] = ()
    # By the business's own time zone; None: no daily digest.
    digest_at: Annotated[dt.time | None, kinds.hour] = dt.time(8)
    # From REMINDERBOT_NOTIFY: addresses of services that are pushed to; most of them hold a token.
    notify: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings of one installation; every path in it is absolute."""

    path: Path
    # The ceiling of what may leave; the grant in the store may be lower, never higher.
    mode: Mode
    business: Business
    store: StoreSettings = field(default_factory=StoreSettings)
    ledger: LedgerSettings = field(default_factory=LedgerSettings)
    letters: LettersSettings = field(default_factory=LettersSettings)
    # None: the table is absent, which only `draft` allows.
    email: EmailSettings | None = None
    inbox: InboxSettings | None = None
    # None: passwords alone.
    oauth: OAuthSettings | None = None
    # None: no text messages.
    sms: SmsSettings | None = None
    sending: SendingSettings = field(default_factory=SendingSettings)
    promises: PromisesSettings = field(default_factory=PromisesSettings)
    plans: PlansSettings = field(default_factory=PlansSettings)
    thanks: ThanksSettings = field(default_factory=ThanksSettings)
    ladder: Ladder
    segments: tuple[Segment, ...] = ()
    patience: PatienceSettings = field(default_factory=PatienceSettings)
    desk: DeskSettings = field(default_factory=DeskSettings)
    alerts: AlertsSettings = field(default_factory=AlertsSettings)
    # As it was read: what stands in the file, which holds no secrets.
    document: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)
