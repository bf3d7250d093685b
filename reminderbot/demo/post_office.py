"""The mail world of the demo: an SMTP server that knows everybody's mailbox, and keeps what the bot handed over.

The business logs in to send to the outside, as at any provider; the outside sends to the business without a login.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import warnings
from collections.abc import Coroutine
from typing import Any, TypeVar

from reminderbot.clock import Clock
from reminderbot.demo.evidence import EMAIL, Message, Turned

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

    from reminderbot.demo.mailboxes import Mailboxes

T = TypeVar("T")
PASSWORD = "only-on-this-machine"  # noqa: S105 - of servers that live in this process, on loopback
_PATIENCE_SECONDS = 30.0


class PostOffice:
    """A context manager: `with PostOffice(clock, ours, customers) as post: ... post.smtp_port, post.imap_port ...`."""

    def __init__(self, clock: Clock, ours: str, customers: tuple[str, ...]) -> None:
        """`ours` is the business's address; `customers` those that exist. Any other recipient is refused."""
        self._clock, self._ours, self._customers = clock, ours, customers
        self.received: list[Message] = []
        self.turned: list[Turned] = []
        self.smtp_port = 0
        self._boxes = Mailboxes()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="post-office", daemon=True)
        self._servers: list[asyncio.Server] = []

    @property
    def imap_port(self) -> int:
        return self._boxes.port

    def __enter__(self) -> PostOffice:
        # aiosmtpd and pymap tell every connection; nobody asked.
        for name in ("mail.log", "pymap", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._thread.start()
        self._run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_SECONDS)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_SECONDS)

    async def _start(self) -> None:
        imap = await self._boxes.serve((self._ours, *self._customers), PASSWORD)
        smtp = await self._loop.create_server(self._conversation, "127.0.0.1", 0)
        self.smtp_port = int(smtp.sockets[0].getsockname()[1])
        self._servers = [imap, smtp]

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _conversation(self) -> SMTP:
        return SMTP(
            self,
            hostname="post.example",
            ident="post office",
            loop=self._loop,
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=self._log_in,
        )

    def _log_in(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, told: object) -> AuthResult:
        known = isinstance(told, LoginPassword) and (told.login, told.password) == (
            self._ours.encode(),
            PASSWORD.encode(),
        )
        return AuthResult(success=known, handled=False)

    async def handle_RCPT(
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Customers for who is logged in, the business for everybody; the rest do not exist."""
        box = _bare(address)
        if box != self._ours and not session.authenticated:
            return "550 5.7.1 Relaying is for those who log in"
        if box not in self._boxes:
            self.turned.append(Turned(self._clock.now(), address))
            return f"550 5.1.1 <{address}>: there is no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Known"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Into the mailbox at once; what goes outside is kept as evidence."""
        now, raw = self._clock.now(), bytes(envelope.original_content or b"")
        for address in envelope.rcpt_tos:
            await self._boxes.deliver(_bare(address), raw, now)
            if _bare(address) != self._ours:
                self.received.append(Message(now, EMAIL, envelope.mail_from or "", address, raw))
        return f"250 2.0.0 Taken as {len(self.received)}"


def _bare(address: str) -> str:
    """The mailbox behind an address: what follows a + in its local part is the mailbox's own business (RFC 5233)."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}".lower()
