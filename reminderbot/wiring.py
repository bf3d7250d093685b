"""Settings become objects: the one place that knows which store, channels and inboxes an installation has."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from reminderbot.clock import Clock, SystemClock
from reminderbot.config import Auth, Config, EmailSettings, InboxSettings, OAuthSettings, ProviderName
from reminderbot.config.changed import changed
from reminderbot.core.calendar import SendingHours, national_holidays, public_holidays
from reminderbot.core.contact import Budget, candidate_zones
from reminderbot.core.customer import Customer
from reminderbot.core.delivery import DeliveryChannel
from reminderbot.core.delivery_report import DeliveryReport
from reminderbot.core.dial import Dial
from reminderbot.core.ladder import Channel
from reminderbot.core.oauth import Credential
from reminderbot.core.payer import Thresholds
from reminderbot.core.promise import PromiseRules
from reminderbot.core.rules import Rules
from reminderbot.core.segment import Past
from reminderbot.core.stop import Mode
from reminderbot.core.text_lookup import TextList
from reminderbot.core.thanks import ThanksFor
from reminderbot.core.token import Keys, Purpose, make_token, recipient_hash
from reminderbot.house import House, Limits, Sender, TextInbox
from reminderbot.runs.reader import ChildReader
from reminderbot.store.account import Gatherer
from reminderbot.store.sendlog import SendLog
from reminderbot.store.session import Store, StoreUnusable, open_store
from reminderbot.store.spool import Spool

if TYPE_CHECKING:
    from reminderbot.channels.push import Push
    from reminderbot.channels.twilio import TwilioSms
    from reminderbot.inbox.imap import ImapInbox
    from reminderbot.inbox.twilio_webhook import TwilioWebhook
    from reminderbot.ledger.csv_folder import LedgerReading
    from reminderbot.oauth.keep import KeptToken
    from reminderbot.oauth.provider import Client, Provider
    from reminderbot.oauth.tokens import TokenSource

_MACHINE_ID = Path("/etc/machine-id")
_SHORTEST_KEY = 16


def build_house(config: Config, clock: Clock | None = None) -> House:
    """Put an installation together; StoreUnusable where its store or state folder cannot be used."""
    from reminderbot.compose.render import Letters

    clock = clock or SystemClock()
    folder = state_folder(config)
    keys = _secret_keys(folder / "secret.key")
    rules = rules_of(config)
    tokens = token_source(config, folder)
    return House(
        store=_store(config, folder),
        clock=clock,
        business=config.business,
        rules=rules,
        gatherer=_gatherer(config, keys),
        keys=keys,
        letters=Letters(config.letters.folder),
        spool=Spool(folder / "inbound"),
        attached=Spool(folder / "attached", ".pdf"),
        send_log=SendLog(folder / "send-log" / "sends.log"),
        folder=folder,
        ceiling=Mode(config.mode.value),
        instance=_instance(config, folder),
        limits=_limits(config),
        sender=_sender(config),
        reader=ChildReader(),
        ledger_folder=config.ledger.folder,
        read_exports=_exports_reader(config),
        read_ledger=partial(_exports_reader(config), config.ledger.folder),
        promises=_promises(config),
        channels=_channels(config, tokens, keys),
        open_inbox=_inbox(config, tokens, clock),
        canary=config.inbox is not None and config.inbox.canary,
        open_text_inbox=_text_inbox(config),
        tokens=tokens,
        list_texts=_text_list(config, keys),
        delivery_reports=_delivery_reports(config, keys),
        webhook=_webhook(config),
        listen=config.desk.listen,
        public_url=config.desk.public_url,
        alerts_to=config.alerts.email,
        pushes=_pushes(config, keys),
        digest_at=config.alerts.digest_at,
        poll_seconds=config.inbox.poll_seconds if config.inbox else 60.0,
        tried=partial(_tried, config),
    )


def decided_by(house: House, config: Config) -> House:
    """The same installation with what decides taken from other settings: to look ahead with, not to run."""
    return replace(
        house,
        rules=rules_of(config),
        limits=_limits(config),
        gatherer=_gatherer(config, house.keys),
        promises=_promises(config),
    )


def _tried(config: Config, house: House, dials: Sequence[Dial]) -> House:
    return decided_by(house, changed(config, dials))


def rules_of(config: Config) -> Rules:
    """How this business wants to remind."""
    sending = config.sending
    start, end = sending.window
    return Rules(
        ladder=config.ladder,
        zone=ZoneInfo(config.business.time_zone),
        country=config.business.country,
        hours=SendingHours(start, end, sending.days),
        is_holiday=public_holidays(frozenset(sending.holidays)),
        is_everywhere_off=national_holidays(frozenset(sending.holidays)),
        budget=Budget(sending.per_day, sending.per_week, sending.per_month),
        min_balance=sending.min_balance,
        min_balance_in=dict(sending.min_balance_in),
        min_gap_days=sending.min_gap_days,
        park_after_days=sending.park_after_days,
        segments=config.segments,
        currency=config.business.currency,
        only_when_we_work=sending.only_when_we_work,
        note_days=config.plans.note_days,
        grace_days=config.promises.grace_days,
        plan_max_days=config.plans.max_days,
        thanks=frozenset(what for what in ThanksFor if getattr(config.thanks, what.value)),
    )


def _limits(config: Config) -> Limits:
    sending = config.sending
    return Limits(
        undo=timedelta(minutes=sending.undo_minutes),
        per_day=sending.max_per_day,
        per_hour=sending.max_per_hour,
        first_contacts_per_day=sending.first_contacts_per_day,
        segments_per_month=config.sms.monthly_limit if config.sms else 0,
        ledger_max_age=timedelta(hours=config.ledger.max_age_hours),
        decisions=timedelta(days=config.store.decisions_days),
    )


def _promises(config: Config) -> PromiseRules:
    table = config.promises
    return PromiseRules(table.max_days, table.min_share, table.grace_days, table.broken_in_a_row)


def _sender(config: Config) -> Sender:
    sms_from = (config.sms.from_ or config.sms.messaging_service_sid) if config.sms else ""
    if config.email is None:
        # A draft without a mail server still writes letters to look at, in the business's own name.
        return Sender(config.business.email, config.business.email, plus_addressing=True, sms_from=sms_from)
    return Sender(config.email.from_, config.email.reply_to, config.email.plus_addressing, sms_from)


def _gatherer(config: Config, keys: Keys) -> Gatherer:
    rules = rules_of(config)
    tiers = [tier for ladder in rules.ladders for tier in ladder.tiers]
    text_tiers = frozenset(tier.name for tier in tiers if {Channel.EMAIL, Channel.SMS} <= set(tier.channels))
    asks = any(segment.history is Past.GOOD_PAYER for segment in config.segments)

    def zones_of(who: Customer) -> tuple[ZoneInfo, ...]:
        return candidate_zones(who, config.business.time_zone, config.business.country)

    def hash_of(address: str) -> str:
        return recipient_hash(keys, address)

    return Gatherer(
        hash_of, zones_of, ZoneInfo(config.business.time_zone), text_tiers, config.sms is not None,
        good_payer=_good_payer(config) if asks else None,
        floor=rules.floor,
    )  # fmt: skip


def _good_payer(config: Config) -> Thresholds:
    patience = config.patience
    return Thresholds(
        patience.good_payer_invoices, patience.good_payer_months * 365 // 12, patience.good_payer_days_late
    )


def token_source(config: Config, folder: Path) -> TokenSource | None:
    """The access tokens of the account signed in with; one for all threads. None: passwords alone."""
    if config.oauth is None:
        return None
    from reminderbot.oauth.tokens import TokenSource

    return TokenSource(provider_of(config.oauth), client_of(config.oauth), kept_token(config.oauth, folder))


def provider_of(settings: OAuthSettings) -> Provider:
    """Where one signs in."""
    from reminderbot.oauth import provider

    known = {
        ProviderName.GOOGLE: provider.GOOGLE,
        ProviderName.MICROSOFT: provider.microsoft(settings.tenant),
        ProviderName.OTHER: provider.Provider("", ""),
    }[settings.provider]
    return provider.with_own(known, settings.token_url, settings.authorize_url, settings.device_url, settings.scope)


def client_of(settings: OAuthSettings) -> Client:
    """What the provider knows us as."""
    from reminderbot.oauth.provider import Client

    return Client(settings.client_id, settings.client_secret.reveal() if settings.client_secret else "")


def kept_token(settings: OAuthSettings, folder: Path) -> KeptToken:
    """Where the refresh token lies."""
    from reminderbot.oauth.keep import KeptToken

    seed = settings.refresh_token.reveal() if settings.refresh_token else ""
    return KeptToken(folder, provider_of(settings).token_url, settings.client_id, seed)


def _credential(settings: EmailSettings | InboxSettings, tokens: TokenSource | None) -> Credential:
    if settings.auth is Auth.OAUTH2 and tokens is not None:
        return tokens
    return settings.password.reveal() if settings.password else ""


def _channels(config: Config, tokens: TokenSource | None, keys: Keys) -> dict[Channel, Callable[[], DeliveryChannel]]:
    found: dict[Channel, Callable[[], DeliveryChannel]] = {}
    if config.email is not None:
        found[Channel.EMAIL] = _smtp(config, tokens)
    if config.sms is not None:
        found[Channel.SMS] = _twilio(config, keys)
    return found


def _smtp(config: Config, tokens: TokenSource | None) -> Callable[[], DeliveryChannel]:
    email = config.email
    assert email is not None

    def make() -> DeliveryChannel:
        from reminderbot.channels.smtp import SmtpChannel

        credential = _credential(email, tokens)
        return SmtpChannel(email.host, email.port, email.security.value, email.username, credential)

    return make


def _twilio(config: Config, keys: Keys) -> Callable[[], TwilioSms]:
    sms, webhook = config.sms, _webhook(config)
    assert sms is not None

    def report_url(number: str) -> str:
        return webhook.report_url(make_token(keys, Purpose.STATUS, int(number))) if webhook else ""

    def make() -> TwilioSms:
        from reminderbot.channels.twilio import TwilioSms

        token = sms.token.reveal() if sms.token else ""
        return TwilioSms(sms.account_sid, token, sms.api_base, report_url=report_url if webhook else None)

    return make


def _webhook(config: Config) -> TwilioWebhook | None:
    """Where Twilio calls us, under the public address; without the tokens that sign its calls nothing is let in."""
    if config.sms is None or not config.desk.public_url:
        return None
    from reminderbot.inbox.twilio_webhook import TwilioWebhook

    tokens = [token.reveal() for token in (config.sms.token, config.sms.old_token) if token]
    return TwilioWebhook(config.desk.public_url, tokens)


def _text_list(config: Config, keys: Keys) -> Callable[[str], TextList] | None:
    if config.sms is None:
        return None
    make = _twilio(config, keys)

    def list_texts(recipient: str) -> TextList:
        channel = make()
        try:
            return channel.list_texts(recipient)
        finally:
            channel.close()

    return list_texts


def _delivery_reports(config: Config, keys: Keys) -> Callable[[Sequence[str]], Iterator[DeliveryReport]] | None:
    if config.sms is None:
        return None
    make = _twilio(config, keys)

    def delivery_reports(references: Sequence[str]) -> Iterator[DeliveryReport]:
        channel = make()
        try:
            yield from channel.delivery_reports(references)
        finally:
            channel.close()

    return delivery_reports


def _inbox(config: Config, tokens: TokenSource | None, clock: Clock) -> Callable[[], ImapInbox] | None:
    settings = config.inbox
    if settings is None:
        return None

    def make() -> ImapInbox:
        from reminderbot.inbox.imap import ImapInbox

        return ImapInbox(
            settings.host,
            settings.port,
            settings.security.value,
            settings.username,
            _credential(settings, tokens),
            settings.folder,
            clock=clock,
        )

    return make


def _text_inbox(config: Config) -> Callable[[], TextInbox] | None:
    sms = config.sms
    if sms is None:
        return None

    def make() -> TextInbox:
        from reminderbot.inbox.twilio import TwilioInbox

        token = sms.token.reveal() if sms.token else ""
        return TwilioInbox(sms.account_sid, token, sms.api_base, sms.numbers)

    return make


def _pushes(config: Config, keys: Keys) -> tuple[Push, ...]:
    from reminderbot.channels.push import Push

    written = config.alerts.notify.reveal() if config.alerts.notify else ""
    addresses: list[str] = []
    for piece in (piece for word in written.split() for piece in word.split(",")):
        # A comma may also stand inside of an address.
        if addresses and piece and "://" not in piece:
            addresses[-1] += f",{piece}"
        elif piece:
            addresses.append(piece)
    return tuple(Push(recipient_hash(keys, each), each) for each in dict.fromkeys(addresses))


def _exports_reader(config: Config) -> Callable[[Path], LedgerReading]:
    def read(folder: Path) -> LedgerReading:
        from reminderbot.ledger.csv_folder import read_folder

        return read_folder(folder, config.business.currency, config.ledger.terms_days)

    return read


def _store(config: Config, folder: Path) -> Store:
    return open_store(config.store.url, folder, config.store.password.reveal() if config.store.password else None)


def state_folder(config: Config) -> Path:
    """The folder for what lies beside the database, made where it is not there yet."""
    folder = config.store.folder
    try:
        for part in (folder, folder / "send-log", folder / "inbound", folder / "attached"):
            part.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreUnusable(
            f"the state folder {folder} cannot be used ({error.strerror}): check [store] folder and free space"
        ) from None
    return folder


def _secret_keys(path: Path) -> Keys:
    """The keys that sign our addresses, one a line; the first is made on first use, for its owner's eyes only."""
    try:
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32) + "\n")
                file.flush()
                os.fsync(file.fileno())
        if path.stat().st_mode & 0o077:
            raise StoreUnusable(f"the secret key {path} can be read by others: run chmod 600 {path}")
        return _keys_in(path.read_text("ascii"))
    except (OSError, ValueError) as error:
        raise StoreUnusable(
            f"the secret key {path} cannot be used ({error}): restore it from a backup; without it answers to"
            " letters already sent are recognised less surely"
        ) from None


def _keys_in(text: str) -> Keys:
    found = tuple(bytes.fromhex(line) for line in text.split())
    if not found or min(map(len, found)) < _SHORTEST_KEY:
        raise ValueError(f"a key has {_SHORTEST_KEY} bytes or more")
    return Keys(found)


def _instance(config: Config, folder: Path) -> str:
    """Another machine, or a copy in another folder, gives another value."""
    machine = _MACHINE_ID.read_text("ascii").strip() if _MACHINE_ID.exists() else ""
    told = f"{machine}:{folder}:{config.store.url}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]
