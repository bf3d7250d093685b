"""A browser without scripts: it follows links and fills in the forms that a page really shows."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from flask import Flask
from selectolax.lexbor import LexborHTMLParser, LexborNode
from werkzeug.test import TestResponse

from reminderbot.core.user import Role
from reminderbot.desk.user import accept, invite
from reminderbot.house import House
from reminderbot.web.app import make_app

PASSWORD = "three plain words"


@dataclass(frozen=True)
class Form:
    """A form as the page shows it: where it goes, and what is in it already."""

    action: str
    fields: dict[str, str]


class Page:
    """One answer, and what can be read and pressed on it."""

    def __init__(self, path: str, answer: TestResponse) -> None:
        self.path = path
        self.status = answer.status_code
        self.headers = {name.lower(): value for name, value in answer.headers.items()}
        self.html = answer.get_data(as_text=True)
        self._tree = LexborHTMLParser(self.html)

    @property
    def text(self) -> str:
        """The words of the page."""
        body = self._tree.css_first("main") or self._tree.body
        return " ".join(body.text(separator=" ").split()) if body else ""

    def forms(self) -> Iterator[Form]:
        for form in self._tree.css("form[method=post]"):
            yield Form(form.attributes.get("action") or "", dict(_filled(form)))

    def form(self, action: str) -> Form:
        """The form that goes to `action`."""
        found = [form for form in self.forms() if form.action == action]
        assert found, f"no form goes to {action}: there are {[form.action for form in self.forms()]}"
        return found[0]

    def links(self) -> list[str]:
        return [a.attributes.get("href") or "" for a in self._tree.css("a[href]")]

    def all(self, selector: str) -> list[LexborNode]:
        return self._tree.css(selector)


def _filled(form: LexborNode) -> Iterator[tuple[str, str]]:
    for field in form.css("input[name], textarea[name], select[name]"):
        name, kind = field.attributes["name"] or "", field.attributes.get("type")
        if kind in ("checkbox", "radio") and "checked" not in field.attributes:
            continue
        if field.tag == "select":
            options = field.css("option")
            chosen = [o for o in options if "selected" in o.attributes] or options[:1]
            yield name, (chosen[0].attributes.get("value") or "") if chosen else ""
        elif field.tag == "textarea":
            yield name, field.text()
        else:
            yield name, field.attributes.get("value") or ""


class Browser:
    """One browser with its cookies."""

    def __init__(self, house: House, app: Flask | None = None) -> None:
        self.house = house
        self.app = app or make_app(house)
        self.client = self.app.test_client()

    def get(self, path: str, **more: str) -> Page:
        """The page at `path`, redirections followed."""
        return self._page(path, self.client.get(path, base_url="http://127.0.0.1:8470", headers=more))

    def send(self, page: Page, action: str, **fields: str) -> Page:
        """Fill in the form of `page` that goes to `action`, and send it; redirections are followed."""
        return self.post(action, page.form(action).fields | fields)

    def post(self, path: str, fields: dict[str, str]) -> Page:
        return self._page(path, self.client.post(path, data=fields, base_url="http://127.0.0.1:8470"))

    def click_at_once(self, path: str, fields: dict[str, str]) -> list[int]:
        """Send the same form twenty times at once; gives the statuses of the answers."""
        session = self.client.get_cookie("reminderbot", domain="127.0.0.1")
        assert session is not None

        def click(_: int) -> int:
            client = self.app.test_client()
            client.set_cookie("reminderbot", session.value, domain="127.0.0.1")
            return client.post(path, data=fields, base_url="http://127.0.0.1:8470").status_code

        with ThreadPoolExecutor(20) as crowd:
            return list(crowd.map(click, range(20)))

    def _page(self, path: str, answer: TestResponse) -> Page:
        hops = 0
        while answer.status_code in (302, 303) and hops < 5:
            path, hops = answer.headers["Location"], hops + 1
            answer = self.client.get(path, base_url="http://127.0.0.1:8470")
        return Page(path, answer)

    def sign_in(self, name: str, password: str = PASSWORD) -> Page:
        return self.send(self.get("/sign-in"), "/sign-in", name=name, password=password)


def signed_in(house: House, name: str = "olive", role: Role = Role.OWNER, app: Flask | None = None) -> Browser:
    """A browser in which somebody of that role is signed in."""
    accept(house, invite(house, "test", name, role).secret, PASSWORD)
    browser = Browser(house, app)
    assert browser.sign_in(name).status == 200
    return browser
