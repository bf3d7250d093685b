"""What machines ask, over real HTTP: health, status, and the headers of every answer."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reminderbot.clock import SteppedClock
from reminderbot.config import load_config
from reminderbot.desk.sending import stop
from reminderbot.desk.setup import create_installation
from reminderbot.house import House
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.web.app import serve
from reminderbot.wiring import build_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    create_installation(tmp_path / "shop", {}, sample_on=datetime(2026, 11, 20, tzinfo=UTC).date())
    config = load_config(tmp_path / "shop" / "config.toml", {})
    built = build_house(config, SteppedClock(datetime(2026, 11, 24, 15, tzinfo=UTC)))
    yield built
    built.ending.set()
    built.store.close()


@pytest.fixture
def port(house: House) -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        free = int(taken.getsockname()[1])
    thread = serve(house, ("127.0.0.1", free))
    assert thread is not None
    yield free
    house.ending.set()
    thread.join(10)
    assert not thread.is_alive()


def ask(port: int, path: str, method: str = "GET", host: str | None = None) -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, {name.lower(): value for name, value in answer.getheaders()}


def test_scripts_get_the_same_as_json(house: House, port: int) -> None:
    take_ledger(house)
    told = json.loads(ask(port, "/status.json")[1])
    assert told["mode"] == "draft"
    assert told["ledger_at"] is not None


def test_health_says_503_once_somebody_has_stopped_all_sending(house: House, port: int) -> None:
    take_ledger(house)
    stop(house, "jo")
    assert ask(port, "/healthz")[:2] == (503, "stopped\n")


def test_no_customer_is_named_on_it(house: House, port: int) -> None:
    take_ledger(house)
    with house.store.reading() as connection:
        names = connection.exec_driver_sql("SELECT name, contact_name, email FROM customer").all()
    page = ask(port, "/")[1] + ask(port, "/sign-in")[1] + ask(port, "/status.json")[1]
    assert names
    assert not [part for row in names for part in row if part and part in page]


def test_a_foreign_host_name_is_refused(port: int) -> None:
    assert ask(port, "/", host="evil.example")[0] == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_passer_by_can_change_nothing(port: int, method: str) -> None:
    assert ask(port, "/", method)[0] in (400, 405)


def test_every_answer_carries_the_protecting_headers(port: int) -> None:
    for path in ("/", "/sign-in", "/status.json", "/healthz", "/nothing-here", "/static/desk.css"):
        headers = ask(port, path)[2]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_an_address_that_others_reach_is_not_served_without_tls(house: House) -> None:
    assert serve(house, ("0.0.0.0", 0)) is None


def test_a_taken_port_is_no_reason_to_stop(house: House, port: int) -> None:
    assert serve(replace(house, ending=threading.Event()), ("127.0.0.1", port)) is None
