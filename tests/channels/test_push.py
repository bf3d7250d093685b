"""Pushes by apprise: what is handed over, what an address shows of itself, and servers that do harm."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from reminderbot.channels.push import Push
from reminderbot.clock import elapsed
from reminderbot.core.notice import Pushed
from tests.servers.ports import free_port
from tests.servers.webhook import webhook


def test_the_words_reach_the_service_and_nothing_else_does() -> None:
    with webhook() as hook:
        assert Push("p", hook.address).push("reminderbot of Brightwater", "law: Acme Ltd <b> & [x](y)") is Pushed.TAKEN
    (post,) = hook.posts
    assert post["path"] == "/canary-token"
    assert (post["title"], post["message"]) == ("reminderbot of Brightwater", "law: Acme Ltd <b> & [x](y)")
    assert post["attachments"] == []
    assert "apprise" not in sys.modules, "it stays in a process of its own"


@pytest.mark.parametrize("status", [404, 500])
def test_a_service_that_says_no_has_taken_nothing(status: int) -> None:
    with webhook() as hook:
        hook.answer = status
        assert Push("p", hook.address).push("title", "words") is Pushed.FAILED


def test_no_redirect_is_followed() -> None:
    with webhook() as hook, webhook() as elsewhere:
        hook.answer, hook.location = 307, f"http://127.0.0.1:{elsewhere.port}/stolen"
        assert Push("p", hook.address).push("title", "words") is Pushed.FAILED
    assert len(hook.posts) == 1
    assert elsewhere.posts == []


def test_nobody_there_is_a_failure_like_any_other() -> None:
    assert Push("p", f"json://127.0.0.1:{free_port()}/").push("title", "words") is Pushed.FAILED


def test_a_service_that_drips_is_cut_off() -> None:
    with webhook() as hook:
        hook.answer, began = "drip", elapsed()
        assert Push("p", hook.address, patience=2.0).push("title", "words") is Pushed.FAILED
        assert elapsed() - began < 20


def test_looking_pushes_nothing_and_tells_known_addresses_from_unknown_ones() -> None:
    with webhook() as hook:
        assert Push("p", hook.address).look() is Pushed.TAKEN
        assert Push("p", "nosuchservice://token").look() is Pushed.UNKNOWN
        assert Push("p", "a word").look() is Pushed.UNKNOWN
    assert hook.posts == []


def test_without_apprise_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "apprise.py").write_text("raise ImportError\n")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(__file__).parents[2]}")
    assert Push("p", "json://127.0.0.1/").look() is Pushed.MISSING


@pytest.mark.parametrize("address", ["json://127.0.0.1/canary-token", "canary-token", "CANARY token://x"])
def test_an_address_shows_its_service_and_never_its_token(address: str) -> None:
    place = Push("p", address)
    assert "canary" not in f"{place.service} {place!r} {place}".lower()
    assert place.service in ("json", "?")
