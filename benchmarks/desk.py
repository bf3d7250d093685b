"""The desk's pages with 10,000 customers and 50,000 invoices in the store, asked one after another."""

from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskClient

from benchmarks.crowd import crowd
from benchmarks.installation import NOW, build
from benchmarks.measure import Goal, Result, Row, progress, seconds
from reminderbot.clock import SteppedClock
from reminderbot.core.user import Role
from reminderbot.desk.user import accept, invite, sign_in
from reminderbot.web.app import make_app

CUSTOMERS = 10_000
ROUNDS = 9
_BASE = "http://127.0.0.1:8470"
_PASSWORD = "plum tram violin"
PAGES = (
    "/", "/cases/", "/cases/?kind=dispute", "/cases/31", "/cases/31/release", "/customers/", "/customers/?q=shop+5",
    "/customers/C0000030", "/sending/", "/letters/", "/letters/en/gentle.email.md", "/letters/en/gentle.sms.txt",
    "/reports/", "/people/", "/me/",
)  # fmt: skip


def measure(folder: Path) -> list[Result]:
    house = build(folder, clock=SteppedClock(NOW))
    progress(f"desk: writing {CUSTOMERS:,} customers into a store")
    crowd(house, CUSTOMERS)
    accept(house, invite(house, "benchmark", "olive", Role.OWNER).secret, _PASSWORD)
    client = make_app(house).test_client()
    with client.session_transaction(base_url=_BASE) as session:
        session["id"] = sign_in(house, "olive", _PASSWORD, "127.0.0.1")[1]
    rows: list[Result] = [_page(client, path) for path in PAGES]
    house.store.close()
    return rows


def _page(client: FlaskClient, path: str) -> Row:
    progress(f"desk: {path}")

    def ask() -> None:
        answer = client.get(path, base_url=_BASE)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"

    ask()
    return Row("desk", path, tuple(seconds(ask) * 1000 for _ in range(ROUNDS)), "", Goal(100), "ms")
