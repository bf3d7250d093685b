"""A customer's whole story for people outside: what was said on both sides and done, in order of time.

`reminderbot file` makes it; people call it the case file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from reminderbot.core.event import Event, EventKind
from reminderbot.core.handover import Handover
from reminderbot.core.hold import HoldKind
from reminderbot.core.statement import Statement

# Longer messages go on in the raw file: nobody reads a hundred pages of one mail in print.
LONGEST = 20_000

# How the machine came to it, and how the house shared out its work: nothing to those who take the matter on.
_LEFT_OUT = frozenset(
    {
        EventKind.IMPORTED, EventKind.PAID, EventKind.CREDITED, EventKind.DECIDED, EventKind.PLANNED, EventKind.CLAIMED,
        EventKind.PLANNED_AGAIN, EventKind.WITHDRAWN, EventKind.APPROVED, EventKind.ONWIRE, EventKind.SETTLED,
        EventKind.REPORTED, EventKind.HEARD, EventKind.UNDERSTOOD, EventKind.CORRECTED, EventKind.TIER_REACHED,
        EventKind.SNOOZED, EventKind.ASSIGNED, EventKind.PREFERRED, EventKind.FILED, EventKind.SET_ASIDE,
        EventKind.PUT_BACK,
    }
)  # fmt: skip
# Every answer pauses for the moment until it is read; what is handed over is told as that.
_HOLDS_LEFT_OUT = frozenset({HoldKind.REPLY.value, HoldKind.HANDED_OVER.value})


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that was said or done."""

    at: datetime
    title: str
    # (name, what), such as ("Message-ID", "<r.abc@brightwater.example>").
    facts: tuple[tuple[str, str], ...] = ()
    # What was said, word for word.
    words: str = ""
    # Books know the day of a payment only.
    day_only: bool = False


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that goes into the paper."""

    statement: Statement
    # By whose clock moments are told.
    zone: str
    away: tuple[Handover, ...]
    letters: int
    replies: int
    happenings: tuple[Happening, ...]

    @property
    def on(self) -> date:
        return self.statement.on


# Another pause took its place, which is told by itself.
_REPLACED = re.compile(r"hold \d+ stands now")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
# What is said in `data` as a sentence or by somebody.
_WORDS = ("why", "resolution", "words", "note")
_FACTS = (
    "invoices", "covers", "instalments", "currency", "amount", "until", "reason", "due_on", "paid_on", "invoice",
    "name", "sha256",
)  # fmt: skip

Texts = Mapping[str, str]
"""The words of a case file in one language, by dotted name."""


def happening_of(event: Event, texts: Texts) -> Happening | None:
    """A line of the journal as it is told to people outside; None where it is nothing to them."""
    data = {name: value for name, value in event.data.items() if value not in (None, "", [], ())}
    if event.kind in _LEFT_OUT or (event.kind is EventKind.HELD and data.get("kind") in _HOLDS_LEFT_OUT):
        return None
    if event.kind is EventKind.RELEASED and (
        data.get("kind") in _HOLDS_LEFT_OUT or _REPLACED.fullmatch(str(data.get("why", "")))
    ):
        return None
    title = _title(event.kind, data, texts)
    facts = [
        (texts[f"fact.{name}"], _written(name, data[name]))
        for name in _FACTS
        if name in data and f"{data[name]}" not in title
    ]
    words = "\n".join(str(data[name]) for name in _WORDS if isinstance(data.get(name), str))
    return Happening(event.at, title, ((texts["fact.by"], event.actor), *facts), words)


def _title(kind: EventKind, data: Mapping[str, Any], texts: Texts) -> str:
    if kind in (EventKind.HANDED_OVER, EventKind.TAKEN_BACK):
        everything = texts["all_open"]
        what = ", ".join(data.get("invoices", ())) or f"{everything[0].upper()}{everything[1:]}"
        gone = texts[f"gone.{data['kind']}"]
        return f"{what}: {gone}" if kind is EventKind.HANDED_OVER else texts["taken_back"].format(what=what, gone=gone)
    if kind is EventKind.DISPUTED:
        if "upheld" not in data:
            return texts["dispute_marked"]
        return texts["dispute_upheld"] if data["upheld"] else texts["dispute_not_upheld"]
    if kind is EventKind.NOTED and "call" in data:
        return texts["title.called"].format(call=texts.get(f"call.{data['call']}", _plain(data["call"])))
    told = {name: _plain(value) for name, value in data.items()}
    if "channel" in data:
        told["channel"] = texts.get(f"letter.{data['channel']}", told["channel"])
    # A kind that a later version brings is told by its name.
    text = texts.get(f"title.{kind.value}", _plain(kind.value).capitalize())
    return text.format_map(defaultdict(lambda: "?", told))


def _plain(word: object) -> str:
    """A word of ours as people write it."""
    return str(word).replace("_", " ")


def _written(name: str, value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(" ".join(map(str, one)) if isinstance(one, list | tuple) else str(one) for one in value)
    if isinstance(value, str) and _MOMENT.match(value):
        return f"{value[:10]} {value[11:16]} UTC"
    # Numbers of invoices and names of files stay as they are.
    return _plain(value) if name == "reason" else str(value)
