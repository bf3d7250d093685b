"""Adds up over all tests of a run what was lived through without harm, and tells each sum with its bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

_FIGURE = "figure: "


class Figures:
    """What one test has lived through, by name: noted before it is judged."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._noted = request.node.user_properties

    def note(self, what: str, many: float) -> None:
        self._noted.append((f"{_FIGURE}{what}", many))


def told(reports: Iterable[pytest.TestReport]) -> list[str]:
    """One line for each figure; 0 of N bounds the rate at 3/N with 95 % confidence."""
    sums, harmed = Counter[str](), set()
    for report in reports:
        for name, many in report.user_properties:
            if name.startswith(_FIGURE):
                sums[name] += many  # type: ignore[assignment,operator]  # a number, which a Counter takes as it is
                harmed |= {name} if report.failed else set()
    return [_line(name, many, harmed=name in harmed) for name, many in sorted(sums.items())]


def _line(name: str, many: float, *, harmed: bool) -> str:
    what = f"{many:,.0f} {name.removeprefix(_FIGURE)}"
    return f"HARM in {what}: see the failures" if harmed else f"0 of {what} (95 % upper bound {3 / many:.2g})"
