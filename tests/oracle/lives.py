"""Runs made by hand: what a small business, its customers and its servers would leave behind, written down as values.

A life begins clean: one customer in New York, one invoice, fresh books before each message, a journal that fits. Each
method adds one thing that happened; the oddities that a test plants are arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.oracle.evidence import (
    Arrival,
    Bill,
    Channel,
    Deed,
    Done,
    Evidence,
    Ledger,
    Line,
    Mail,
    Meaning,
    Party,
    Rules,
    Rung,
    Text,
)

BOTH = (Channel.EMAIL, Channel.SMS)
LADDER = (
    Rung("heads-up", -3, (Channel.EMAIL,)),
    Rung("gentle", 3, (Channel.EMAIL,)),
    Rung("check-in", 10, BOTH),
    Rung("options", 18, (Channel.EMAIL,)),
    Rung("firm", 28, BOTH),
    Rung("call", 35),
    Rung("last", 42, (Channel.EMAIL,)),
    Rung("review", 56),
)
SMS, EMAIL = Channel.SMS, Channel.EMAIL
JANE, PHONE = "jane@acme.example", "+12125550101"
NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def at(words: str) -> datetime:
    """A moment in UTC: 2026-09-08 14:00; in September New York is four hours behind."""
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


def said_day(day: date) -> str:
    """As letters write it."""
    return f"{NAMES[day.month - 1]} {day.day}, {day.year}"


class Life:
    """One run in the making."""

    def __init__(self, **rules: Any) -> None:
        """A business of one customer, ACME, and one invoice, INV-1 over USD 100.00, due on Friday 4 September 2026."""
        self.rules = replace(Rules("America/New_York", "US", LADDER), **rules)
        self.customers = {"ACME": Party("Acme", "America/New_York", "US", frozenset({JANE}), frozenset({PHONE}), True)}
        self.bills: dict[str, Bill] = {}
        self.bill("INV-1")
        self.unallocated: dict[tuple[str, str], Decimal] = {}
        self.ledgers: list[Ledger] = []
        self.mails: list[Mail] = []
        self.texts: list[Text] = []
        self.arrivals: list[Arrival] = []
        self.deeds: list[Done] = []
        self.lines: list[tuple[datetime, str, str, str | None, Mapping[str, object]]] = []
        self.more: dict[str, Any] = {}
        self.reminders = 0
        self.inbounds = 0
        self.did("2026-08-20 12:00", Deed.WENT_LIVE)

    def bill(self, number: str, **changes: Any) -> None:
        """An invoice from now on in the books, or another state of one."""
        known = self.bills.get(number, Bill("ACME", date(2026, 9, 4), "USD", Decimal("100.00")))
        self.bills[number] = replace(known, **changes)

    def books(self, when: str, exported: str | None = None, **more: Any) -> None:
        """The books as they stand now are taken over."""
        self._books(at(when), at(exported or when), **more)

    def _books(self, taken: datetime, exported: datetime, **more: Any) -> None:
        state = (dict(self.customers), dict(self.bills), dict(self.unallocated))
        self.ledgers.append(Ledger(taken, exported, *state, **more))
        self.told(taken, "imported", None, {"exported_at": exported.isoformat()})

    def told(self, when: datetime, kind: str, customer: str | None, data: Mapping[str, object], who: str = "") -> None:
        """A line of the journal."""
        self.lines.append((when, kind, who or "reminderbot", customer, data))

    def plan(self, when: str, tier: str, bills: tuple[str, ...], channel: Channel, customer: str = "ACME") -> int:
        """A reminder is planned; its number."""
        self.reminders += 1
        data = {"reminder": self.reminders, "tier": tier, "channel": str(channel), "invoices": list(bills)}
        self.told(at(when), "planned", customer, data)
        return self.reminders

    def attempt(self, when: str, number: int, outcome: str | None = "accepted", reason: str = "") -> None:
        """A reminder is claimed and marked, and something becomes of it."""
        self.told(at(when), "claimed", None, {"reminders": [number]})
        self.told(at(when), "onwire", None, {"reminders": [number]})
        if outcome is not None:
            self.told(at(when), "settled", "ACME", {"reminder": number, "outcome": outcome, "reason": reason})

    def letter(
        self, when: str, tier: str, *bills: str, customer: str = "ACME", fresh: bool = True, **oddities: Any
    ) -> int:
        """A letter is planned, marked and taken, with fresh books an hour before."""
        bills = bills or ("INV-1",)
        if fresh:
            self._books(at(when) - timedelta(hours=1), at(when) - timedelta(hours=1))
        number = self.plan(when, tier, bills, Channel.EMAIL, customer)
        self.attempt(when, number)
        self.mail(when, number, bills, **oddities)
        return number

    def mail(
        self, when: str, number: int, bills: tuple[str, ...] = ("INV-1",), *, to: str = JANE, **oddities: Any
    ) -> None:
        """The server takes a letter."""
        answered = bool(oddities.pop("answered", True))
        others = tuple(oddities.pop("others", ()))
        content = self.content(number, bills, to=to, **oddities)
        self.mails.append(Mail(at(when), "accounts@shop.example", (to, *others), content, answered))

    def content(
        self,
        number: int,
        bills: tuple[str, ...],
        to: str = JANE,
        headers: str = "",
        says: Mapping[str, str] | None = None,
    ) -> bytes:
        """The bytes of a letter; `says` puts other words in the place of the right ones."""
        rows = "\n".join(self._row(bill) for bill in bills)
        total = sum((self.bills[bill].open_balance for bill in bills), Decimal(0))
        total -= self.unallocated.get(("ACME", "USD"), Decimal(0))
        text = f"Hello,\n\nInvoice  Issued  Due  Open amount\n{rows}\n------\nTotal    USD {total:,.2f}\n\nKind regards"
        head = (
            f"From: Shop <accounts@shop.example>\nTo: Jane <{to}>\nSubject: About {bills[0]}\n"
            f"Date: Tue, 08 Sep 2026 14:00:00 +0000\nMessage-ID: <r.{_base36(number)}.seal@shop.example>\n"
            f"Auto-Submitted: auto-generated\nX-Reminderbot: reminder\n{headers}MIME-Version: 1.0\n"
            "Content-Type: text/plain; charset=utf-8\n"
        )
        whole = f"{head}\n{text}\n"
        for right, other in (says or {}).items():
            assert right in whole, right
            whole = whole.replace(right, other)
        return whole.replace("\n", "\r\n").encode()

    def page(self, says: str) -> None:
        """The newest letter gets a second part, in HTML."""
        head, _, text = self.mails[-1].content.decode().partition("\r\n\r\n")
        head = head.replace("text/plain; charset=utf-8", 'multipart/alternative; boundary="=_1"')
        parts = f"--=_1\r\n\r\n{text}\r\n--=_1\r\nContent-Type: text/html\r\n\r\n{says}\r\n--=_1--\r\n"
        self.mails[-1] = replace(self.mails[-1], content=f"{head}\r\n\r\n{parts}".encode())

    def _row(self, number: str) -> str:
        bill = self.bills[number]
        due = said_day(bill.due_on or date(2026, 9, 4))
        return f"{number}  Aug 5, 2026  {due}  {bill.currency} {bill.open_balance:,.2f}"

    def text(
        self, when: str, tier: str, *bills: str, to: str = PHONE, valid: int = 3600, body: str = "", fresh: bool = True
    ) -> int:
        """A text message is planned, marked and taken."""
        bills = bills or ("INV-1",)
        if fresh:
            self._books(at(when) - timedelta(hours=1), at(when) - timedelta(hours=1))
        number = self.plan(when, tier, bills, Channel.SMS)
        self.attempt(when, number)
        bill, more = self.bills[bills[0]], f" and {len(bills) - 1} more" if len(bills) > 1 else ""
        total = sum((self.bills[each].open_balance for each in bills), Decimal(0))
        due = said_day(bill.due_on or date(2026, 9, 4))
        body = body or f"Shop: {bills[0]}{more} (USD {total:,.2f}, due {due}) is open. Reply STOP to opt out"
        self.texts.append(Text(at(when), "+12125550199", to, body, valid, f"SM{number}"))
        return number

    def wrote(self, when: str, channel: Channel = Channel.EMAIL, *, really: bool = True, marks: str = "") -> None:
        """A person writes to Acme; `really`: somebody saw them do it, `marks`: headers that a machine would write."""
        self._books(at(when) - timedelta(hours=1), at(when) - timedelta(hours=1))
        self.reminders += 1
        number = self.reminders
        data = {"reminder": number, "tier": "answer", "channel": str(channel), "invoices": []}
        self.told(at(when), "planned", "ACME", data, "olivia")
        self.attempt(when, number)
        if really:
            self.did(when, Deed.ANSWERED, customer="ACME")
        if channel is Channel.SMS:
            self.texts.append(Text(at(when), "+12125550199", PHONE, "Yes, that is right.", 60, f"SM{number}"))
            return
        content = (
            f"From: Shop <accounts@shop.example>\nTo: Jane <{JANE}>\nSubject: Re: your question\n"
            f"Date: Tue, 08 Sep 2026 14:00:00 +0000\nMessage-ID: <r.{_base36(number)}.seal@shop.example>\n"
            f"{marks}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nYes, that is right.\n"
        )
        self.mails.append(Mail(at(when), "accounts@shop.example", (JANE,), content.replace("\n", "\r\n").encode()))

    def answer(
        self, when: str, *means: Meaning, channel: Channel = Channel.EMAIL, words: str = "", **about: Any
    ) -> None:
        """The customer, or a machine of theirs, writes; the journal hears it at once and holds."""
        about = {"customer": "ACME", "address": JANE if channel is Channel.EMAIL else PHONE, **about}
        content = (words or f"answer {len(self.arrivals)}").encode()
        self.arrivals.append(Arrival(at(when), channel, content, frozenset(means), **about))
        self.inbounds += 1
        hold = {"hold": 1000 + self.inbounds, "kind": "reply", "invoices": [], "until": None}
        self.told(at(when), "held", "ACME", hold)
        self.told(at(when), "heard", "ACME", {"inbound": self.inbounds, "channel": str(channel)})
        self.told(at(when), "released", "ACME", {"hold": 1000 + self.inbounds})
        self.told(at(when), "understood", "ACME", {"inbound": self.inbounds, "kinds": []})

    def did(self, when: str, deed: Deed, **about: Any) -> None:
        """A person does something."""
        self.deeds.append(Done(at(when), deed, **about))

    def evidence(self) -> Evidence:
        """All of it, the journal in the order of time."""
        told = sorted(self.lines, key=lambda line: line[0])
        return Evidence(
            rules=self.rules,
            ledgers=tuple(self.ledgers),
            mails=tuple(self.mails),
            texts=tuple(self.texts),
            arrivals=tuple(self.arrivals),
            deeds=tuple(self.deeds),
            journal=tuple(Line(n, *line) for n, line in enumerate(told, 1)),
            **self.more,
        )


Plant = Callable[[Life], None]


def climbed() -> Life:
    """A clean life: three letters and a text in their time."""
    life = Life()
    life.letter("2026-09-01 14:00", "heads-up")
    life.letter("2026-09-08 14:00", "gentle")
    life.letter("2026-09-15 14:00", "check-in")
    life.text("2026-09-17 14:00", "check-in")
    return life


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return digits[number] if number < 36 else _base36(number // 36) + digits[number % 36]
