"""`reminderbot letter`: checks the letters, or shows one."""

from __future__ import annotations

import shutil

import pytest

from tests.installation import TEMPLATES, Installation


def test_the_letters_we_ship_are_fit_to_send(shop: Installation) -> None:
    assert shop.ok("letter", "check") == "All letters are fit to send.\n"
    assert shop.json("letter", "check") == []


@pytest.fixture
def own(shop: Installation) -> Installation:
    """The shop with letters of its own."""
    shutil.copytree(TEMPLATES, shop.folder / "letters")
    config = shop.folder / "config.toml"
    config.write_text(config.read_text().replace(str(TEMPLATES), "letters"))
    return shop


def test_an_unfit_letter_ends_the_check_with_1(own: Installation) -> None:
    letter = own.folder / "letters" / "en" / "gentle.email.md"
    letter.write_text(letter.read_text() + "\nPay now or we will take you to court, {{ nobody }}!\n")

    result = own.run("letter", "check")

    assert result.exit_code == 1
    assert "gentle.email.md" in result.stdout
    assert "nobody" in result.stdout


def test_a_letter_is_shown_as_a_made_up_customer_would_get_it(shop: Installation) -> None:
    out = shop.ok("letter", "preview", "gentle")

    assert out.startswith("Subject: ")
    assert "INV-1042" in out
    assert "Brightside Windows" in out
    assert shop.json("letter", "preview", "gentle")["text"] + "\n" == out


def test_a_letter_is_shown_as_a_customer_of_ones_own_would_get_it(shop: Installation) -> None:
    shop.ok("import")

    out = shop.ok("letter", "preview", "gentle", "--customer", "acme")

    assert out.startswith("To: jane@acme.example\nSubject: ")
    assert "INV-1" in out
    assert "100.00" in out


def test_a_text_is_shown_with_its_length(shop: Installation) -> None:
    assert "characters" in shop.ok("letter", "preview", "check-in", "--channel", "sms")


def test_talking_points_of_a_call_are_shown(shop: Installation) -> None:
    shop.ok("import")

    assert "Acme" in shop.ok("letter", "preview", "call", "--customer", "INV-1")


def test_a_tier_that_is_not_there_is_answered_with_those_that_are(shop: Installation) -> None:
    assert "Did you mean gentle?" in shop.run("letter", "preview", "gentel").stderr
    assert "There are heads-up, gentle" in shop.run("letter", "preview", "xyz").stderr


def test_there_is_no_letter_where_nothing_is_open(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("paid", "INV-1")

    result = shop.run("letter", "preview", "gentle", "--customer", "C1")

    assert result.exit_code == 2
    assert "Nothing is open at Acme Ltd" in result.stderr


def test_a_letter_that_does_not_exist_says_where_to_write_it(own: Installation) -> None:
    (own.folder / "letters" / "en" / "firm.sms.txt").unlink()

    result = own.run("letter", "preview", "firm", "--channel", "sms")

    assert result.exit_code == 2
    assert "there is no letter firm.sms.txt" in result.stderr
