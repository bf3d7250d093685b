"""Every lane is told in whole sentences."""

from __future__ import annotations

import pytest

from reminderbot.core.lane import LANES, Reason
from reminderbot.sentences.lane import lane_told
from reminderbot.sentences.words import words_for


@pytest.mark.parametrize("reason", Reason)
def test_every_lane_says_what_rests_who_ends_that_what_follows_and_what_to_do(reason: Reason) -> None:
    lane = LANES[reason]
    told = lane_told(words_for("en"), lane)
    assert len(told.steps) == len(lane.steps)
    for sentence in (told.pauses, told.ends, told.after, *told.steps):
        assert " " in sentence and sentence[0].isupper() and sentence[-1] in ".?"
