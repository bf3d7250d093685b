"""Says what a lane is in the owner's language: what rests, who ends that, what follows, and each thing to do."""

from __future__ import annotations

from dataclasses import dataclass

from reminderbot.core.lane import Lane
from reminderbot.sentences.words import Words


@dataclass(frozen=True, slots=True)
class Told:
    """One lane, a sentence each."""

    pauses: str
    ends: str
    after: str
    # In the order in which they are done.
    steps: tuple[str, ...]


def lane_told(words: Words, lane: Lane) -> Told:
    """A lane in these words."""
    return Told(
        words(f"lane_pauses.{lane.pauses}"),
        words(f"lane_ends.{lane.ends}"),
        words(f"lane_after.{lane.after}"),
        tuple(words(f"lane_step.{step.does}") for step in lane.steps),
    )
