"""No expression of the program may be made to search for long: 50 ms of processor time for 100,000 signs (S8)."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

import reminderbot
from reminderbot.compose.clean import clean, clean_text
from reminderbot.replies import tables
from reminderbot.replies.words import fold

SIZE = 100_000
LIMIT_SECONDS = 0.05
# Too long on any machine, however it grows.
HOPELESS_SECONDS = 1.0
# What backtracking feeds on: one sign again and again, a start without its end, nearly an address, nearly a date.
PARTS = (
    *(
        "a",
        " ",
        "\n",
        ">",
        "-",
        "=",
        "1",
        "é",
        "<",
        "a@",
        "a.",
        "a'",
        "1,",
        "1/2/",
        "On 1 ",
        "From: x ",
        "inv-1 ",
        "--- a",
    ),
)
HOSTILE = [(part * SIZE)[:SIZE] for part in PARTS]
_USES = {"search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
# Held by a module and asked by `fullmatch` alone, where no start but the first is tried.
_WHOLE = {"reminderbot.compose.email._ADDRESS"}
# The log's own: a line is cut before it is looked at.
_CUT = {"reminderbot.logs._ADDRESS": 4_000}


def expressions() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every expression of the program: those its modules hold, and those written where they are used."""
    for found in pkgutil.walk_packages(reminderbot.__path__, "reminderbot."):
        # The demo's servers hear nobody but the demo.
        if found.name.endswith("__main__") or found.name.startswith(
            ("reminderbot.demo", "reminderbot.store.migrations")
        ):
            continue
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                yield f"{found.name}.{name}", value
        yield from _written_in(module)


def _written_in(module: ModuleType) -> Iterator[tuple[str, re.Pattern[str]]]:
    for node in ast.walk(ast.parse(inspect.getsource(module) or "pass")):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=use), args=[pattern, *_]) if use in _USES:
                yield f"{module.__name__}:{node.lineno}.{use}", re.compile(_source(pattern, module))


def _source(pattern: ast.expr, module: ModuleType) -> str:
    """The expression; what is put together from constants of the module is known here as well."""
    try:
        found = eval(ast.unparse(pattern), vars(module))
    except NameError:
        return _with_a_word(pattern)
    return found.decode("latin-1") if isinstance(found, bytes) else str(found)


def _with_a_word(pattern: ast.expr) -> str:
    """An expression made from what is known only later: with a word in its place, which must be escaped there."""
    parts = pattern.values if isinstance(pattern, ast.JoinedStr) else [pattern]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "word" for part in parts)


ALL = dict(expressions())


def _searched(pattern: re.Pattern[str], text: str, use: str) -> None:
    if use in ("match", "fullmatch"):
        getattr(pattern, use)(text)
        return
    for _found in pattern.finditer(text):
        pass


def takes_long(pattern: re.Pattern[str], text: str, use: str = "") -> bool:
    """Whether the search takes more than `LIMIT_SECONDS`, and that is the pattern's doing and not a busy machine's.

    A slow machine makes every length slower alike; a pattern that goes over its text again and again takes the longer
    for each sign the more of them there are.
    """
    few = text[: len(text) // 20]
    # What is slow on a twentieth would take minutes on all of it.
    if _seconds(pattern, few, use) >= LIMIT_SECONDS:
        return True
    whole = _seconds(pattern, text, use)
    return whole >= LIMIT_SECONDS and (whole >= HOPELESS_SECONDS or whole >= 40 * _seconds(pattern, few, use))


def _seconds(pattern: re.Pattern[str], text: str, use: str) -> float:
    """Processor time of the quickest of a few searches."""
    best = HOPELESS_SECONDS
    for _try in range(8):
        began = time.process_time()
        _searched(pattern, text, use)
        best = min(best, time.process_time() - began)
        if best < LIMIT_SECONDS or best >= HOPELESS_SECONDS:
            break
    return best


@pytest.mark.parametrize("name", ALL)
def test_no_expression_takes_long_on_any_hostile_text(name: str) -> None:
    use = "fullmatch" if name in _WHOLE else name.rpartition(".")[2]
    texts = [text[: _CUT.get(name, SIZE)] for text in HOSTILE]
    slow = [part for part, text in zip(PARTS, texts, strict=True) if takes_long(ALL[name], text, use)]
    assert not slow


@pytest.mark.parametrize("language", (*tables.LANGUAGES, tables.ELSEWHERE))
def test_no_pattern_of_the_tables_takes_long_on_its_own_words(language: str) -> None:
    slow = [
        phrase.source for phrase in tables.load(language).phrases if takes_long(phrase.pattern, _nearly(phrase.source))
    ]
    assert not slow


def _nearly(source: str) -> str:
    """The words that the pattern looks for, again and again, without the last one."""
    chosen = [element.strip("[]^$").split("|")[0] for element in source.replace("..", "so very much").split()]
    words = [choice.replace("_", " ").replace("*", "s").lstrip("@") for choice in chosen]
    part = " ".join(words[:-1] or words) + " "
    return " " + (part * SIZE)[:SIZE]


@pytest.mark.parametrize("tidy", [clean, clean_text, fold])
def test_a_long_row_of_accents_is_put_in_order_in_no_time(tidy: Callable[[str], str]) -> None:
    began = time.process_time()
    tidy("a" + "\u0301\u0323" * SIZE)
    # Their canonical order alone would take minutes (UAX #15); this takes a tenth of a second.
    assert time.process_time() - began < 5


def test_a_slow_expression_is_noticed() -> None:
    assert takes_long(re.compile(r"(?:a|aa|aaa){1,12}b"), HOSTILE[0][:40])


def test_an_expression_that_goes_over_its_text_again_and_again_is_noticed() -> None:
    assert takes_long(re.compile(r"a+b"), HOSTILE[0][:20_000])


def test_a_busy_machine_is_no_slow_expression(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = time.process_time
    monkeypatch.setattr(time, "process_time", lambda: quick() * 40)
    assert not takes_long(re.compile(r"(?=[b-y][b-y][b-y])z|a{3}b"), HOSTILE[0])


def test_the_scan_finds_what_is_held_and_what_is_written_in_place() -> None:
    assert "reminderbot.logs._ADDRESS" in ALL
    assert [name for name in ALL if name.startswith("reminderbot.config.addresses:") and name.endswith(".fullmatch")]
    assert len(ALL) > 150
