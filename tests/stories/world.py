"""A small installation that lives through days: a real store, real ledger files, real letters; a clock that is stepped.

Only the far ends are written by hand: a channel that keeps what it is given, and inboxes that hand over what a story
puts into them.
"""

from __future__ import annotations

import csv
import dataclasses
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from reminderbot.clock import SteppedClock
from reminderbot.config import load_config
from reminderbot.core.case import Case
from reminderbot.core.delivery import Accepted, Deferred, Outcome
from reminderbot.core.hold import Hold
from reminderbot.core.inbound import Inbound, InboxUnavailable, MailCursor
from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage
from reminderbot.desk.sending import go_live
from reminderbot.house import House
from reminderbot.inbox.imap import Poll
from reminderbot.runs.deliver import Delivered, deliver_once
from reminderbot.runs.listen import Listener
from reminderbot.runs.plan import plan_once
from reminderbot.runs.recover import begin
from reminderbot.runs.take_ledger import TakenIn, take_ledger
from reminderbot.store import case, hold, outbox
from reminderbot.wiring import build_house

LETTERS = Path(__file__).parents[2] / "templates"
LONDON = ZoneInfo("Europe/London")
OUR_ADDRESS = "accounts@brightwater.example"
OUR_NUMBER = "+447700900999"
SECRETS = {
    "REMINDERBOT_SMTP_PASSWORD": "tulip",
    "REMINDERBOT_IMAP_PASSWORD": "crocus",
    "REMINDERBOT_TWILIO_TOKEN": "snowdrop",
}
CONFIG = """
mode = "{mode}"
[business]
name = "Brightwater Gardens"
email = "office@brightwater.example"
phone = "+44 20 7946 0123"
address = "12 Mill Lane, Bath"
time_zone = "Europe/London"
country = "GB"
currency = "GBP"
[store]
url = "{url}"
[letters]
folder = "{letters}"
[email]
host = "127.0.0.1"
port = 2525
security = "none"
from = "{us}"
[inbox]
host = "127.0.0.1"
port = 1143
security = "none"
username = "accounts"
[sending]
{sending}
{more}
"""
SMS = f"""
[sms]
account_sid = "AC{"0" * 32}"
from = "{OUR_NUMBER}"
"""
CUSTOMERS = (
    "customer_id", "name", "contact_name", "email", "phone", "language", "time_zone", "country", "group", "region",
    "sms_consent", "sms_consent_on", "sms_consent_how",
)  # fmt: skip
INVOICES = (
    "number", "customer_id", "issued_on", "due_on", "currency", "total", "status", "pay_url", "po_number", "pdf",
    "terms_days", "retained", "retained_until", "replaces",
)  # fmt: skip
PAYMENTS = ("payment_id", "customer_id", "invoice", "paid_on", "currency", "amount", "kind")


def moment(text: str, zone: ZoneInfo = LONDON) -> datetime:
    """A moment written as local time, "2027-03-08 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


class Killed(BaseException):
    """The power goes."""


@dataclass(frozen=True)
class Sent:
    """One message as the other side got it."""

    at: datetime
    message: OutgoingMessage
    tier: str
    lists: tuple[str, ...]

    @property
    def to(self) -> str:
        return self.message.recipient

    @property
    def mail(self) -> EmailMessage:
        return cast(EmailMessage, message_from_bytes(self.message.body, policy=policy.default))

    @property
    def text(self) -> str:
        """The words that a person reads."""
        if self.message.channel is Channel.SMS:
            return self.message.body.decode()
        part = self.mail.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    @property
    def day(self) -> str:
        """The local day on which it came."""
        return f"{self.at.astimezone(LONDON):%m-%d}"


class Recorder:
    """A mail server or carrier that keeps what it is given and answers as it is told."""

    def __init__(self, world: World, name: Channel) -> None:
        self._world, self._name = world, name
        # What the next messages meet: an outcome, or an exception to raise. Then everything is accepted.
        self.next: list[Outcome | BaseException | Callable[[OutgoingMessage], Outcome]] = []
        self.down: Deferred | None = None
        self.tried: list[OutgoingMessage] = []

    def open(self) -> Deferred | None:
        return self.down

    def send(self, message: OutgoingMessage) -> Outcome:
        self.tried.append(message)
        answer = self.next.pop(0) if self.next else Accepted(f"ok-{message.reminder_id}-{len(self.tried)}")
        if isinstance(answer, BaseException):
            raise answer
        outcome = answer(message) if callable(answer) else answer
        if isinstance(outcome, Accepted):
            self._world.keep(message)
        return outcome

    def close(self) -> None:
        pass


class Mailbox:
    """The mailbox where answers arrive; `down` is what it fails with."""

    folder = "INBOX"

    def __init__(self) -> None:
        self.mails: list[Inbound] = []
        # What the server took for spam.
        self.junk: list[Inbound] = []
        self.down = ""

    def junk_folders(self) -> list[str]:
        if self.down:
            raise InboxUnavailable(self.down)
        return ["Junk"]

    def rescan(self, days: int, folder: str | None = None, about: Sequence[str] = ()) -> Iterator[Inbound]:
        for mail in self.junk if folder else self.mails:
            if not about or any(word.encode() in mail.raw for word in about):
                yield mail

    def poll(self, cursor: MailCursor | None) -> Poll:
        if self.down:
            raise InboxUnavailable(self.down)
        here = MailCursor(self.folder, 7, len(self.mails))
        if cursor is None:
            return Poll(here, started=True, reset=False, messages=iter(()))
        return Poll(here, started=False, reset=False, messages=self._after(cursor.uid))

    def _after(self, uid: int) -> Iterator[tuple[Inbound, MailCursor]]:
        for place in range(uid, len(self.mails)):
            yield self.mails[place], MailCursor(self.folder, 7, place + 1)

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        return False

    def close(self) -> None:
        pass


class TextsIn:
    """The carrier's list of text messages that came in."""

    def __init__(self) -> None:
        self.texts: list[Inbound] = []
        self.down = ""
        self.said_at: datetime | None = None

    def poll(self, since: datetime) -> list[Inbound]:
        if self.down:
            raise InboxUnavailable(self.down)
        return [text for text in self.texts if text.received_at >= since]


class World:
    """One business with its customers, living from one moment to the next."""

    def __init__(
        self,
        folder: Path,
        start: str = "2027-03-01 08:00",
        *,
        mode: str = "live",
        sending: str = "",
        sms: bool = False,
        more: str = "",
        url: str = "sqlite:///state/reminderbot.db",
    ) -> None:
        self.folder = folder
        self.clock = SteppedClock(moment(start))
        self.exports_daily = True
        self.sent: list[Sent] = []
        # What the business wrote to itself, and whether its mail server brings that.
        self.canaries: list[OutgoingMessage] = []
        self.canaries_return = True
        # What the owners were mailed.
        self.told: list[Sent] = []
        self.mailbox, self.texts_in = Mailbox(), TextsIn()
        self.email, self.sms = Recorder(self, Channel.EMAIL), Recorder(self, Channel.SMS)
        self._customers: dict[str, dict[str, str]] = {}
        self._invoices: dict[str, dict[str, str]] = {}
        self._payments: dict[str, dict[str, str]] = {}
        self._exported, self._exported_at = ("", "", ""), self.clock.now()
        self._heard = 0
        self._mode, self._url = mode, url
        self._has_sms = sms
        (folder / "ledger").mkdir(parents=True)
        self.house = self.configure(sending, more)

    # ---- the installation

    def configure(self, sending: str = "", more: str = "") -> House:
        """Read the settings (anew): the store stays, the rules may be others."""
        if "undo_minutes" not in sending:
            sending += "\nundo_minutes = 0"
        path = self.folder / "config.toml"
        path.write_text(
            CONFIG.format(
                mode=self._mode, url=self._url, letters=LETTERS, us=OUR_ADDRESS, sending=sending,
                more=(SMS if self._has_sms else "") + more,
            ),
            "utf-8",
        )  # fmt: skip
        # As an installation really is, for who wants one of its far ends.
        self.wired = house = build_house(load_config(path, SECRETS), self.clock)
        channels: dict[Channel, Callable[[], Any]] = {Channel.EMAIL: lambda: self.email}
        if self._has_sms:
            channels[Channel.SMS] = lambda: self.sms
        self.house = dataclasses.replace(
            house,
            channels=channels,
            open_inbox=lambda: self.mailbox,  # type: ignore[arg-type, return-value]  # stands in for the real one
            open_text_inbox=(lambda: self.texts_in) if self._has_sms else None,
            list_texts=None,
            delivery_reports=None,
        )
        self._listener = Listener(self.house)
        return self.house

    def use(self, house: House) -> None:
        """Live on with another wiring of the same installation."""
        self.house = house
        self._listener = Listener(house)

    def restart(self) -> tuple[int, int]:
        """The program starts again after its last end, however it came."""
        self._listener = Listener(self.house)
        return begin(self.house)

    def close(self) -> None:
        self._listener.close()
        self.house.store.close()

    # ---- the books

    def customer(self, customer_id: str, **cells: str) -> World:
        row = dict.fromkeys(CUSTOMERS, "")
        row |= {"customer_id": customer_id, "name": f"{customer_id.title()} Ltd", "contact_name": "Ann Archer"}
        row |= {"email": f"{customer_id.lower()}@customer.example", "time_zone": "Europe/London", "country": "GB"}
        self._customers[customer_id] = row | cells
        return self

    def invoice(self, number: str, customer_id: str, due: str, total: str = "120.00", **cells: str) -> World:
        if customer_id not in self._customers:
            self.customer(customer_id)
        row = dict.fromkeys(INVOICES, "")
        issued = (date.fromisoformat(due) - timedelta(days=30)).isoformat() if due else "2027-01-04"
        row |= {"number": number, "customer_id": customer_id, "issued_on": issued, "due_on": due}
        row |= {"currency": "GBP", "total": total, "status": "open"}
        self._invoices[number] = row | cells
        return self

    def change(self, number: str, **cells: str) -> None:
        """Change cells of an invoice."""
        self._invoices[number] |= cells

    def change_customer(self, customer_id: str, **cells: str) -> None:
        self._customers[customer_id] |= cells

    def unlist(self, number: str) -> None:
        del self._invoices[number]

    def pay(self, number: str, amount: str | None = None, kind: str = "payment", on: str = "") -> None:
        """Money for an invoice comes in, today where no other day is named; all of it where no amount is given."""
        bill = self._invoices[number]
        self._receive(bill["customer_id"], number, amount or bill["total"], bill["currency"], kind, on)

    def receive(self, customer_id: str, amount: str, currency: str = "GBP", kind: str = "payment") -> None:
        """Money comes in that nobody has matched to an invoice."""
        self._receive(customer_id, "", amount, currency, kind)

    def _receive(self, customer_id: str, number: str, amount: str, currency: str, kind: str, on: str = "") -> None:
        key = f"P{len(self._payments) + 1}"
        cells = (key, customer_id, number, on or f"{self.today}", currency, amount, kind)
        self._payments[key] = dict(zip(PAYMENTS, cells, strict=True))

    def export(self) -> None:
        """The books are written out, at this very moment."""
        for name, columns, rows in (
            ("customers.csv", CUSTOMERS, self._customers),
            ("invoices.csv", INVOICES, self._invoices),
            ("payments.csv", PAYMENTS, self._payments),
        ):
            path = self.folder / "ledger" / name
            with path.open("w", encoding="utf-8", newline="") as file:
                table = csv.DictWriter(file, columns)
                table.writeheader()
                table.writerows(rows.values())
            seconds = self.clock.now().timestamp()
            os.utime(path, (seconds, seconds))
        self._exported = (repr(self._customers), repr(self._invoices), repr(self._payments))
        self._exported_at = self.now

    # ---- time

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def today(self) -> date:
        return self.now.astimezone(LONDON).date()

    def at(self, when: str) -> list[Sent]:
        """Step to this local time and let every job run once; gives what left."""
        target = moment(when)
        assert target >= self.now, "stories go forward"
        self.clock.move_to(target)
        return self.tick()

    def until(self, day: str, *hours: str, step: int = 1) -> list[Sent]:
        """Live on until the end of this day, at these local hours of every day (of every `step`th, to be quick)."""
        before = len(self.sent)
        on = self.today
        while on <= date.fromisoformat(day):
            for hour in hours:
                if moment(f"{on} {hour}") > self.now:
                    self.at(f"{on} {hour}")
            on += timedelta(days=step)
        return self.sent[before:]

    def tick(self) -> list[Sent]:
        """Every job once, in the daemon's order; gives what left."""
        before = len(self.sent)
        books = (repr(self._customers), repr(self._invoices), repr(self._payments))
        if self.exports_daily and (books != self._exported or self.now - self._exported_at > timedelta(hours=16)):
            self.export()
            self.take_ledger()
        heard = len(self.mailbox.mails) + len(self.texts_in.texts)
        if heard != self._heard:
            self.look()
            self._heard = heard
        self.plan()
        self.deliver()
        self.plan()
        return self.sent[before:]

    # ---- the jobs

    def begin(self) -> World:
        """The first import, and the owner's word that messages may leave."""
        self.restart()
        self.export()
        self.take_ledger()
        go_live(self.house, "olivia")
        # The first look into a mailbox only notes where to begin.
        self.look()
        return self

    def take_ledger(self) -> TakenIn:
        return take_ledger(self.house)

    def look(self) -> None:
        try:
            self._listener.look()
        except InboxUnavailable:
            self._listener.close()

    def plan(self) -> None:
        rounds = 0
        while plan_once(self.house):
            rounds += 1
            assert rounds < 50, "planning never comes to rest"

    def deliver(self) -> Delivered:
        try:
            return deliver_once(self.house, self._looked)
        except InboxUnavailable:
            return Delivered()

    def _looked(self) -> None:
        self._listener.look()

    # ---- what happens at the far ends

    def keep(self, message: OutgoingMessage) -> None:
        if message.reminder_id == "canary":
            self.canaries.append(message)
            if self.canaries_return:
                self.deliver_raw(message.body)
            return
        if message.reminder_id in ("alert", "digest", "urgent", "trial"):
            self.told.append(Sent(self.now, message, message.reminder_id, ()))
            return
        row = self.reminder(int(message.reminder_id))
        self.sent.append(Sent(self.now, message, row.tier, tuple(row.lists)))

    def answer(self, words: str, to: Sent | None = None, *, sender: str = "", **headers: str) -> bytes:
        """A customer writes; `to` is the letter that is answered."""
        mail = EmailMessage()
        mail["From"] = sender or (to.to if to else "stranger@elsewhere.example")
        mail["To"] = str(to.mail["Reply-To"]) if to else OUR_ADDRESS
        mail["Subject"] = f"Re: {to.mail['Subject']}" if to else "Hello"
        mail["Date"] = format_datetime(self.now)
        mail["Message-ID"] = f"<{len(self.mailbox.mails)}@customer.example>"
        if to:
            mail["In-Reply-To"] = to.message.message_id
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(words)
        return self.deliver_raw(mail.as_bytes())

    def deliver_raw(self, raw: bytes) -> bytes:
        place = f"INBOX/7/{len(self.mailbox.mails) + 1}"
        self.mailbox.mails.append(Inbound(Channel.EMAIL, place, self.now, raw))
        return raw

    def text(self, sender: str, words: str) -> None:
        """A text message comes in."""
        sid = f"SM{len(self.texts_in.texts):032d}"
        self.texts_in.texts.append(
            Inbound(Channel.SMS, sid, self.now, words.encode(), sender=sender, recipient=OUR_NUMBER)
        )

    # ---- looking in

    def tiers(self, to: str = "") -> list[str]:
        """What left so far, as "03-08 gentle"."""
        return [f"{s.day} {s.tier}" for s in self.sent if not to or s.to == to]

    def reminder(self, number: int) -> Any:
        with self.house.store.reading() as connection:
            row = outbox.get(connection, number)
        assert row is not None
        return row

    def states(self) -> list[str]:
        """The states of all reminders, oldest first."""
        with self.house.store.reading() as connection:
            rows = [row for name in self._customers for row in outbox.of_customer(connection, name)]
        return [row.state for row in sorted(rows, key=lambda row: row.reminder_id)]

    def cases(self, customer_id: str | None = None) -> list[Case]:
        with self.house.store.reading() as connection:
            return case.waiting(connection, customer_id)

    def case_kinds(self, customer_id: str | None = None) -> list[str]:
        return [found.kind.value for found in self.cases(customer_id)]

    def holds(self, customer_id: str) -> list[Hold]:
        """The holds that pause this customer now."""
        with self.house.store.reading() as connection:
            found = hold.of_customers(connection, [customer_id]).get(customer_id, [])
        return [one for one in found if one.is_active(self.now)]

    def hold_kinds(self, customer_id: str) -> list[str]:
        return [found.kind.value for found in self.holds(customer_id)]

    def release(self, customer_id: str) -> None:
        """A person lifts every hold."""
        from reminderbot.store import ledger

        with self.house.store.writing() as connection:
            for found in hold.of_customers(connection, [customer_id]).get(customer_id, []):
                hold.release(connection, found.hold_id, self.now, "olivia", "talked to them")
            ledger.review(connection, [customer_id], self.now)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
