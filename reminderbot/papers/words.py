"""The words of papers for people outside, one file a language: words/en.toml is the one to translate."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from reminderbot.compose.words import base, chain

_FOLDER = files("reminderbot.papers") / "words"


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on a paper besides names, sums and days, in one language."""

    # BCP 47, with its region where one was asked for: days and sums are written as there.
    tag: str
    statement: str
    as_of: str
    customer_number: str
    nothing: str
    open_items: str
    nothing_open: str
    invoice: str
    issued: str
    due: str
    no_date: str
    days_late: str
    billed: str
    settled: str
    open: str
    came_in: str
    date: str
    what: str
    whereto: str
    sum: str
    payment: str
    credit_note: str
    written_off: str
    not_matched: str
    unmatched: str
    balance: str
    aging: str
    age: str
    no_due_date: str
    not_yet_due: str
    late: str
    over: str
    unknown: str
    unprintable: str
    as_code: str
    # What only a case file has, by dotted name: "title.held".
    file: Mapping[str, str]


def words_for(*wanted: str) -> Words:
    """The words of the first of these languages (BCP 47) that has a file; else English."""
    known = (language for language in chain(*wanted) if base(language) in languages())
    return _words(next(known))


@lru_cache(maxsize=1)
def languages() -> frozenset[str]:
    """Every language that papers are written in."""
    return frozenset(file.name.removesuffix(".toml") for file in _FOLDER.iterdir() if file.name.endswith(".toml"))


@lru_cache(maxsize=32)
def _words(tag: str) -> Words:
    table = tomllib.loads((_FOLDER / f"{base(tag)}.toml").read_text("utf-8"))
    return Words(tag, **table | {"file": _flat(table["file"])})


def _flat(table: Mapping[str, Any]) -> Mapping[str, str]:
    found = {name: text for name, text in table.items() if isinstance(text, str)}
    for name in table.keys() - found.keys():
        found |= {f"{name}.{key}": text for key, text in table[name].items()}
    return MappingProxyType(found)
