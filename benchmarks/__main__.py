"""Measures all, or the parts that are named: python -m benchmarks [--json] [end] [tick] [memory] [simulate] ..."""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Result, progress
from benchmarks.table import as_json, as_table

PARTS = ("end", "tick", "help", "memory", "desk", "simulate", "forecast")


def main() -> int:
    """0 where every goal is met, 1 where one is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all of them without any")
    parser.add_argument("--json", action="store_true", help="write JSON, every round with it")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"there is no part '{min(unknown)}': there are {', '.join(PARTS)}")
    results: list[Result] = []
    for part in asked.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="rb-bench-") as folder:
            results += importlib.import_module(f"benchmarks.{part}").measure(Path(folder))
    progress("")
    print(as_json(results) if asked.json else as_table(results))
    return 1 if any(getattr(result, "met", None) is False for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
