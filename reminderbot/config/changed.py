"""Settings with some of them changed, as somebody tries them out: judged by the same rules as a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from reminderbot.config.load import judged
from reminderbot.config.settings import DEFAULT_LADDER, Config
from reminderbot.core.dial import Dial, Table
from reminderbot.core.ladder import Tier


def changed(config: Config, dials: Iterable[Dial]) -> Config:
    """The settings with these in place of their own; else ConfigMistakes, as for a file that says so."""
    document = dict(config.document)
    given: dict[Table, dict[str, object]] = {table: {} for table in Table}
    for dial in dials:
        given[dial.table][dial.name] = _value(dial.value)
    document["sending"] = _table(document.get("sending")) | given[Table.SENDING]
    if given[Table.LADDER]:
        tiers = document.get("ladder") or [_written(tier) for tier in DEFAULT_LADDER.tiers]
        document["ladder"] = _with(tiers, "days", given[Table.LADDER])
    if given[Table.SEGMENT]:
        document["segment"] = _with(document.get("segment"), "patience_days", given[Table.SEGMENT])
    return judged(config.path, document)


def _table(known: object) -> dict[str, object]:
    return dict(known) if isinstance(known, Mapping) else {}


def _with(tables: object, key: str, values: Mapping[str, object]) -> list[dict[str, object]]:
    """The named tables of a list, those of `values` with this key."""
    found = [_table(one) for one in tables] if isinstance(tables, list) else []
    return [one | ({key: values[str(one["name"])]} if str(one.get("name")) in values else {}) for one in found]


def _written(tier: Tier) -> dict[str, Any]:
    """A tier as its table in the file."""
    found: dict[str, Any] = {"name": tier.name, "days": tier.days}
    return found | ({"task": tier.task.value} if tier.task else {"channels": [one.value for one in tier.channels]})


def _value(words: str) -> object:
    """What TOML would read there; words that are no number stay words."""
    if re.fullmatch(r"-?\d{1,12}", words):
        return int(words)
    return Decimal(words) if re.fullmatch(r"-?\d{1,12}\.\d{1,6}", words) else words
