"""The corpus is the specification: a reply is taught by NAME.eml (NAME.txt for a text message) and NAME.toml."""

from __future__ import annotations

import tomllib
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reminderbot.core.understanding import Kind, Understanding
from reminderbot.replies.understand import Context, understand_email, understand_sms

CORPUS = Path(__file__).parent / "corpus"
NAMES = sorted(path.stem for path in CORPUS.glob("*.toml"))


def understood(name: str, folder: Path = CORPUS) -> tuple[dict[str, Any], Understanding]:
    """What a pair should say, and what is understood."""
    want = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    context = Context((want["invoice"],), Decimal(want["amount_due"]), want["currency"], want["locale"])
    received_at = datetime.fromisoformat(want["received"])
    text = folder / f"{name}.txt"
    if text.exists():
        return want, understand_sms(text.read_text(encoding="utf-8"), received_at, context)
    return want, understand_email((folder / f"{name}.eml").read_bytes(), received_at, context)


@pytest.mark.parametrize("name", NAMES)
def test_the_corpus_is_understood(name: str) -> None:
    want, got = understood(name)
    assert got.kinds[0] == want["kinds"][0], got
    assert set(map(str, want["kinds"])) <= set(map(str, got.kinds)), got
    assert got.needs_human == want["needs_human"], got
    assert str(got.promise_on or "") == want.get("promise_date", ""), got
    assert str(got.promise_amount or "") == want.get("promise_amount", ""), got
    assert str(got.return_on or "") == want.get("return_date", ""), got
    if "dispute_reason" in want:
        assert str(got.dispute_reason) == want["dispute_reason"], got


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_carries_the_words_that_show_it(name: str) -> None:
    _, got = understood(name)
    shown = {finding.kind for finding in got.findings if finding.text}
    assert set(got.kinds) - shown <= {Kind.OTHER}


@pytest.mark.parametrize("name", NAMES)
def test_our_own_reminder_is_never_the_customers_word(name: str) -> None:
    _, got = understood(name)
    assert "STOP to unsubscribe" not in got.own_text
    assert "friendly reminder" not in got.own_text
