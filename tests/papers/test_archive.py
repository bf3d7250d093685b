"""One flipped byte anywhere in a case file is noticed, and the file it is in is named."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest

from reminderbot.core.manifest import FORMAT, JSON_NAME, TEXT_NAME, Manifest, entry
from reminderbot.papers.archive import Archive, verify

FILES = {"case-file.pdf": b"%PDF-1.7 the whole story", "messages/0001.eml": b"From: a\r\n\r\nhello", "empty.json": b""}


def written(files: dict[str, bytes] = FILES) -> bytes:
    out = io.BytesIO()
    archive = Archive(out)
    for name, content in files.items():
        archive.add(name, content, "a file", "what they called it")
    archive.finish({"customer": "Acme Ltd", "as of": "2027-03-08"})
    return out.getvalue()


def faults(tmp_path: Path, content: bytes) -> tuple[str, ...]:
    (tmp_path / "a.zip").write_bytes(content)
    return verify(tmp_path / "a.zip").faults


def repacked(change: dict[str, bytes | None], comment: bytes | None = None) -> bytes:
    """The archive written anew by an ordinary tool, with some files changed, added or (None) left out."""
    with zipfile.ZipFile(io.BytesIO(written())) as old:
        content = {name: old.read(name) for name in old.namelist()} | change
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as new:
            new.comment = old.comment if comment is None else comment
            for name, inside in content.items():
                if inside is not None:
                    new.writestr(name, inside)
    return out.getvalue()


def test_what_was_not_touched_is_whole(tmp_path: Path) -> None:
    assert faults(tmp_path, written()) == ()


def test_the_same_files_are_the_same_bytes() -> None:
    assert written() == written()


def test_any_byte_that_is_flipped_is_noticed(tmp_path: Path) -> None:
    whole = written()
    dice = random.Random(7)
    unnoticed = []
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1 << dice.randrange(8)
        if not faults(tmp_path, bytes(changed)):
            unnoticed.append(at)
    assert unnoticed == []
    assert len(whole) > 1500


def test_a_cut_or_a_longer_archive_is_noticed(tmp_path: Path) -> None:
    whole = written()
    for changed in (whole[:-1], whole[: len(whole) // 2], b"", whole + b"\0", b"\0" + whole, whole + whole):
        assert faults(tmp_path, changed)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"messages/0001.eml": b"From: a\r\n\r\nHello"}, "messages/0001.eml was changed"),
        ({"messages/0001.eml": None}, "messages/0001.eml is missing"),
        ({"messages/0002.eml": b"more"}, "messages/0002.eml was added"),
        ({"../../etc/passwd": b"root"}, "../../etc/passwd was added"),
        ({TEXT_NAME: b"all is well"}, "manifest.txt was changed or is missing"),
        ({TEXT_NAME: None}, "manifest.txt was changed or is missing"),
        ({JSON_NAME: b"[]"}, "manifest.json was changed or is missing: it is no manifest (TypeError)"),
        ({JSON_NAME: b"[" * 5000}, "manifest.json was changed or is missing: it is no manifest (RecursionError)"),
        ({JSON_NAME: None}, "manifest.json was changed or is missing: Expecting value: line 1 column 1 (char 0)"),
    ],
)
def test_what_was_changed_missing_or_added_is_named(
    tmp_path: Path, change: dict[str, bytes | None], fault: str
) -> None:
    assert faults(tmp_path, repacked(change)) == (fault,)


def test_packed_anew_with_nothing_changed_it_is_still_noticed(tmp_path: Path) -> None:
    assert faults(tmp_path, repacked({})) == ("the archive around the files was changed",)


def test_a_file_that_is_there_twice_is_named(tmp_path: Path) -> None:
    out = io.BytesIO(written())
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("messages/0001.eml", FILES["messages/0001.eml"])

    assert faults(tmp_path, out.getvalue()) == ("messages/0001.eml is there 2 times",)


def test_a_compressed_bomb_is_never_unpacked(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(JSON_NAME, b"0" * 50_000_000)

    assert faults(tmp_path, out.getvalue())[0].startswith("manifest.json was changed or is missing")


@pytest.mark.parametrize("size", ["Infinity", "1e400"])
def test_a_manifest_that_tells_of_an_impossible_size_is_none_of_ours(tmp_path: Path, size: str) -> None:
    told = f'{{"format": "{FORMAT}", "about": {{}}, "files": [{{"name": "a", "size": {size}}}]}}'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(JSON_NAME, told)

    assert faults(tmp_path, out.getvalue())[0].startswith("manifest.json was changed or is missing")


def test_a_manifest_that_names_one_file_twice_is_none_of_ours(tmp_path: Path) -> None:
    known = entry("a", b"a", "")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(JSON_NAME, Manifest({}, (known, known)).as_json())
        archive.writestr("a", b"a")

    assert faults(tmp_path, out.getvalue()) == ("manifest.json was changed or is missing: it names a file twice",)


def test_a_new_manifest_for_changed_files_has_another_hash(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(written())
    (tmp_path / "b.zip").write_bytes(written({**FILES, "messages/0001.eml": b"From: a\r\n\r\nHello"}))

    first, second = verify(tmp_path / "a.zip"), verify(tmp_path / "b.zip")
    assert (first.faults, second.faults) == ((), ())
    assert first.manifest is not None
    assert second.manifest is not None
    assert first.manifest.digest != second.manifest.digest
