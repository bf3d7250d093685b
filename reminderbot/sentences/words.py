"""The texts of the desk and of its sentences, from one file a language: words/en.toml is the one to translate."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.core import UnknownLocaleError

_LAST_RESORT = "en"


class Words:
    """The texts of one language, by dotted name: `words("today.title")`, with its values and a count."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = filled(_table(language))
        self._plural = Locale.parse(language, sep="-").plural_form

    def __call__(self, name: str, /, count: int | None = None, **values: object) -> str:
        """The text `name` with its values; with `count` the form that fits it. KeyError where there is no such text."""
        text = self.or_none(name, count)
        if text is None:
            raise KeyError(f"there is no text {name} in words/{self.language}.toml")
        return text.format(count=count, **values) if values or count is not None else text

    def or_none(self, name: str, count: int | None = None) -> str | None:
        """The text as it is written; None where there is none of that name."""
        if count is None:
            return self._texts.get(name)
        return self._texts.get(f"{name}.{self._plural(count)}") or self._texts.get(f"{name}.other")

    def names(self) -> frozenset[str]:
        """The names of all texts."""
        return frozenset(self._texts)


@lru_cache(maxsize=8)
def words_for(language: str) -> Words:
    """The texts in `language` (BCP 47), else in its base language, else in English."""
    tag = language.replace("_", "-")
    for wanted in (tag, tag.partition("-")[0].lower()):
        if _file(wanted).is_file():
            try:
                return Words(wanted)
            except UnknownLocaleError:
                continue
    return Words(_LAST_RESORT)


def filled(table: dict[str, Any]) -> dict[str, str]:
    """The texts of a file by dotted name; what a translation lacks, for it lags behind, is said in English."""
    return _flat(_table(_LAST_RESORT)) | _flat(table)


def _file(language: str) -> Any:
    return files("reminderbot.sentences") / "words" / f"{language}.toml"


def _table(language: str) -> dict[str, Any]:
    return tomllib.loads(_file(language).read_text("utf-8"))


def _flat(table: dict[str, Any], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{above}{name}.")
        else:
            found[above + name] = value
    return found
