"""From an edit to the letter that carries it, as an owner sees and presses it, against the running service."""

from __future__ import annotations

import email
import email.policy
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_collector import JANE, enter
from tests.daemon_world import Installation, Service, running
from tests.installation import TEMPLATES
from tests.servers.chromium import PHONE, WIDE, Chromium, picture
from tests.servers.ports import free_port
from tests.servers.world import MailWorld


@pytest.fixture
def place(tmp_path: Path, mail_world: MailWorld) -> Installation:
    """A shop with letters of its own, in whose ledger nothing is open yet."""
    ports = mail_world.smtp_port, mail_world.imap_port
    made = Installation(tmp_path / "shop", *ports, mail_world.business, mail_world.password, listen=free_port())
    made.write()
    shutil.copytree(TEMPLATES, made.folder / "letters")
    config = made.folder / "config.toml"
    config.write_text(config.read_text().replace(str(TEMPLATES), "letters"))
    invoices = made.folder / "ledger" / "invoices.csv"
    (made.folder / "later.csv").write_text(invoices.read_text())
    invoices.write_text(invoices.read_text().splitlines()[0] + "\n")
    return made


@pytest.fixture
def service(place: Installation) -> Iterator[Service]:
    place.go_live()
    with running(place) as service:
        service.wait_told("READY=1")
        yield service


def letter(mail_world: MailWorld, service: Service) -> str:
    """The words of the one that comes to Jane."""
    service.wait_for(lambda: mail_world.mailbox(JANE), "a letter came to Jane", 60)
    (raw,) = mail_world.mailbox(JANE)
    part = email.message_from_bytes(raw, policy=email.policy.default).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def type_in(page: Page, words: str) -> None:
    """Put one more sentence at the end of the letter."""
    text = page.get_by_label("The letter: subject")
    text.fill(f"{text.input_value().rstrip()}\n\n{words}\n")


@pytest.mark.parametrize(("width", "scripts"), [(WIDE, True), (PHONE, False)], ids=["wide", "phone without scripts"])
def test_an_edit_is_looked_at_blocked_mended_published_and_carried_by_the_next_letter(
    place: Installation, service: Service, mail_world: MailWorld, chromium: Chromium, width: int, scripts: bool
) -> None:
    name = "wide" if scripts else "phone"
    file = place.folder / "letters" / "en" / "gentle.email.md"
    before = file.read_text()
    with chromium.window(width=width, scripts=scripts) as seen:
        page = seen.page
        enter(place, page)
        page.get_by_role("link", name="Letters").click()
        picture(page, f"letters-{name}")
        page.get_by_role("row", name="gentle").get_by_role("link", name="e-mail").click()
        expect(page.get_by_role("heading", name="gentle")).to_be_visible()
        expect(page.frame_locator("iframe.phone").get_by_text("Hello Jane Roe")).to_be_visible()
        picture(page, f"letter-{name}")

        type_in(page, "Pay, or we will sue you.")
        if scripts:
            expect(page.get_by_role("status")).to_have_text("2 things to mend")
        else:
            page.get_by_role("button", name="Check").click()
        expect(page.locator("mark", has_text="or we will")).to_be_visible()
        frame = page.frame_locator("iframe.phone")
        expect(frame.get_by_text("Pay, or we will sue you.")).to_be_visible()
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_role("alert")).to_contain_text("It was not published")
        expect(frame.get_by_text("Pay, or we will sue you.")).to_be_visible()
        picture(page, f"letter-blocked-{name}")
        assert file.read_text() == before

        text = page.get_by_label("The letter: subject")
        # Somebody edits the file by hand meanwhile.
        file.write_text(before + "\nSee you soon.\n")
        text.fill(text.input_value().replace("Pay, or we will sue you.", "Have a good week."))
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_role("alert")).to_contain_text("changed while you wrote")
        expect(page.locator("del", has_text="See you soon.")).to_be_visible()
        picture(page, f"letter-overtaken-{name}")
        assert file.read_text() == before + "\nSee you soon.\n"

        page.get_by_label("What you changed").fill("warmer")
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_text("Published. The next letter carries it.")).to_be_visible()
        assert "Have a good week." in file.read_text()
        page.get_by_role("link", name="History").click()
        expect(page.get_by_text("Changed in the file by hand")).to_be_visible()
        picture(page, f"letter-history-{name}")
        page.get_by_role("link", name="Look at it").last.click()
        picture(page, f"letter-version-{name}")
        assert [line for line in seen.complaints if "status of 4" not in line] == []

    shutil.copy(place.folder / "later.csv", place.folder / "ledger" / "invoices.csv")
    words = letter(mail_world, service)
    assert "Have a good week." in words
    assert "we will sue" not in words


def test_variables_are_put_in_by_a_click_and_a_check_answers_the_newest_words(
    place: Installation, service: Service, chromium: Chromium
) -> None:
    with chromium.window(width=WIDE) as seen:
        page = seen.page
        enter(place, page)
        page.goto(page.url.rstrip("/") + "/letters/en/gentle.email.md")
        text = page.get_by_label("The letter: subject")
        text.fill("Subject: About {{ invoice }}\n\n")
        page.get_by_role("button", name="{{ business_phone }}").click()
        assert text.input_value().endswith("{{ business_phone }}")
        text.fill("Subject: About {{ invoice }}\n\n{{ grting }}")
        text.fill("Subject: About {{ invoice }}\n\n{{ greting }}")
        expect(page.locator("#findings + ul").get_by_text("unknown variable {{ greting }}")).to_be_visible()
        expect(page.get_by_text("{{ grting }}")).to_have_count(0)
        assert seen.complaints == []
