"""Reads one table of the config into the values its settings class asks for, noting every mistake on the way."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, get_args, get_origin

from reminderbot.config.kinds import Wrong, near
from reminderbot.config.secrets import NAMES

# A key that looks like one of these was meant to hold a secret.
_SECRET = re.compile(r"password|passwd|passphrase|secret|token|api_?key|auth_?key|credential", re.IGNORECASE)


@dataclass(slots=True)
class Notes:
    """The mistakes found so far in one config file, each a whole sentence."""

    file: str
    sentences: list[str] = field(default_factory=list)

    def add(self, where: str, what: str) -> None:
        """Note a mistake at `where` in the file, or one that names its own place; the same one only once."""
        sentence = f"{self.file}: {where}: {what}" if where else what
        if sentence not in self.sentences:
            self.sentences.append(sentence)


def key_of(field_name: str) -> str:
    """The key in the file: `from` is a word of Python and stands there as `from_`."""
    return field_name.rstrip("_")


def fields_of(settings: type) -> Iterator[tuple[dataclasses.Field[Any], Any]]:
    """The fields of `settings` that stand in the file, each with the check of its value."""
    for known in dataclasses.fields(settings):
        if get_origin(known.type) is Annotated:
            yield known, get_args(known.type)[1]


def read(settings: type, table: object, where: str, notes: Notes) -> dict[str, Any]:
    """The values for `settings` from `table`, defaults filled in; a mistaken or missing one is noted and left out."""
    if not isinstance(table, Mapping):
        notes.add(where, f"is not a table: write {where} on a line of its own and its keys below")
        return {}
    values: dict[str, Any] = {}
    for known, check in fields_of(settings):
        key = key_of(known.name)
        if key not in table and known.default is dataclasses.MISSING:
            notes.add(f"{where} {key}", "is missing: write it, see config.example.toml for what it means")
            continue
        try:
            values[known.name] = check(table[key]) if key in table else known.default
        except Wrong as wrong:
            notes.add(f"{where} {key}", str(wrong))
    note_unknown(table, [key_of(known.name) for known, _ in fields_of(settings)], where, notes)
    return values


def note_unknown(table: Mapping[str, object], known: list[str], where: str, notes: Notes) -> None:
    """Note every key of `table` that is not known, with what was probably meant."""
    for key in table:
        if key in known:
            continue
        place = f"{where} {key}".strip()
        if _SECRET.search(key) or key in NAMES.get(where.strip("[]"), {}):
            # The value is a secret in the clear; it is not repeated here.
            notes.add(place, secret_sentence(where, key))
        else:
            notes.add(place, f"is not an option: {near(key, known)}")


def secret_sentence(where: str, key: str) -> str:
    """Where a secret belongs that was found in the file."""
    names = NAMES.get(where.strip("[]"), {})
    name = names.get(key) or next(iter(names.values()), "REMINDERBOT_...")
    return (
        f"secrets do not stand in this file: take it out, then put {name}=... into .env beside it (chmod 600),"
        f" into the environment, or into a file named by {name}_FILE"
    )
