from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.store.sendlog import Attempt, SendLog
from tests.stories.world import utc

NOW = utc("2027-03-08 10:00")


def tried(number: int) -> Attempt:
    return Attempt(number, 1, "feed", NOW)


def test_what_was_tried_is_read_back_in_order_and_the_newest_is_known(tmp_path: Path) -> None:
    log = SendLog(tmp_path / "sends.log")
    assert (list(log.read()), log.newest()) == ([], 0)
    log.append([tried(3), tried(2)])
    log.append([tried(5)])
    assert [a.reminder_id for a in log.read()] == [3, 2, 5]
    assert next(iter(log.read())) == tried(3)
    assert (log.newest(), SendLog(tmp_path / "sends.log").newest()) == (5, 5)


def test_a_log_that_was_cut_still_counts_what_it_knew(tmp_path: Path) -> None:
    log = SendLog(tmp_path / "sends.log")
    log.append([tried(3), tried(7)])
    assert log.newest() == 7
    (tmp_path / "sends.log").write_text("")
    assert log.newest() == 7


@settings(derandomize=True, max_examples=60)
@given(st.data())
def test_wherever_the_power_fails_within_a_line_the_next_lines_are_whole(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sends.log"
        SendLog(path).append([tried(12)])
        whole = path.read_bytes()
        path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
        log = SendLog(path)
        log.append([tried(13)])
        log.append([tried(14)])
        assert [a.reminder_id for a in log.read()][-2:] == [13, 14]
        # A torn number is never taken for part of the next, which would be a reminder nobody knows.
        assert log.newest() == 14
