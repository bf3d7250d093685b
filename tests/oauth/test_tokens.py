"""The tokens: fetched when needed and not oftener, the newest refresh token durable, a no told apart from a failure."""

from __future__ import annotations

import io
import json
import logging
import stat
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from reminderbot import logs
from reminderbot.core.oauth import NoAccessToken
from reminderbot.oauth.keep import FILE, KeptToken
from reminderbot.oauth.provider import Client
from reminderbot.oauth.provider import Provider as Place
from reminderbot.oauth.tokens import FIRST_PAUSE, LONGEST_PAUSE, YOUNG_SECONDS, TokenSource
from tests.servers.oauth import Provider


class Ticks:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Account:
    """Tokens of the owner's account, on a clock moved by hand."""

    def __init__(self, folder: Path, provider: Provider, seed: str = "canary-refresh-0", secret: str = "") -> None:
        self.ticks = Ticks()
        self.kept = KeptToken(folder, f"{provider.url}/token", "our-client", seed)
        place = Place(f"{provider.url}/token", "mail")
        self.source = TokenSource(place, Client("our-client", secret), self.kept, 0.4, self.ticks)

    def get(self, refused: str = "") -> str:
        return self.source.get(refused)

    def fails(self, refused: str = "") -> NoAccessToken:
        with pytest.raises(NoAccessToken) as caught:
            self.source.get(refused)
        return caught.value


@pytest.fixture
def account(tmp_path: Path, provider: Provider) -> Account:
    return Account(tmp_path, provider)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, debug lines and all."""
    out = io.StringIO()
    logs.configure(out, debug=True)
    yield out
    logging.getLogger().handlers = [h for h in logging.getLogger().handlers if not isinstance(h, logs._Handler)]


def test_a_token_is_fetched_once_and_again_shortly_before_its_end(account: Account, provider: Provider) -> None:
    first = account.get()
    account.ticks.now += 3600 - 301
    assert account.get() == first
    account.ticks.now += 2
    assert account.get() != first
    assert provider.tokens_asked == 2
    assert provider.asked[0][1] == {
        "client_id": "our-client", "grant_type": "refresh_token", "refresh_token": "canary-refresh-0", "scope": "mail",
    }  # fmt: skip


def test_a_token_that_lives_for_seconds_is_used_for_half_of_them(account: Account, provider: Provider) -> None:
    provider.seconds = 10
    first = account.get()
    account.ticks.now += 4.9
    assert account.get() == first
    account.ticks.now += 0.2
    assert account.get() != first


def test_a_refused_token_is_replaced_if_it_is_old_and_not_if_it_is_new(account: Account, provider: Provider) -> None:
    first = account.get()
    account.ticks.now += YOUNG_SECONDS - 1
    assert account.get(refused=first) == first
    account.ticks.now += 2
    second = account.get(refused=first)
    assert second != first
    # Another thread that was refused the old one gets the new one without another request.
    assert account.get(refused=first) == second
    assert provider.tokens_asked == 2


def test_a_new_refresh_token_is_kept_for_its_owner_alone_and_used_from_then_on(
    account: Account, provider: Provider, tmp_path: Path
) -> None:
    provider.rotates = True
    account.get()
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert json.loads((tmp_path / FILE).read_text())["refresh_token"] == "canary-refresh-1"
    account.ticks.now += 3600
    account.get()
    # After a restart the settings still hold the first one; the newest counts.
    Account(tmp_path, provider).get()
    shown = [form["refresh_token"] for _, form in provider.asked]
    assert shown == ["canary-refresh-0", "canary-refresh-1", "canary-refresh-2"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE, "oauth.lock"]


def test_a_refresh_token_put_into_the_settings_later_counts_before_the_kept_one(
    account: Account, provider: Provider, tmp_path: Path
) -> None:
    provider.rotates = True
    account.get()
    provider.refresh_token = "from the owner"
    assert Account(tmp_path, provider, "from the owner").get()
    assert Account(tmp_path, provider, "from the owner").kept.current() == "canary-refresh-2"


def test_a_kept_token_is_never_shown_to_another_provider_or_client(account: Account, tmp_path: Path) -> None:
    account.kept.keep("canary-kept")
    assert KeptToken(tmp_path, "https://elsewhere.example/token", "our-client", "").current() == ""
    assert KeptToken(tmp_path, account.source._provider.token_url, "their-client", "").current() == ""
    assert KeptToken(tmp_path, account.source._provider.token_url, "our-client", "").current() == "canary-kept"


def test_two_processes_never_show_the_same_refresh_token_twice(provider: Provider, tmp_path: Path) -> None:
    # Such a provider takes a second showing for theft, and ends the sign-in.
    provider.rotates = True
    first, second = Account(tmp_path, provider), Account(tmp_path, provider)
    threads = [threading.Thread(target=each.get) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first.ticks.now += 3600
    first.get()
    assert [form["refresh_token"] for _, form in provider.asked] == [f"canary-refresh-{n}" for n in range(3)]


def test_a_revoked_sign_in_is_told_with_its_cure_and_asked_about_once(account: Account, provider: Provider) -> None:
    provider.revoke()
    for _ in range(5):
        error = account.fails()
        assert error.lasting
        assert "refuses the sign-in: invalid_grant" in error.what
        assert "reminderbot oauth login" in error.cure
        assert "canary" not in str(error)
        account.ticks.now += 3600
    assert provider.tokens_asked == 1


@pytest.mark.parametrize("answer", [(400, {"error": "invalid_grant"}), (503, b"")])
def test_a_failure_told_for_months_does_not_grow(
    account: Account, provider: Provider, answer: tuple[int, object]
) -> None:
    provider.script = [answer]
    account.fails()
    lengths = {len(traceback.extract_tb(account.fails().__traceback__)) for _ in range(20)}
    assert len(lengths) == 1


def test_a_new_sign_in_is_noticed_without_a_restart(account: Account, provider: Provider) -> None:
    provider.revoke()
    account.fails()
    account.kept.keep(provider.refresh_token)
    assert account.get() == provider.granted[0]


def test_a_wrong_client_secret_is_told_as_such_and_not_as_a_revoked_sign_in(provider: Provider, tmp_path: Path) -> None:
    provider.client_secret = "right"
    error = Account(tmp_path, provider, secret="canary-wrong").fails()
    assert error.lasting
    assert "REMINDERBOT_OAUTH_CLIENT_SECRET" in error.cure
    assert "canary" not in str(error)
    assert Account(tmp_path, provider, secret="right").get()


def test_nobody_signed_in_yet_asks_nobody_and_says_what_to_do(provider: Provider, tmp_path: Path) -> None:
    error = Account(tmp_path, provider, "").fails()
    assert error.lasting
    assert "nobody has signed in" in error.what
    assert provider.asked == []


def test_a_provider_that_is_down_is_left_in_peace_longer_each_time(account: Account, provider: Provider) -> None:
    provider.script = [(503, b"")] * 20
    asked_after = []
    began = account.ticks.now
    while account.ticks.now < began + 3 * LONGEST_PAUSE:
        before = provider.tokens_asked
        error = account.fails()
        assert not error.lasting
        assert "gives no access token: it answered 503" in error.what
        if provider.tokens_asked > before:
            asked_after.append(account.ticks.now - began)
        account.ticks.now += 5
    assert asked_after == [0, 30, 90, 210, 450, 930, 1830]
    assert asked_after[1] == FIRST_PAUSE
    provider.script = []
    account.ticks.now += LONGEST_PAUSE
    assert account.get()


def test_a_pause_named_by_the_provider_is_kept(account: Account, provider: Provider) -> None:
    from tests.oauth.test_endpoint import busy

    provider.script = [busy]
    account.fails()
    account.ticks.now += 119
    account.fails()
    assert provider.tokens_asked == 1
    account.ticks.now += 2
    assert account.get()


@pytest.mark.parametrize("junk", [(200, {}), (200, {"token_type": "Bearer"}), (200, {"access_token": "a\r\nb"})])
def test_an_answer_without_a_token_is_a_failure_and_no_end(
    account: Account, provider: Provider, junk: tuple[int, object]
) -> None:
    provider.script = [junk]
    assert not account.fails().lasting
    account.ticks.now += FIRST_PAUSE
    assert account.get()


def test_while_the_provider_is_down_the_token_at_hand_is_used_to_its_end(account: Account, provider: Provider) -> None:
    first = account.get()
    provider.script = [(500, b"")] * 9
    account.ticks.now += 3599
    assert account.get() == first
    account.ticks.now += 2
    assert not account.fails().lasting


def test_a_refresh_token_that_cannot_be_written_yet_is_not_lost(
    account: Account, provider: Provider, tmp_path: Path
) -> None:
    provider.rotates = True
    (tmp_path / FILE).with_suffix(".new").mkdir()
    for _ in range(3):
        error = account.fails()
        assert str(tmp_path / FILE) in error.what and not error.lasting
    (tmp_path / FILE).with_suffix(".new").rmdir()
    assert account.get() == provider.granted[0]
    assert provider.tokens_asked == 1
    assert account.kept.current() == "canary-refresh-1"


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff", b"[]", b'{"refresh_token": "x"}'])
def test_a_damaged_file_is_told_with_its_name_and_cure(account: Account, provider: Provider, damage: bytes) -> None:
    account.kept.path.write_bytes(damage)
    error = account.fails()
    assert str(account.kept.path) in error.what
    assert "oauth login" in error.cure
    assert provider.asked == []


def test_a_process_killed_while_keeping_leaves_the_old_token_or_the_new(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from reminderbot.oauth.keep import KeptToken\n"
        "kept = KeptToken(Path(sys.argv[1]), 'u', 'c', '')\n"
        "kept.keep('0'); print(flush=True)\n"
        "for number in range(10**6): kept.keep(str(number))\n"
    )
    kept = KeptToken(tmp_path, "u", "c", "")
    last = 0
    for pause in (0.001, 0.005, 0.02, 0.05):
        with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(pause)
            process.kill()
        last = max(last, int(kept.current()))
    assert last > 0


def test_nothing_secret_is_ever_logged(account: Account, provider: Provider, logged: io.StringIO) -> None:
    provider.rotates = True
    token = account.get()
    provider.revoke()
    account.ticks.now += 3600
    account.fails()
    assert "action=access_token_fetched" in logged.getvalue()
    assert "action=refresh_token_replaced" in logged.getvalue()
    assert "canary" not in logged.getvalue()
    assert token not in logged.getvalue()
    assert "canary" not in repr(Client("id", "canary")) + repr(vars(account.source)["_token"])
