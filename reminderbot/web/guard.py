"""What holds for every page: the name it is asked for by, who asks with which proof, and what protects the answer."""

from __future__ import annotations

import hmac
import secrets
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from reminderbot.core.user import User
from reminderbot.desk.refusal import Refused
from reminderbot.desk.user import who
from reminderbot.house import House
from reminderbot.logs import log
from reminderbot.sentences.words import Words
from reminderbot.store import form
from reminderbot.web.access import Who, who_may
from reminderbot.web.fields import MOST_DIGITS
from reminderbot.web.webhook import Webhooks

if TYPE_CHECKING:
    from flask import Flask, Response
    from werkzeug.routing import IntegerConverter
    from werkzeug.wrappers import Response as AnyResponse

_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            "script-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
# Somebody else's page must not reach us under a name of its own (DNS rebinding).
_OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")
_A_YEAR = 31_536_000
# A browser or a proxy may ask for the head of any page (RFC 9110 9.3.2).
_CHANGING = ("POST", "PUT", "PATCH", "DELETE")
# The largest form is a letter: 16,000 characters, nine bytes each where every one is percent-encoded from UTF-8.
LARGEST_FORM = 512 * 1024


def guard(app: Flask, house: House, webhooks: Webhooks | None, words: Words) -> None:
    """Watch over all of `app`; the order matters: the name, then the proof, then the person, then the form."""
    _prepare(app, house)
    _names(app, house, webhooks)
    _proof(app, webhooks)
    _persons(app, house, webhooks)
    _forms(app, house)
    _answers(app, house, webhooks)
    _errors(app, words)


def inside(path: str | None, otherwise: str = "/") -> str:
    """`path` where it leads to a page of ours, else `otherwise`: nobody is sent elsewhere by a link to us."""
    if not path or not path.startswith("/") or path[1:2] in ("/", "\\") or any(c < " " or c == "\\" for c in path):
        return otherwise
    return path


def numbers() -> type[IntegerConverter]:
    """What counts as a number in an address: one that the store can look for, so that no other finds a page."""
    from werkzeug.routing import IntegerConverter

    class Number(IntegerConverter):
        regex = rf"\d{{1,{MOST_DIGITS}}}"

    return Number


def user() -> User:
    """Who is signed in; for pages that only they can reach."""
    from flask import g

    assert isinstance(g.user, User)
    return g.user


def _prepare(app: Flask, house: House) -> None:
    secure = house.public_url.startswith("https:")
    app.config.update(
        SECRET_KEY=hmac.digest(house.keys.newest, b"desk cookies", "sha256"),
        SESSION_COOKIE_NAME="__Host-reminderbot" if secure else "reminderbot",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        # As long as the session lives; we ask browsers for no Referer, so it cannot be looked at.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )


def _names(app: Flask, house: House, webhooks: Webhooks | None) -> None:
    from flask import abort, request
    from werkzeug.sansio.utils import host_is_trusted

    public = urlsplit(house.public_url).hostname
    known = (*_OWN_NAMES, public) if public else _OWN_NAMES

    @app.before_request
    def known_name() -> None:
        # What Twilio signs is proved by its signature, under whatever name a proxy hands it on.
        if webhooks is not None and webhooks.owns(request.path):
            return
        if not host_is_trusted(request.headers.get("Host"), known):
            abort(404 if webhooks is not None else 400)


def _proof(app: Flask, webhooks: Webhooks | None) -> None:
    """Every form proves that it comes from a page of ours (S12)."""
    from flask_wtf.csrf import CSRFProtect

    protection = CSRFProtect(app)
    if webhooks is not None:
        # Twilio's calls are proved by their signature.
        protection.exempt(webhooks.blueprint)


def _persons(app: Flask, house: House, webhooks: Webhooks | None) -> None:
    from flask import abort, g, redirect, request, session, url_for

    @app.before_request
    def known_person() -> AnyResponse | None:
        g.user = None
        if request.endpoint is None or (webhooks is not None and webhooks.owns(request.path)):
            return None
        needed = who_may(request.endpoint)
        if needed is None:
            abort(403)
        if needed is Who.ANYONE and not request.endpoint.startswith("sign_in."):
            return None
        if "id" in session:
            g.user = who(house, str(session["id"]))
        if needed.lets_in(g.user):
            return None
        if g.user is not None:
            abort(403)
        session.pop("id", None)
        wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
        return redirect(url_for("sign_in.page", back=inside(wanted)), 303)


def _forms(app: Flask, house: House) -> None:
    """What a form does, it does once (S27)."""
    from flask import abort, g, redirect, request

    @app.before_request
    def once() -> None:
        if request.method not in _CHANGING or g.user is None:
            return
        number = request.form.get("form", "")
        if not 16 <= len(number) <= 64:
            abort(400)
        g.form = ExitStack()
        g.form.enter_context(form.sent(number, house.clock.now()))

    @app.teardown_request
    def over(_error: BaseException | None) -> None:
        if stack := g.pop("form", None):
            stack.close()

    @app.errorhandler(form.AlreadyDone)
    def done(_error: form.AlreadyDone) -> AnyResponse:
        return redirect(_way_back(), 303)

    app.jinja_env.globals["form_number"] = lambda: secrets.token_hex(16)


def _answers(app: Flask, house: House, webhooks: Webhooks | None) -> None:
    from flask import request

    secure = house.public_url.startswith("https:")

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in _HEADERS.items():
            # A page may ask for more protection than this, never less.
            response.headers.setdefault(name, value)
        if request.endpoint == "static" and response.status_code == 200:
            response.headers["Cache-Control"] = "private, max-age=3600"
        if secure:
            response.headers["Strict-Transport-Security"] = f"max-age={_A_YEAR}"
        if webhooks is not None:
            webhooks.note(request, response.status_code)
        return response


def _errors(app: Flask, words: Words) -> None:
    from flask import g, render_template, request
    from flask_wtf.csrf import CSRFError
    from werkzeug.exceptions import HTTPException, InternalServerError

    def shown(status: int, why: str) -> tuple[str, int]:
        g.setdefault("user", None)
        return render_template("refused.html", why=why, back=_way_back(), status=status), status

    @app.errorhandler(Refused)
    def refused(error: Refused) -> tuple[str, int]:
        return shown(422, str(error))

    @app.errorhandler(CSRFError)
    def unproved(_error: CSRFError) -> tuple[str, int]:
        return shown(403, words("errors.e400"))

    @app.errorhandler(HTTPException)
    def wrong(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error
        return shown(error.code, words.or_none(f"errors.e{error.code}") or words("errors.other"))

    @app.errorhandler(InternalServerError)
    def our_mistake(error: InternalServerError) -> tuple[str, int]:
        cause = error.original_exception or error
        # Where it failed stands in the log already: Flask writes that.
        log("desk_failed", page=request.endpoint, error=type(cause).__name__)
        return shown(500, words("errors.e500"))


def _way_back() -> str:
    """The page that a form came from; the first page where there is none, or what was sent cannot even be read."""
    from flask import request
    from werkzeug.exceptions import RequestEntityTooLarge

    try:
        return inside(request.form.get("back"))
    except RequestEntityTooLarge:
        return "/"
