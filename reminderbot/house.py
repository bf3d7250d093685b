"""What every job and every action of a person is handed: the store, the clock, the rules and the ways in and out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from reminderbot.clock import Clock
from reminderbot.core.business import Business
from reminderbot.core.customer import Customer
from reminderbot.core.delivery import DeliveryChannel
from reminderbot.core.delivery_report import DeliveryReport
from reminderbot.core.dial import Dial
from reminderbot.core.inbound import Inbound
from reminderbot.core.ladder import Channel
from reminderbot.core.notice import Pushed
from reminderbot.core.oauth import AccessTokens
from reminderbot.core.promise import Grace, PromiseRules
from reminderbot.core.rules import Rules
from reminderbot.core.stop import Mode
from reminderbot.core.text_lookup import TextList
from reminderbot.core.token import Keys, Purpose, make_token
from reminderbot.store.account import Gatherer
from reminderbot.store.sendlog import SendLog
from reminderbot.store.session import Store
from reminderbot.store.spool import Spool

if TYPE_CHECKING:
    from reminderbot.compose.render import Letters
    from reminderbot.core.understanding import Understanding
    from reminderbot.inbox.imap import ImapInbox
    from reminderbot.inbox.twilio_webhook import TwilioWebhook
    from reminderbot.ledger.csv_folder import LedgerReading
    from reminderbot.replies.match import Clues
    from reminderbot.replies.opened import Opened
    from reminderbot.replies.understand import Context


# Nothing is sent while this file lies in the state folder.
STOP_FILE = "STOP"


@dataclass(frozen=True, slots=True)
class Limits:
    """The house's own limits over all customers (invariant 27)."""

    undo: timedelta = timedelta(minutes=10)
    per_day: int = 200
    per_hour: int = 60
    first_contacts_per_day: int = 20
    # Text message segments a calendar month.
    segments_per_month: int = 500
    ledger_max_age: timedelta = timedelta(hours=26)
    # How long decisions are kept.
    decisions: timedelta = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name mail and text messages leave."""

    from_address: str = ""
    reply_to: str = ""
    plus_addressing: bool = True
    # Our number, or a messaging service SID.
    sms_from: str = ""


class TextInbox(Protocol):
    """Where text messages are read; `said_at` is what its server's clock said at the last answer, where it said so."""

    said_at: datetime | None

    def poll(self, since: datetime) -> list[Inbound]: ...


class ReadingFailed(Exception):
    """A message could not be read: it broke its reader, or took too much time or memory."""


class MessageReader(Protocol):
    """What understands foreign messages, or opens them for a person; each may end in ReadingFailed."""

    def clues(self, raw: bytes) -> Clues: ...

    def mail(self, raw: bytes, received_at: datetime, context: Context) -> Understanding: ...

    def text(self, text: str, received_at: datetime, context: Context) -> Understanding: ...

    def open(self, raw: bytes) -> Opened: ...

    def file(self, raw: bytes, number: int) -> bytes: ...


class Pusher(Protocol):
    """A place besides the mailbox where the owners listen; `name` tells it from others, `service` which sort it is."""

    name: str
    # The last words found nobody, which was said.
    failing: bool

    @property
    def service(self) -> str: ...

    def push(self, title: str, words: str) -> Pushed: ...

    def look(self) -> Pushed: ...


@dataclass(frozen=True)
class House:
    """One installation, put together by `wiring.py`."""

    store: Store
    clock: Clock
    business: Business
    rules: Rules
    gatherer: Gatherer
    # Sign our addresses and hash those of others; never leave this machine.
    keys: Keys
    letters: Letters
    spool: Spool
    # The files that went with people's answers.
    attached: Spool
    send_log: SendLog
    # Where state lies outside the database, and where letters of a dry run go.
    folder: Path
    # The ceiling that the settings give; the grant in the store may be lower.
    ceiling: Mode
    # Known to this machine and this store: a copy of the store elsewhere has another one.
    instance: str
    limits: Limits
    sender: Sender
    reader: MessageReader
    ledger_folder: Path
    # Reads exports that lie in a folder, be it the ledger's or another one.
    read_exports: Callable[[Path], LedgerReading]
    read_ledger: Callable[[], LedgerReading]
    # Which promises are waited for without a person, and how long.
    promises: PromiseRules = field(default_factory=PromiseRules)
    channels: Mapping[Channel, Callable[[], DeliveryChannel]] = field(default_factory=dict)
    open_inbox: Callable[[], ImapInbox] | None = None
    # Whether we write to that inbox once a business day, to see that what is sent there is found.
    canary: bool = True
    open_text_inbox: Callable[[], TextInbox] | None = None
    # Where access tokens come from; None: passwords alone.
    tokens: AccessTokens | None = None
    # Asks the carrier which texts to a number it has taken.
    list_texts: Callable[[str], TextList] | None = None
    # Asks the carrier how far texts, named by its references, have come.
    delivery_reports: Callable[[Sequence[str]], Iterator[DeliveryReport]] | None = None
    # Where the carrier calls us; None: it does not.
    webhook: TwilioWebhook | None = None
    # Where the desk is served: address and port; None: nowhere.
    listen: tuple[str, int] | None = None
    # Under which address the internet reaches it; empty: not at all.
    public_url: str = ""
    alerts_to: tuple[str, ...] = ()
    # Where they listen besides.
    pushes: tuple[Pusher, ...] = ()
    # When they are told how things stand, by the business's own time; None: never.
    digest_at: time | None = None
    # The inboxes are asked at least this often, whatever IDLE said.
    poll_seconds: float = 60.0
    # Set when the program should end: long work looks at it between two messages.
    ending: threading.Event = field(default_factory=threading.Event)
    # The same installation with some settings changed, to look ahead with; ConfigMistakes where they cannot be.
    tried: Callable[[House, Sequence[Dial]], House] | None = None
    # One reader at a time acts on what came in, and one sender at a time sends: those of before a reload as well.
    triage_lock: threading.Lock = field(default_factory=threading.Lock)
    sending_lock: threading.Lock = field(default_factory=threading.Lock)

    def grace_of(self, who: Customer | None) -> Grace:
        """How long promises of this customer are waited for: on days when they, we and the banks are all at work."""
        both = self.rules.bank_days(who.place if who else "")
        zones = (*(self.gatherer.zones_of(who) if who else ()), self.rules.zone)
        return Grace(both, zones, self.promises.grace_days)

    def clock_of(self, who: Customer) -> ZoneInfo:
        """The zone by which hours and days are told to this customer: the first that may be theirs, else ours."""
        return (*self.gatherer.zones_of(who), self.rules.zone)[0]

    def tokenised(self, purpose: Purpose, number: int) -> str:
        """Our reply address with a token, so that an answer or a bounce finds its message; plain where that is off."""
        address = self.sender.reply_to
        if not self.sender.plus_addressing:
            return address
        local, _, domain = address.rpartition("@")
        return f"{local}+{make_token(self.keys, purpose, number)}@{domain}"

    @property
    def stop_file(self) -> Path:
        """Sending stops while a file of this name lies in the state folder."""
        return self.folder / STOP_FILE

    @property
    def stop_file_is_there(self) -> bool:
        """Whether such a file lies there, be it a link to nothing; where that cannot be told, it does."""
        try:
            self.stop_file.lstat()
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return True

    @property
    def dry_run_folder(self) -> Path:
        return self.folder / "letters-dry-run"
