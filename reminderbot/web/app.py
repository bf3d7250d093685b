"""Puts the desk together and serves it: pages for people, two for machines, and those that Twilio calls."""

from __future__ import annotations

import logging
import socket
import threading
from typing import TYPE_CHECKING, Any

from reminderbot.core.loopback import is_loopback
from reminderbot.house import House
from reminderbot.logs import log
from reminderbot.sentences.words import words_for
from reminderbot.web import (
    answers,
    calendar,
    calls,
    cases,
    customers,
    forecast,
    handover,
    instalments,
    letters,
    machine,
    mails,
    me,
    papers,
    people,
    reports,
    sending,
    sign_in,
    simulate,
    today,
    undo,
)
from reminderbot.web.charts import draw
from reminderbot.web.guard import LARGEST_FORM, guard, numbers
from reminderbot.web.show import dress
from reminderbot.web.webhook import Webhooks

if TYPE_CHECKING:
    from flask import Flask


def make_app(house: House, webhooks: Webhooks | None = None) -> Flask:
    """The pages of one installation; `access.py` says who may see which."""
    from flask import Flask

    app = Flask("reminderbot.web", static_folder="static")
    app.url_map.merge_slashes = False
    app.url_map.converters["int"] = numbers()
    words = words_for(house.business.language)
    guard(app, house, webhooks, words)
    draw(app, dress(app, house, words), words)
    for room in (
        machine,
        sign_in,
        me,
        people,
        today,
        cases,
        calls,
        answers,
        mails,
        customers,
        calendar,
        simulate,
        letters,
        reports,
        forecast,
        sending,
        undo,
        handover,
        papers,
        instalments,
    ):
        app.register_blueprint(room.pages(house))
    if webhooks is not None:
        app.register_blueprint(webhooks.blueprint)
    return app


def serve(house: House, listen: tuple[str, int]) -> threading.Thread | None:
    """Serve the pages in a thread until the house ends; None, and a line in the log, where that cannot be."""
    host, port = listen
    if not is_loopback(host):
        log(
            "desk_not_served",
            why="the desk speaks no TLS: [desk] listen must be a loopback address, with a proxy before it",
        )
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
        max_request_body_size=LARGEST_FORM,
        **_proxy(house),
    )
    while not house.ending.is_set():
        wasyncore.loop(timeout=0.5, map=connections, count=1)
    server.task_dispatcher.shutdown()
    wasyncore.close_all(connections)
    taken.close()
    if webhooks and reader:
        reader.join()
        webhooks.tally.keep()


def _proxy(house: House) -> dict[str, Any]:
    """Only a proxy on this machine may say where a browser is; what others claim counts for nothing."""
    if not house.public_url:
        return {}
    host, _ = house.listen or ("127.0.0.1", 0)
    # Whoever calls ::1 calls from there; whoever calls any 127.x.y.z, from the first of them.
    proxy = "::1" if ":" in host else "127.0.0.1"
    return {"trusted_proxy": proxy, "trusted_proxy_count": 1, "trusted_proxy_headers": {"x-forwarded-for"}}
