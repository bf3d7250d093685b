"""Tells what happens in the demo as it happens: when, who, what, and in whose words why."""

from __future__ import annotations

import time
from collections.abc import Iterable, Set
from datetime import datetime
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from reminderbot.core.event import Event, EventKind
from reminderbot.core.hold import HoldKind
from reminderbot.demo.evidence import EMAIL, SMS, Booked, Party, Word
from reminderbot.demo.people import BUSINESS, DAYS, START, ZONE, OwnerAct
from reminderbot.demo.recognise import asks, subject
from reminderbot.demo.world import News, Read
from reminderbot.house import House

WIDTH = 80
# About a hundred and twenty lines: with them, half a minute.
_PAUSE_SECONDS = 0.14
_HOME = ZoneInfo(ZONE)
# The provisional hold of every answer is told by what it becomes.
_BY_CASE = {HoldKind.REPLY, HoldKind.REVIEW}
_PLAIN = str.maketrans({"→": ">", "←": "<", "“": '"', "”": '"', "·": ".", "–": "-", "’": "'", "…": "~"})


class Story:
    """The lines of the story, on a console; waits a little after each where somebody watches."""

    def __init__(self, console: Console, parties: Iterable[Party], *, slowly: bool) -> None:
        self._console, self._slowly = console, slowly
        self._parties = {party.customer_id: party for party in parties}
        self._when: datetime | None = None
        self._at = START
        self._seen: set[str] = set()
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(None), console=console, transient=True, expand=True
        )
        self._quarter = self._bar.add_task("", total=DAYS)

    def __enter__(self) -> Story:
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    # ---- the scene

    def opens(self, house: House) -> None:
        """Where we are, and the owner's go."""
        name = BUSINESS["name"]
        invoices = sum(len(party.bills) for party in self._parties.values())
        self._console.print(
            f"[bold]{name}[/], New York. {len(self._parties)} customers will owe it {invoices} invoices this quarter.\n"
            "Real SMTP, IMAP and Twilio's API on loopback; only the clock is fast.\n"
            f"[dim]→ leaves   ← comes in   + money   * the owner   = what the bot makes of it[/]\n",
            highlight=False,
        )
        self._line("*", "yellow", "The owner", f"reads the first letters and says: go {house.ceiling.value}.")

    def moves_to(self, at: datetime) -> None:
        """The clock has stepped."""
        self._at = at
        days = (at - START).total_seconds() / 86400
        week = min(int(days // 7) + 1, DAYS // 7)
        self._bar.update(self._quarter, completed=days, description=f"{at.astimezone(_HOME):%d %b}  week {week}")

    # ---- what happens

    def arrives(self, read: Read) -> None:
        """A message of ours is in the customer's mailbox or on their telephone."""
        ask = asks(read.message)
        owed = f"{ask.total[0]} {ask.total[1]:,.2f}" if ask.total else ""
        how = "by text" if read.message.channel == SMS else ""
        local = self._local(read.party)
        told = ", ".join(part for part in (f"[cyan]{read.tier}[/] {how}".strip(), owed, local) if part)
        self._line("→", "cyan", read.party.name, told)
        if read.message.channel == EMAIL and read.tier not in self._seen:
            self._seen.add(read.tier)
            self._more(f"“{subject(read.message)}”", "dim")

    def _local(self, party: Party) -> str:
        if party.zone == ZONE:
            return ""
        there = self._at.astimezone(ZoneInfo(party.zone))
        hour = "%H:%M" if there.date() == self._at.astimezone(_HOME).date() else "%a %H:%M"
        return f"{there:{hour}} in {party.zone.rpartition('/')[2].replace('_', ' ')}"

    def happens(self, news: News) -> None:
        """Somebody but the bot has done something."""
        match news:
            case Word():
                told = f"{news.by} answers:" if news.by else "answers by text:" if news.channel == SMS else "answers:"
                self._line("←", "magenta", self._name(news.customer_id), told)
                self._more(f"“{news.text}”", "italic")
            case Booked():
                party = self._parties[news.customer_id]
                self._line("+", "green", party.name, f"pays {party.currency} {news.amount:,.2f}")
            case OwnerAct():
                self._line("*", "yellow", "The owner", f"{news.story} [dim]({self._name(news.customer_id)})[/]")
            case _:
                assert_never(news)

    def concludes(self, events: Iterable[Event]) -> None:
        """What the bot's journal says it made of it."""
        events = tuple(events)
        called = {event.customer_id for event in events if event.kind is EventKind.CASE_OPENED}
        for event in events:
            told = _conclusion(event, called)
            if told:
                self._line("=", "blue", self._name(event.customer_id), told)

    # ---- how it is written

    def _name(self, customer_id: str | None) -> str:
        return self._parties[customer_id].name if customer_id in self._parties else "Somebody"

    def _line(self, mark: str, style: str, who: str, told: str) -> None:
        body = Text.assemble((f"{who}  ", "bold"), Text.from_markup(told))
        self._print(self._stamp(), Text(mark, style), body)
        if self._slowly:
            time.sleep(_PAUSE_SECONDS)

    def _more(self, told: str, style: str) -> None:
        self._print(Text(""), Text(""), Text(told, style))

    def _print(self, when: Text, mark: Text, body: Text) -> None:
        row = Table.grid(padding=(0, 1))
        row.add_column(width=16, no_wrap=True)
        row.add_column(width=1)
        row.add_column(width=min(self._console.width, WIDTH + 20) - 20)
        cells = (when, mark, body)
        row.add_row(*cells if self._console.encoding.startswith("utf") else map(_plain, cells))
        self._bar.console.print(row)

    def _stamp(self) -> Text:
        """Day and hour, where they are not those of the line above."""
        local = self._at.astimezone(_HOME)
        before, self._when = self._when, local
        if before == local:
            return Text("")
        same_day = before is not None and before.date() == local.date()
        if before is not None and before.isocalendar()[:2] != local.isocalendar()[:2]:
            self._bar.console.print()
        return Text(f"{'' if same_day else f'{local:%a %d %b}':<10} {local:%H:%M}", "dim")


def _plain(text: Text) -> Text:
    return Text(text.plain.translate(_PLAIN))


def _conclusion(event: Event, called: Set[str | None]) -> str:
    data: dict[str, Any] = dict(event.data)
    match event.kind:
        case EventKind.CASE_OPENED:
            return f"[red]a person is needed[/]: {_short(data['why'])}"
        case EventKind.HELD if data["until"]:
            until = datetime.fromisoformat(data["until"]).astimezone(_HOME)
            return f"silent until {until:%a %d %b}: {_short(data['why'])}"
        case EventKind.HELD if HoldKind(data["kind"]) not in _BY_CASE and event.customer_id not in called:
            return f"silent: {_short(data['why'])}"
        case EventKind.PROMISE_KEPT:
            return "promise kept"
        case EventKind.OPTED_OUT | EventKind.SUPPRESSED:
            how = "texts" if data["channel"] == SMS else "e-mails"
            return f"no more {how}: {_short(data['why'])}"
        case _:
            return ""


def _short(why: str) -> str:
    """One sentence, without its second half where it is long."""
    first = why.partition(": ")[0] if len(why) > 100 else why
    return first if len(first) <= 100 else f"{first[:99].rstrip()}…"
