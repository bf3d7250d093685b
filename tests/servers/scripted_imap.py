"""An IMAP server that does what its script says, for the faults no real server shows on demand."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

GREETING = b"* OK ready\r\n"
# What the script says for a command; None: nothing at all; an Event-like callable may take over the connection.
Answer = bytes | None | Callable[[socket.socket, bytes], None]
ORDINARY: dict[str, Answer] = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE\r\n%s OK done\r\n",
    "LOGIN": b"%s OK logged in\r\n",
    "EXAMINE": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 12] ok\r\n%s OK [READ-ONLY] done\r\n",
    "UID SEARCH": b"* SEARCH 10 11\r\n%s OK done\r\n",
    "IDLE": b"+ idling\r\n",
    "DONE": b"%s OK idle is over\r\n",
    "NOOP": b"%s OK done\r\n",
    "LOGOUT": b"* BYE see you\r\n%s OK done\r\n",
}


class ScriptedImap:
    """Serves every connection by `greeting` and a table of answers; `%s` in an answer is the command's tag.

    A command it has no answer for gets BAD. `heard` is every line clients have sent.
    """

    def __init__(self, answers: dict[str, Answer] | None = None, greeting: bytes | None = GREETING) -> None:
        self._answers = ORDINARY | (answers or {})
        self._greeting = greeting
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.heard: list[bytes] = []
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> ScriptedImap:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._listener, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.append(connection)
                self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            if self._greeting is not None:
                connection.sendall(self._greeting)
            tag = b""
            for line in lines:
                self.heard.append(line)
                words = line.split() or [b""]
                if words == [b"DONE"]:
                    self._answer(connection, tag, "DONE")
                    continue
                tag = words[0]
                self._answer(connection, tag, b" ".join(words[1:]).decode("ascii", "replace").upper())

    def _answer(self, connection: socket.socket, tag: bytes, command: str) -> None:
        # The longest entry it begins with: "UID FETCH 10" goes before "UID FETCH".
        fitting = [key for key in self._answers if command.startswith(key)]
        answer = self._answers[max(fitting, key=len)] if fitting else b"%s BAD unknown\r\n"
        if callable(answer):
            answer(connection, tag)
        elif answer is not None:
            connection.sendall(answer.replace(b"%s", tag))
