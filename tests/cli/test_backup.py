"""`backup`: one moment of the store and its witnesses, for its owner alone, and whole or not at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from reminderbot.core.event import Event, EventKind
from reminderbot.store import journal
from tests.installation import MONDAY, Installation


@pytest.fixture
def backup(shop: Installation, tmp_path: Path) -> Path:
    """Of a shop that has sent one letter."""
    shop.ok("import")
    shop.allow()
    assert shop.send() >= 1
    with shop.house() as house:
        house.spool.keep(b"an answer")
    target = tmp_path / "backups" / "monday"
    shop.ok("backup", str(target))
    return target


def test_it_holds_the_store_and_its_witnesses_for_its_owner_alone(backup: Path) -> None:
    assert sorted(path.name for path in backup.iterdir()) == [
        "attached", "inbound", "reminderbot.db", "secret.key", "send-log",
    ]  # fmt: skip
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (backup, *backup.rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert any(path.read_bytes() == b"an answer" for path in (backup / "inbound").rglob("*.eml"))


def test_it_holds_no_password(shop: Installation, tmp_path: Path) -> None:
    shop.secrets = "REMINDERBOT_IMAP_PASSWORD=Canary-imap\nREMINDERBOT_TWILIO_TOKEN=Canary-twilio\n"
    shop.write_config()
    shop.ok("import")
    shop.ok("backup", str(tmp_path / "monday"))
    assert [
        path for path in (tmp_path / "monday").rglob("*") if path.is_file() and b"Canary" in path.read_bytes()
    ] == []


def test_what_was_restored_is_the_same_store_and_sends_nothing_until_it_is_adopted(
    shop: Installation, backup: Path
) -> None:
    before = shop.json("report")
    lines = shop.ok("journal", "--json")
    shutil.rmtree(shop.folder / "state")
    shutil.copytree(backup, shop.folder / "state")
    assert shop.json("report") == before
    assert shop.ok("journal", "--json") == lines
    assert "Nothing leaves now" in shop.ok("status")


def test_a_backup_made_while_others_write_is_of_one_moment(shop: Installation, tmp_path: Path) -> None:
    shop.ok("import")
    ending = threading.Event()

    def write() -> None:
        with shop.house() as house:
            while not ending.is_set():
                with house.store.writing() as connection:
                    for _ in range(2):
                        journal.record(connection, Event(EventKind.STOPPED, MONDAY, "twin"))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            shop.ok("backup", str(tmp_path / str(number)))
    finally:
        ending.set()
        writer.join()
    for number in range(5):
        with sqlite3.connect(tmp_path / str(number) / "reminderbot.db") as store:
            assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            (twins,) = store.execute("SELECT count(*) FROM journal WHERE actor = 'twin'").fetchone()
        store.close()
        assert twins % 2 == 0


def test_no_backup_replaces_anything(shop: Installation, tmp_path: Path) -> None:
    shop.ok("import")
    (tmp_path / "taken").mkdir()
    result = shop.run("backup", str(tmp_path / "taken"))
    assert result.exit_code == 2
    assert "is already there" in result.stderr
    assert list((tmp_path / "taken").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("shop/state", "lies in the state folder"),
        ("shop/state/inbound/monday", "lies in the state folder"),
        ("shop/config.toml", "shop/config.toml is a file: a backup is a folder"),
        ("shop/config.toml/monday", "shop/config.toml is a file: a backup is a folder"),
        ("", "it has no name"),
    ],
)
def test_a_place_that_cannot_hold_a_backup_is_told_with_its_cure(
    shop: Installation, tmp_path: Path, name: str, why: str
) -> None:
    shop.ok("import")
    before = sorted((shop.folder / "state").rglob("*"))
    result = shop.run("backup", str(tmp_path / name) if name else "")
    assert result.exit_code == 2
    assert why in result.stderr
    assert sorted((shop.folder / "state").rglob("*")) == before


def test_of_a_damaged_store_there_is_no_backup_not_even_a_half(shop: Installation, tmp_path: Path) -> None:
    shop.ok("import")
    database = shop.folder / "state" / "reminderbot.db"
    with sqlite3.connect(database) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = store.execute("SELECT rootpage FROM sqlite_master WHERE name = 'correction'").fetchone()
        (size,) = store.execute("PRAGMA page_size").fetchone()
    store.close()
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    shop.ok("report")
    result = shop.run("backup", str(tmp_path / "backups" / "monday"))
    assert result.exit_code == 1
    assert "malformed" in result.stderr
    assert list((tmp_path / "backups").iterdir()) == []


def test_the_umask_is_as_it_was(shop: Installation, tmp_path: Path) -> None:
    shop.ok("import")
    before = os.umask(0o022)
    try:
        shop.ok("backup", str(tmp_path / "monday"))
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
