"""The shipped letters are told apart by words of their own, and their sums are read."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path

import pytest

from reminderbot.demo.evidence import EMAIL, SMS, Message
from reminderbot.demo.laws import LADDER
from reminderbot.demo.recognise import Letters, asks, numbers
from reminderbot.desk.setup import shipped_templates

AT = datetime(2026, 9, 1, tzinfo=UTC)
ENGLISH = shipped_templates() / "en"
LIST = """\
Invoice  Issued        Due                   Amount
INV-1    Aug 5, 2026   Sep 4, 2026     USD 1,250.00
  part of USD 2,000.00
INV-22   Aug 9, 2026   Sep 8, 2026        USD 20.00
---------------------------------------------------
Total                                  USD 1,270.00
"""


def mail(subject: str, text: str) -> Message:
    made = EmailMessage()
    made["Subject"] = subject
    made.set_content(text)
    return Message(AT, EMAIL, "us@shop.example", "ann@bakery.example", made.as_bytes())


def text(words: str) -> Message:
    return Message(AT, SMS, "+12125550000", "+12125550101", words.encode())


@pytest.mark.parametrize("tier", LADDER)
def test_every_shipped_letter_is_recognised(tier: str) -> None:
    head, _, body = (ENGLISH / f"{tier}.email.md").read_text("utf-8").partition("\n")
    assert Letters(ENGLISH).tier(mail(head.removeprefix("Subject: "), body)) == tier


@pytest.mark.parametrize("tier", LADDER)
def test_every_shipped_text_is_recognised(tier: str) -> None:
    assert Letters(ENGLISH).tier(text((ENGLISH / f"{tier}.sms.txt").read_text("utf-8"))) == tier


def test_what_is_no_letter_of_ours_is_not_taken_for_one() -> None:
    assert Letters(ENGLISH).tier(mail("Pay now", "or else")) == ""
    assert Letters(ENGLISH).tier(text("Pay now or else. Reply STOP to opt out")) == ""


def test_without_letters_nothing_is_recognised(tmp_path: Path) -> None:
    assert Letters(tmp_path).tier(mail("Hello", "there")) == ""


def test_the_sums_of_a_mail_are_read_by_invoice_and_in_all() -> None:
    ask = asks(mail("x", LIST))
    assert ask.by_invoice == {"INV-1": ("USD", Decimal("1250.00")), "INV-22": ("USD", Decimal("20.00"))}
    assert ask.total == ("USD", Decimal("1270.00"))
    assert numbers(mail("About INV-333", LIST)) == {"INV-1", "INV-22", "INV-333"}


def test_the_sum_of_a_text_is_read() -> None:
    assert asks(text("The Shop: INV-1 (GBP 1,150.00, due Sep 4)")).total == ("GBP", Decimal("1150.00"))
    assert asks(text("The Shop: INV-1, please pay")).total is None
