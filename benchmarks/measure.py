"""What is measured: a row of the table, the middle of several rounds, and the memory of a process."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should be: at least or at most a limit."""

    limit: float
    at_least: bool = False

    def met_by(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: the figure of every round, its goal, and absolute figures beside it."""

    part: str
    what: str
    figures: tuple[float, ...]
    beside: str
    goal: Goal | None = None
    unit: str = "x"

    @property
    def value(self) -> float:
        return statistics.median(self.figures)

    @property
    def met(self) -> bool | None:
        """Whether the median meets the goal; None where there is none."""
        return None if self.goal is None else self.goal.met_by(self.value)


@dataclass(frozen=True, slots=True)
class Missing:
    """A figure that cannot be had on this machine, and what would help."""

    part: str
    why: str


Result = Row | Missing
Say = Callable[[str], None]


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, ...]:
    """One ratio a round: what was measured within the same seconds is compared."""
    return tuple(a / b for a, b in zip(ours, theirs, strict=True))


def spread(figures: Sequence[float], digits: int = 0) -> str:
    """The median and, in brackets, the lowest and the highest."""
    middle = f"{statistics.median(figures):,.{digits}f}"
    return f"{middle} [{min(figures):,.{digits}f}-{max(figures):,.{digits}f}]"


def resident(pid: int | str = "self") -> float:
    """The resident memory of a process, in MiB (proc(5): VmRSS)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(pid)


def progress(words: str) -> None:
    """What is being done, in one line that the next one takes the place of; only for a person to see."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{words}")
        sys.stderr.flush()
