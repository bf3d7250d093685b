"""What an owner publishes at the desk: from when on letters carry it, and which sharp words may leave."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from reminderbot.compose.render import Letters
from reminderbot.desk.letter_file import open_letter
from reminderbot.desk.letter_version import publish, revert
from reminderbot.runs.preview import preview_once
from tests.runs.conftest import Make
from tests.stories.world import World

GENTLE = "en/gentle.email.md"


def edited(world: World, tmp_path: Path, words: str, override: str = "") -> World:
    """Its gentle letter, which is due now, with one more sentence."""
    folder = tmp_path / "own-letters"
    shutil.copytree(world.house.letters.folder, folder)
    limits = replace(world.house.limits, undo=timedelta(minutes=10))
    world.house = replace(world.house, letters=Letters(folder, settled_after=0), limits=limits)
    file = open_letter(world.house, GENTLE)
    publish(world.house, "olive", GENTLE, f"{file.source}\n{words}\n", file.digest, override=override)
    return world


def deliver_in(world: World, minutes: int) -> list[str]:
    """Let so many minutes go by, and deliver; the words of all that was sent."""
    world.clock.move_to(world.clock.now() + timedelta(minutes=minutes))
    world.look()
    world.plan()
    world.deliver()
    return [sent.text for sent in world.sent]


def test_a_new_wording_leaves_only_when_it_can_no_longer_be_taken_back(make_world: Make, tmp_path: Path) -> None:
    world = edited(make_world("ACME"), tmp_path, "Have a good week.")
    assert deliver_in(world, 0) == []
    assert deliver_in(world, 9) == []
    (words,) = deliver_in(world, 1)
    assert "Have a good week." in words


def test_what_was_taken_back_in_time_has_reached_nobody(make_world: Make, tmp_path: Path) -> None:
    world = edited(make_world("ACME"), tmp_path, "Have a good week.")
    assert deliver_in(world, 5) == []
    revert(world.house, "olive", GENTLE, 1, open_letter(world.house, GENTLE).digest)
    # It was due a moment ago, and may leave as soon as it is looked at again.
    (words,) = deliver_in(world, 10)
    assert "Have a good week." not in words


def test_a_draft_shows_the_new_wording_at_once(make_world: Make, tmp_path: Path) -> None:
    world = edited(make_world("ACME"), tmp_path, "Have a good week.")
    assert preview_once(world.house).letters == 1


def test_sharp_words_leave_only_where_an_owner_answered_for_just_them(make_world: Make, tmp_path: Path) -> None:
    world = edited(make_world("ACME"), tmp_path, "Pay, or we will sue you.", "our lawyer asks for it")
    (words,) = deliver_in(world, 11)
    assert "we will sue you" in words


def test_by_hand_they_stay_here_as_before(make_world: Make, tmp_path: Path) -> None:
    world = edited(make_world("ACME"), tmp_path, "Pay, or we will sue you.", "our lawyer asks for it")
    path = world.house.letters.folder / GENTLE
    path.write_text(path.read_text() + "\nPay, or we will tell your neighbours.\n")
    assert deliver_in(world, 11) == []
