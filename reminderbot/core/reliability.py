"""How far a customer's word has held so far: kept, partly kept, broken, and how late what was late came.

It may earn a customer more patience, and never costs them any.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from statistics import median

from reminderbot.core.promise import NOT_KEPT_IN_FULL, Promise, PromiseState

# Fewer say nothing yet of how somebody is.
ENOUGH = 3
# So many in ten kept is somebody whose word holds.
_KEPT_SHARE = 0.8
# All of it there, on the median, so soon after its day.
_LATE_AT_MOST = 7


@dataclass(frozen=True, slots=True)
class Reliability:
    """The promises of one customer, by how they ended; what a person took back counts as never given."""

    kept: int = 0
    partly_kept: int = 0
    broken: int = 0
    open: int = 0
    # Of each that became whole, be it late: how many days after its day; 0 where it was kept.
    days_late: tuple[int, ...] = ()
    # So many of the last ones, in a row, were not kept in full.
    missed_in_a_row: int = 0

    @property
    def ended(self) -> int:
        """How many have come to their day."""
        return self.kept + self.partly_kept + self.broken

    @property
    def kept_share(self) -> float | None:
        """Which share of those was kept in full and in time; None where there were none."""
        return self.kept / self.ended if self.ended else None

    @property
    def median_days_late(self) -> float | None:
        """How late their money comes on the median, of those that became whole."""
        return float(median(self.days_late)) if self.days_late else None


def reliability(words: Iterable[Promise]) -> Reliability:
    """How far these promises of one customer have held."""
    order = sorted(words, key=lambda word: (word.due_on, word.promise_id))
    ended = [word for word in order if word.state not in (PromiseState.OPEN, PromiseState.CLOSED)]
    states = [word.state for word in order]
    return Reliability(
        kept=states.count(PromiseState.KEPT),
        partly_kept=states.count(PromiseState.PARTLY_KEPT),
        broken=states.count(PromiseState.BROKEN),
        open=states.count(PromiseState.OPEN),
        days_late=tuple(late for word in ended if (late := word.days_late) is not None),
        missed_in_a_row=sum(1 for _ in takewhile(lambda word: word.state in NOT_KEPT_IN_FULL, reversed(ended))),
    )


@dataclass(frozen=True, slots=True)
class Trust:
    """Whether somebody's word holds, and the reasons; it is only ever a reason for more patience."""

    holds: bool
    reasons: tuple[str, ...]


def trust(found: Reliability) -> Trust:
    """Whether this customer has earned patience by keeping their word."""
    if found.ended < ENOUGH:
        return Trust(False, (f"{found.ended} of their promises have come to their day: too few to tell",))
    share, late = found.kept_share or 0.0, found.median_days_late or 0.0
    reasons = (
        f"{found.kept} of {found.ended} promises were kept in full and in time",
        f"what they promise is there {late:g} days after its day on the median",
    )
    if found.missed_in_a_row:
        return Trust(False, (*reasons, "the last one was not kept in full"))
    return Trust(share >= _KEPT_SHARE and late <= _LATE_AT_MOST, reasons)
