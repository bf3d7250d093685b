"""Takes exported files into the ledger folder: all of them, once everything together can be read, or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.ledger.csv_files import FILES

if TYPE_CHECKING:
    from reminderbot.ledger.csv_folder import LedgerReading

# Payments first: whoever reads the folder in between knows rather too much paid than too little.
_ORDER = ("payments.csv", "customers.csv", "invoices.csv")


@contextmanager
def read_with(house: House, files: Sequence[Path]) -> Iterator[tuple[LedgerReading, Path]]:
    """Read `files` in the place of their namesakes in the ledger folder; gives what they say and where copies lie.

    Refused for a file that is none of the ledger's; LedgerMistakes where all of it together cannot be read.
    """
    named = _by_name(files)
    house.ledger_folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=house.ledger_folder, prefix=".import-") as folder:
        staged = Path(folder)
        for name in FILES:
            source = named.get(name, house.ledger_folder / name)
            if source.is_file():
                # The time of writing goes along: from it the ledger's age is told.
                shutil.copy2(source, staged / name)
        yield house.read_exports(staged), staged


def put_in_place(house: House, staged: Path) -> None:
    """Move the copies into the ledger folder, each at once."""
    for name in _ORDER:
        copy = staged / name
        if copy.exists():
            with copy.open("rb") as file:
                os.fsync(file.fileno())
            copy.replace(house.ledger_folder / name)


def _by_name(files: Sequence[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in files:
        name = path.name.lower()
        if name not in FILES:
            raise Refused(
                f"{path}: the files of a ledger are called {', '.join(FILES)}: give it the name of what it is."
            )
        if name in found:
            raise Refused(f"{path}: {name} was named twice: name it once.")
        if not path.is_file():
            raise Refused(f"{path}: there is no such file: correct its name.")
        found[name] = path
    return found
