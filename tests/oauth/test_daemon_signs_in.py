"""The daemon with tokens and passwords that end while it works (F23): real servers, nothing lost, no secret shown."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.daemon_world import Installation, Service, running
from tests.servers.dovecot import Dovecot
from tests.servers.oauth import Provider
from tests.servers.world import MailWorld

ANSWER = b"From: jane@customer.example\r\nTo: business@shop.example\r\nSubject: INV-1\r\n\r\nThe goods never came.\r\n"


@pytest.fixture
def mailbox(mail_world: MailWorld) -> Iterator[Dovecot]:
    """The business's mailbox on a Dovecot of its own, which the test may end and start again."""
    dovecot = Dovecot(mail_world.authority)
    dovecot.add_user(mail_world.business, "canary-password-1")
    dovecot.start()
    yield dovecot
    dovecot.remove()


@pytest.fixture
def place(tmp_path: Path, mail_world: MailWorld, mailbox: Dovecot) -> Installation:
    """Letters leave through the world's Postfix, which demands TLS and a log-in; answers come to the own Dovecot."""
    made = Installation(
        tmp_path / "shop",
        mail_world.submission_port,
        mailbox.imap_port,
        mail_world.business,
        "canary-password-1",
        environment={"SSL_CERT_FILE": mail_world.ca_file},
    )
    made.write()
    return made


def configure(place: Installation, provider: Provider) -> None:
    """Both tables sign in with OAuth2."""
    config = place.folder / "config.toml"
    head, inbox, tail = config.read_text().partition("[inbox]")
    head = head.replace('security = "none"', f'security = "starttls"\nusername = "{place.username}"\nauth = "oauth2"')
    tail = tail.replace(f'username = "{place.username}"', f'username = "{place.username}"\nauth = "oauth2"')
    config.write_text(head + inbox + tail + provider.settings())
    secrets(place, f"REMINDERBOT_OAUTH_REFRESH_TOKEN={provider.refresh_token}")


def secrets(place: Installation, *lines: str) -> None:
    path = place.folder / ".env"
    path.write_text("".join(f"{line}\n" for line in lines))
    path.chmod(0o600)


def stops(place: Installation) -> str:
    return json.dumps(json.loads(place.command("status", "--json").stdout)["stops"])


def reload(service: Service) -> None:
    service.process.send_signal(signal.SIGHUP)
    service.wait_log("action=started", times=2)


def a_dispute_is_open(place: Installation) -> bool:
    with closing(sqlite3.connect(place.folder / "state" / "reminderbot.db")) as store:
        return bool(store.execute("SELECT 1 FROM case_file WHERE kind = 'dispute'").fetchall())


def where_secrets_show(place: Installation, service: Service, *known: str) -> list[str]:
    """Every file and face of the process, but those made for them, where something secret can be read."""
    shown = [path for path in place.folder.rglob("*") if path.is_file() and path.name not in (".env", "oauth.json")]
    texts = {str(path.relative_to(place.folder)): path.read_bytes() for path in shown}
    proc = Path(f"/proc/{service.process.pid}")
    texts |= {name: (proc / name).read_bytes() for name in ("cmdline", "environ")}
    secret = re.compile("|".join(["canary-(password|refresh)", *map(re.escape, known)]).encode())
    return sorted(name for name, text in texts.items() if secret.search(text))


def test_tokens_open_both_servers_and_a_withdrawn_sign_in_halts_until_a_reload(
    place: Installation, mail_world: MailWorld, mailbox: Dovecot
) -> None:
    with Provider(mail_world.business, seconds=6, rotates=True) as provider:
        configure(place, provider)
        place.go_live()
        with running(place) as service:
            service.wait_log("action=delivered", 60)
            assert "INV-1" in mail_world.mailbox("jane@customer.example")[0].decode()
            assert "sasl_method=XOAUTH2" in (mail_world.postfix.home / "postfix.log").read_text()

            # The token ends while the daemon waits for mail, and the server ends the connection with it.
            time.sleep(3.5)
            asked = provider.tokens_asked
            mailbox.stop()
            mailbox.start()
            service.wait_for(lambda: provider.tokens_asked > asked, "it fetched another token")
            service.wait_for(lambda: (mailbox.home / "dovecot.log").read_text().count("Login: ") >= 2, "it was let in")

            # The owner withdraws the permission; then the connection ends again.
            provider.revoke()
            time.sleep(3.5)
            asked = provider.tokens_asked
            mailbox.stop()
            mailbox.start()
            service.wait_log("action=inbox_halted")
            mailbox.append(mail_world.business, ANSWER)
            for told in (stops(place), place.command("check").stdout):
                assert "refuses the sign-in: invalid_grant" in told
                assert "reminderbot oauth login" in told
                assert "canary-refresh" not in told
            time.sleep(2)
            # One request by the daemon, one by `check` itself.
            assert provider.tokens_asked == asked + 2
            assert not a_dispute_is_open(place)

            secrets(place, f"REMINDERBOT_OAUTH_REFRESH_TOKEN={provider.refresh_token}")
            reload(service)
            service.wait_for(lambda: a_dispute_is_open(place), "the answer that came meanwhile was acted on", 20)
            assert "sign-in" not in stops(place)
            assert where_secrets_show(place, service, *provider.granted) == []
            assert (place.folder / "state" / "oauth.json").stat().st_mode & 0o777 == 0o600
            assert service.end() < 5
    assert len(mail_world.mailbox("jane@customer.example")) == 1


def test_a_changed_password_halts_the_inbox_until_a_reload_brings_the_new_one(
    place: Installation, mail_world: MailWorld, mailbox: Dovecot
) -> None:
    # The relay of this test knows another password: nothing leaves, which is not what it is about.
    place.go_live()
    with running(place) as service:
        service.wait_for(lambda: "Login: " in (mailbox.home / "dovecot.log").read_text(), "it was let in")
        mailbox.add_user(mail_world.business, "canary-password-2")
        mailbox.stop()
        mailbox.start()
        service.wait_log("action=inbox_halted")
        mailbox.append(mail_world.business, ANSWER)
        time.sleep(3)
        refused = (mailbox.home / "dovecot.log").read_text().count("auth failed")
        assert refused == 1
        told = stops(place)
        assert "the log-in failed" in told and "REMINDERBOT_IMAP_PASSWORD" in told
        assert "systemctl reload reminderbot" in told

        secrets(place, "REMINDERBOT_IMAP_PASSWORD=canary-password-2")
        reload(service)
        service.wait_for(lambda: (mailbox.home / "dovecot.log").read_text().count("Login: ") >= 2, "it was let in")
        assert "log-in failed" not in stops(place)
        assert (mailbox.home / "dovecot.log").read_text().count("auth failed") == refused
        assert where_secrets_show(place, service) == []
        assert service.end() < 5
