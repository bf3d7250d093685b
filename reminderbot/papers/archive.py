"""A zip whose every byte is accounted for: no times, no compression, one order, a manifest, its hash as the comment.

What is compressed can be written in several ways, and bits at its end mean nothing; what is stored as it is cannot be
changed anywhere without being noticed.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from reminderbot.core.manifest import JSON_NAME, TEXT_NAME, Entry, Manifest, entry, read

# The first moment a zip can tell of.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_OWNER_ONLY = 0o100600 << 16
_UNIX = 3
_PIECE = 1 << 20


class Archive:
    """An archive while it is being written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(out, "w")
        self._entries: list[Entry] = []

    def add(self, name: str, content: bytes, what: str, called: str = "") -> None:
        """Put one file in; its name is ours, never a stranger's."""
        _write(self._zip, name, content)
        self._entries.append(entry(name, content, what, called))

    def finish(self, about: Mapping[str, str]) -> Manifest:
        """Put the manifest in, and its hash around it."""
        made = Manifest(about, tuple(self._entries))
        _close(self._zip, made)
        return made


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an archive is as it was made: what is wrong with it, a sentence each."""

    # None: it has no manifest that can be read.
    manifest: Manifest | None
    faults: tuple[str, ...]


def verify(path: Path) -> Verdict:
    """Look at every byte of an archive; OSError where it cannot be opened at all."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _verify(path, archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError) as error:
        return Verdict(None, (f"it is no archive that can be read: {error}",))


def _verify(path: Path, archive: zipfile.ZipFile) -> Verdict:
    names = [info.filename for info in archive.infolist()]
    try:
        manifest = read(_content(archive, JSON_NAME) or b"")
    except ValueError as error:
        return Verdict(None, (f"{JSON_NAME} was changed or is missing: {error}",))
    faults = [*_manifest_faults(archive, manifest), *_file_faults(archive, manifest, names)]
    if not faults and not _is_as_written(path, archive, manifest):
        faults.append("the archive around the files was changed")
    return Verdict(manifest, tuple(faults))


def _manifest_faults(archive: zipfile.ZipFile, manifest: Manifest) -> Iterator[str]:
    if _content(archive, JSON_NAME) != manifest.as_json() or archive.comment != manifest.digest.encode():
        yield f"{JSON_NAME}, or the hash of it around the archive, was changed"
    if _content(archive, TEXT_NAME) != manifest.as_text():
        yield f"{TEXT_NAME} was changed or is missing"


def _file_faults(archive: zipfile.ZipFile, manifest: Manifest, names: list[str]) -> Iterator[str]:
    known = {one.name for one in manifest.entries}
    for one in manifest.entries:
        content = _content(archive, one.name)
        if one.name not in names:
            yield f"{one.name} is missing"
        elif content is None or entry(one.name, content, one.what, one.called) != one:
            yield f"{one.name} was changed"
    for name, times in Counter(names).items():
        if name not in known | {JSON_NAME, TEXT_NAME}:
            yield f"{name} was added"
        elif times > 1:
            yield f"{name} is there {times} times"


def _content(archive: zipfile.ZipFile, name: str) -> bytes | None:
    """What is in one file; None where it is not there, or was changed so that it cannot be read."""
    try:
        info = archive.getinfo(name)
        # We compress nothing; what is compressed could also be a bomb.
        return archive.read(info) if info.compress_type == zipfile.ZIP_STORED else None
    except (KeyError, zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError, OSError):
        return None


def _is_as_written(path: Path, archive: zipfile.ZipFile, manifest: Manifest) -> bool:
    """Whether writing the same files again gives the same bytes."""
    with tempfile.TemporaryFile() as again, path.open("rb") as there:
        fresh = zipfile.ZipFile(again, "w")
        for one in manifest.entries:
            _write(fresh, one.name, archive.read(one.name))
        _close(fresh, manifest)
        again.seek(0)
        while piece := again.read(_PIECE):
            if there.read(len(piece)) != piece:
                return False
        return not there.read(1)


def _close(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    _write(archive, JSON_NAME, manifest.as_json())
    _write(archive, TEXT_NAME, manifest.as_text())
    archive.comment = manifest.digest.encode()
    archive.close()


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, _NO_TIME)
    info.create_system, info.external_attr, info.compress_type = _UNIX, _OWNER_ONLY, zipfile.ZIP_STORED
    archive.writestr(info, content)
