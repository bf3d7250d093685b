"""A dry run writes what would be sent, and nothing else."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from reminderbot.channels.dry_run import DryRun
from reminderbot.core.delivery import Accepted, Deferred
from tests.channels.messages import BODY, letter, text


def test_a_letter_is_written_byte_for_byte_and_a_text_with_whom_it_is_for(tmp_path: Path) -> None:
    channel = DryRun(tmp_path / "letters")
    assert channel.open() is None
    written = tmp_path / "letters" / "00000017.eml"
    assert channel.send(letter()) == Accepted(f"dry run: {written}")
    assert written.read_bytes() == BODY
    channel.send(text("Grüße"))
    assert (tmp_path / "letters" / "00000018.sms.txt").read_text("utf-8").endswith("+447700900999\n\nGrüße\n")
    channel.close()


def test_names_sort_in_the_order_of_reminders_and_a_second_try_replaces_the_first(tmp_path: Path) -> None:
    channel = DryRun(tmp_path)
    for reminder_id in ("9", "10", "10", "101"):
        channel.send(dataclasses.replace(letter(), reminder_id=reminder_id))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["00000009.eml", "00000010.eml", "00000101.eml"]


def test_an_id_with_a_path_in_it_stays_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    channel = DryRun(folder)
    channel.open()
    channel.send(dataclasses.replace(letter(), reminder_id="../../evil/.."))
    assert [p.parent for p in tmp_path.rglob("*.eml")] == [folder]


def test_a_folder_that_cannot_be_made_or_written_halts_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    in_the_way = DryRun(tmp_path / "file").open()
    assert isinstance(in_the_way, Deferred)
    assert in_the_way.halts
    channel = DryRun(tmp_path)
    (tmp_path / "00000017.eml").mkdir()
    failed = channel.send(letter())
    assert isinstance(failed, Deferred)
    assert "00000017.eml" in failed.why
    assert sorted(p.name for p in tmp_path.iterdir()) == ["00000017.eml", "file"]
