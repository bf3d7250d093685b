"""How well the courtesy check tells sharp from fine: python -m benchmarks.courtesy [--write].

`--write` puts the table into docs/letters.md. The sentences held back were written by others than the rules' writer,
who has not read them: they are measured here only as counts, so that nobody tunes to one of them.
"""

from __future__ import annotations

import math
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.replies import ROOT
from benchmarks.understand import written
from reminderbot.compose.finding import blocking
from reminderbot.compose.rules import languages
from reminderbot.compose.tone import courtesy

HELD_BACK = ROOT / "tests" / "compose" / "courtesy" / "heldback"
DOC = ROOT / "docs" / "letters.md"
BEGIN = "<!-- {} begins: python -m benchmarks.courtesy --write -->"
KINDS = ("sharp", "assuming", "spineless", "fine")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, what it is, and, where it is sharp, in which way."""

    kind: str
    text: str
    why: str


@dataclass
class Count:
    """How many there are, how many something was found in, and how many of these may not be published."""

    of: int = 0
    told: int = 0
    blocked: int = 0


def sentences(folder: Path, language: str) -> list[Sentence]:
    rows = tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))["sentence"]
    return [Sentence(row["kind"], row["text"], row.get("why", "")) for row in rows]


def measure(folder: Path) -> dict[str, dict[str, Count]]:
    """Counts of each kind for each language, and for all of them."""
    counts: dict[str, dict[str, Count]] = defaultdict(lambda: {kind: Count() for kind in KINDS})
    for language in languages():
        for sentence in sentences(folder, language):
            found = courtesy(sentence.text, language)
            for name in (language, "all"):
                count = counts[name][sentence.kind]
                count.of += 1
                count.told += bool(found)
                count.blocked += bool(blocking(found))
    return counts


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of Wilson (1927) for a share, in per cent."""
    z = 1.96
    share, spread = part / whole, z * math.sqrt(part * (whole - part) / whole**3 + z * z / (4 * whole * whole))
    middle, width = share + z * z / (2 * whole), 1 + z * z / whole
    return 100 * max(0.0, middle - spread) / width, 100 * min(width, middle + spread) / width


def table(counts: dict[str, dict[str, Count]]) -> list[str]:
    """What was caught and what was accused, as lines of Markdown."""
    head = ["| language | sharp, and blocked | presumptuous, and told | spineless, and told | fine, and accused |"]
    rule = ["|---|--:|--:|--:|--:|"]
    return [*head, *rule, *(_row(name, counts[name]) for name in [*sorted(set(counts) - {"all"}), "all"])]


def _row(name: str, counts: dict[str, Count]) -> str:
    told = (counts[kind].blocked if kind == "sharp" else counts[kind].told for kind in KINDS)
    cells = (_share(part, counts[kind].of) for part, kind in zip(told, KINDS, strict=True))
    return f"| {name} | " + " | ".join(cells) + " |"


def _share(part: int, whole: int) -> str:
    low, high = wilson(part, whole)
    return f"{part} of {whole} ({low:.0f}-{high:.0f} %)"


def main(arguments: Iterable[str]) -> None:
    lines = table(measure(HELD_BACK))
    print("\n".join(lines))
    if "--write" in arguments:
        text = DOC.read_text(encoding="utf-8")
        DOC.write_text(written(text, "courtesy", lines, BEGIN), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
