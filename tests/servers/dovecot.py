"""Dovecot as an own process on loopback: IMAP in the clear, with STARTTLS and with TLS, LMTP in, SASL for Postfix."""

from __future__ import annotations

import base64
import grp
import imaplib
import os
import pwd
import shutil
import signal
import tempfile
from datetime import datetime
from pathlib import Path

from tests.servers import needs, oauth
from tests.servers.ports import answers, free_port
from tests.servers.process import Server
from tests.servers.tls import Authority, Certificate

CONFIG = """
protocols = imap {lmtp}
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
listen = 127.0.0.1
first_valid_uid = 1
mail_uid = {owner}
mail_gid = {owner_group}
mail_home = {home}/mail/%u
mail_location = maildir:~/Maildir
mail_fsync = never
recipient_delimiter = +
disable_plaintext_auth = no
auth_mechanisms = plain login {tokens}
auth_failure_delay = 0
login_trusted_networks =
ssl = {ssl}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login none
  args = scheme=PLAIN username_format=%u {home}/users/%u
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner_group} home={home}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = {imaps}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp_port}
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {auth_port}
  }}
}}
service anvil {{
  chroot =
  # A wrong password would slow down every later log-in from 127.0.0.1.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


# Tokens signed with the key of `tests/servers/oauth.py` are checked by Dovecot itself.
OAUTH2 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={home}/keys/
username_attribute = email
scope = mail
openid_configuration_url = https://provider.example/.well-known/openid-configuration
"""


class Dovecot:
    """A Dovecot with its own folder, users and ports; started by `start`, gone without residue after `stop`.

    As root its mail belongs to nobody, as Debian's package does it; as an ordinary user everything runs as that user.
    The first certificate is for 127.0.0.1; `security` of a client is "none", "starttls" (`imap_port`) or "tls"
    (`imaps_port`). Every user may also log in with a token of `oauth.jwt`,
    by the mechanisms `tokens`.
    """

    def __init__(
        self, authority: Authority | None = None, tokens: str = "xoauth2 oauthbearer", idle: bool = True
    ) -> None:
        self._tokens, self._idle = tokens, idle
        self._binary = needs.binary("dovecot", "dovecot-imapd")
        self._lmtp = "lmtp" if Path("/usr/lib/dovecot/lmtp").exists() else ""
        # Not below pytest's folder, which only its owner may enter; and short, since socket paths end at 107 letters.
        self.home = Path(tempfile.mkdtemp(prefix="rb-dovecot-"))
        self.home.chmod(0o755)
        (self.home / "users").mkdir()
        (self.home / "oauth2.conf").write_text(OAUTH2.format(home=self.home))
        keys = self.home / "keys" / "default" / "HS256"
        keys.mkdir(parents=True)
        (keys / "default").write_text(base64.b64encode(oauth.KEY).decode())
        self.imap_port, self.imaps_port, self.lmtp_port, self.auth_port = (free_port() for _ in range(4))
        self._passwords: dict[str, str] = {}
        self._certificate = authority.issue("127.0.0.1") if authority else None
        self._server: Server | None = None

    def start(self) -> None:
        self._write_config(self._certificate)
        self._server = Server([self._binary, "-F", "-c", str(self.home / "dovecot.conf")], self.home / "dovecot.log")
        self._server.wait_for(lambda: answers(self.imap_port))

    def stop(self, gently: int = signal.SIGTERM) -> None:
        """End it; its folder stays, so that it can be started again."""
        if self._server:
            self._server.stop(gently)
            self._server = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def add_user(self, user: str, password: str = "secret") -> None:
        """A mailbox that can log in and receive from now on."""
        self._passwords[user] = password
        # A file each: Dovecot looks but once a second whether one it knows has changed.
        (self.home / "users" / user).write_text(f"{user}:{{PLAIN}}{password}\n")

    def append(self, user: str, raw: bytes, internal_date: datetime | None = None, folder: str = "INBOX") -> None:
        """Put a mail into a mailbox, arrived at `internal_date` (aware) or now."""
        date = imaplib.Time2Internaldate(internal_date) if internal_date else None
        with self.client(user) as client:
            # imaplib wants a string for the date, and '' for none at all.
            status, said = client.append(folder, None, date or "", raw)  # type: ignore[arg-type]  # no flags: its stubs know no None
            assert status == "OK", said

    def messages(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Every mail of a folder, oldest UID first, read without leaving a mark."""
        with self.client(user) as client:
            status, said = client.select(folder, readonly=True)
            assert status == "OK", said
            if said == [b"0"]:
                return []
            _, parts = client.fetch("1:*", "(BODY.PEEK[])")
            return [part[1] for part in parts if isinstance(part, tuple)]

    def flags(self, user: str, folder: str = "INBOX") -> list[str]:
        """The flags of every mail, as `(UID 1 FLAGS (\\Seen))` lines."""
        with self.client(user) as client:
            client.select(folder, readonly=True)
            _, lines = client.fetch("1:*", "(UID FLAGS)")
            return [line.decode().partition(" ")[2] for line in lines if isinstance(line, bytes)]

    def empty(self, user: str) -> None:
        """Delete every mail of the inbox."""
        with self.client(user) as client:
            # "1:*" is an error in an empty folder.
            if client.select("INBOX")[1] == [b"0"]:
                return
            client.store("1:*", "+FLAGS.SILENT", "(\\Deleted)")
            client.expunge()

    def client(self, user: str) -> imaplib.IMAP4:
        """The standard library's client, logged in; a `with` logs it out."""
        client = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=30)
        # imaplib's login() takes ASCII only.
        client.authenticate("PLAIN", lambda _challenge: f"\0{user}\0{self._passwords[user]}".encode())
        return client

    def _write_config(self, certificate: Certificate | None) -> None:
        if os.geteuid() == 0:
            owner, internal, login = pwd.getpwnam("nobody"), pwd.getpwnam("dovecot"), pwd.getpwnam("dovenull")
        else:
            owner = internal = login = pwd.getpwuid(os.geteuid())
        mail = self.home / "mail"
        mail.mkdir(exist_ok=True)
        os.chown(mail, owner.pw_uid, owner.pw_gid)
        text = CONFIG.format(
            home=self.home,
            lmtp=self._lmtp,
            tokens=self._tokens,
            internal=internal.pw_name,
            internal_group=grp.getgrgid(internal.pw_gid).gr_name,
            login=login.pw_name,
            owner=owner.pw_uid,
            owner_group=owner.pw_gid,
            ssl="yes" if certificate else "no",
            imaps="yes" if certificate else "no",
            imap_port=self.imap_port,
            imaps_port=self.imaps_port if certificate else 0,
            lmtp_port=self.lmtp_port,
            auth_port=self.auth_port,
        )
        if not self._idle:
            text += "imap_capability = IMAP4rev1 SASL-IR LITERAL+\n"
        if certificate:
            text += f"ssl_cert = <{certificate.certificate}\nssl_key = <{certificate.key}\n"
        (self.home / "dovecot.conf").write_text(text)
