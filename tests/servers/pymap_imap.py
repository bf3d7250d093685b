"""pymap as an IMAP server in a thread of the test: another server's habits, and answers within milliseconds."""

from __future__ import annotations

import argparse
import asyncio
import threading
import warnings
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

with warnings.catch_warnings():
    # Its dependencies still use what newer Pythons have deprecated.
    warnings.simplefilter("ignore")
    from proxyprotocol.reader import ProxyProtocolReader
    from proxyprotocol.version import ProxyProtocolVersion
    from pymap.backend.dict import DictBackend
    from pymap.backend.dict.filter import FilterSet
    from pymap.backend.dict.mailbox import MailboxSet
    from pymap.imap import IMAPServer
    from pymap.parsing.message import AppendMessage
    from pymap.user import Passwords, UserMetadata


class Pymap:
    """One user, one INBOX, on a free port of loopback, until the `with` ends."""

    def __init__(self, user: str, password: str) -> None:
        self._user, self._password = user, password
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._connections: set[object] = set()
        self.port = 0

    def __enter__(self) -> Pymap:
        self._thread.start()
        self._run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        with closing(self._loop):
            pass

    def append(self, raw: bytes, internal_date: datetime | None = None) -> None:
        """A mail arrives."""
        self._run(self._append(AppendMessage(raw, internal_date or datetime.now(UTC), frozenset())))

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _start(self) -> None:
        options = dict.fromkeys(
            ("cert", "key", "passlib_cfg", "proxy_protocol", "demo_data", "demo_user", "demo_password")
        )
        options |= {"host": "127.0.0.1", "port": 0, "debug": False, "tls": False}
        backend, config = await DictBackend.init(argparse.Namespace(**options), secure_auth=False)
        hashed = await Passwords(config).hash_password(self._password)
        backend.login.users_dict[self._user] = UserMetadata(config, self._user, password=hashed)
        self._mailboxes = MailboxSet()
        config.set_cache[self._user] = (self._mailboxes, FilterSet())
        config.apply_context()
        reader = ProxyProtocolReader(ProxyProtocolVersion.get(None))
        imap = IMAPServer(backend.login, config)

        async def serve(*connection: Any) -> None:
            # Nothing else holds the task of a connection, and the garbage collector of Python 3.12 and later ends it.
            task = asyncio.current_task()
            self._connections.add(task)
            await imap(*connection)
            self._connections.discard(task)

        self._server = await asyncio.start_server(reader.get_callback(serve), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _append(self, message: AppendMessage) -> None:
        await (await self._mailboxes.get_mailbox("INBOX")).append(message, recent=True)

    async def _stop(self) -> None:
        self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
