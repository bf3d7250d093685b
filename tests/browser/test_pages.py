"""Every page of the desk: nobody is kept out, nothing overflows on a telephone, the keyboard is enough."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from reminderbot.core.inbound import Inbound
from reminderbot.core.ladder import Channel
from reminderbot.core.stop import Mode
from reminderbot.runs.listen import keep
from reminderbot.runs.understand import understand_all
from reminderbot.sentences.words import words_for
from tests.browser.conftest import Desk
from tests.replies.test_opened import HOSTILE
from tests.servers.chromium import PHONE, WIDE, picture

PAGES = {
    "today": "/",
    "cases": "/cases/",
    "case": "/cases/31",
    "answer": "/cases/31/answer/",
    "release": "/cases/31/release",
    "customers": "/customers/",
    "customer": "/customers/C0000030",
    "statement": "/papers/statement/C0000030",
    "hand-over": "/hand-over/C0000030",
    "simulate": "/simulate/",
    "sending": "/sending/",
    "go-on": "/sending/go-on",
    "letters": "/letters/",
    "letter": "/letters/en/gentle.email.md",
    "letter-sms": "/letters/en/gentle.sms.txt",
    "letter-history": "/letters/en/gentle.email.md/history",
    "reports": "/reports/",
    "forecast": "/forecast/",
    "people": "/people/",
    "me": "/me/",
    "nothing": "/nothing-here",
}
_GRAVE = ("serious", "critical")


@pytest.mark.parametrize(
    ("width", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light")], ids=["wide", "dark", "phone"]
)
def test_no_page_has_a_serious_fault_for_those_who_see_or_move_otherwise(desk: Desk, width: int, scheme: str) -> None:
    found: list[str] = []
    with desk.signed_in(width=width, color_scheme=scheme) as seen:
        for name, path in PAGES.items():
            seen.page.goto(desk.base + path)
            picture(seen.page, f"{name}-{scheme}-{width}")
            for summary in seen.page.query_selector_all("details > summary"):
                summary.click()
            for fault in Axe().run(seen.page).response["violations"]:
                if fault["impact"] in _GRAVE:
                    found += [f"{name}: {fault['id']}: {node['html']}" for node in fault["nodes"]]
            over = seen.page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
            found += [f"{name}: {over} px wider than the window"] if over > 0 else []
    assert found == []


def test_no_mode_is_a_longer_word_than_a_telephone_is_wide(desk: Desk) -> None:
    words = words_for("en")
    with desk.signed_in(width=PHONE) as seen:
        for path in ("/", "/sending/"):
            seen.page.goto(desk.base + path)
            for mode in Mode:
                badge = "document.querySelector('.badge.long')"
                seen.page.evaluate(f"text => {badge}.textContent = text", words(f"mode.{mode}"))
                over = seen.page.evaluate(
                    "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
                )
                assert over <= 0, f"{path} in mode {mode}: {over} px wider than the window"


def test_the_door_has_no_serious_fault_either(desk: Desk) -> None:
    with desk.chromium.window() as seen:
        seen.page.goto(f"{desk.base}/sign-in")
        picture(seen.page, "sign-in")
        assert [f["id"] for f in Axe().run(seen.page).response["violations"] if f["impact"] in _GRAVE] == []


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_every_page_is_whole_without_scripts(desk: Desk, width: int) -> None:
    with desk.signed_in(width=width, scripts=False) as seen:
        for path in PAGES.values():
            seen.page.goto(desk.base + path)
            expect(seen.page.get_by_role("heading", level=1)).to_be_visible()
            for summary in seen.page.query_selector_all("details > summary"):
                summary.click()
        assert [told for told in seen.complaints if "404" not in told] == []


def test_ten_cases_are_cleared_by_keys_alone(desk: Desk) -> None:
    with desk.signed_in() as seen:
        page = seen.page
        page.goto(f"{desk.base}/cases/")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        for number in range(10):
            expect(page.locator("summary[data-key=r]")).to_be_visible()
            before = page.url
            page.keyboard.press("r")
            page.keyboard.type(f"done by keys {number}")
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url, before=before: url != before)
            expect(page.get_by_text("is closed. Its pauses stay.")).to_be_visible()
        assert seen.complaints == []
    with desk.house.store.reading() as connection:
        done = connection.exec_driver_sql(
            "SELECT count(*) FROM case_file WHERE resolution LIKE 'done by keys %'"
        ).scalar()
    assert done == 10


def test_the_list_of_keys_shows_those_of_the_page(desk: Desk) -> None:
    with desk.signed_in() as seen:
        seen.page.goto(f"{desk.base}/customers/C0000050")
        seen.page.keyboard.press("?")
        dialog = seen.page.get_by_role("dialog", name="Keys")
        expect(dialog).to_contain_text("Pause their reminders")
        seen.page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """A server of somebody else's, and what was asked of it."""
    asked: list[str] = []

    class Listens(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listens)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_no_hostile_mail_asks_anybody_or_runs_anything(desk: Desk, canary: tuple[str, list[str]]) -> None:
    where, asked = canary
    for number, html in enumerate(HOSTILE):
        mail = EmailMessage()
        mail["From"], mail["Subject"] = "customer7@example.com", f"Re: bill {html[:60]}"
        mail.set_content(f"It is wrong. {html}")
        mail.add_alternative(html.replace("https://canary.example", f"http://{where}"), subtype="html")
        keep(desk.house, Inbound(Channel.EMAIL, f"INBOX/9/{number}", desk.house.clock.now(), mail.as_bytes()))
    understand_all(desk.house)
    with desk.house.store.reading() as connection:
        numbers = list(
            connection.exec_driver_sql("SELECT inbound_id FROM inbound WHERE external_id LIKE 'INBOX/9/%'").scalars()
        )
    assert len(numbers) == len(HOSTILE)
    dialogs: list[str] = []
    with desk.signed_in() as seen:
        seen.page.on("dialog", lambda shown: (dialogs.append(shown.message), shown.dismiss()))
        for number in numbers:
            seen.page.goto(f"{desk.base}/mails/{number}", wait_until="networkidle")
        seen.page.goto(f"{desk.base}/customers/C0000007", wait_until="networkidle")
        picture(seen.page, "hostile")
    assert asked == []
    assert dialogs == []
