"""From a customer's reply to the next letter, as a collector sees and presses it, against the running service."""

from __future__ import annotations

import email
import email.policy
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.daemon_world import Installation, Service, running
from tests.servers.chromium import PHONE, WIDE, Chromium, picture
from tests.servers.ports import free_port
from tests.servers.world import MailWorld

JANE = "jane@customer.example"
PASSWORD = "plum tram violin"


@pytest.fixture
def place(tmp_path: Path, mail_world: MailWorld) -> Installation:
    made = Installation(
        tmp_path / "shop",
        mail_world.smtp_port,
        mail_world.imap_port,
        mail_world.business,
        mail_world.password,
        listen=free_port(),
    )
    made.write()
    return made


@pytest.fixture
def service(place: Installation) -> Iterator[Service]:
    place.go_live()
    with running(place) as service:
        service.wait_log("action=delivered", 60)
        yield service


def enter(place: Installation, page: Page) -> None:
    """By the link that the command line prints, to the first page."""
    printed = place.command("user", "add", "olive", "--role", "owner").stdout
    link = re.search(r"http://\S+", printed)
    assert link, printed
    page.goto(link[0])
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_label("Once more").fill(PASSWORD)
    page.get_by_role("button", name="Go to the desk").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


def reply(mail_world: MailWorld, words: str) -> None:
    """Jane answers the letter that came to her."""
    (raw,) = mail_world.mailbox(JANE)
    letter = email.message_from_bytes(raw, policy=email.policy.default)
    answer = email.message.EmailMessage()
    answer["From"], answer["To"] = JANE, letter["Reply-To"]
    answer["Subject"], answer["In-Reply-To"] = f"Re: {letter['Subject']}", letter["Message-ID"]
    answer["Message-ID"] = "<1@customer.example>"
    answer.set_content(f"{words}\n\nOn Monday, Corner Shop wrote:\n> Did the bill reach you?\n")
    mail_world.send(JANE, email.utils.parseaddr(letter["Reply-To"])[1], answer.as_bytes())


@pytest.mark.parametrize(("width", "scripts"), [(WIDE, True), (PHONE, False)], ids=["wide", "phone without scripts"])
def test_a_reply_becomes_a_case_is_corrected_and_lets_reminders_go_on(
    place: Installation, service: Service, mail_world: MailWorld, chromium: Chromium, width: int, scripts: bool
) -> None:
    name = "wide" if scripts else "phone"
    with chromium.window(width=width, scripts=scripts) as seen:
        page = seen.page
        enter(place, page)
        expect(page.get_by_text("Nobody is waiting for you.")).to_be_visible()
        picture(page, f"today-empty-{name}")
        reply(mail_world, "The goods of INV-1 never came. I will not pay for them.")
        wait_for(page, "The goods of INV-1 never came")
        picture(page, f"today-{name}")

        page.get_by_role("link", name="Roe & Daughters").first.click()
        expect(page.locator("mark").first).to_contain_text("never came")
        picture(page, f"case-{name}")

        page.locator("summary", has_text="That was misunderstood").click()
        page.get_by_label("dispute", exact=True).uncheck()
        page.get_by_label("question", exact=True).check()
        page.get_by_role("button", name="Keep the correction").click()
        expect(page.get_by_text("Thank you: kept")).to_be_visible()

        page.get_by_role("link", name="Write to them").click()
        page.get_by_label("Your answer").fill("We are sorry. The goods went out again today.\n\nOlive")
        page.get_by_role("button", name="Look at it as it will leave").click()
        expect(page.get_by_text(JANE)).to_be_visible()
        picture(page, f"answer-{name}")
        page.get_by_role("button", name="Send it").click()
        expect(page.get_by_text("is on its way")).to_be_visible()
        answered = answer_to(mail_world)
        assert "The goods went out again today." in answered.get_body(("plain",)).get_content()
        assert answered["In-Reply-To"] == "<1@customer.example>"
        # A person wrote it (RFC 3834).
        assert "Auto-Submitted" not in answered

        page.locator("summary", has_text="Close the case").click()
        page.get_by_role("link", name="Close and let reminders go on").click()
        expect(page.get_by_text("The next message would be 'check-in'")).to_be_visible()
        picture(page, f"release-{name}")
        page.get_by_label("What came of it").fill("sent the goods again")
        page.get_by_role("button", name="Close, and lift the pause").click()
        expect(page.get_by_text("its pauses are lifted")).to_be_visible()

        page.get_by_role("link", name="Customers").click()
        page.get_by_role("link", name="Roe & Daughters").click()
        expect(page.get_by_text(re.compile("next reminder about INV-1 goes out"))).to_be_visible()
        picture(page, f"customer-{name}")
        assert seen.complaints == []


def answer_to(mail_world: MailWorld) -> email.message.EmailMessage:
    """The second mail in Jane's mailbox, once it is there."""
    for _ in range(60):
        if len(came := mail_world.mailbox(JANE)) > 1:
            assert len(came) == 2
            return email.message_from_bytes(came[1], policy=email.policy.default)
        time.sleep(0.5)
    raise AssertionError("no answer came")


def wait_for(page: Page, words: str) -> None:
    """Look at the page again and again until the words stand on it."""
    for _ in range(40):
        page.reload()
        if page.get_by_text(words).count():
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"never came to be seen: {words}\n{page.content()}")
