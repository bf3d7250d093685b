"""How well and how fast replies are understood, beside other readers: python -m benchmarks.understand [--write].

`--write` puts the tables into docs/understanding.md: the figures that we claim stand there. The readers are compared
on other projects' corpora where those are on this machine. Speeds are of one core, all readers in one run.
"""

from __future__ import annotations

import json
import statistics
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from time import perf_counter
from typing import Any

from benchmarks import bounces, dates, peers, quotes
from benchmarks.replies import ROOT, Score, measure, pairs

DOC = ROOT / "docs" / "understanding.md"
BEGIN, END = "<!-- {} begins: python -m benchmarks.understand --write -->", "<!-- {} ends -->"
KINDS = (
    *("promise", "ack", "opt_out", "auto_reply", "bounce_soft", "bounce_hard", "dispute", "paid", "hardship"),
    *("instalments", "question", "wrong_contact", "legal", "sensitive", "other"),
)


@dataclass
class Line:
    """One reader's figures on one corpus."""

    task: str
    reader: str
    right: int = 0
    wrong: int = 0
    # Neither right nor wrong: no answer was given.
    silent: int = 0
    a_second: float = 0.0


def compare(task: str, reader: str, rows: Sequence[Any], judge: Callable[[Any], bool | None]) -> Line:
    """Count what `judge` says of each row, and how many it gets through in a second; an error counts as wrong."""
    line = Line(task, reader)
    seconds = 0.0
    for row in rows:
        began = perf_counter()
        try:
            verdict = judge(row)
        except Exception:
            verdict = False
        seconds += perf_counter() - began
        line.right += verdict is True
        line.wrong += verdict is False
        line.silent += verdict is None
    line.a_second = len(rows) / seconds if seconds else 0.0
    return line


def own_words() -> Iterator[Line]:
    rows = [json.loads(line) for line in quotes.CORPUS.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row.get("policy") != "signature removed only"]
    readers: list[tuple[str, Callable[[str, bool], str] | None]] = [
        ("quotequail", peers.quotequail()),
        ("mail-parser-reply", peers.mail_parser_reply()),
        ("talon", peers.talon()),
    ]
    yield compare("own words", "reminderbot", rows, lambda row: quotes.is_right(row, quotes.own(row)))
    for name, read in readers:
        if read is not None:
            yield compare("own words", name, rows, lambda row, read=read: _peer_words(row, read))


def _peer_words(row: dict[str, Any], read: Callable[[str, bool], str]) -> bool | None:
    return quotes.is_right(row, quotes.visible(row, read(str(row["raw"]), row["kind"] == "html")))


def failures() -> Iterator[Line]:
    from reminderbot.replies.understand import Context, understand_email

    rows = list(bounces.rows())

    def ours(raw: bytes) -> bool:
        return str(understand_email(raw, bounces._AT, Context()).kinds[0]).startswith("bounce_")

    flufl = peers.flufl_bounce()
    for name, found in (("reminderbot", ours), ("flufl.bounce", flufl)):
        if found is not None:
            yield compare(
                "delivery failures", name, rows, lambda row, found=found: found(row["raw"]) == (row["kind"] == "bounce")
            )


def days() -> Iterator[Line]:
    rows = dates.rows()
    yield compare("days", "reminderbot", rows, lambda row: _is_day(row, dates.told(row)))
    read = peers.dateparser()
    if read is not None:
        yield compare("days", "dateparser", rows, lambda row: _is_day(row, _peer_day(row, read)))


def _peer_day(row: dict[str, Any], read: Callable[[str, str, datetime, bool], date | None]) -> date | None:
    base = datetime.fromisoformat(row["reference_time"])
    return read(row["text"], row["lang"][:2], base, row["lang"].startswith("en"))


def _is_day(row: dict[str, Any], day: date | None) -> bool | None:
    return None if day is None else day.isoformat() in {*row["expected"], *row.get("alternatives", ())}


def comparison() -> list[str]:
    """The readers beside each other, as lines of Markdown; none where the corpora are absent."""
    lines = []
    for name, corpus, part in (
        ("own words", quotes.CORPUS, own_words),
        ("delivery failures", bounces.CORPUS, failures),
        ("days", dates.CORPUS, days),
    ):
        if not corpus.exists():
            print(f"{name}: the corpus is not on this machine, left out", file=sys.stderr)
            continue
        lines += [_compared(line) for line in part()]
    head = ["| what is read | by | right | wrong | no answer | a second |", "|---|---|--:|--:|--:|--:|"]
    return [*head, *lines] if lines else []


def _compared(line: Line) -> str:
    total = line.right + line.wrong + line.silent
    share = f"{100 * line.right / total:.0f} %"
    pace = f"{line.a_second:.0f}"
    return f"| {line.task} ({total}) | {line.reader} | {line.right} ({share}) | {line.wrong} | {line.silent} | {pace} |"


def speed() -> str:
    """Whole replies a second on one core, the median and the slowest, on the corpus and the held-back replies."""
    from reminderbot.replies.classify import classify_line

    items = [json.dumps(item) for name in ("corpus", "heldback") for _, item, _ in pairs(ROOT / "tests/replies" / name)]
    for line in items[:: max(1, len(items) // 40)]:
        classify_line(line)
    times = [_seconds(classify_line, line) for line in items]
    return (
        f"{len(items)} whole replies: {len(items) / sum(times):.0f} a second on one core, "
        f"half of them within {1000 * statistics.median(times):.1f} ms, the slowest {1000 * max(times):.0f} ms."
    )


def _seconds(read: Callable[[str], object], line: str) -> float:
    began = perf_counter()
    read(line)
    return perf_counter() - began


def held_back() -> dict[str, Score]:
    return measure(pairs(ROOT / "tests" / "replies" / "heldback"))


def by_kind(scores: dict[str, Score]) -> list[str]:
    """For each kind and language how often it is found, missed and mistaken, as lines of Markdown."""
    languages = [*sorted(set(scores) - {"all", "other", "machines"}), "all"]
    head = "| kind | " + " | ".join(languages) + " |"
    rule = "|---|" + "--:|" * len(languages)
    rows = [f"| `{kind}` | " + " | ".join(_counts(scores[lang], kind) for lang in languages) + " |" for kind in KINDS]
    return [head, rule, *rows]


def _counts(score: Score, kind: str) -> str:
    counts = (score.found[kind], score.missed[kind], score.mistaken[kind])
    return "-" if not any(counts) else " / ".join(map(str, counts))


def in_sum(scores: dict[str, Score]) -> list[str]:
    """What matters most, for each language, as lines of Markdown."""
    head = [
        "| language | replies | a person was needed, and called | grave ones passed over | nobody was needed, and none "
        "called | promised days right | macro F1 |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    return head + [_row(name, scores[name]) for name in [*sorted(set(scores) - {"all"}), "all"]]


def _row(name: str, s: Score) -> str:
    shares = (_of(s.flagged, s.needed), str(s.grave_missed), _of(s.alone, s.harmless), _of(s.dates_right, s.dated))
    return f"| {name} | {s.read} | " + " | ".join(shares) + f" | {s.macro_f1:.0f} |"


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole}" if whole else "-"


def written(text: str, name: str, lines: Iterable[str], begin: str = BEGIN) -> str:
    """`text` with what stands between the marks of `name` replaced."""
    begin, end = begin.format(name), END.format(name)
    before, _, rest = text.partition(begin)
    _, mark, after = rest.partition(end)
    if not mark:
        raise SystemExit(f"the page has no marks for {name}: {begin} ... {end}")
    return before + begin + "\n" + "\n".join(lines) + "\n" + end + after


def main(write: bool) -> None:
    warnings.simplefilter("ignore")
    scores = held_back()
    parts = {"sums": in_sum(scores), "kinds": by_kind(scores), "comparison": comparison(), "speed": [speed()]}
    for lines in parts.values():
        print("\n".join(lines), end="\n\n")
    if write:
        text = DOC.read_text(encoding="utf-8")
        for name, lines in parts.items():
            text = written(text, name, lines) if lines else text
        DOC.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main("--write" in sys.argv[1:])
