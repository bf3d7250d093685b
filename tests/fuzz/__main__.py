"""Feeds the reader of replies with bytes that reach ever more of its code: python -m tests.fuzz [--seconds N].

Coverage-guided (atheris, which is libFuzzer), starting from the corpus of replies and the poisoned mails. What it
calls are the inner functions: `understand_email` would turn every error into an answer that calls a person. An error,
an answer beyond its bounds, or ten seconds for one reply (watched code is slow) ends it, with the bytes in a file.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["reminderbot.replies"]):
    from reminderbot.replies import understand
    from reminderbot.replies.classify import classify_line
    from reminderbot.replies.read import read_mail

CORPUS = Path(__file__).parent.parent / "replies" / "corpus"
LOCALES = ("en-US", "en-GB", "es-MX", "fr-FR", "de-AT", "pt-BR", "it-IT", "nl-BE", "pl-PL")
RECEIVED = datetime.fromisoformat("2026-03-04T10:00:00+00:00")
SECONDS_A_REPLY = 10
MAX_BYTES = 16_384


def one(data: bytes) -> None:
    """One reply: the first byte chooses channel and language, the rest is what came in."""
    if not data:
        return
    locale = LOCALES[data[0] % len(LOCALES)]
    context = understand.Context(("INV-4711", "F2026/118"), Decimal(480), "EUR", locale)
    raw = data[1:]
    if data[0] & 0x80:
        found = understand._understand_text(raw.decode("utf-8", "replace"), RECEIVED, context)
    elif data[0] & 0x40:
        told = classify_line(raw.decode("utf-8", "replace"))
        assert told["kinds"]
        return
    else:
        found = understand._understand_mail(read_mail(raw), RECEIVED, context)
    assert found.kinds
    assert len(found.own_text) <= understand.MAX_OWN


def seeds(folder: Path) -> int:
    """Write the corpus as the fuzzer wants it; gives how many."""
    from tests.replies.poison import POISON

    mails = [path.read_bytes() for path in sorted(CORPUS.glob("*.eml"))]
    texts = [path.read_bytes() for path in sorted(CORPUS.glob("*.txt"))]
    starts = [b"\x00" + mail for mail in (*mails, *POISON.values())] + [b"\x80" + text for text in texts]
    kept = [start for start in starts if len(start) <= MAX_BYTES]
    for number, start in enumerate(kept):
        (folder / f"{number:05}").write_bytes(start)
    return len(kept)


def main() -> None:
    """Ends with 0 after the time asked for, with another code where something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rb-fuzz-") as folder:
        print(f"{seeds(Path(folder))} replies to begin with, {asked.seconds} s")
        limits = [f"-max_total_time={asked.seconds}", f"-timeout={SECONDS_A_REPLY}", f"-max_len={MAX_BYTES}"]
        atheris.Setup([sys.argv[0], folder, *limits, "-print_final_stats=1", "-verbosity=0"], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
