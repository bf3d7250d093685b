"""A letter that threatens somebody does not leave, whoever wrote it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from reminderbot.compose.render import Letters
from tests.runs.conftest import Make


def test_a_letter_that_threatens_stays_here_and_leaves_once_it_is_mended(make_world: Make, tmp_path: Path) -> None:
    world = make_world("ACME")
    folder = tmp_path / "own-letters"
    shutil.copytree(world.house.letters.folder, folder)
    letter = folder / "en" / "gentle.email.md"
    whole = letter.read_text()
    letter.write_text(whole + "\nPay or we will sue you.\n")
    world.house = replace(world.house, letters=Letters(folder, settled_after=0))

    done = world.deliver()
    assert world.sent == []
    assert "not fit to send" in " ".join(done.troubles)
    assert "sue" in " ".join(done.troubles)

    letter.write_text(whole)
    world.until("2027-03-09", "16:00")
    assert [sent.tier for sent in world.sent] == ["gentle"]
