"""A lost answer, and a message the bot does not know of, are found by comparing its records with the world."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reminderbot.clock import SteppedClock
from reminderbot.config import load_config
from reminderbot.demo.agree import agree
from reminderbot.demo.evidence import EMAIL, Evidence, Message, Word
from reminderbot.demo.people import cast
from reminderbot.demo.recognise import Letters
from reminderbot.desk.setup import create_installation, shipped_templates
from reminderbot.house import House
from reminderbot.wiring import build_house

AT = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
LETTERS = Letters(shipped_templates() / "en")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    create_installation(tmp_path / "shop", {})
    made = build_house(load_config(tmp_path / "shop" / "config.toml", {}), SteppedClock(AT))
    yield made
    made.store.close()


@pytest.fixture
def evidence() -> Evidence:
    return Evidence("The Shop", "America/New_York", tuple(person.party for person in cast()))


def test_where_nothing_happened_the_records_agree(house: House, evidence: Evidence) -> None:
    assert [verdict.broken for verdict in agree(house, evidence, LETTERS)] == [(), ()]


def test_an_answer_that_nobody_read_is_found(house: House, evidence: Evidence) -> None:
    evidence.words.append(Word(AT, "C01", EMAIL, "I will pay on Friday."))
    answers, records = agree(house, evidence, LETTERS)
    assert answers.broken == ("Maple Street Bakery answered 1 times, 0 were read",)
    assert records.broken == ()


def test_a_message_that_the_bot_does_not_know_of_is_found(house: House, evidence: Evidence) -> None:
    raw = b"Subject: Our last reminder about INV-1041\r\n\r\nThis is the last reminder we will send you about it.\r\n"
    evidence.messages.append(Message(AT, EMAIL, "x@shop.example", evidence.parties[0].email, raw))
    answers, records = agree(house, evidence, LETTERS)
    assert answers.broken == ()
    assert records.broken == ("last by email: 1 arrived, the bot knows of 0",)
