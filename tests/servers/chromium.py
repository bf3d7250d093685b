"""Debian's Chromium, driven by Playwright: what a person at the desk sees and presses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.servers import needs

WIDE, PHONE = 1280, 390
_HEIGHT = 900


@dataclass
class Seen:
    """A page, and everything the browser complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)


class Chromium:
    """One browser for a worker's tests; each test has windows of its own, with no cookies of others."""

    def __init__(self) -> None:
        where = needs.binary("chromium", "chromium")
        self._playwright: Playwright = sync_playwright().start()
        # As root there is no sandbox to be had; it shows pages of our own only.
        self._browser: Browser = self._playwright.chromium.launch(executable_path=where, args=["--no-sandbox"])

    @contextmanager
    def window(self, *, width: int = WIDE, scripts: bool = True, **more: Any) -> Iterator[Seen]:
        """A window of that width, with or without JavaScript."""
        context = self._browser.new_context(
            viewport={"width": width, "height": _HEIGHT}, java_script_enabled=scripts, **more
        )
        context.set_default_timeout(15_000)
        seen = Seen(context.new_page())
        seen.page.on("console", lambda said: seen.complaints.append(said.text) if said.type == "error" else None)
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        try:
            yield seen
        finally:
            context.close()

    def end(self) -> None:
        self._browser.close()
        self._playwright.stop()


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page, for people to look at."""
    folder = Path(__file__).parent.parent.parent / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=True)
