"""Copies a SQLite store while others write to it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from reminderbot.store.session import Store, StoreUnusable


def copy_store(store: Store, target: Path) -> bool:
    """Write the store as it is at this moment into a new file, for its owner alone; False where it is no file.

    StoreUnusable where that cannot be done.
    """
    if store.engine.dialect.name != "sqlite":
        return False
    target.touch(mode=0o600, exist_ok=False)
    raw = store.engine.raw_connection()
    try:
        # A copy of the file itself could miss what lies in the write-ahead log, or catch it half written.
        raw.cursor().execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise StoreUnusable(
            f"the store cannot be copied: {error}. Make room where the backup goes; a store that is damaged is replaced"
            " by the newest backup"
        ) from None
    finally:
        raw.close()
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return True
