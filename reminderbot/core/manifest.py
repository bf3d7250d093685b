"""The list of what is in a case file, with the SHA-256 of every file, and one hash that stands for all of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

FORMAT = "reminderbot case file 1"
JSON_NAME, TEXT_NAME = "manifest.json", "manifest.txt"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file."""

    name: str
    size: int
    sha256: str
    # What it is, in a few words.
    what: str
    # What its sender called it, where it is an attachment; for reading only.
    called: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a case file holds: whose it is, as of which day, and every file in its order."""

    about: Mapping[str, str]
    entries: tuple[Entry, ...]

    def as_json(self) -> bytes:
        """For programs; the same manifest is always the same bytes."""
        told = {"format": FORMAT, "about": dict(self.about), "files": [asdict(entry) for entry in self.entries]}
        return (json.dumps(told, ensure_ascii=True, indent=1) + "\n").encode()

    def as_text(self) -> bytes:
        """For people."""
        about = "".join(f"{name}: {_one_line(what)}\n" for name, what in self.about.items())
        rows = "".join(f"{e.sha256}  {e.size:>10}  {e.name}  ({_one_line(e.what)})\n" for e in self.entries)
        return f"{FORMAT}\n\n{about}SHA-256 of {JSON_NAME}: {self.digest}\n\n{rows}".encode()

    @property
    def digest(self) -> str:
        """The SHA-256 that stands for all of it."""
        return hashlib.sha256(self.as_json()).hexdigest()


def entry(name: str, content: bytes, what: str, called: str = "") -> Entry:
    return Entry(name, len(content), hashlib.sha256(content).hexdigest(), what, called)


def read(content: bytes) -> Manifest:
    """The manifest in these bytes; ValueError where they are none of ours."""
    try:
        told: Any = json.loads(content)
        if told["format"] != FORMAT:
            raise ValueError("it is of another kind")
        entries = tuple(
            Entry(str(e["name"]), int(e["size"]), str(e["sha256"]), str(e["what"]), str(e["called"]))
            for e in told["files"]
        )
        # One file that is named a million times would be read a million times.
        if len({known.name for known in entries}) < len(entries):
            raise ValueError("it names a file twice")
        return Manifest({str(k): str(v) for k, v in told["about"].items()}, entries)
    except (KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"it is no manifest ({type(error).__name__})") from None


def _one_line(text: str) -> str:
    return " ".join(text.split())
