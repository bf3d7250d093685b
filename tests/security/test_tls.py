"""S19, F9: no password reaches a server that cannot prove over TLS who it is, whatever it says it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import reminderbot
from reminderbot.channels.smtp import SmtpChannel
from reminderbot.clock import SteppedClock
from reminderbot.config import ConfigMistakes, load_config
from reminderbot.core.delivery import Deferred
from reminderbot.core.inbound import InboxUnavailable
from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage
from reminderbot.house import House
from reminderbot.inbox.imap import ImapInbox
from reminderbot.oauth.endpoint import Unreached, ask
from reminderbot.store.session import StoreUnusable, open_store
from reminderbot.twilio_client import BoundedHttp
from reminderbot.wiring import build_house
from tests.installation import MONDAY
from tests.security import sinks
from tests.security.sinks import ACCOUNT, FLAWS, PASSWORD, USER, Certificates, Sink

BUSINESS = """
[business]
name = "Shop"
email = "us@x.example"
phone = "+442079460000"
address = "1 Main Street"
time_zone = "Europe/London"
country = "GB"
currency = "GBP"
"""


def house(folder: Path, table: str) -> House:
    """An installation that knows one server, with its own ways of connecting to it."""
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(BUSINESS + table)
    secrets = ("SMTP_PASSWORD", "IMAP_PASSWORD", "TWILIO_TOKEN")
    (folder / ".env").write_text("".join(f"REMINDERBOT_{name}={PASSWORD}\n" for name in secrets))
    (folder / ".env").chmod(0o600)
    return build_house(load_config(folder / "config.toml", {}), SteppedClock(MONDAY))


def by_smtp(security: str) -> Callable[[Path, int], str]:
    def call(folder: Path, port: int) -> str:
        settings = f'host = "localhost"\nport = {port}\nsecurity = "{security}"\nusername = "{USER}"'
        made = house(folder, f'[email]\n{settings}\nfrom = "us@x.example"\n')
        channel = made.channels[Channel.EMAIL]()
        failed = channel.open()
        channel.close()
        made.store.close()
        return failed.why if failed else ""

    return call


def by_imap(security: str) -> Callable[[Path, int], str]:
    def call(folder: Path, port: int) -> str:
        settings = f'host = "localhost"\nport = {port}\nsecurity = "{security}"\nusername = "{USER}"'
        made = house(folder, f"[inbox]\n{settings}\n")
        assert made.open_inbox is not None
        inbox = made.open_inbox()
        try:
            inbox.connect()
        except InboxUnavailable as error:
            return str(error)
        finally:
            inbox.close()
            made.store.close()
        return ""

    return call


def by_twilio(folder: Path, port: int) -> str:
    made = house(
        folder,
        f'[sms]\naccount_sid = "{ACCOUNT}"\nfrom = "+12125550199"\napi_base = "https://localhost:{port}"\n',
    )
    channel = made.channels[Channel.SMS]()
    outcome = channel.send(OutgoingMessage("1", Channel.SMS, "+12125550199", "+12125550111", b"Hello"))
    channel.close()
    made.store.close()
    return outcome.why if not isinstance(outcome, Deferred) or outcome.halts else ""


def by_oauth(folder: Path, port: int) -> str:
    answer = ask(f"https://localhost:{port}/token", {"refresh_token": PASSWORD}, 2)
    return answer.why if isinstance(answer, Unreached) else ""


def by_postgresql(folder: Path, port: int) -> str:
    url = f"postgresql+psycopg://{USER}@db.example:{port}/shop?hostaddr=127.0.0.1"
    try:
        open_store(url, folder, PASSWORD)
    except StoreUnusable as error:
        return str(error)
    return ""


WAYS: dict[str, tuple[Callable[[sinks.Talk], None], Callable[[Path, int], str], str]] = {
    "SMTP with STARTTLS": (sinks.smtp_starttls, by_smtp("starttls"), "localhost"),
    "SMTP over TLS": (sinks.smtp_tls, by_smtp("tls"), "localhost"),
    "IMAP with STARTTLS": (sinks.imap_starttls, by_imap("starttls"), "localhost"),
    "IMAP over TLS": (sinks.imap_tls, by_imap("tls"), "localhost"),
    "Twilio": (sinks.https, by_twilio, "localhost"),
    "a provider's tokens": (sinks.https, by_oauth, "localhost"),
    "PostgreSQL": (sinks.postgresql, by_postgresql, "db.example"),
}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(autouse=True)
def trusting(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that trusts our authority."""
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, str(certificates.bundle))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("flaw", FLAWS)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")  # what is tested
def test_a_server_that_cannot_prove_who_it_is_hears_no_password(
    tmp_path: Path, certificates: Certificates, way: str, flaw: str
) -> None:
    speak, call, name = WAYS[way]
    with Sink(speak, certificates.context(flaw, name)) as sink:
        said = call(tmp_path / "shop", sink.port)
    assert said, "nobody was told"
    assert not sink.heard_a_secret()
    assert PASSWORD not in said


@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_can_is_told_it(tmp_path: Path, certificates: Certificates, way: str) -> None:
    """So that the test above cannot pass for want of ears."""
    speak, call, name = WAYS[way]
    with Sink(speak, certificates.context("good", name)) as sink:
        call(tmp_path / "shop", sink.port)
    assert sink.heard_a_secret()


# ---- there is no switch


@pytest.mark.parametrize(
    ("mode", "asked"),
    [("disable", False), ("allow", False), ("prefer", False), ("require", False), ("verify-ca", False),
     ("verify-full", True)],
)  # fmt: skip
def test_a_postgresql_elsewhere_is_verified_whatever_its_address_asks_for(
    tmp_path: Path, certificates: Certificates, mode: str, asked: bool
) -> None:
    with Sink(sinks.postgresql, certificates.context("good", "db.example")) as sink:
        url = f"postgresql+psycopg://{USER}@db.example:{sink.port}/shop?hostaddr=127.0.0.1&sslmode={mode}"
        with pytest.raises(StoreUnusable) as refused:
            open_store(url, tmp_path, PASSWORD)
    assert sink.heard_a_secret() == asked
    assert asked or f"sslmode={mode} would not prove that it is db.example" in str(refused.value)


@pytest.mark.parametrize(
    "query",
    ["?host=db.example", "?host=127.0.0.1,db.example", "?host=127.0.0.1&host=db.example", "?hostaddr=192.0.2.1",
     "?host=localhost&hostaddr=192.0.2.1"],
)  # fmt: skip
def test_no_way_of_naming_another_machine_is_taken_for_this_one(tmp_path: Path, query: str) -> None:
    with pytest.raises(StoreUnusable, match="sslmode=prefer would not prove"):
        open_store(f"postgresql+psycopg://{USER}@/shop{query}&sslmode=prefer&connect_timeout=2", tmp_path, PASSWORD)


def test_without_a_context_that_verifies_no_channel_is_made() -> None:
    for host in ("mail.example", "127.0.0.2.example", "localhost.example", "10.0.0.1", "0.0.0.0"):
        with pytest.raises(ValueError, match="in clear"):
            SmtpChannel(host, 25, "none", USER, PASSWORD)
        with pytest.raises(InboxUnavailable):
            ImapInbox(host, 143, "none", USER, PASSWORD).connect()
        with pytest.raises(ValueError, match="write https"):
            BoundedHttp(f"http://{host}", 1)
        with pytest.raises(ValueError, match="https"):
            ask(f"http://{host}/token", {"refresh_token": PASSWORD}, 1)


@pytest.mark.parametrize("table", ["email", "inbox"])
@pytest.mark.parametrize("switch", ["verify = false", "insecure = true", 'security = "none"', 'tls = "off"'])
def test_no_setting_turns_it_off(tmp_path: Path, table: str, switch: str) -> None:
    lines = 'host = "mail.example"\nport = 25\nusername = "a"\n' + (
        'from = "us@x.example"\n' if table == "email" else ""
    )
    with pytest.raises(ConfigMistakes):
        house(tmp_path / "shop", f"[{table}]\n{lines}{switch}\n")


def test_nothing_in_the_house_makes_tls_that_does_not_verify() -> None:
    loose = re.compile(
        r"_create_unverified_context|CERT_NONE|CERT_OPTIONAL|check_hostname\s*=\s*False|verify\s*=\s*False"
        r"|SSLContext\(|disable_warnings|_https_verify|PYTHONHTTPSVERIFY"
    )
    package = Path(reminderbot.__file__).parent
    found = [
        f"{path.relative_to(package)}: {line.strip()}"
        for path in package.rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if loose.search(line)
    ]
    assert [line for line in found if "ssl.SSLContext(" in line or "def " not in line] == []
