"""Runs one seed from beginning to end: the evidence, what happened, and a mark by which two runs are compared."""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import multiprocessing
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from tests import memory
from tests.oracle.evidence import Evidence
from tests.oracle.judge import judge
from tests.oracle.violation import Violation
from tests.simulate.business import invent
from tests.simulate.life import Life
from tests.statements import compile_once


@dataclass(frozen=True)
class Run:
    """What one seed gave."""

    seed: int
    years: float
    evidence: Evidence
    counts: Counter[str]


def simulate(seed: int) -> Run:
    """Invent the business of this seed and live it."""
    business = invent(seed)
    compile_once()
    # What SQLAlchemy makes for each statement goes by counting alone; looking for circles every time costs a tenth.
    gc.set_threshold(50_000, 20, 100)
    with tempfile.TemporaryDirectory(prefix="business-", dir=memory.FOLDER) as folder:
        life = Life(business, Path(folder))
        evidence = life.live()
    return Run(seed, business.years, evidence, life.counts)


@dataclass(frozen=True)
class Judged:
    """What the oracle says of one seed, small enough to come back from another process."""

    seed: int
    years: float
    messages: int
    arrivals: int
    counts: Counter[str]
    violations: tuple[Violation, ...]


def judged(seed: int) -> Judged:
    """Live the business of this seed and have it judged."""
    run = simulate(seed)
    left = run.evidence
    messages = len(left.mails) + len(left.texts)
    return Judged(seed, run.years, messages, len(left.arrivals), run.counts, judge(left))


def judge_all(seeds: Iterable[int], processes: int) -> Iterator[Judged]:
    """All of them, several at a time, in whatever order they are done."""
    with multiprocessing.get_context("forkserver").Pool(processes) as pool:
        yield from pool.imap_unordered(judged, seeds)


def digest(evidence: Evidence) -> str:
    """The same for the same evidence, in any process."""
    told = hashlib.sha256()
    for piece in _plain(evidence):
        told.update(piece.encode() + b"\0")
    return told.hexdigest()


def _plain(value: Any) -> list[str]:
    match value:
        case bytes():
            return [value.hex()]
        case str() | int() | float() | datetime() | date() | time() | timedelta() | None:
            return [repr(value)]
        case Mapping():
            return [piece for key in sorted(value, key=repr) for piece in (*_plain(key), *_plain(value[key]))]
        case frozenset():
            return sorted(piece for one in value for piece in _plain(one))
        case tuple() | list():
            return [piece for one in value for piece in _plain(one)]
        case _ if dataclasses.is_dataclass(value):
            return [p for f in dataclasses.fields(value) for p in (f.name, *_plain(getattr(value, f.name)))]
        case _:
            return [repr(value)]
