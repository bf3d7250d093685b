"""Postfix as an own process on loopback: takes mail for local domains and hands it to a Dovecot by LMTP."""

from __future__ import annotations

import shutil
import signal
import smtplib
import tempfile
from collections.abc import Collection
from pathlib import Path

from tests.servers import needs
from tests.servers.dovecot import Dovecot
from tests.servers.ports import answers, free_port, wait_until
from tests.servers.process import Server
from tests.servers.tls import Authority

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {home}/postfix.log
maillog_file_prefixes = {home}
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.test.example
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
disable_vrfy_command = no
alias_maps =
alias_database =
local_recipient_maps =
# Whatever is not for our own domains is refused here: no mail ever leaves this machine.
default_transport = error:5.1.2 only the test's own domains are served
relay_transport = error:5.1.2 only the test's own domains are served
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = texthash:{home}/etc/recipients
virtual_transport = lmtp:inet:127.0.0.1:{lmtp_port}
recipient_delimiter = +
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_tls_chain_files = {key}, {certificate}
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth_port}
smtpd_client_connection_rate_limit = 0
minimal_backoff_time = 1s
queue_run_delay = 1s
message_size_limit = 52428800
mailbox_size_limit = 0
virtual_mailbox_limit = 0
biff = no
in_flow_delay = 0
smtpd_error_sleep_time = 0
"""

# Debian's master.cf without what a test does not need; nothing is chrooted.
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{submission_port} inet n - n - - smtpd {auth} -o smtpd_tls_security_level=encrypt
127.0.0.1:{smtps_port} inet n - n - - smtpd {auth} -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
smtp unix - - n - - smtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


AUTH = (
    "-o smtpd_sasl_auth_enable=yes -o smtpd_relay_restrictions=permit_sasl_authenticated,reject"
    " -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject"
)

# The folders of a queue with their modes, as postfix-files(5) lists them; the last three are not postfix's alone.
PRIVATE = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")
SHARED = {
    "public": ("postfix", "postdrop", 0o710),
    "maildrop": ("postfix", "postdrop", 0o730),
    "pid": ("root", "root", 0o755),
}


class _Master(Server):
    """Postfix: its start script waits for the master, which leads a process group of its own."""

    pid_file: Path

    def groups(self) -> list[int]:
        master = self.pid_file.read_text().split() if self.pid_file.exists() else []
        return [*map(int, master), *super().groups()]


class Postfix:
    """A Postfix with its own configuration, queue and ports, beside and untouched by an installed service.

    Its domains are those of `users`; other recipients there are refused with 550 5.1.1, other domains with 5.1.2.
    `port` takes mail from anybody on loopback and offers STARTTLS; `submission_port` demands STARTTLS and a Dovecot
    user's name and password, `smtps_port` TLS from the first byte and the same. The certificate is for 127.0.0.1.
    """

    def __init__(self, dovecot: Dovecot, users: Collection[str], authority: Authority) -> None:
        self._binary = needs.binary("postfix", "postfix")
        needs.root("Postfix")
        self.home = Path(tempfile.mkdtemp(prefix="rb-postfix-"))
        self.home.chmod(0o755)
        self.port, self.submission_port, self.smtps_port = free_port(), free_port(), free_port()
        self._server: _Master | None = None
        self._make_folders()
        own = authority.issue("127.0.0.1")
        etc = self.home / "etc"
        (etc / "recipients").write_text("".join(f"{user} {user}\n" for user in users))
        (etc / "main.cf").write_text(
            MAIN.format(
                home=self.home,
                domains=" ".join(sorted({user.partition("@")[2] for user in users})),
                lmtp_port=dovecot.lmtp_port,
                auth_port=dovecot.auth_port,
                key=own.key,
                certificate=own.certificate,
            )
        )
        ports = {"port": self.port, "submission_port": self.submission_port, "smtps_port": self.smtps_port}
        (etc / "master.cf").write_text(MASTER.format(auth=AUTH, **ports))

    def _make_folders(self) -> None:
        queue = self.home / "queue"
        for folder in (queue, self.home / "etc", self.home / "data"):
            folder.mkdir()
        shutil.chown(self.home / "data", "postfix")
        for name in PRIVATE:
            (queue / name).mkdir(mode=0o700)
            shutil.chown(queue / name, "postfix")
        for name, (owner, group, mode) in SHARED.items():
            (queue / name).mkdir()
            shutil.chown(queue / name, owner, group)
            (queue / name).chmod(mode)

    def start(self) -> None:
        # Postfix then leaves out two seconds of checks of what was just made.
        (self.home / "queue/quick-start").touch()
        self._server = _Master([self._binary, "-c", str(self.home / "etc"), "start-fg"], self.home / "start.log")
        self._server.pid_file = self.home / "queue/pid/master.pid"
        self._server.wait_for(lambda: answers(self.port))

    def stop(self) -> None:
        """End it, at once and with all its processes."""
        if self._server:
            self._server.stop(signal.SIGTERM)
            self._server = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def send(self, sender: str, recipient: str, raw: bytes) -> None:
        """Submit one mail and return once it has been delivered or bounced."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
            client.sendmail(sender, [recipient], raw)
        self.settle()

    def settle(self) -> None:
        """Return once the queue is empty: everything taken so far has been delivered or bounced."""
        wait_until(lambda: not self.queued(), "Postfix to deliver everything it took")

    def queued(self) -> list[str]:
        """The queue files that still wait."""
        queues = (self.home / "queue" / name for name in ("maildrop", "incoming", "active", "deferred"))
        return [file.name for queue in queues if queue.exists() for file in queue.rglob("*") if file.is_file()]
