"""What a run leaves behind, in plain values: what the oracle may look at, and all it may look at.

Whoever makes a run (a simulator, a harness that kills, an end-to-end test) fills this in from outside the program: from
the servers' own records, from the ledger files handed over, from what the customers meant when they wrote, and from the
journal as exported. Nothing in this package imports reminderbot. Moments are aware, in UTC; days are the customer's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class Rung:
    """One tier of the ladder: so many days past due (negative: before), by these channels; none: a person's task."""

    name: str
    days: int
    channels: tuple[Channel, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """Customers who are reminded in a way of their own: all conditions that are set must hold."""

    name: str
    groups: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    # "person" or "company": a word in the ledger's group says so.
    kind: str = ""
    owed_from: Decimal | None = None
    owed_up_to: Decimal | None = None
    good_payers: bool = False
    # What they get: so many more days before each overdue tier, channels left out, tiers of their own.
    patience_days: int = 0
    without: frozenset[Channel] = frozenset()
    ladder: tuple[Rung, ...] = ()

    @property
    def is_by_hand(self) -> bool:
        """Only for those whom a person puts there."""
        asks = (self.groups, self.countries, self.kind, self.good_payers)
        return not any(asks) and self.owed_from is None and self.owed_up_to is None


@dataclass(frozen=True, slots=True)
class GoodPayer:
    """From when on somebody counts as a good payer of long standing."""

    invoices: int = 6
    months: int = 12
    days_late: int = 5


@dataclass(frozen=True, slots=True)
class Rules:
    """What the owner set, or the defaults."""

    zone: str
    country: str
    ladder: tuple[Rung, ...]
    opens: time = time(9)
    closes: time = time(17)
    # Monday is 0.
    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    holidays: frozenset[date] = frozenset()
    min_gap_days: int = 5
    per_day: int = 1
    per_week: int = 2
    per_month: int = 7
    max_per_day: int = 200
    max_per_hour: int = 60
    first_contacts_per_day: int = 20
    min_balance: Decimal = Decimal(0)
    ledger_max_age: timedelta = timedelta(hours=26)
    park_after_days: int = 90
    promise_grace_business_days: int = 2
    monthly_segments: int = 500
    # Nothing leaves on a day on which nobody of the business reads answers.
    only_when_we_work: bool = True
    # The first that fits says which ladder somebody climbs.
    segments: tuple[Segment, ...] = ()
    good_payer: GoodPayer = GoodPayer()
    # The business's own, in which the sums of segments are read.
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A customer as the ledger knows them."""

    name: str
    zone: str
    country: str
    emails: frozenset[str] = frozenset()
    # As the provider gets them: + and the country code.
    phones: frozenset[str] = frozenset()
    sms_consent: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice as the ledger knows it, with what is still owed on it."""

    customer: str
    due_on: date | None
    currency: str
    # All that is not paid, the part that is due only later included.
    open_balance: Decimal
    disputed: bool = False
    # So much of it is due by agreement only from that day on; None: from no day that anybody knows.
    retained: Decimal = Decimal(0)
    retained_until: date | None = None
    issued_on: date | None = None
    # Money alone has paid all of it: the day of the last of it.
    paid_on: date | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """One version of the books, from the moment the program took it over until the next one."""

    taken_at: datetime
    exported_at: datetime
    customers: Mapping[str, Party]
    bills: Mapping[str, Bill]
    # By customer and currency: money received that belongs to no invoice, or goes beyond one.
    unallocated: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    # By payment: the invoice from which a bank took money back that had come in.
    returns: Mapping[str, str] = field(default_factory=dict)
    # A person has yet to say yes to it: nothing may leave.
    suspicious_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """A message that the mail server took, whether or not the program learned of it."""

    at: datetime
    sender: str
    recipients: tuple[str, ...]
    # As it came through DATA, dots unstuffed.
    content: bytes
    # The server's 250 reached the program, as far as the server can tell.
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Text:
    """A text message that the provider took."""

    at: datetime
    sender: str
    recipient: str
    body: str
    valid_seconds: int
    sid: str
    answered: bool = True


class Meaning(StrEnum):
    """What whoever wrote it meant, said by them and not by any reader."""

    PROMISE = "promise"
    PAID = "paid"
    DISPUTE = "dispute"
    HARDSHIP = "hardship"
    LEGAL = "legal"
    SENSITIVE = "sensitive"
    WRONG_CONTACT = "wrong_contact"
    QUESTION = "question"
    OPT_OUT = "opt_out"
    ACK = "ack"
    OTHER = "other"
    # Machines.
    AWAY = "away"
    BOUNCE_HARD = "bounce_hard"
    BOUNCE_SOFT = "bounce_soft"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that came to the bot's mailbox or number."""

    # When the server had it; the program may have read it later.
    at: datetime
    channel: Channel
    # The bytes of the mail, or the text in UTF-8.
    content: bytes
    means: frozenset[Meaning]
    # Who wrote, where the program can know it: by a token, our Message-ID, an address or number. Else None.
    customer: str | None
    # The address or number it came from (a bounce: that could not be reached).
    address: str = ""
    # Empty: all of the customer's.
    bills: frozenset[str] = frozenset()
    # The last day of a promise, or the day of return.
    day: date | None = None


class Deed(StrEnum):
    """What a person at the business did."""

    RELEASED = "released"
    HELD = "held"
    SENT_AGAIN = "sent_again"
    STOPPED = "stopped"
    WENT_LIVE = "went_live"
    RESTARTED_CLOCK = "restarted_clock"
    CONSENTED = "consented"
    PAYMENT_RECORDED = "payment_recorded"
    ADOPTED = "adopted"
    ANSWERED = "answered"
    PLAN_AGREED = "plan_agreed"
    PLAN_ENDED = "plan_ended"
    # Spoke to them on the telephone, or left a message.
    CALLED = "called"
    # Told beside CALLED: somebody there was spoken to.
    TALKED = "talked"
    # What was said on the telephone: a day by which they pay, an hour to be called again, or that it is not theirs.
    PROMISED = "promised"
    ASKED_FOR_A_CALL = "asked_for_a_call"
    WRONG_NUMBER = "wrong_number"
    # Put them into a segment by name, or back to what the settings say.
    LADDER_CHOSEN = "ladder_chosen"
    # To an agency or a lawyer, or written off; and taken back from there.
    HANDED_OVER = "handed_over"
    TAKEN_BACK = "taken_back"
    # Marked as contested, and settled so that reminders go on.
    DISPUTED = "disputed"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Done:
    """One deed of a person, and what it was about."""

    at: datetime
    deed: Deed
    customer: str | None = None
    # Empty: all of the customer's.
    bills: frozenset[str] = frozenset()
    # HELD: the hold ends by itself then; None: a person lifts it.
    until: datetime | None = None
    # PAYMENT_RECORDED: so much on each of the bills; None: in full.
    amount: Decimal | None = None
    # PLAN_AGREED: what is to be paid on each day; together all that was open on the bills.
    parts: tuple[tuple[date, Decimal], ...] = ()
    # PROMISED: the day by which they pay.
    day: date | None = None
    # WRONG_NUMBER: which.
    address: str = ""
    # LADDER_CHOSEN: the segment; empty: none.
    name: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the journal as exported."""

    seq: int
    at: datetime
    kind: str
    actor: str
    customer: str | None
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One whole run of one business."""

    rules: Rules
    ledgers: tuple[Ledger, ...]
    mails: tuple[Mail, ...] = ()
    texts: tuple[Text, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    deeds: tuple[Done, ...] = ()
    journal: tuple[Line, ...] = ()
    # When the program did not run: from, to.
    outages: tuple[tuple[datetime, datetime], ...] = ()
    # When the mailbox could not be read: from, to.
    deaf: tuple[tuple[datetime, datetime], ...] = ()
    # The bot's own addresses and numbers.
    ours: frozenset[str] = frozenset()
    # When a store was put back that had forgotten something sent: nothing may leave until a person adopts it.
    restored: tuple[datetime, ...] = ()
    ended_at: datetime | None = None
