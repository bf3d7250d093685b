"""The results, as a table to read or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from benchmarks.measure import Missing, Result, Row, spread

_HEADINGS = ("part", "what", "median [lo-hi]", "goal", "", "beside it")


def as_table(results: Sequence[Result]) -> str:
    """One line a figure; what could not be measured stands below with its reason."""
    rows = [_HEADINGS, *(_cells(row) for row in results if isinstance(row, Row))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    lines += [f"{gap.part}: not measured: {gap.why}" for gap in results if isinstance(gap, Missing)]
    return "\n".join(lines)


def as_json(results: Sequence[Result]) -> str:
    return json.dumps([_plain(result) for result in results], indent=2, ensure_ascii=False)


def _cells(row: Row) -> tuple[str, ...]:
    met = {None: "", True: "met", False: "NOT MET"}[row.met]
    figures = f"{spread(row.figures, _digits(row.value))} {row.unit}"
    return row.part, row.what, figures, str(row.goal or ""), met, row.beside


def _digits(value: float) -> int:
    return 3 if value < 1 else 2 if value < 10 else 1 if value < 1000 else 0


def _plain(result: Result) -> dict[str, object]:
    if isinstance(result, Missing):
        return {"part": result.part, "missing": result.why}
    return {
        "part": result.part,
        "what": result.what,
        "unit": result.unit,
        "median": result.value,
        "rounds": list(result.figures),
        "goal": str(result.goal) if result.goal else None,
        "met": result.met,
        "beside": result.beside,
    }
