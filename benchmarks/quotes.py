"""How exactly a customer's own words are separated: `python -m benchmarks.quotes [-v]`, on replies from other projects.

The corpus keeps signatures where we leave them out, so a result counts where it is the expected text up to a
signature: what is missing at its end must be short lines. HTML is compared by its visible text, as its source says.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpora" / "quotes.jsonl"
_SIGNATURE_LINES = 14


def own(row: dict[str, Any]) -> str:
    """Our own words for one row."""
    from reminderbot.replies.trim import own_words

    return own_words(visible(row, str(row["raw"])))


def visible(row: dict[str, Any], text: str) -> str:
    """What a person sees of it."""
    from reminderbot.replies.markup import to_text

    return to_text(text)[0] if row["kind"] == "html" else text


def is_right(row: dict[str, Any], got: str) -> bool | None:
    """None where the corpus has no one exact answer for what we do."""
    expected = row.get("expected")
    if expected is None:
        wanted = all(part in got for part in row.get("must_contain", []))
        return wanted and not any(part in got for part in row.get("must_not_contain", []))
    if row["policy"] == "signature removed only":
        return None
    expected = visible(row, str(expected))
    want, have = _squeezed(expected), _squeezed(got)
    if want == have:
        return True
    rest = want[len(have) :] if want.startswith(have) and have else ""
    return bool(rest) and _is_signature(expected, got)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _is_signature(expected: str, got: str) -> bool:
    """What we left out at the end is a signature: few lines, and short ones."""
    kept = len(_squeezed(got))
    lines, seen = [], 0
    for line in expected.splitlines():
        seen += len(_squeezed(line))
        if seen > kept and line.strip():
            lines.append(line)
    return 0 < len(lines) <= _SIGNATURE_LINES and all(len(line) <= 120 for line in lines)


def main(verbose: bool) -> None:
    if not CORPUS.exists():
        print("quotes: the corpus is not on this machine, left out")
        return
    counts: Counter[tuple[str, bool | None]] = Counter()
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        got = own(row)
        right = is_right(row, got)
        counts[row["source"], right] += 1
        if verbose and right is False:
            print(f"--- {row['id']} ({row['policy']})\n{row.get('expected')!r}\n{got!r}")
    for source in sorted({s for s, _ in counts}):
        right, wrong, left_out = (counts[source, verdict] for verdict in (True, False, None))
        print(f"{source:32}{right:4} right{wrong:4} wrong{left_out:4} left out")
    right, wrong = (sum(n for (_, r), n in counts.items() if r is verdict) for verdict in (True, False))
    print(f"{'all':32}{right:4} right{wrong:4} wrong: {100 * right / (right + wrong):.1f} %")


if __name__ == "__main__":
    main("-v" in sys.argv[1:])
