"""The mail world of a test: a business and its customers, each with a mailbox, on one Postfix and one Dovecot."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime

from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix
from tests.servers.tls import Authority

BUSINESS = "business@shop.example"
CUSTOMERS = ("jane@customer.example", "omar@workshop.example", "ines@bakery.example")
PASSWORD = "secret"


@dataclass(frozen=True)
class MailWorld:
    """Real mail between invented people. Every name logs in with `password`, everywhere; the host is 127.0.0.1.

    Send through `smtp_port` (open, STARTTLS offered), `submission_port` (STARTTLS and log-in) or `smtps_port` (TLS and
    log-in); read over `imap_port` (plain or STARTTLS) or `imaps_port` (TLS). `business+anything@shop.example` arrives
    at the business.
    """

    dovecot: Dovecot
    postfix: Postfix
    authority: Authority
    business: str = BUSINESS
    customers: tuple[str, ...] = CUSTOMERS
    password: str = PASSWORD
    host: str = "127.0.0.1"

    @property
    def smtp_port(self) -> int:
        return self.postfix.port

    @property
    def submission_port(self) -> int:
        return self.postfix.submission_port

    @property
    def smtps_port(self) -> int:
        return self.postfix.smtps_port

    @property
    def imap_port(self) -> int:
        return self.dovecot.imap_port

    @property
    def imaps_port(self) -> int:
        return self.dovecot.imaps_port

    @property
    def ca_file(self) -> str:
        """The authority's certificate: what a program must trust to talk TLS here (SSL_CERT_FILE)."""
        return str(self.authority.own.certificate)

    def client_tls(self) -> ssl.SSLContext:
        """A client's TLS that trusts this world's authority and no other."""
        return self.authority.context()

    def send(self, sender: str, recipient: str, raw: bytes) -> None:
        """Send a mail by SMTP and return once it lies in the mailbox."""
        self.postfix.send(sender, recipient, raw)

    def put(self, user: str, raw: bytes, internal_date: datetime | None = None) -> None:
        """Put a mail into a mailbox, arrived at `internal_date` (aware) or now."""
        self.dovecot.append(user, raw, internal_date)

    def mailbox(self, user: str) -> list[bytes]:
        """Every mail somebody has received, in order, once nothing is under way any more."""
        self.postfix.settle()
        return self.dovecot.messages(user)

    def empty(self) -> None:
        """Nobody has any mail."""
        self.postfix.settle()
        for user in (self.business, *self.customers):
            self.dovecot.empty(user)
