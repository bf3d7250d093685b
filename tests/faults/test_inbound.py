"""No reply is lost, none acted on twice, and each pauses its customer in time, over lines that break."""

from __future__ import annotations

import json
import os

import pytest

from tests.faults.inbound import storm
from tests.faults.latency import measured
from tests.figures import Figures


def assert_unharmed(figures: Figures, replies: int, seed: int) -> None:
    judged = storm(replies, seed)
    figures.note("replies over lines that break", replies)
    print(json.dumps(judged.report()))
    assert (judged.lost, judged.acted_on_twice, judged.left_unread, judged.not_held) == (0, 0, 0, 0)
    assert judged.mails + judged.texts == replies
    # Far fewer would mean that the faults no longer reach anybody.
    assert judged.failed_looks > judged.looks / 20


def test_no_reply_is_lost_or_acted_on_twice_over_lines_that_break(figures: Figures) -> None:
    assert_unharmed(figures, 500, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(101, 101 + 4 * int(os.environ.get("N", "1"))))
def test_none_of_ten_thousand_replies_is_lost_or_acted_on_twice(figures: Figures, seed: int) -> None:
    assert_unharmed(figures, 2500, seed)


def assert_in_time(*, real: bool) -> None:
    for latency in measured(real=real):
        print(json.dumps(latency.report()))
        assert latency.in_time, latency.report()


@pytest.mark.timeout(600)
def test_every_reply_pauses_its_customer_in_time_in_small() -> None:
    assert_in_time(real=False)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_every_reply_pauses_its_customer_in_time_with_the_real_intervals() -> None:
    assert_in_time(real=True)
