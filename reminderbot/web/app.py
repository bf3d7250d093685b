"""The status page: how the bot is doing, for the machine it runs on; no customer's name, address or words on it.

There are no accounts yet, so it shows only what a passer-by may see, changes nothing, and answers loopback only. Beside
it, under the public address, nothing but the pages that Twilio calls.
"""

from __future__ import annotations

import logging
import socket
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reminderbot.core.delivery import unquoted
from reminderbot.core.loopback import is_loopback
from reminderbot.desk.door import look_at
from reminderbot.desk.status import Status, status
from reminderbot.house import House
from reminderbot.logs import log
from reminderbot.web.webhook import LARGEST_BODY, Webhooks

if TYPE_CHECKING:
    from flask import Flask, Response

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


# Somebody else's page must not reach us under a name of its own (DNS rebinding).
_OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")


def make_app(house: House, webhooks: Webhooks | None = None) -> Flask:
    """The pages of one installation: / for people, /status.json for scripts, /healthz for a supervisor."""
    from flask import Flask, jsonify, render_template

    app = Flask("reminderbot.web", static_folder="static")
    app.url_map.merge_slashes = False
    _guard(app, webhooks)
    if webhooks is not None:
        app.register_blueprint(webhooks.pages())

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

    return app


def _guard(app: Flask, webhooks: Webhooks | None) -> None:
    """What holds for every page: who may ask for it under which name, and what protects the answer."""
    from flask import abort, request
    from werkzeug.sansio.utils import host_is_trusted

    @app.before_request
    def known_name() -> None:
        # What Twilio signs is proved by its signature, under whatever name a proxy hands it on.
        if webhooks is not None and webhooks.owns(request.path):
            return
        if not host_is_trusted(request.headers.get("Host"), _OWN_NAMES):
            abort(404 if webhooks is not None else 400)

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.update(_HEADERS)
        if webhooks is not None:
            webhooks.note(request, response.status_code)
        return response


def _status(house: House) -> Status:
    """How things stand, without a server's own words, which may name a customer."""
    with house.store.reading() as connection:
        found = status(house, connection, look_at(house, connection))
    return replace(found, stops=tuple(replace(stop, why=unquoted(stop.why)) for stop in found.stops))


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
        "calls_accepted": found.calls.accepted if found.calls else None,
        "calls_turned_away": found.calls.turned_away if found.calls else None,
    }


def serve(house: House, listen: tuple[str, int]) -> threading.Thread | None:
    """Serve the pages in a thread until the house ends; None, and a line in the log, where that cannot be."""
    host, port = listen
    if not is_loopback(host):
        log("desk_not_served", why="the desk has no accounts yet: [desk] listen must be a loopback address")
        return None
    webhooks = Webhooks(house, house.webhook) if house.webhook else None
    try:
        taken = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        log("desk_not_served", why=f"{host}:{port}: {error.strerror}; choose another [desk] listen")
        return None
    thread = threading.Thread(target=_run, args=(house, taken, webhooks), name="desk", daemon=True)
    thread.start()
    return thread


def _run(house: House, taken: socket.socket, webhooks: Webhooks | None) -> None:
    from waitress import wasyncore
    from waitress.server import create_server

    reader = threading.Thread(target=webhooks.read_on, name="texts", daemon=True) if webhooks else None
    if webhooks and reader:
        webhooks.tally.keep()
        reader.start()
    # It would tell of every request that waits a moment for a free thread.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    connections: dict[int, Any] = {}
    server = create_server(
        make_app(house, webhooks),
        map=connections,
        sockets=[taken],
        threads=4,
        ident="",
        # Only Twilio sends a body.
        max_request_body_size=LARGEST_BODY if webhooks else 1024,
    )
    while not house.ending.is_set():
        wasyncore.loop(timeout=0.5, map=connections, count=1)
    server.task_dispatcher.shutdown()
    wasyncore.close_all(connections)
    taken.close()
    if webhooks and reader:
        reader.join()
        webhooks.tally.keep()
