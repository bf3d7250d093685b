"""A desk with a year behind it, served on loopback, and somebody signed in at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from benchmarks.crowd import crowd
from benchmarks.installation import NOW, build
from reminderbot.clock import SteppedClock
from reminderbot.core.user import Role
from reminderbot.desk.user import accept, invite
from reminderbot.house import House
from reminderbot.web.app import serve
from tests.servers.chromium import Chromium, Seen
from tests.servers.ports import free_port

CUSTOMERS = 330
PASSWORD = "plum tram violin"


@dataclass(frozen=True)
class Desk:
    """Where it is served, and a browser to look at it with."""

    house: House
    base: str
    chromium: Chromium

    @contextmanager
    def signed_in(self, **more: object) -> Iterator[Seen]:
        """A window in which the owner is signed in."""
        with self.chromium.window(**more) as seen:  # type: ignore[arg-type]  # handed on as they are
            self.enter(seen.page)
            yield seen

    def enter(self, page: Page) -> None:
        page.goto(f"{self.base}/sign-in")
        page.get_by_label("Name").fill("olive")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("desk")
    house = build(folder, clock=SteppedClock(NOW))
    crowd(house, CUSTOMERS)
    accept(house, invite(house, "test", "olive", Role.OWNER).secret, PASSWORD)
    port = free_port()
    thread = serve(house, ("127.0.0.1", port))
    assert thread is not None
    yield Desk(house, f"http://127.0.0.1:{port}", chromium)
    house.ending.set()
    thread.join(10)
    house.store.close()
