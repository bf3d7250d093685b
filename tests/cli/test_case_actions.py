"""`case answer`, `snooze`, `assign`, `note`, `call`, `dispute`, `settle`, `undo`: what a person does with a case."""

from __future__ import annotations

from pathlib import Path

import pytest

from reminderbot.core.case import CaseKind
from reminderbot.core.stop import Mode
from reminderbot.store import case
from tests.installation import MONDAY, Installation


@pytest.fixture
def waiting(shop: Installation) -> Installation:
    """Acme has something to say, and everything may leave."""
    shop.ok("import")
    shop.ok("hold", "C1", "--why", "they wrote")
    with shop.house() as house, house.store.writing() as connection:
        case.open_one(connection, CaseKind.OLD_DEBT, "C1", "they ask something", MONDAY, invoices=("INV-1",))
    return shop


def test_put_off_given_away_and_noted_it_is_off_the_list_and_all_of_it_is_told(waiting: Installation) -> None:
    assert "back on the list on Tue 24 Nov 2026" in waiting.ok("case", "snooze", "1", "2026-11-24")
    waiting.ok("case", "assign", "1", "paul", "--note", "she looks for the order")
    waiting.ok("case", "note", "acme", "Jane", "is", "away")
    waiting.ok("case", "call", "1", "no_answer")

    assert waiting.json("case", "list") == []
    assert [found["assigned_to"] for found in waiting.json("case", "list", "--all")] == ["paul"]
    told = waiting.ok("case", "show", "1")
    for words in ("With paul.", "Off the list until", "she looks for the order", "Jane is away", "(no answer)"):
        assert words in told


def test_an_answer_is_begun_then_shown_then_sent(waiting: Installation, tmp_path: Path) -> None:
    waiting.allow()
    begun = waiting.ok("case", "answer", "1")
    assert "To jane@acme.example (Acme Ltd) by e-mail" in begun
    assert "Thank you for your message." in begun
    assert "Nothing was sent." in begun
    words = str(tmp_path / "answer.txt")
    Path(words).write_text("Hello Jane,\n\nthe copy is attached to the next letter.\n")

    declined = waiting.run("case", "answer", "1", "--text", words, answers="n\n", at_terminal=True)
    assert declined.exit_code == 2
    assert waiting.send() == 0
    out = waiting.ok("case", "answer", "1", "--text", words, "--yes")

    assert "It leaves as message 1" in out
    assert waiting.send() == 1
    assert "answered: accepted" in waiting.ok("case", "show", "1")


def test_a_file_that_cannot_be_read_is_told_and_nothing_is_sent(waiting: Installation, tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_bytes(b"caf\xe9")
    for words in (str(tmp_path / "none.txt"), str(tmp_path), str(tmp_path / "answer.txt")):
        result = waiting.run("case", "answer", "1", "--text", words, "--yes")

        assert result.exit_code == 2
        assert "The answer cannot be read" in result.stderr


def test_in_draft_an_answer_is_a_file(waiting: Installation, tmp_path: Path) -> None:
    waiting.allow(Mode.DRAFT)
    (tmp_path / "answer.txt").write_text("Hello Jane, yes.")

    assert "Nothing leaves in draft mode" in waiting.ok(
        "case", "answer", "1", "--text", str(tmp_path / "answer.txt"), "--yes"
    )


def test_a_dispute_is_marked_settled_and_taken_back_by_its_number(waiting: Installation) -> None:
    waiting.ok("release", "C1", "--yes")

    assert "no reminders about INV-1 until it is settled" in waiting.ok("case", "dispute", "1", "wrong_amount", "inv-1")
    out = waiting.ok("case", "settle", "1", "--not-upheld", "the", "price", "was", "agreed")

    assert "No reminder about INV-1 before Sun 29 Nov 2026" in out
    number = out.rsplit(" ", 1)[-1].strip()
    assert "Taken back: settled." in waiting.ok("case", "undo", number)
    assert "Matter 1, as" in waiting.ok("case", "show", "1")
    assert waiting.run("case", "undo", number).exit_code == 2
