"""What an owner publishes at the desk: from when on letters carry it, and which sharp words may leave."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from reminderbot.compose.render import Letters
from reminderbot.core.delivery import Deferred
from reminderbot.core.ladder import Channel
from reminderbot.desk.letter_file import open_letter
from reminderbot.desk.letter_trial import send_trial
from reminderbot.desk.letter_version import publish, revert
from reminderbot.desk.refusal import Refused
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


def test_a_trial_leaves_by_the_channel_to_us_alone_and_is_no_reminder(make_world: Make) -> None:
    world = make_world("ACME")
    house, own = world.house, world.house.business.email
    source = open_letter(house, GENTLE).source
    assert send_trial(house, "olive", GENTLE, source, "ACME", own) == own
    (message,) = world.email.tried
    assert (message.recipient, message.channel) == (own, Channel.EMAIL)
    mail = message_from_bytes(message.body, policy=policy.default)
    assert (mail["To"], mail["Reply-To"], mail["List-Unsubscribe"]) == (own, own, None)
    # Nothing was counted: the letter itself is due as before.
    assert deliver_in(world, 1)[0].startswith("Hello")
    assert [told.tier for told in world.told] == ["trial"]


def test_no_trial_leaves_while_everything_is_stopped_or_the_server_says_no(make_world: Make) -> None:
    world = make_world("ACME")
    house, own = world.house, world.house.business.email
    source = open_letter(house, GENTLE).source
    world.email.down = Deferred("the server is down", halts=True)
    with pytest.raises(Refused, match="It was not sent: the server is down"):
        send_trial(house, "olive", GENTLE, source, "ACME", own)
    world.email.down = None
    house.stop_file.touch()
    with pytest.raises(Refused, match="Nothing leaves now"):
        send_trial(house, "olive", GENTLE, source, "ACME", own)
    assert world.email.tried == []
