"""A change of the program's text, tried in a copy of the whole tree: the tree itself is never touched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ("reminderbot", "tests", "templates", "benchmarks", "docs", "deploy")
FILES = ("pyproject.toml", "config.example.toml", "README.md", "CHANGELOG.md", "LICENSE", "Makefile")


@dataclass(frozen=True)
class Change:
    """One text of the program, and what is to stand there instead."""

    name: str
    path: str
    there: str
    gone: str


def stale(changes: Iterable[Change]) -> list[str]:
    """The changes whose text no longer stands in the tree exactly once."""
    return [
        f"{change.name}: {change.path} holds it {count} times"
        for change in changes
        if (count := (ROOT / "reminderbot" / change.path).read_text("utf-8").count(change.there)) != 1
    ]


def copy_tree(folder: Path) -> Path:
    """Put into `folder` all that tests need."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    return folder


@contextmanager
def changed(change: Change, tree: Path) -> Iterator[None]:
    """The tree with this change, and afterwards as it was."""
    path = tree / "reminderbot" / change.path
    whole = path.read_text("utf-8")
    path.write_text(whole.replace(change.there, change.gone), "utf-8")
    try:
        yield
    finally:
        path.write_text(whole, "utf-8")


def environment(tree: Path) -> dict[str, str]:
    """What a process needs to run the program as it stands in `tree`."""
    return os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
