"""Plants one bug after another in a copy of this tree, lives businesses with each, and sees whether the oracle notices.

    python -m tests.oracle.planted [--years N] [--jobs N] [NAME ...]

Bug by bug it says by which invariant, and after how many customer-years. What is noticed counts only where the same
business without the bug is found blameless.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.change import ROOT, changed, copy_tree, environment, stale
from tests.oracle.bugs import BUGS, Bug
from tests.simulate.business import invent
from tests.simulate.run import judged

# Larger businesses say the same later.
_LARGEST = 12.0


@dataclass(frozen=True)
class Said:
    """What the oracle said of one business: by which invariants, and its first sentence; empty: nothing."""

    seed: int
    invariants: tuple[int, ...]
    why: str


@dataclass(frozen=True)
class Hunt:
    """What became of one bug."""

    bug: Bug
    # Customer-years lived until then.
    years: float
    said: Said | None = None

    @property
    def told(self) -> str:
        """One line for people."""
        if self.said is None:
            return f"NOT CAUGHT in {self.years:.0f} customer-years{f' ({self.bug.missed})' if self.bug.missed else ''}"
        by = ", ".join(map(str, self.said.invariants)) or "an exception"
        return (
            f"caught by {by} after {self.years:.1f} customer-years, in business {self.said.seed}: {self.said.why[:150]}"
        )


def seeds(years: float) -> Iterator[int]:
    """Small businesses, as many as make so many customer-years together."""
    seed = 0
    while years > 0:
        if (lived := invent(seed).years) <= _LARGEST:
            years -= lived
            yield seed
        seed += 1


def hunt(bug: Bug, among: Iterable[int]) -> Hunt:
    """Live these businesses with the bug until the oracle notices something."""
    years = 0.0
    with tempfile.TemporaryDirectory(prefix="rb-planted-") as folder:
        tree = copy_tree(Path(folder))
        with changed(bug, tree), closing(verdicts_on(among, tree)) as verdicts:
            for said in verdicts:
                years += invent(said.seed).years
                if said.why and not blamed_anyway(said.seed):
                    return Hunt(bug, years, said)
    return Hunt(bug, years)


@cache
def blamed_anyway(seed: int) -> bool:
    """Whether the oracle says something of this business with no bug planted: then it proves nothing."""
    with closing(verdicts_on([seed], ROOT)) as verdicts:
        return any(said.why for said in verdicts)


def verdicts_on(among: Iterable[int], tree: Path) -> Iterator[Said]:
    """What the oracle says of each business when it is lived in `tree`."""
    command = [sys.executable, "-m", "tests.oracle.planted", "--judge", *map(str, among)]
    with subprocess.Popen(command, cwd=tree, env=environment(tree), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                seed, invariants, why = json.loads(line)
                yield Said(seed, tuple(invariants), why)
            if process.wait():
                raise subprocess.CalledProcessError(process.returncode, command)
        finally:
            process.kill()


def _judge(seed: int) -> tuple[int, list[int], str]:
    """Live one business here and judge it; a bug may also show by breaking the program."""
    try:
        found = judged(seed).violations
    except Exception as error:
        return seed, [], f"{type(error).__name__}: {error}"
    why = next((f"{one.at:%Y-%m-%d %H:%M} {one.why}" for one in found), "")
    return seed, sorted({one.invariant for one in found}), why


def main(arguments: Sequence[str]) -> int:
    """0 where every bug was caught that the list does not call missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle.planted")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--years", type=float, default=300, help="so many customer-years at most for each bug")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--judge", nargs="+", type=int, metavar="SEED", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    for seed in asked.judge or ():
        print(json.dumps(_judge(seed)), flush=True)
    return 0 if asked.judge else _hunt_all(asked)


def _hunt_all(asked: argparse.Namespace) -> int:
    if trouble := stale(BUGS):
        print("\n".join(trouble))
        return 2
    chosen = [bug for bug in BUGS if not asked.names or bug.name in asked.names]
    among = list(seeds(asked.years))
    missed = 0
    with ThreadPoolExecutor(asked.jobs) as pool:
        hunts = [pool.submit(hunt, bug, among) for bug in chosen]
        for number, found in enumerate((done.result() for done in as_completed(hunts)), 1):
            missed += not (found.said or found.bug.missed)
            print(f"{number:3}/{len(chosen)} {found.bug.name:46}{found.told}", flush=True)
    print(f"{missed} of {len(chosen)} bugs were missed that the list does not call missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
