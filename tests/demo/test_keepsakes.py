"""Letters of an earlier demo go, and nothing else does."""

from __future__ import annotations

from pathlib import Path

from reminderbot.demo.keepsakes import prepare

OURS = ("001-2026-09-01-heads-up-maple-street-bakery.eml", "009-2026-09-09-check-in-ferro-metalworks.sms.txt")
THEIRS = ("letter.eml", "001-notes.txt", "2026-09-01.eml", "001-2026-09-01-Mine.eml")


def test_only_letters_of_an_earlier_demo_are_taken_away(tmp_path: Path) -> None:
    for name in (*OURS, *THEIRS):
        (tmp_path / name).write_text("x")
    prepare(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(THEIRS)


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    prepare(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
