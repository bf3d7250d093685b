"""Hostile mails at the desk: shown, kept as a file, and never at work."""

from __future__ import annotations

from email.message import EmailMessage
from functools import cache

from reminderbot.core.inbound import Inbound
from reminderbot.core.ladder import Channel
from reminderbot.house import House
from reminderbot.runs.listen import keep
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.runs.understand import understand_all
from tests.web.browser import Browser, signed_in


def hears(house: House, raw: bytes) -> None:
    keep(house, Inbound(Channel.EMAIL, f"INBOX/1/{len(raw)}", house.clock.now(), raw))
    understand_all(house)


@cache
def hostile() -> bytes:
    made = EmailMessage()
    made["From"], made["Subject"] = "ada@bakery.example", "Re: EXAMPLE-1001 <script>alert(1)</script>"
    made.set_content("It is wrong <script>alert(1)</script>")
    made.add_alternative(
        "<p>It is <b>wrong</b></p><script>alert(1)</script><img src=//canary.example/x>", subtype="html"
    )
    made.add_attachment(b"<script>alert(1)</script>", maintype="text", subtype="html", filename="../evil.html")
    return made.as_bytes()


def desk(house: House) -> Browser:
    take_ledger(house)
    hears(house, hostile())
    return signed_in(house)


def test_the_text_is_text_and_the_markup_is_caged(house: House) -> None:
    browser = desk(house)
    page = browser.get("/mails/1")
    assert "<script>alert" not in page.html
    assert "alert(1)" in page.text
    frame = page.all("iframe")[0]
    assert frame.attributes["sandbox"] in ("", None)
    markup = browser.get(frame.attributes["src"] or "")
    assert "<b>wrong</b>" in markup.html
    assert "script" not in markup.html
    assert "canary" not in markup.html
    assert markup.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'self'"


def test_an_attachment_is_handed_over_under_a_name_of_ours_and_never_shown(house: House) -> None:
    browser = desk(house)
    (link,) = [one for one in browser.get("/mails/1").links() if "/file/" in one]
    page = browser.get(link)
    assert page.html == "<script>alert(1)</script>"
    assert page.headers["content-type"] == "application/octet-stream"
    assert page.headers["content-disposition"] == 'attachment; filename="attachment-1-1.html"'
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in page.headers["content-security-policy"]


def test_the_message_is_kept_byte_for_byte(house: House) -> None:
    browser = desk(house)
    assert browser.client.get("/mails/1/raw", base_url="http://127.0.0.1:8470").get_data() == hostile()


def test_a_mail_that_breaks_its_reader_is_told_and_can_still_be_kept(house: House) -> None:
    take_ledger(house)
    # Deeper than any parser goes: it is set aside, and a person looks at the file.
    raw = b"From: ada@bakery.example\nContent-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\n" * 3000
    hears(house, raw)
    browser = signed_in(house)
    assert "/mails/1/raw" in browser.get("/mails/1").links()


def test_what_is_not_there_is_refused(house: House) -> None:
    browser = desk(house)
    assert "There is no message 99" in browser.get("/mails/99").text
    assert "There is no such attachment" in browser.get("/mails/1/file/7").text
