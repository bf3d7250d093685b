"""What a collector says a reply really meant is kept, measured against, and handed on without names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reminderbot.core.inbound import Inbound
from reminderbot.core.ladder import Channel
from reminderbot.desk.correction import masked
from reminderbot.runs.understand import understand_all
from reminderbot.store import inbox
from tests.installation import MONDAY, Installation

MAIL = (
    b"From: jane@acme.example\r\nSubject: Re: bill\r\n\r\n"
    b"The wobble in INV-1 is not what Jane Roe at Acme Ltd ordered, call 020 7946 0123.\r\n"
)


@pytest.fixture
def heard(shop: Installation) -> Installation:
    """A shop that has heard from a customer, and has a case for it."""
    shop.ok("import")
    with shop.house() as house:
        digest = house.spool.keep(MAIL)
        with house.store.writing() as connection:
            inbox.keep(connection, Inbound(Channel.EMAIL, "INBOX/1/1", MONDAY, MAIL), digest, digest, MONDAY)
        understand_all(house)
    return shop


def test_a_correction_is_kept_and_leaves_case_and_holds_alone(heard: Installation) -> None:
    before = heard.json("case", "list")
    holds = heard.json("why", "C1")["holds"]

    assert "Kept." in heard.ok("case", "correct", "1", "--kind", "dispute")

    assert heard.json("case", "list") == before
    assert heard.json("why", "C1")["holds"] == holds


def test_the_review_measures_the_reader_of_today_against_it(heard: Installation) -> None:
    heard.ok("case", "correct", "1", "--kind", "legal")
    assert "1 corrections: 0 read right by now, 0 passed over" in heard.ok("classify", "--review")
    told = heard.json("classify", "--review")
    assert told[0]["wanted"] == ["legal"]
    assert told[0]["right"] is False

    understood = told[0]["understood"][0]
    heard.ok("case", "correct", "1", "--kind", understood)
    assert heard.json("classify", "--review")[0]["right"] is True


def test_the_exported_case_names_nobody(heard: Installation, tmp_path: Path) -> None:
    heard.ok("case", "correct", "1", "--kind", "dispute")
    heard.ok("classify", "--export-cases", str(tmp_path / "out"))
    text = (tmp_path / "out" / "corrected_000001.txt").read_text()
    assert not [word for word in ("Jane", "Roe", "Acme", "7946") if word in text]
    assert "INV-1" in text
    label = (tmp_path / "out" / "corrected_000001.toml").read_text()
    assert 'kinds = ["dispute"]' in label
    assert "needs_human = true" in label


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--kind", "dispute", "--needs-nobody"), "always needs a person"),
        (("--kind", "dispute", "--date", "2026-12-01"), "A day is for a promise"),
        (("--kind", "grumble"), "grumble"),
        ((), "--kind"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(heard: Installation, words: tuple[str, ...], why: str) -> None:
    result = heard.run("case", "correct", "1", *words)
    assert result.exit_code == 2
    assert why in result.stderr
    assert json.loads(heard.ok("classify", "--review", "--json")) == []


def test_a_case_without_a_reply_cannot_be_corrected(shop: Installation) -> None:
    result = shop.run("case", "correct", "7", "--kind", "dispute")
    assert result.exit_code == 2
    assert "no case 7" in result.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to ann@shop.example or www.shop.example/x", "write to someone@example.com or https://example.com"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN 00000 0000 0000 0000 0000 00"),
        ("call +44 20 7946 0123", "call +00 00 0000 0000"),
        (
            "order 88412 for 1,250.00 on 2026-03-06 or 06.03.2026",
            "order 00000 for 1,250.00 on 2026-03-06 or 06.03.2026",
        ),
    ],
)
def test_what_points_to_a_person_is_masked_and_days_and_sums_stay(text: str, expected: str) -> None:
    got = masked(text, {})
    if "IBAN" in text:
        assert "89" not in got
        assert "3704" not in got
    else:
        assert got == expected
