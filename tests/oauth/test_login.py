"""Signing in: by a code, by a browser on this machine, by an address pasted from another; and every way it can fail."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from reminderbot.oauth.keep import FILE
from reminderbot.oauth.login import NotSignedIn, by_browser, by_code, by_paste
from reminderbot.oauth.provider import GOOGLE, Client, microsoft
from reminderbot.oauth.provider import Provider as Place
from tests.daemon_world import PROGRAM
from tests.installation import Installation
from tests.servers.oauth import Provider

CLIENT = Client("our-client", "canary-secret")


@pytest.fixture(autouse=True)
def _knows_the_client(provider: Provider) -> None:
    provider.client_secret = "canary-secret"


def place(provider: Provider) -> Place:
    return Place(f"{provider.url}/token", "mail", f"{provider.url}/authorize", f"{provider.url}/device", (("a", "b"),))


class Person:
    """Reads what is said, and does what it asks in a browser of her own."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.seen: list[str] = []
        self._browsers: list[threading.Thread] = []

    def reads(self, text: str) -> None:
        self.said.append(text)

    @property
    def address(self) -> str:
        found = re.search(r"http://\S+/authorize\S+", "\n".join(self.said))
        assert found
        return found[0]

    def opens(self, text: str) -> None:
        """Follows the address, and is sent back to this machine."""
        self.reads(text)
        self._browsers.append(threading.Thread(target=self._browse, args=(self.address,)))
        self._browsers[-1].start()

    def _browse(self, address: str) -> None:
        with urllib.request.urlopen(address, timeout=10) as page:
            self.seen.append(page.read().decode())

    def ends_at(self) -> str:
        """The address at which a browser ends that cannot reach this machine."""

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_: object) -> None:
                return None

        try:
            urllib.request.build_opener(Stay).open(self.address, timeout=10)
        except urllib.error.HTTPError as stayed:
            return str(stayed.headers["Location"])
        raise AssertionError("was not sent back")

    def leaves(self) -> None:
        for browser in self._browsers:
            browser.join(10)


def fails(act: Callable[[], object]) -> str:
    with pytest.raises(NotSignedIn) as caught:
        act()
    assert "canary" not in str(caught.value)
    return str(caught.value)


# ---- by a code


def test_a_code_typed_elsewhere_brings_the_refresh_token(provider: Provider) -> None:
    person = Person()
    provider.agreed = False
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        provider.agreed = len(pauses) > 2

    assert by_code(place(provider), CLIENT, person.reads, pause) == "canary-refresh-0"
    assert f"{provider.url}/page" in person.said[0] and "WDJB-MJHT" in person.said[0]
    assert len(pauses) == 3
    assert provider.asked[0] == ("/device", {"client_id": "our-client", "scope": "mail"})
    assert provider.asked[-1][1]["device_code"] == "canary-device"


def test_asked_to_go_slower_it_goes_slower_and_a_fault_on_the_way_ends_nothing(provider: Provider) -> None:
    provider.script = [(400, {"error": "slow_down"}), (503, b""), (400, {"error": "authorization_pending"})]
    pauses: list[float] = []
    assert by_code(place(provider), CLIENT, Person().reads, pauses.append)
    assert pauses == [0, 5, 5, 5]


@pytest.mark.parametrize("error", ["access_denied", "expired_token", "invalid_client"])
def test_a_no_to_the_code_ends_it_with_the_reason(provider: Provider, error: str) -> None:
    provider.script = [(400, {"error": error, "error_description": "because canary-secret canary-device"})]
    assert error in fails(lambda: by_code(place(provider), CLIENT, Person().reads, lambda _: None))


def test_a_code_that_nobody_types_ends_by_itself(provider: Provider) -> None:
    provider.agreed = False
    provider.device["expires_in"] = 0.2
    assert "not typed in time" in fails(lambda: by_code(place(provider), CLIENT, Person().reads, lambda _: None))


def test_a_provider_that_cannot_be_asked_for_a_code_is_told(provider: Provider) -> None:
    nowhere = Place("http://127.0.0.1:9/token", "mail", device_url="http://127.0.0.1:9/device")
    assert "connection refused" in fails(lambda: by_code(nowhere, CLIENT, Person().reads, lambda _: None))


# ---- by a browser


def test_a_browser_on_this_machine_brings_the_refresh_token_with_proof_of_possession(provider: Provider) -> None:
    person = Person()
    assert by_browser(place(provider), CLIENT, person.opens) == "canary-refresh-0"
    person.leaves()
    assert "go back to the terminal" in person.seen[0]
    query = parse_qs(urlsplit(person.address).query)
    assert (query["a"], query["scope"], query["code_challenge_method"]) == (["b"], ["mail"], ["S256"])
    # The stand-in has compared the verifier with the challenge; the secret itself never stood in the address.
    assert "canary" not in person.address
    assert provider.asked[0][1]["redirect_uri"] == query["redirect_uri"][0]


def test_other_visitors_of_the_port_are_passed_over(provider: Provider) -> None:
    person = Person()

    def opens(text: str) -> None:
        person.reads(text)
        back = parse_qs(urlsplit(person.address).query)["redirect_uri"][0]

        def visit() -> None:
            urllib.request.urlopen(f"{back}/favicon.ico", timeout=10).close()
            person.opens("")

        threading.Thread(target=visit).start()

    assert by_browser(place(provider), CLIENT, opens) == "canary-refresh-0"
    person.leaves()


def test_an_answer_to_another_sign_in_is_not_taken(provider: Provider) -> None:
    person = Person()
    address = "http://127.0.0.1:8471/?code=stolen&state=guessed"
    assert "not the address" in fails(lambda: by_paste(place(provider), CLIENT, person.reads, lambda: address))
    assert provider.asked == []


def test_a_no_in_the_browser_is_told(provider: Provider) -> None:
    provider.agreed = False
    person = Person()
    assert "access_denied" in fails(lambda: by_browser(place(provider), CLIENT, person.opens))
    person.leaves()


def test_nobody_comes_back_in_time(provider: Provider) -> None:
    began = time.monotonic()
    assert "--paste" in fails(lambda: by_browser(place(provider), CLIENT, Person().reads, patience=0.2))
    assert time.monotonic() - began < 2


def test_a_provider_that_keeps_its_refresh_token_to_itself_is_told(provider: Provider) -> None:
    person = Person()
    provider.script = [(200, {"access_token": "canary-access"})]
    assert "no refresh token" in fails(lambda: by_paste(place(provider), CLIENT, person.reads, person.ends_at))


def test_google_and_microsoft_are_where_their_manuals_say() -> None:
    assert (GOOGLE.token_url, GOOGLE.scope) == ("https://oauth2.googleapis.com/token", "https://mail.google.com/")
    assert dict(GOOGLE.extra)["access_type"] == "offline" and GOOGLE.device_url == ""
    ours = microsoft("brightwater.example")
    assert ours.token_url == "https://login.microsoftonline.com/brightwater.example/oauth2/v2.0/token"
    assert ours.device_url.endswith("/devicecode") and "offline_access" in ours.scope


# ---- the command


@pytest.fixture
def shop(tmp_path: Path, provider: Provider) -> Installation:
    made = Installation(
        tmp_path / "shop", secrets="REMINDERBOT_TWILIO_TOKEN=y\nREMINDERBOT_OAUTH_CLIENT_SECRET=canary-secret\n"
    )
    made.write_config(provider.settings())
    config = made.folder / "config.toml"
    config.write_text(config.read_text().replace('username = "accounts"', 'username = "accounts"\nauth = "oauth2"'))
    return made


def kept(shop: Installation) -> str:
    path = shop.folder / "state" / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return str(json.loads(path.read_text())["refresh_token"])


def test_the_command_signs_in_by_code_and_shows_no_secret(shop: Installation, provider: Provider) -> None:
    out = shop.ok("oauth", "login")
    assert "WDJB-MJHT" in out and "Signed in." in out and "reminderbot check" in out
    assert kept(shop) == "canary-refresh-0"
    assert "canary" not in out
    assert provider.tokens_asked == 1


def test_the_command_takes_a_pasted_address(shop: Installation) -> None:
    person = Person()
    command = [PROGRAM, "--config", str(shop.folder / "config.toml"), "oauth", "login", "--paste"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        while "paste it here" not in "".join(person.said):
            person.reads(process.stdout.readline())
        out, _ = process.communicate(f"{person.ends_at()}\n", timeout=30)
    assert process.returncode == 0
    assert "Signed in." in out and "canary" not in out.replace("canary-code", "")
    assert kept(shop) == "canary-refresh-0"


def test_a_failed_sign_in_ends_in_one_sentence_and_keeps_nothing(shop: Installation, provider: Provider) -> None:
    provider.script = [(400, {"error": "access_denied"})]
    result = shop.run("oauth", "login")
    assert result.exit_code == 1
    assert "The provider says no: access_denied." in result.stderr
    assert "Traceback" not in result.stderr and not (shop.folder / "state" / FILE).exists()


@pytest.mark.parametrize(
    ("taken_out", "words", "missing"),
    [
        (("authorize_url", "device_url"), ("login",), "write device_url or authorize_url"),
        (("authorize_url",), ("login", "--paste"), "write authorize_url"),
    ],
)
def test_a_provider_that_does_not_say_where_to_agree_is_refused_with_the_cure(
    shop: Installation, provider: Provider, taken_out: tuple[str, ...], words: tuple[str, ...], missing: str
) -> None:
    config = shop.folder / "config.toml"
    lines = config.read_text().splitlines()
    config.write_text("\n".join(line for line in lines if not line.startswith(taken_out)))
    result = shop.run("oauth", *words)
    assert result.exit_code == 2
    assert missing in result.stderr and "response_type" not in result.stdout
    assert provider.asked == []


def test_without_a_table_the_command_says_what_to_write(tmp_path: Path) -> None:
    result = Installation(tmp_path / "bare").run("oauth", "login")
    assert result.exit_code == 2
    assert "[oauth]" in result.stderr


def test_check_says_whether_the_sign_in_is_good(shop: Installation, provider: Provider) -> None:
    def told() -> dict[str, str]:
        found = json.loads(shop.run("check", "--json").stdout)
        return {one["about"]: f"{one['verdict']} {one['what']} {one['cure']}" for one in found}

    assert told()["sign-in"].startswith("fail nobody has signed in at")
    shop.ok("oauth", "login")
    assert told()["sign-in"].startswith("ok")
    provider.revoke()
    assert "invalid_grant" in told()["sign-in"] and "reminderbot oauth login" in told()["sign-in"]
    assert "canary-" not in json.dumps(told())
    (shop.folder / "state" / FILE).chmod(0o644)
    assert "chmod go=" in told()["refresh token"]
