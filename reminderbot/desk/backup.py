"""Makes a backup: the store and what belongs to it, from one moment, without any password."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store.backup import copy_store

# After the store: then the witnesses know rather more than it, which a restore notices, than less.
_BESIDE = ("send-log", "inbound", "attached", "secret.key")


def back_up(house: House, folder: Path) -> bool:
    """Copy the state into the new `folder`, whole or not at all; False where the database must be copied besides.

    Refused where there is something of that name already, or it would lie in what is copied.
    """
    _refuse_unless_new(folder, house.folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _for_owner_alone(), tempfile.TemporaryDirectory(dir=folder.parent, prefix=".backup-") as workshop:
        made = Path(workshop) / folder.name
        made.mkdir()
        whole = copy_store(house.store, made / "reminderbot.db")
        for name in _BESIDE:
            _copy(house.folder / name, made / name)
        made.rename(folder)
    return whole


def _refuse_unless_new(folder: Path, state: Path) -> None:
    if folder.resolve().is_relative_to(state.resolve()):
        raise Refused(f"{folder} lies in the state folder, which a backup is to outlive: name one on another disk.")
    if folder.is_dir():
        raise Refused(f"{folder} is already there: name a folder that is not, so that no backup replaces another.")
    for part in (folder, *folder.parents):
        if (part.exists() or part.is_symlink()) and not part.is_dir():
            raise Refused(f"{part} is a file: a backup is a folder, so give it another name.")


@contextmanager
def _for_owner_alone() -> Iterator[None]:
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _copy(source: Path, target: Path) -> None:
    # Not the rights along with the words: what others may read here must not be so there.
    if source.is_dir():
        target.mkdir()
        for inner in source.iterdir():
            if not inner.name.endswith(".part"):
                _copy(inner, target / inner.name)
    elif source.is_file():
        shutil.copyfile(source, target)
