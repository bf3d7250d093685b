"""Takes away one guard after another, in a copy of this tree, and sees a test fail for each.

    python -m tests.faults.mutants [NAME ...]

The guards stand in `tests/faults/guards.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from queue import Queue

from tests import memory
from tests.change import changed, copy_tree, environment, stale
from tests.faults.guards import GUARDS, Guard


def survives(guard: Guard, tree: Path) -> bool:
    """True where no test notices that the guard is gone."""
    with changed(guard, tree):
        return all(_pass(tests, tree) for tests in guard.tests)


def _pass(tests: str, tree: Path) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n0", "-p", "no:cacheprovider", tests]
    return subprocess.run(command, cwd=tree, env=environment(tree), capture_output=True).returncode == 0


def main(names: list[str]) -> int:
    """0 where the removal of every guard was noticed."""
    if trouble := stale(GUARDS):
        print("\n".join(trouble))
        return 2
    chosen = [guard for guard in GUARDS if not names or guard.name in names]
    with tempfile.TemporaryDirectory(prefix="rb-mutants-", dir=memory.FOLDER) as folder:
        trees: Queue[Path] = Queue()
        for number in range(os.cpu_count() or 1):
            trees.put(copy_tree(Path(folder, str(number))))
        with ThreadPoolExecutor(trees.qsize()) as pool:
            rooms = sorted({tests for guard in chosen for tests in guard.tests})
            sound = pool.map(lambda tests: _in_one_of(trees, lambda tree: _pass(tests, tree)), rooms)
            if broken := [tests for tests, passed in zip(rooms, sound, strict=True) if not passed]:
                print(f"with every guard in its place these fail already: {', '.join(broken)}")
                return 2
            left = _take_away(chosen, pool, trees)
    print(f"{len(chosen) - len(left)} of {len(chosen)} guards are missed when they are gone")
    return 1 if left else 0


def _take_away(chosen: Sequence[Guard], pool: ThreadPoolExecutor, trees: Queue[Path]) -> list[str]:
    """The guards that no test missed."""
    began, left = time.monotonic(), []
    hunts = {pool.submit(_in_one_of, trees, partial(survives, guard)): guard for guard in chosen}
    for number, hunt in enumerate(as_completed(hunts), 1):
        name, noticed = hunts[hunt].name, not hunt.result()
        left += [] if noticed else [name]
        told = "noticed" if noticed else "NOT NOTICED"
        print(f"{number:3}/{len(chosen)} {name:44}{told:12}after {time.monotonic() - began:5.0f} s", flush=True)
    return left


def _in_one_of(trees: Queue[Path], act: Callable[[Path], bool]) -> bool:
    """Each copy of the tree is changed by one at a time."""
    tree = trees.get()
    try:
        return act(tree)
    finally:
        trees.put(tree)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
