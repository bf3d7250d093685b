"""python -m tests.simulate --seed S --businesses N: lives N businesses, and prints as JSON what the oracle says.

A failing seed is printed; replay it alone with --seed SEED --businesses 1, and keep it in `kept.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter

from tests.simulate.run import Judged, digest, judge_all, simulate


def main() -> int:
    """0 where no promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulate")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--businesses", type=int, default=10, help="how many")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--counts", action="store_true", help="tell how often each thing happened")
    parser.add_argument("--digest", action="store_true", help="only tell the mark of each seed's evidence")
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.businesses)
    if asked.digest:
        for seed in seeds:
            print(seed, digest(simulate(seed).evidence))
        return 0
    began = time.monotonic()
    done = []
    for one in judge_all(seeds, asked.processes):
        done.append(one)
        _progress(done, asked.businesses)
    print(json.dumps(summary(done, time.monotonic() - began, counts=asked.counts), indent=2))
    return 1 if any(one.violations for one in done) else 0


def _progress(done: list[Judged], all_of_them: int) -> None:
    years = sum(one.years for one in done)
    broken = sum(len(one.violations) for one in done)
    print(f"{len(done)} of {all_of_them}: {years:.0f} customer-years, {broken} violations", file=sys.stderr)
    for violation in done[-1].violations:
        print(f"  seed {done[-1].seed}: {violation}", file=sys.stderr, flush=True)


def summary(done: list[Judged], seconds: float, *, counts: bool = False) -> dict[str, object]:
    """The figures of a run; 0 of N bounds the rate at 3/N with 95 % confidence."""
    years = sum(one.years for one in done)
    messages = sum(one.messages for one in done)
    told = [
        {"seed": one.seed, "invariant": v.invariant, "at": v.at.isoformat(), "customer": v.customer, "why": v.why}
        for one in sorted(done, key=lambda one: one.seed)
        for v in one.violations
    ]
    found: dict[str, object] = {
        "businesses": len(done),
        "customer_years": round(years, 1),
        "messages": messages,
        "arrivals": sum(one.arrivals for one in done),
        "violations": told,
        "bound_per_message": 3 / messages if messages and not told else None,
        "bound_per_customer_year": 3 / years if years and not told else None,
        "seconds": round(seconds, 1),
        "customer_years_per_second": round(years / seconds, 2),
    }
    if counts:
        found["counts"] = dict(sorted(sum((one.counts for one in done), Counter()).items()))
    return found


if __name__ == "__main__":
    sys.exit(main())
