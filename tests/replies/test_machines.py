"""What machines write: every pattern finds the line that stands above it, in linear time."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from reminderbot.replies.machines import FOLDER, says, words_of
from reminderbot.replies.tables import compile_phrase

LANGUAGES = sorted(path.stem for path in FOLDER.glob("*.toml"))


def lines_with_patterns(language: str) -> Iterator[tuple[str, str, str]]:
    """The group, the line in the comment, and the pattern below it."""
    section, name, example = "", "", ""
    for line in (FOLDER / f"{language}.toml").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"\[(\w+)\]", line):
            section = match[1]
        elif match := re.match(r"(\w+) = \[", line):
            name = match[1]
        elif line.startswith("    # "):
            example = line[6:]
        elif match := re.match(r'    "(.+)",', line):
            assert example, f"{language}: no line above {match[1]}"
            yield f"{section}.{name}", example, match[1]
            example = ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_pattern_finds_the_line_above_it(language: str) -> None:
    wrong = [
        f"{group}: {pattern!r} does not find {example!r} in {words_of(example)!r}"
        for group, example, pattern in lines_with_patterns(language)
        if not compile_phrase(group, pattern, {}).pattern.search(words_of(example))
        or not says(group, words_of(example))
    ]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_pattern_takes_long_on_a_hundred_thousand_signs(language: str) -> None:
    text = " " + "mailbox not user was ADDRESS , unknown delivery your ist nicht mehr " * 1_600
    for group, _, source in lines_with_patterns(language):
        began = time.process_time()
        compile_phrase(group, source, {}).pattern.search(text)
        # 50 ms are promised; a busy machine is given ten times that, a pattern that is not linear takes minutes.
        assert time.process_time() - began < 0.5, source


def test_addresses_numbers_links_and_contractions_are_evened_out() -> None:
    assert words_of("550-5.1.1 <a.b@c.example> can't be found.\nSee https://x.example/y") == (
        " ADDRESS can not be found , see "
    )
