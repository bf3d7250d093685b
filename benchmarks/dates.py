"""How many days are read right: `python -m benchmarks.dates [-v]`, on date expressions gathered by other projects.

Right is a day among those that the source accepts; wrong is another day; unsure is none. A day that the reader itself
doubts counts as told. Only single days are scored: intervals have no one right answer.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpora" / "dates.jsonl"
# The sources read 4/2 as the second of April in English, and as the fourth of February elsewhere.
LOCALES = {"en": "en-US", "es": "es-ES", "fr": "fr-FR", "de": "de-DE", "pt": "pt-BR", "it": "it-IT", "nl": "nl-NL"}


def rows() -> list[dict[str, Any]]:
    """The scored rows; none where the corpus is not on this machine."""
    if not CORPUS.exists():
        return []
    return [row for line in CORPUS.read_text(encoding="utf-8").splitlines() if (row := json.loads(line))["scored"]]


def told(row: dict[str, Any]) -> date | None:
    """The day that we read, as a promise's would be: the last one named, none where one of them is not sure."""
    from reminderbot.replies import tables
    from reminderbot.replies.extract import days_in
    from reminderbot.replies.words import tokens

    languages = row["lang"].split("/")
    spoken = tables.language_of(row["text"], languages[0])
    languages.sort(key=lambda language: language != spoken)
    loaded = [tables.load(language) for language in languages]
    spellings = {k: v for table in loaded for k, v in (table.sms_spellings | table.spellings).items()}
    today = datetime.fromisoformat(row["reference_time"]).date()
    found = days_in(tokens(row["text"], spellings), loaded, today, LOCALES[row["lang"][:2]])
    days = [day for day in found if not day.past]
    return max((day.day for day in days if day.day), default=None) if all(day.day for day in days) else None


def verdict(row: dict[str, Any]) -> str:
    """Whether our day is "right", "wrong" or "unsure"."""
    day = told(row)
    if day is None:
        return "unsure"
    return "right" if day.isoformat() in {*row["expected"], *row.get("alternatives", ())} else "wrong"


def measure(found: Iterable[dict[str, Any]]) -> dict[str, Counter[str]]:
    """Verdicts by language."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in found:
        counts[row["lang"]][verdict(row)] += 1
    return counts


def main(verbose: bool) -> None:
    found = rows()
    if not found:
        print("dates: the corpus is not on this machine, left out")
        return
    began = perf_counter()
    counts = measure(found)
    seconds = perf_counter() - began
    for language, verdicts in sorted(counts.items()):
        total = sum(verdicts.values())
        print(
            f"{language:8}"
            + "".join(f"{verdicts[v]:5} {v} {100 * verdicts[v] / total:5.1f} %" for v in ("right", "wrong", "unsure"))
        )
    print(f"{len(found) / seconds:.0f} phrases a second; intervals and open ends are left out")
    for row in found if verbose else []:
        if verdict(row) != "right":
            print(
                f"{row['lang']:6} {row['reference_time'][:10]} {row['text']!r}: {told(row)}, not {row['expected'][0]}"
            )


if __name__ == "__main__":
    main("-v" in sys.argv[1:])
