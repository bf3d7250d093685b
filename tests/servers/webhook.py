"""A small web service on loopback that keeps what is posted to it, and answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Webhook:
    """What came in, and how the next posts are answered: a status, "drip" for an answer that never ends."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.posts: list[dict[str, Any]] = []
        self.answer: int | str = 200
        self.location = ""
        self.ended = threading.Event()

    @property
    def address(self) -> str:
        """As apprise wants it; the token is a secret."""
        return f"json://127.0.0.1:{self.port}/canary-token"


@contextmanager
def webhook() -> Iterator[Webhook]:
    """A service that runs as long as this lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            hook.posts.append({"path": self.path, **json.loads(self.rfile.read(size))})
            if hook.answer == "drip":
                self.send_response(200)
                self.end_headers()
                while not hook.ended.wait(0.05):
                    try:
                        self.wfile.write(b" ")
                    except OSError:
                        return
                return
            self.send_response(int(hook.answer))
            if hook.location:
                self.send_header("Location", hook.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook = Webhook(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        hook.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
