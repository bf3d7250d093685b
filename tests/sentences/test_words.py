"""The desk's texts: every one that a page asks for is there, and none is there for nothing."""

from __future__ import annotations

import re
from pathlib import Path

import reminderbot
from reminderbot.sentences.words import filled, words_for

HOUSE = Path(reminderbot.__file__).parent
# t("today.title"), tell("people.closed"), words("errors.e500"): a name, or the beginning of one that is put together.
_ASKED = re.compile(r"""\b(?:t|tell|words|or_none|text)\(f?["']([a-z_]+\.[a-z_.{]*)""")

# choices(reasons, "dispute_reason"): a table of which every text may be asked for.
_CHOICES = re.compile(r"""\bchoices\(\w+, ["']([a-z_]+)["']\)""")


def asked() -> set[str]:
    sources = [*HOUSE.glob("web/*.py"), *HOUSE.glob("web/templates/*.html"), *HOUSE.glob("sentences/*.py")]
    texts = [source.read_text("utf-8") for source in sources]
    one_by_one = {found.partition("{")[0] for text in texts for found in _ASKED.findall(text)}
    return one_by_one | {f"{table}." for text in texts for table in _CHOICES.findall(text)}


def known() -> set[str]:
    """The names, without the endings of plurals."""
    names = words_for("en").names()
    plurals = {name.removesuffix(".one") for name in names if name.endswith(".one")}
    return {name for name in names if name.rpartition(".")[0] not in plurals} | plurals


def fits(name: str, wanted: set[str]) -> bool:
    """Whether `name` is asked for, by its whole name or by a beginning that is put together with something."""
    return name in wanted or any(name.startswith(beginning) and beginning[-1] in "._e" for beginning in wanted)


def test_every_text_that_is_asked_for_is_there() -> None:
    names = known()
    assert [name for name in asked() if name not in names and not any(fits(n, {name}) for n in names)] == []


def test_no_text_is_there_for_nothing() -> None:
    wanted = asked()
    assert [name for name in known() if not name.startswith("nav.") and not fits(name, wanted)] == []


def test_a_language_without_texts_of_its_own_is_served_in_english() -> None:
    assert words_for("en-GB").language == "en"
    assert words_for("xx-YY").language == "en"


def test_what_a_translation_lacks_is_said_in_english() -> None:
    texts = filled({"today": {"title": "Heute"}})
    assert (texts["today.title"], texts["errors.e500"]) == ("Heute", words_for("en")("errors.e500"))
