"""`uncertain`: what may not have arrived is listed, noted as arrived, or sent once more after a look at it."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from reminderbot.core.delivery import Outcome, Uncertain
from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage
from tests.installation import ACME, BOLT, Installation, bill, late, run_line


class Lossy:
    """A server that takes everything and never says so."""

    def open(self) -> None:
        return None

    def send(self, message: OutgoingMessage) -> Outcome:
        return Uncertain("no answer to the message itself")

    def close(self) -> None:
        pass


@pytest.fixture
def doubtful(shop: Installation) -> Installation:
    """The letter to Acme, INV-1, and that to Bolt, INV-2, may or may not have arrived; a day has passed since."""
    shop.write_ledger([ACME, BOLT], [bill("INV-1", "C1", late(5)), bill("INV-2", "C2", late(5))])
    shop.ok("import")
    shop.allow()
    with shop.house() as house:
        run_line(dataclasses.replace(house, channels={Channel.EMAIL: Lossy}))
    shop.clock.advance(timedelta(days=1))
    return shop


def cases(shop: Installation) -> int:
    return len(shop.json("case", "list"))


def test_nothing_is_uncertain(shop: Installation) -> None:
    shop.ok("import")
    assert shop.ok("uncertain", "list") == "No reminder is uncertain.\n"
    assert shop.json("uncertain", "list") == []


def test_what_may_not_have_arrived_is_listed(doubtful: Installation) -> None:
    told = doubtful.ok("uncertain", "list")
    assert "Acme Ltd <jane@acme.example>" in told
    assert "no answer to the message itself" in told
    found = doubtful.json("uncertain", "list")
    assert [(one["customer_id"], one["channel"], one["invoices"]) for one in found] == [
        ("C1", "email", ["INV-1"]),
        ("C2", "email", ["INV-2"]),
    ]
    assert "`reminderbot uncertain list`" in doubtful.ok("status")


def test_a_persons_word_closes_the_matter(doubtful: Installation) -> None:
    assert cases(doubtful) == 2
    told = doubtful.ok("uncertain", "arrived", "1")
    assert told == "Reminder 1 to Acme Ltd <jane@acme.example> arrived, and its case is closed.\n"
    assert [one["reminder"] for one in doubtful.json("uncertain", "list")] == [2]
    assert cases(doubtful) == 1


def test_a_second_copy_is_shown_and_asked_about_before_it_goes(doubtful: Installation) -> None:
    result = doubtful.run("uncertain", "resend", "1", answers="n\n", at_terminal=True)
    assert result.exit_code == 2
    assert "To: Acme Ltd <jane@acme.example> by e-mail" in result.stdout
    assert "Subject: " in result.stdout
    assert "Jane" in result.stdout
    assert "Nothing was sent." in result.stderr
    assert doubtful.json("uncertain", "list")[0]["sent_again_not_before"] is None

    result = doubtful.run("uncertain", "resend", "1", answers="y\n", at_terminal=True)
    assert "Reminder 1 goes once more, at the next delivery" in result.stdout
    assert "goes once more, not before" in doubtful.ok("uncertain", "list")
    assert cases(doubtful) == 1
    doubtful.ok("import")
    assert doubtful.send() == 1
    assert [one["reminder"] for one in doubtful.json("uncertain", "list")] == [2]


def test_where_nobody_can_be_asked_yes_must_be_said(doubtful: Installation) -> None:
    result = doubtful.run("uncertain", "resend", "1")
    assert (result.exit_code, "add --yes if so. Nothing was changed." in result.stderr) == (2, True)
    assert "Reminder 1 goes once more" in doubtful.ok("uncertain", "resend", "1", "--yes")


def test_what_a_gate_forbids_is_not_sent_and_the_gate_is_told(doubtful: Installation) -> None:
    doubtful.ok("hold", "C1", "--why", "we talk on Friday")
    result = doubtful.run("uncertain", "resend", "1", "--yes")
    assert result.exit_code == 2
    assert "Reminder 1 cannot be sent again: we talk on Friday" in result.stderr
    assert cases(doubtful) == 2
    assert doubtful.send() == 0


@pytest.mark.parametrize("act", [("arrived",), ("resend", "--yes")])
def test_anything_else_is_refused_in_a_sentence(doubtful: Installation, act: tuple[str, ...]) -> None:
    doubtful.ok("uncertain", "arrived", "1")
    for number, told in (
        ("1", "Reminder 1 is not uncertain, it is confirmed: nothing was changed."),
        ("9", "There is no reminder 9"),
        ("x", "'x' is not a reminder's number: `reminderbot uncertain list` shows them"),
    ):
        result = doubtful.run("uncertain", *act, number)
        assert (result.exit_code, told in result.stderr) == (2, True), result.stderr
