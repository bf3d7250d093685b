"""Writes down what the servers received, one file each, for whoever wants to look at the letters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from reminderbot.demo.evidence import EMAIL, Evidence, Message
from reminderbot.demo.recognise import Letters

_OURS = re.compile(r"\d{3}-\d{4}-\d\d-\d\d-[a-z0-9-]+\.(eml|sms\.txt)")


class CannotKeep(Exception):
    """The letters cannot be written; the text says where and what to do."""


def prepare(folder: Path) -> None:
    """Make the folder and take away the letters of an earlier demo, and nothing else; CannotKeep where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            if _OURS.fullmatch(old.name):
                old.unlink()
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotKeep(
            f"The letters cannot be kept in {folder} ({error.strerror}): name a folder with --letters."
        ) from None


def keep(folder: Path, evidence: Evidence, letters: Letters) -> int:
    """Write every message as it was received; gives how many."""
    return sum(_keep(folder, number, message, evidence, letters) for number, message in _numbered(evidence.messages))


def _numbered(messages: Iterable[Message]) -> Iterable[tuple[int, Message]]:
    return enumerate(sorted(messages, key=lambda message: message.at), 1)


def _keep(folder: Path, number: int, message: Message, evidence: Evidence, letters: Letters) -> int:
    party = evidence.reached_at(message.recipient)
    who = re.sub(r"[^a-z0-9]+", "-", party.name.lower()).strip("-") if party else "nobody"
    stem = f"{number:03}-{message.at:%Y-%m-%d}-{letters.tier(message)}-{who}"
    if message.channel == EMAIL:
        (folder / f"{stem}.eml").write_bytes(message.raw)
    else:
        head = f"To: {message.recipient}\nDate: {message.at:%Y-%m-%d %H:%M} UTC\n\n"
        (folder / f"{stem}.sms.txt").write_text(head + message.raw.decode() + "\n", "utf-8")
    return 1
