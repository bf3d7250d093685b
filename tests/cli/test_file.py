"""`reminderbot file` makes a case file, and looks whether one is as it was made."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

from tests.installation import Installation


def made(shop: Installation, folder: Path) -> Path:
    shop.ok("import")
    shop.ok("promise", "Acme", "2026-11-27")
    told = shop.ok("file", "Acme", "-o", str(folder))
    (path,) = folder.glob("*.zip")
    assert f"{path}: the case file of Acme Ltd, 1 file." in told
    return path


def test_it_is_for_its_owner_alone_and_its_hash_is_in_the_journal(shop: Installation, tmp_path: Path) -> None:
    path = made(shop, tmp_path)

    assert path.name == "case-file-C1-2026-11-23.zip"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = shop.ok("file", "--verify", str(path))
    assert "is whole: 1 file" in told
    assert "Made here by" in told
    digest = shop.json("file", "--verify", str(path))["manifest_sha256"]
    assert digest in shop.ok("journal")


def test_made_again_it_is_the_same_bytes(shop: Installation, tmp_path: Path) -> None:
    path = made(shop, tmp_path)
    first = path.read_bytes()

    again = shop.json("file", "Acme", "-o", str(tmp_path))

    assert path.read_bytes() == first
    assert again["manifest_sha256"] == shop.json("file", "--verify", str(path))["manifest_sha256"]


def test_what_was_changed_is_named_and_the_command_fails(shop: Installation, tmp_path: Path) -> None:
    path = made(shop, tmp_path)
    changed = bytearray(path.read_bytes())
    changed[changed.index(b"%PDF") + 900] ^= 1
    path.write_bytes(changed)

    found = shop.run("file", "--verify", str(path))

    assert found.exit_code == 1
    assert "case-file.pdf was changed" in found.stdout


def test_elsewhere_it_is_compared_by_its_hash(shop: Installation, tmp_path: Path) -> None:
    path = made(shop, tmp_path)
    other = Installation(tmp_path / "other")

    assert "This installation did not make it: compare that hash" in other.ok("file", "--verify", str(path))


def test_what_cannot_be_opened_or_is_asked_for_twice_is_refused(shop: Installation, tmp_path: Path) -> None:
    path = made(shop, tmp_path)

    assert "cannot be opened: No such file" in shop.run("file", "--verify", "nowhere.zip").stderr
    assert "not both" in shop.run("file", "Acme", "--verify", str(path)).stderr
    assert "Name the customer" in shop.run("file").stderr
    assert "no such folder" in shop.run("file", "Acme", "-o", str(tmp_path / "nowhere")).stderr
    assert [left.name for left in tmp_path.glob(".case-file-*")] == []


def test_another_customer_is_not_in_it(shop: Installation, tmp_path: Path) -> None:
    path = made(shop, tmp_path)

    with zipfile.ZipFile(path) as archive:
        assert not any(b"Bolt" in archive.read(name) for name in archive.namelist())


def test_where_nothing_can_be_written_the_folder_is_named_and_no_other_file(shop: Installation, tmp_path: Path) -> None:
    shop.ok("import")

    refused = shop.run("file", "Acme", "-o", "/proc")

    assert refused.exit_code == 2
    assert "/proc: nothing can be written there" in refused.stderr
    assert ".case-file" not in refused.stderr
