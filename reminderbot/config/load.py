"""Reads config.toml and the secrets beside it into a Config, or tells every mistake at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

from reminderbot.config import rules, secrets, settings, table
from reminderbot.config.kinds import Wrong, near, one_of
from reminderbot.config.settings import Config
from reminderbot.core.business import Business
from reminderbot.core.ladder import Ladder
from reminderbot.core.segment import Segment
from reminderbot.core.stop import Mode

TABLES: dict[str, type] = {
    "business": settings.BusinessTable,
    "store": settings.StoreSettings,
    "ledger": settings.LedgerSettings,
    "letters": settings.LettersSettings,
    "email": settings.EmailSettings,
    "inbox": settings.InboxSettings,
    "oauth": settings.OAuthSettings,
    "sms": settings.SmsSettings,
    "sending": settings.SendingSettings,
    "patience": settings.PatienceSettings,
    "promises": settings.PromisesSettings,
    "plans": settings.PlansSettings,
    "thanks": settings.ThanksSettings,
    "desk": settings.DeskSettings,
    "alerts": settings.AlertsSettings,
}
# Tables whose absence means something else than their defaults.
OPTIONAL = {"email", "inbox", "oauth", "sms"}
_TOP = ["mode", *TABLES, "ladder", "segment"]
_RULES = {"email": rules.email, "inbox": rules.connection, "oauth": rules.oauth, "sms": rules.sms}


class ConfigMistakes(Exception):
    """The settings cannot be used; each mistake is a sentence with its place and its cure."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


def load_config(path: Path, environ: Mapping[str, str], *, with_secrets: bool = True) -> Config:
    """The settings in the file at `path`, and the secrets unless they are not wanted; else ConfigMistakes.

    Without secrets, people who may read the settings but not the passwords can still look.
    """
    path = path.absolute()
    return judged(path, _parse(path), secrets.Vault(path.parent, environ) if with_secrets else None)


def judged(path: Path, document: Mapping[str, object], vault: secrets.Vault | None = None) -> Config:
    """The settings that stand in `document`, as read from `path`, with what the vault holds; else ConfigMistakes."""
    reading = _Reading(path, document)
    if vault is not None:
        reading.take_secrets(vault)
    if reading.notes.sentences:
        raise ConfigMistakes(reading.notes.sentences)
    return reading.config()


def _parse(path: Path) -> Mapping[str, object]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ConfigMistakes(
            [f"{path}: there is no such file: run `reminderbot init` first, or name it with --config"]
        ) from None
    except OSError as error:
        raise ConfigMistakes([f"{path}: cannot be read ({error.strerror}): correct its name or its owner"]) from None
    try:
        return tomllib.loads(raw.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigMistakes([f"{path}: line {line}: not UTF-8: save the file as UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigMistakes([_syntax_sentence(path, str(error))]) from None


def _syntax_sentence(path: Path, error: str) -> str:
    """tomllib says 'Invalid value (at line 3, column 8)'; we put the place first."""
    found = re.fullmatch(r"(.*) \(at (.*)\)", error, re.DOTALL)
    what, where = found.groups() if found else (error, "somewhere")
    return (
        f"{path}: {where}: this is not TOML ({what}): look for a missing quote, bracket or = there;"
        " text stands in double quotes, numbers and true/false stand bare"
    )


class _Reading:
    """One pass over the file: the values of every table, and the mistakes met on the way."""

    def __init__(self, path: Path, document: Mapping[str, object]) -> None:
        self.path, self.document = path, document
        self.notes = table.Notes(path.name)
        self._note_unknown(document)
        self.mode = self._read_mode(document)
        self.values = {name: self._read_table(name, document) for name in TABLES if self._wanted(name, document)}
        self.ladder = self._read_ladder(document)
        self.segments = self._read_segments(document.get("segment"))
        between = rules.mode(self.mode, set(self.values)), rules.signing_in(self.values), rules.reachable(self.values)
        for where, what in chain.from_iterable(between):
            self.notes.add(where, what)

    @staticmethod
    def _wanted(name: str, document: Mapping[str, object]) -> bool:
        return name in document or name not in OPTIONAL

    def _note_unknown(self, document: Mapping[str, object]) -> None:
        for name, value in document.items():
            if isinstance(value, (dict, list)) and name not in _TOP:
                self.notes.add(f"[{name}]", f"is no table of this file: {near(name, _TOP)}")
        loose = {name: value for name, value in document.items() if not isinstance(value, (dict, list))}
        table.note_unknown(loose, _TOP, "", self.notes)

    def _read_mode(self, document: Mapping[str, object]) -> Mode | None:
        try:
            return Mode(one_of(Mode)(document.get("mode", Mode.DRAFT)))
        except Wrong as wrong:
            self.notes.add("mode", str(wrong))
            return None

    def _read_table(self, name: str, document: Mapping[str, object]) -> dict[str, Any]:
        values = table.read(TABLES[name], document.get(name, {}), f"[{name}]", self.notes)
        if name in _RULES:
            for key, what in _RULES[name](values):
                self.notes.add(f"[{name}] {key}", what)
        return {key: rules.absolute(value, self.path.parent) for key, value in rules.filled(values).items()}

    def _read_ladder(self, document: Mapping[str, object]) -> Ladder:
        tiers = document.get("ladder")
        ladder = settings.DEFAULT_LADDER if tiers is None else self._read_tiers(tiers, "[[ladder]]")
        self._note_ladder(ladder, "[[ladder]]")
        return ladder or settings.DEFAULT_LADDER

    def _note_ladder(self, ladder: Ladder | None, where: str) -> None:
        for what in rules.ladder(ladder, self.values["sending"].get("min_gap_days", 0)) if ladder else ():
            self.notes.add(where, what)

    def _read_tiers(self, tiers: object, table_name: str, of: str = "") -> Ladder | None:
        """The tiers under `table_name`, which is told with whose they are."""
        if not isinstance(tiers, list) or not tiers:
            self.notes.add(
                f"{table_name}{of}",
                f"is not a list of tiers: write {table_name}, in double brackets, above each tier",
            )
            return None
        before = len(self.notes.sentences)
        found = [self._read_tier(f"{table_name} number {number}{of}", tier) for number, tier in enumerate(tiers, 1)]
        sound = len(self.notes.sentences) == before
        return Ladder(tuple(rules.as_tier(values) for values in found)) if sound else None

    def _read_segments(self, tables: object) -> tuple[Segment, ...]:
        if tables is None:
            return ()
        if not isinstance(tables, list):
            self.notes.add("[[segment]]", "is not a list: write [[segment]], in double brackets, above each segment")
            return ()
        before = len(self.notes.sentences)
        found = [self._read_segment(number, written) for number, written in enumerate(tables, 1)]
        if len(self.notes.sentences) > before:
            return ()
        for what in rules.segments(found, self.ladder):
            self.notes.add("[[segment]]", what)
        return tuple(found)

    def _read_segment(self, number: int, written: object) -> Segment:
        where = f"[[segment]] number {number}"
        rest = {k: v for k, v in written.items() if k != "ladder"} if isinstance(written, Mapping) else written
        values = table.read(settings.SegmentTable, rest, where, self.notes)
        for key, what in rules.segment(values):
            self.notes.add(f"{where} {key}", what)
        own = written.get("ladder") if isinstance(written, Mapping) else None
        name = values.get("name", "")
        ladder = self.ladder if own is None else self._read_tiers(own, "[[segment.ladder]]", f" of '{name}'")
        made = rules.as_segment(values, ladder or self.ladder, has_own_ladder=own is not None)
        if own is not None or made.without:
            self._note_ladder(made.ladder, f"{where} ('{name}')")
        return made

    def _read_tier(self, where: str, tier: object) -> dict[str, Any]:
        values = table.read(settings.TierTable, tier, where, self.notes)
        for key, what in rules.tier(values):
            self.notes.add(f"{where} {key}", what)
        return values

    def take_secrets(self, vault: secrets.Vault) -> None:
        """Fetch the secret of every table that is there, noting one that is missing or cannot be used."""
        for name, fields in secrets.NAMES.items():
            for key, variable in fields.items() if name in self.values else ():
                self._take_secret(vault, name, key, variable)

    def _take_secret(self, vault: secrets.Vault, name: str, key: str, variable: str) -> None:
        try:
            self.values[name][key] = found = vault.find(variable)
        except secrets.Unreadable as error:
            self.notes.add("", str(error))
            return
        if found is None and key not in secrets.PASSING and rules.needs_secret(name, self.values[name]):
            self.notes.add(f"[{name}] {key}", secrets.missing(variable, self.path.parent))

    def config(self) -> Config:
        """The settings, once nothing was found wrong."""
        assert self.mode is not None
        made = {name: TABLES[name](**values) for name, values in self.values.items()}
        made["business"] = Business(**self.values["business"])
        made |= {"ladder": self.ladder, "segments": self.segments, "document": self.document}
        return Config(path=self.path, mode=self.mode, **made)
