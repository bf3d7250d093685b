"""A mail server that has every message on the disk before it says so: python -m tests.faults.sink FILE.

Prints its port. A line of FILE is one message that was accepted, as JSON: recipient, Message-ID, the SHA-256 of the
bytes. What it has answered is true whatever happens to whoever asked.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import socketserver
import sys
from pathlib import Path

_WORDS = {"EHLO": "250 sink", "HELO": "250 sink", "MAIL": "250 ok", "RSET": "250 ok", "NOOP": "250 ok"}
_MESSAGE_ID = re.compile(rb"(?im)^message-id:\s*(<[^>]*>)")


class _Dialogue(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """One connection; whoever speaks to it may vanish in the middle of a word."""
        try:
            self._speak()
        except OSError:
            return

    def _speak(self) -> None:
        recipient = ""
        self._say("220 sink")
        while line := self.rfile.readline():
            word = line[:4].decode("latin-1").upper()
            if word == "RCPT":
                recipient = line.decode("latin-1").partition("<")[2].partition(">")[0]
                self._say("250 ok")
            elif word == "DATA":
                self._say("354 go on")
                content = self._content()
                if content is None:
                    return
                _keep(self.server.file, recipient, content)  # type: ignore[attr-defined]  # set in main
                self._say("250 2.0.0 Ok: queued")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say(_WORDS.get(word, "500 what?"))

    def _content(self) -> bytes | None:
        lines = []
        while line := self.rfile.readline():
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line)
        return None

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


def _keep(file: int, recipient: str, content: bytes) -> None:
    found = _MESSAGE_ID.search(content)
    digest = hashlib.sha256(content).hexdigest()
    row = {"to": recipient, "message_id": found[1].decode() if found else "", "sha256": digest}
    os.write(file, json.dumps(row).encode() + b"\n")
    os.fsync(file)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def main(path: Path) -> None:
    with _Server(("127.0.0.1", 0), _Dialogue) as server:
        server.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)  # type: ignore[attr-defined]  # what its handlers write to
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
