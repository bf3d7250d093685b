"""`reminderbot init`: with options, with questions, and what stands in the way."""

from __future__ import annotations

import sys
from pathlib import Path
from zoneinfo import ZoneInfo, reset_tzpath

import pytest
from click.testing import CliRunner, Result

from reminderbot.cli import cli
from reminderbot.cli.line import Line
from reminderbot.clock import SteppedClock
from reminderbot.desk.setup import questions
from tests.installation import MONDAY


def init(*words: str, answers: str = "", at_terminal: bool = False) -> Result:
    line = Line(clock=SteppedClock(MONDAY), can_ask=at_terminal)
    return CliRunner().invoke(cli, ["init", *words], obj=line, input=answers)


def run(folder: Path, *words: str) -> Result:
    line = Line(config=str(folder / "config.toml"), clock=SteppedClock(MONDAY))
    return CliRunner().invoke(cli, list(words), obj=line)


def test_the_quick_start_ends_in_a_letter_in_a_file(tmp_path: Path) -> None:
    made = init(str(tmp_path / "shop"), "--yes", "--sample")

    assert made.exit_code == 0, made.output
    assert "reminderbot run --once" in made.stdout
    for words in (("check",), ("import",), ("plan",), ("run", "--once")):
        done = run(tmp_path / "shop", *words)
        assert done.exit_code == 0, done.output
    letters = list((tmp_path / "shop" / "state" / "letters-dry-run").glob("*.eml"))
    assert letters
    assert b"EXAMPLE-1001" in letters[0].read_bytes()


def test_without_a_terminal_it_names_the_options(tmp_path: Path) -> None:
    result = init(str(tmp_path / "shop"), "--name", "Müller")

    assert result.exit_code == 2
    assert "write --email, --phone" in result.stderr
    assert not (tmp_path / "shop").exists()


def test_an_answer_that_cannot_be_used_is_asked_for_again(tmp_path: Path) -> None:
    asked = [question.key for question in questions()]
    answers = ["" for _ in asked]
    place = asked.index("country")
    answers[place : place + 1] = ["Germany", "DE"]

    result = init(str(tmp_path / "shop"), answers="\n".join(answers) + "\n", at_terminal=True)

    assert result.exit_code == 0, result.output
    assert '"Germany" is not a country code' in result.stdout
    assert 'country = "DE"' in (tmp_path / "shop" / "config.toml").read_text()


def test_options_are_taken_and_all_their_mistakes_told_at_once(tmp_path: Path) -> None:
    result = init(str(tmp_path / "shop"), "--yes", "--country", "XX", "--email", "nobody")

    assert result.exit_code == 2
    assert "XX" in result.stderr
    assert "nobody" in result.stderr
    assert not (tmp_path / "shop").exists()


def test_what_is_there_already_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("mine")

    result = init(str(tmp_path), "--yes")

    assert result.exit_code == 2
    assert "is already there" in result.stderr
    assert (tmp_path / "config.toml").read_text() == "mine"


def test_a_name_that_is_not_utf_8_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    result = init(str(tmp_path / "shop"), "--yes", "--name", "M\udcfcller")

    assert result.exit_code == 2
    assert "name: it is not UTF-8: type it anew" in result.stderr
    assert not (tmp_path / "shop").exists()


def test_a_folder_without_a_name_is_not_the_one_we_are_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    for name in ("", " "):
        result = init(name, "--yes")
        assert result.exit_code == 2
        assert "it has no name" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_a_time_zone_database_it_is_not_the_zone_that_is_blamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tzdata", None)
    ZoneInfo.clear_cache()
    reset_tzpath([])
    try:
        result = init(str(tmp_path / "shop"), "--yes", "--time-zone", "Europe/Berlin")
    finally:
        reset_tzpath()

    assert result.exit_code == 2
    assert "this machine has no time zone database: apt install tzdata" in result.stderr
    assert "is not a time zone" not in result.stderr


def test_letters_in_another_language_are_added_to_an_installation(tmp_path: Path) -> None:
    init(str(tmp_path / "shop"), "--yes", "--languages", "nl-BE")
    assert 'language = "nl-BE"' in (tmp_path / "shop" / "config.toml").read_text()

    added = run(tmp_path / "shop", "letter", "add", "fr")

    assert added.exit_code == 0, added.output
    assert "17 files added." in added.stdout
    shown = run(tmp_path / "shop", "letter", "preview", "gentle", "--language", "fr")
    assert "Bonjour Jane Roe," in shown.stdout
    assert "Beste Jane Roe," in run(tmp_path / "shop", "letter", "preview", "gentle").stdout
    assert "There are no letters in 'ja'" in run(tmp_path / "shop", "letter", "add", "ja").stderr
    assert run(tmp_path / "shop", "letter", "check").stdout == "All letters are fit to send.\n"
