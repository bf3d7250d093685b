"""Tells by its words which letter of the ladder a message is, as a reader would, and what it says is owed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path

from reminderbot.demo.evidence import EMAIL, SMS, Message

# What is filled in or decided in a letter, and its line ends: the words between them are the letter's own.
_GAPS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\n")
# Shorter pieces ("Pay:") say nothing about which letter it is.
_TELLING = 12
_NUMBER = re.compile(r"INV-\d+")
_SUM = r"([A-Z]{3})\s([\d,]+\.\d\d)"


@dataclass(frozen=True, slots=True)
class Ask:
    """What a message asks for: sums by invoice, and in all."""

    by_invoice: dict[str, tuple[str, Decimal]]
    total: tuple[str, Decimal] | None


class Letters:
    """The letters in one language, by the words that only one of them has."""

    def __init__(self, folder: Path) -> None:
        self._own = {
            EMAIL: _own_words({path.name[: -len(".email.md")]: path for path in folder.glob("*.email.md")}),
            SMS: _own_words({path.name[: -len(".sms.txt")]: path for path in folder.glob("*.sms.txt")}),
        }

    def tier(self, message: Message) -> str:
        """The tier whose letter this is; empty where it is none of ours."""
        text = _plain(subject(message) + " " + words(message))
        found = {name: sum(own in text for own in pieces) for name, pieces in self._own[message.channel].items()}
        best = max(found, key=lambda name: found[name], default="")
        return best if found.get(best) else ""


def _own_words(paths: dict[str, Path]) -> dict[str, frozenset[str]]:
    whole = {name: path.read_text("utf-8").removeprefix("Subject:") for name, path in paths.items()}
    pieces = {name: {_plain(p) for p in _GAPS.split(text)} for name, text in whole.items()}
    flat = {name: _plain(text) for name, text in whole.items()}
    return {
        name: frozenset(
            p for p in mine if len(p) >= _TELLING and not any(p in text for n, text in flat.items() if n != name)
        )
        for name, mine in pieces.items()
        if name != "footer"
    }


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(" -\\.;:,")


@lru_cache(maxsize=512)
def mail(message: Message) -> EmailMessage:
    """The mail, parsed."""
    return message_from_bytes(message.raw, policy=policy.default)


def subject(message: Message) -> str:
    return str(mail(message)["Subject"]) if message.channel == EMAIL else ""


@lru_cache(maxsize=512)
def words(message: Message) -> str:
    """What the customer reads: a mail's text part, or the text."""
    if message.channel == SMS:
        return message.raw.decode("utf-8", "replace")
    part = mail(message).get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


def numbers(message: Message) -> frozenset[str]:
    """Every invoice number that stands anywhere in the message."""
    return frozenset(_NUMBER.findall(subject(message) + " " + words(message)))


def asks(message: Message) -> Ask:
    """The sums in the list of a mail; in a text the one sum it names."""
    text = words(message)
    if message.channel == SMS:
        found = re.search(rf"\({_SUM}", text)
        return Ask({}, _money(found) if found else None)
    lines = re.findall(rf"(?m)^(INV-\d+) .*?{_SUM}\s*$", text)
    total = re.search(rf"(?mi)^total.*?{_SUM}\s*$", text)
    return Ask({number: (code, _amount(sum_)) for number, code, sum_ in lines}, _money(total) if total else None)


def _money(found: re.Match[str]) -> tuple[str, Decimal]:
    return found[1], _amount(found[2])


def _amount(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
