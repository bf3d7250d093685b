"""How well replies are understood: `python -m benchmarks.replies [corpus|heldback|examples ...]`.

`heldback` was written by others than the patterns' writers, who have not read it: it is measured here only as counts,
so that nobody tunes to it. The gap between it and `corpus` is how much has merely been memorised.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT.parent / "shared" / "replies" / "examples.jsonl"
# Whoever is passed over here is dunned although they answered.
GRAVE = frozenset({"dispute", "paid", "hardship", "legal", "sensitive", "wrong_contact"})


@dataclass
class Score:
    """Counts over one set of replies."""

    read: int = 0
    needed: int = 0
    flagged: int = 0
    grave_missed: int = 0
    harmless: int = 0
    alone: int = 0
    dated: int = 0
    dates_right: int = 0
    first_right: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    found: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    mistaken: Counter[str] = field(default_factory=Counter)

    def add(self, label: dict[str, Any], told: dict[str, Any], seconds: float) -> None:
        self.read += 1
        self.seconds += seconds
        self.slowest = max(self.slowest, seconds)
        self._add_person(label, told)
        if day := label.get("promise_date"):
            self.dated += 1
            self.dates_right += (told["promise"] or {}).get("date") == day
        want, got = set(label["kinds"]), set(told["kinds"])
        self.first_right += label["kinds"][0] == told["kinds"][0]
        self.found.update(want & got)
        self.missed.update(want - got)
        self.mistaken.update(got - want)

    def _add_person(self, label: dict[str, Any], told: dict[str, Any]) -> None:
        if label["needs_human"]:
            self.needed += 1
            self.flagged += told["needs_human"]
            self.grave_missed += bool(GRAVE & set(label["kinds"])) and not told["needs_human"]
        else:
            self.harmless += 1
            self.alone += not told["needs_human"]

    @property
    def macro_f1(self) -> float:
        """The mean over the kinds that occur of 2TP / (2TP + FP + FN)."""
        kinds = set(self.found) | set(self.missed)
        each = [2 * self.found[k] / (2 * self.found[k] + self.missed[k] + self.mistaken[k]) for k in kinds]
        return 100 * sum(each) / len(each) if each else 0.0


def pairs(folder: Path) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """(language, item for `classify`, label) of every NAME.eml or NAME.txt with its NAME.toml."""
    for path in sorted(folder.glob("*.toml")):
        label = tomllib.loads(path.read_text(encoding="utf-8"))
        context = {name: str(label[name]) for name in ("invoice", "amount_due", "currency", "locale")}
        item: dict[str, Any] = {"id": path.stem, "received": label["received"], "context": context}
        text = path.with_suffix(".txt")
        if text.exists():
            item |= {"channel": "sms", "text": text.read_text(encoding="utf-8")}
        else:
            import base64

            raw = base64.b64encode(path.with_suffix(".eml").read_bytes()).decode()
            item |= {"channel": "email", "raw_base64": raw}
        yield _language(path.stem, label), item, label


def _language(name: str, label: dict[str, Any]) -> str:
    if name.startswith(("x_", "m_")):
        return "other" if name.startswith("x_") else "machines"
    return str(label["locale"])[:2]


def examples() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        yield str(item["context"]["locale"])[:2], item, item["label"]


def measure(rows: Iterable[tuple[str, dict[str, Any], dict[str, Any]]]) -> dict[str, Score]:
    """A score for each language, and one for all."""
    from reminderbot.replies.classify import classify_line

    scores: dict[str, Score] = defaultdict(Score)
    for language, item, label in rows:
        line = json.dumps(item)
        began = perf_counter()
        told = classify_line(line)
        seconds = perf_counter() - began
        for name in (language, "all"):
            scores[name].add(label, told, seconds)
    return scores


def _share(part: int, whole: int) -> str:
    return f"{part:4}/{whole:<4}{100 * part / whole:5.1f} %" if whole else "   -        "


def table(scores: dict[str, Score]) -> str:
    lines = [
        "language      read  flagged (of needed)  grave  alone (of harmless)  dates right       first   F1    a second"
    ]
    for name in [*sorted(set(scores) - {"all"}), "all"]:
        s = scores[name]
        lines.append(
            f"{name:12}{s.read:6}  {_share(s.flagged, s.needed)}     {s.grave_missed:4}   {_share(s.alone, s.harmless)}"
            f"     {_share(s.dates_right, s.dated)}{100 * s.first_right / s.read:6.1f} {s.macro_f1:6.1f}"
            f"{s.read / s.seconds:8.0f}"
        )
    return "\n".join(lines)


def kinds(score: Score) -> str:
    lines = ["kind             found missed mistaken"]
    for kind in sorted(set(score.found) | set(score.missed) | set(score.mistaken)):
        lines.append(f"{kind:16}{score.found[kind]:6}{score.missed[kind]:7}{score.mistaken[kind]:9}")
    return "\n".join(lines)


def main(names: list[str]) -> None:
    for name in names or ["corpus", "heldback", "examples"]:
        if name == "examples" and not EXAMPLES.exists():
            print("examples: not on this machine, left out")
            continue
        rows = examples() if name == "examples" else pairs(ROOT / "tests" / "replies" / name)
        scores = measure(rows)
        if "all" not in scores:
            print(f"{name}: nothing there")
            continue
        print(f"{name}\n{table(scores)}\n\n{kinds(scores['all'])}\nslowest {scores['all'].slowest:.3f} s\n")


if __name__ == "__main__":
    main(sys.argv[1:])
