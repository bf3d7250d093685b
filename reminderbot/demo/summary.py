"""The quarter in numbers: what was sent and answered, what paused, who waits, what was promised and what came in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reminderbot.core.case import Case
from reminderbot.core.event import Event, EventKind
from reminderbot.demo.agree import ALL
from reminderbot.demo.evidence import EMAIL, SMS, Evidence
from reminderbot.demo.laws import LADDER, Verdict
from reminderbot.demo.recognise import Letters
from reminderbot.house import House
from reminderbot.store import case, journal, promise

WIDTH = 80
_READ = "its answer was read"


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that is shown at the end."""

    # (tier, channel): how many arrived.
    sent: Counter[tuple[str, str]]
    replies: Counter[str]
    holds: Counter[str]
    waiting: tuple[tuple[str, Case], ...]
    # kept, broken, open
    promises: Counter[str]
    # By currency.
    promised: Counter[str]
    came_in: Counter[str]
    still_open: Counter[str]
    verdicts: tuple[Verdict, ...]

    @property
    def broken(self) -> tuple[str, ...]:
        """Every broken law with the message that broke it."""
        return tuple(f"{verdict.law}: {why}" for verdict in self.verdicts for why in verdict.broken)


def sum_up(house: House, evidence: Evidence, letters: Letters, verdicts: Sequence[Verdict], now: datetime) -> Summary:
    """Count what the servers received, and what the bot made of the answers."""
    with house.store.reading() as connection:
        events = [event for _, event in journal.read(connection, limit=ALL)]
        waiting = case.waiting(connection)
        promises = promise.every(connection)
    given_at = {event.data["promise"]: event.at for event in events if event.kind is EventKind.PROMISED}
    promised: Counter[str] = Counter()
    for word in promises:
        party = evidence.party(word.customer_id)
        bills = (bill for bill in party.bills if bill.number in word.invoices)
        owed = sum((evidence.owed(bill, given_at[word.promise_id]) for bill in bills), Decimal(0))
        _add(promised, party.currency, word.amount or owed)
    return Summary(
        sent=Counter((letters.tier(message), message.channel) for message in evidence.messages),
        replies=Counter(str(_kinds(event)[0]) for event in events if event.kind is EventKind.UNDERSTOOD),
        holds=_holds(events),
        waiting=tuple((evidence.party(c.customer_id).name if c.customer_id else "", c) for c in waiting),
        promises=Counter(word.state.value for word in promises),
        promised=promised,
        came_in=_came_in(evidence),
        still_open=_still_open(evidence, now),
        verdicts=tuple(verdicts),
    )


def _kinds(event: Event) -> list[str]:
    kinds = event.data["kinds"]
    assert isinstance(kinds, list)
    return kinds


def _holds(events: Iterable[Event]) -> Counter[str]:
    """Holds by kind, without those that lasted only until an answer was read."""
    events = tuple(events)
    passing = {e.data["hold"] for e in events if e.kind is EventKind.RELEASED and e.data["why"] == _READ}
    held = (e for e in events if e.kind is EventKind.HELD and e.data["hold"] not in passing)
    return Counter(str(event.data["kind"]) for event in held)


def _came_in(evidence: Evidence) -> Counter[str]:
    found: Counter[str] = Counter()
    for entry in evidence.booked:
        if entry.kind == "payment":
            _add(found, evidence.party(entry.customer_id).currency, entry.amount)
    return found


def _still_open(evidence: Evidence, now: datetime) -> Counter[str]:
    found: Counter[str] = Counter()
    for party in evidence.parties:
        for bill in party.bills:
            _add(found, party.currency, evidence.owed(bill, now))
    return found


def _add(sums: Counter[str], currency: str, amount: Decimal) -> None:
    # In cents, for a Counter counts.
    sums[currency] += int(amount * 100)


# ---- how it looks


def show(summary: Summary, console: Console) -> None:
    """Print it."""
    console.print(picture(summary))


def picture(summary: Summary) -> RenderableType:
    """The whole summary, 80 columns wide."""
    counts = Table.grid(padding=(0, 2))
    counts.add_row(_sent(summary), _counted("Answered", summary.replies), _counted("Paused for", summary.holds))
    parts: list[Table | Text] = [
        Text("The quarter in numbers", "bold"),
        counts,
        _waiting(summary),
        _money(summary),
        _laws(summary),
    ]
    return Group(*(Padding(part, (0, 0, 1, 1)) for part in parts))


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False, header_style="bold cyan")
    for place, name in enumerate(columns):
        table.add_column(name, justify="right" if place and len(columns) < 4 else "left")
    return table


def _sent(summary: Summary) -> Table:
    table = _table("Sent", "e-mail", "text")
    for tier in LADDER:
        row = [summary.sent[tier, channel] for channel in (EMAIL, SMS)]
        if any(row):
            table.add_row(tier, *(str(n) if n else "" for n in row))
    table.add_section()
    totals = [sum(n for (_, c), n in summary.sent.items() if c == channel) for channel in (EMAIL, SMS)]
    table.add_row("in all", *map(str, totals))
    return table


def _counted(name: str, counts: Counter[str]) -> Table:
    table = _table(name, "")
    for kind, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        table.add_row(kind.replace("_", " "), str(count))
    table.add_section()
    table.add_row("in all", str(counts.total()))
    return table


def _waiting(summary: Summary) -> Table:
    table = _table("Waits for a person", "since", "because of", "")
    for name, waiting in summary.waiting:
        said = f"“{waiting.words}”" if waiting.words else ""
        table.add_row(
            name, f"{waiting.opened_at:%d %b}", waiting.kind.value.replace("_", " "), Text(_cut(said), "italic")
        )
    return table


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 32 else f"{flat[:31]}…"


def _money(summary: Summary) -> Table:
    grid = Table.grid(padding=(0, 2))
    words = ", ".join(f"{count} {state}" for state, count in sorted(summary.promises.items(), reverse=True))
    grid.add_row("Promised", f"{_sums(summary.promised)} [dim]({words})[/]")
    grid.add_row("Came in", Text(_sums(summary.came_in), "bold green"))
    grid.add_row("Still open", _sums(summary.still_open))
    return grid


def _sums(cents: Counter[str]) -> str:
    return ", ".join(f"{code} {amount / 100:,.2f}" for code, amount in sorted(cents.items(), reverse=True) if amount)


def _laws(summary: Summary) -> Table:
    table = _table("Laws, checked on what the servers received", "checked", "")
    for verdict in summary.verdicts:
        word = Text("BROKEN", "bold red") if verdict.broken else Text("kept", "green")
        table.add_row(verdict.law, str(verdict.checked), word)
    return table
