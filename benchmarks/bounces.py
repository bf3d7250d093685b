"""How well delivery failures are found and judged: `python -m benchmarks.bounces [-v]`, on real ones of other servers.

The corpus calls soft what docs/replies.md calls hard: retries exhausted, a user whom the server does not know, an
account that was closed. Such rows are counted by our scheme and told apart, so that either figure can be seen.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import peers

ROOT = Path(__file__).parent.parent
CORPUS = ROOT.parent / "shared" / "corpora" / "bounces.jsonl"
_AT = datetime(2026, 3, 4, 10, tzinfo=UTC)
# Written for this measure alone, and looked for in the whole mail, so that it is not our reader that judges itself.
_NOBODY = re.compile(
    r"(?i)user unknown|unknown user|unknown recipient|no such user|user not exist|doesn't have an? \S+ account"
    r"|account is disabled|is inactive|recipient address rejected: user account disabled|disabled recipient address"
    r"|nxdomain|null mx|mailbox unavailable"
)
_GAVE_UP = re.compile(r"(?i)in the queue too long|after multiple retries|will be deleted from queue")
_STILL_TRYING = re.compile(
    r"(?i)action: *delayed|warning message|will be retried|still being retried|temporary? locked"
)
_SOFT_ALL_THE_SAME = frozenset({"mailboxfull", "spamdetected", "blocked", "badreputation", "policyviolation"})


def rows() -> Iterator[dict[str, Any]]:
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        row["raw"] = base64.b64decode(row["raw_base64"])
        yield row


def wanted(row: dict[str, Any]) -> bool | None:
    """Hard or not by our scheme; None where the corpus does not say, or says several things."""
    hard = row["hard"]
    if hard is not False or _STILL_TRYING.search(row["raw"].decode("latin-1")):
        return hard if isinstance(hard, bool) else None
    reasons = set(row["reasons"])
    if reasons == {"expired"} or _GAVE_UP.search(row["raw"].decode("latin-1")):
        return True
    return not reasons & _SOFT_ALL_THE_SAME and bool(_NOBODY.search(row["raw"].decode("latin-1")))


def measure() -> tuple[Counter[str], list[str], float]:
    """Counts by name, what was missed, and mails a second."""
    from reminderbot.replies.understand import Context, understand_email

    counts: Counter[str] = Counter()
    flufl = peers.flufl_bounce()
    assert flufl is not None, "flufl.bounce, which stands beside ours here, is not installed"
    missed: list[str] = []
    mails, seconds = 0, 0.0
    for row in rows():
        began = perf_counter()
        kind = str(understand_email(row["raw"], _AT, Context()).kinds[0])
        mails, seconds = mails + 1, seconds + perf_counter() - began
        found, want = kind.startswith("bounce_"), wanted(row)
        if row["kind"] != "bounce":
            counts[f"{row['kind']} right"] += found is False and (row["kind"] == "human") == (kind != "auto_reply")
            counts[row["kind"]] += 1
            continue
        counts["bounce"] += 1
        counts["found"] += found
        counts["found, flufl.bounce"] += flufl(row["raw"])
        counts["labelled against our scheme"] += want is not None and want is not row["hard"]
        for name, hard in (("hard", True), ("soft", False)):
            right = kind == f"bounce_{name}"
            counts[f"{name} as labelled"] += row["hard"] is hard
            counts[f"{name} as labelled, right"] += row["hard"] is hard and right
            counts[name] += want is hard
            counts[f"{name} right"] += want is hard and right
            if want is hard and not right:
                missed.append(f"{row['id']}: {kind}, not {name} ({', '.join(row['reasons'])})")
    return counts, missed, mails / seconds


def false_alarms(folder: Path) -> tuple[int, int]:
    """How many mails of people in a folder of pairs are taken for a delivery failure, and of how many."""
    from benchmarks.replies import pairs
    from reminderbot.replies.classify import classify_line

    machines = {"bounce_hard", "bounce_soft", "auto_reply"}
    alarms = people = 0
    for _, item, label in pairs(folder):
        if machines & set(label["kinds"]):
            continue
        people += 1
        alarms += bool(machines & set(classify_line(json.dumps(item))["kinds"]))
    return alarms, people


def _share(part: int, whole: int) -> str:
    return f"{part:4} of {whole:<4} {100 * part / whole:5.1f} %" if whole else "   -"


def main(verbose: bool) -> None:
    if CORPUS.exists():
        n, missed, speed = measure()
        print(f"{'found':34}{_share(n['found'], n['bounce'])}")
        print(f"{'found by flufl.bounce':34}{_share(n['found, flufl.bounce'], n['bounce'])}")
        for name in ("hard", "soft"):
            print(f"{name + ', by our scheme':34}{_share(n[name + ' right'], n[name])}")
            print(f"{name + ', as labelled':34}{_share(n[name + ' as labelled, right'], n[name + ' as labelled'])}")
        print(f"{'labelled against our scheme':34}{n['labelled against our scheme']:4}")
        for name in ("complaint", "auto_reply", "delivered", "human"):
            print(f"{name:34}{_share(n[name + ' right'], n[name])}")
        print(f"{'mails a second':34}{speed:4.0f}")
        print("\n".join(missed) if verbose else f"{len(missed)} judged wrongly; -v names them")
    else:
        print("bounces: the corpus is not on this machine, left out")
    for name in ("corpus", "heldback"):
        alarms, people = false_alarms(ROOT / "tests" / "replies" / name)
        print(f"{'false alarms, ' + name:34}{_share(alarms, people)}")


if __name__ == "__main__":
    main("-v" in sys.argv[1:])
