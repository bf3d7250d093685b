"""What came in lies on the disk once, whole, however many bring it at the same moment."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from reminderbot.store.spool import Spool


def test_the_same_words_brought_by_many_at_once_are_kept_by_each(tmp_path: Path) -> None:
    spool, together = Spool(tmp_path), Barrier(8)

    def bring(raw: bytes) -> str:
        together.wait(30)
        return spool.keep(raw)

    with ThreadPoolExecutor(8) as many:
        for turn in range(50):
            raw = b"STOP %d" % turn
            digests = set(many.map(bring, [raw] * 8))
            assert digests == {hashlib.sha256(raw).hexdigest()}
            assert spool.read(digests.pop()) == raw
    assert [path for path in tmp_path.rglob("*") if path.suffix == ".part"] == []
