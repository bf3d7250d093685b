"""The status page: how the bot is doing, for the machine it runs on; no customer's name, address or words on it.

There are no accounts yet, so it shows only what a passer-by may see, changes nothing, and answers loopback only.
"""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

from reminderbot.core.loopback import is_loopback
from reminderbot.desk.door import look_at
from reminderbot.desk.status import Status, status
from reminderbot.house import House
from reminderbot.logs import log

if TYPE_CHECKING:
    from flask import Flask, Response

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def make_app(house: House) -> Flask:
    """The pages of one installation: / for people, /status.json for scripts, /healthz for a supervisor."""
    from flask import Flask, jsonify, render_template

    app = Flask("reminderbot.web", static_folder="static")
    # Somebody else's page must not reach us under a name of its own (DNS rebinding).
    app.config["TRUSTED_HOSTS"] = ["localhost", "127.0.0.1", "[::1]"]

    @app.get("/")
    def page() -> str:
        return render_template("status.html", status=_status(house), business=house.business.name)

    @app.get("/status.json")
    def as_json() -> Response:
        return jsonify(summary(_status(house)))

    @app.get("/healthz")
    def health() -> tuple[str, int]:
        stopped = bool(_status(house).stops)
        return ("stopped\n", 503) if stopped else ("ok\n", 200)

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers.update(_HEADERS)
        return response

    return app


def _status(house: House) -> Status:
    with house.store.reading() as connection:
        return status(house, connection, look_at(house, connection))


def summary(found: Status) -> dict[str, Any]:
    """What the page says, as plain values."""
    return {
        "mode": found.mode.value,
        "ceiling": found.ceiling.value,
        "stops": [{"kind": s.kind, "why": s.why, "cure": s.cure} for s in found.stops],
        "planned": found.planned,
        "next_at": found.next_at.isoformat() if found.next_at else None,
        "to_approve": found.to_approve,
        "cases": found.cases,
        "holds": found.holds,
        "uncertain": len(found.uncertain),
        "promised": [str(money) for money in found.promised],
        "ledger_at": found.ledger_at.isoformat() if found.ledger_at else None,
        "inbox_at": found.inbox_at.isoformat() if found.inbox_at else None,
    }


def serve(house: House, listen: tuple[str, int]) -> threading.Thread | None:
    """Serve the pages in a thread until the house ends; None, and a line in the log, where that cannot be."""
    host, port = listen
    if not is_loopback(host):
        log("desk_not_served", why="the desk has no accounts yet: [desk] listen must be a loopback address")
        return None
    try:
        taken = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        log("desk_not_served", why=f"{host}:{port}: {error.strerror}; choose another [desk] listen")
        return None
    thread = threading.Thread(target=_run, args=(house, taken), name="desk", daemon=True)
    thread.start()
    return thread


def _run(house: House, taken: socket.socket) -> None:
    from waitress import wasyncore
    from waitress.server import create_server

    connections: dict[int, Any] = {}
    # A body is never wanted, so hardly any is read.
    server = create_server(
        make_app(house), map=connections, sockets=[taken], threads=2, ident="", max_request_body_size=1024
    )
    while not house.ending.is_set():
        wasyncore.loop(timeout=0.5, map=connections, count=1)
    server.task_dispatcher.shutdown()
    wasyncore.close_all(connections)
    taken.close()
