"""Mailboxes with an IMAP server before them: pymap in memory. All that is known of pymap's inside is known here."""

from __future__ import annotations

import argparse
import asyncio
import warnings
from datetime import datetime
from uuid import uuid4

with warnings.catch_warnings():
    # Its dependencies still use what newer Pythons have deprecated.
    warnings.simplefilter("ignore")
    from proxyprotocol.result import ProxyResultLocal
    from proxyprotocol.sock import SocketInfo
    from pymap.backend.dict import DictBackend
    from pymap.backend.dict.filter import FilterSet
    from pymap.backend.dict.mailbox import MailboxSet
    from pymap.imap import IMAPServer
    from pymap.parsing.message import AppendMessage
    from pymap.user import Passwords, UserMetadata

_UNUSED = ("cert", "key", "passlib_cfg", "proxy_protocol", "demo_data", "demo_user", "demo_password")


class Mailboxes:
    """One INBOX an address, all with the same password; every method belongs to the loop it is served in."""

    def __init__(self) -> None:
        self._boxes: dict[str, MailboxSet] = {}
        self.port = 0

    async def serve(self, addresses: tuple[str, ...], password: str) -> asyncio.Server:
        """Listen on a free port of loopback."""
        options = {**dict.fromkeys(_UNUSED), "host": "127.0.0.1", "port": 0, "debug": False, "tls": False}
        backend, config = await DictBackend.init(argparse.Namespace(**options), secure_auth=False)
        # Hashing is slow by design: once is enough for mailboxes that live for half a minute.
        hashed = await Passwords(config).hash_password(password)
        for address in addresses:
            box = self._boxes[address] = MailboxSet()
            backend.login.users_dict[address] = UserMetadata(config, address, password=hashed)
            config.set_cache[address] = (box, FilterSet())
        config.apply_context()
        imap = IMAPServer(backend.login, config)

        # pymap's own way here starts a task that nobody holds: from Python 3.12 on the garbage collector takes it away
        # in the middle of a conversation. As asyncio's own callback it is held for as long as it talks.
        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await imap(reader, writer, SocketInfo.get(writer, ProxyResultLocal(), unique_id=uuid4().bytes))

        server = await asyncio.start_server(converse, "127.0.0.1", 0)
        self.port = int(server.sockets[0].getsockname()[1])
        return server

    def __contains__(self, address: str) -> bool:
        return address in self._boxes

    async def deliver(self, address: str, raw: bytes, at: datetime) -> None:
        """A mail arrives in the INBOX of `address`, dated `at`."""
        inbox = await self._boxes[address].get_mailbox("INBOX")
        await inbox.append(AppendMessage(raw, at, frozenset()), recent=True)
