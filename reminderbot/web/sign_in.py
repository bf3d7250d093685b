"""The door: a name and a password, and the link by which a password is first chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reminderbot.core.user import SHORTEST_PASSWORD
from reminderbot.desk.refusal import Refused
from reminderbot.desk.user import NotLetIn, accept, anybody, invitee, sign_in, sign_out
from reminderbot.house import House
from reminderbot.web.guard import inside

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response


def same(password: str, again: str) -> str:
    """The password; Refused where it was typed differently the second time."""
    if password != again:
        raise Refused("The two are not the same: type it once more.")
    return password


def pages(house: House) -> Blueprint:
    """/sign-in, /sign-out, and /welcome/SECRET for those who were invited."""
    from flask import Blueprint, redirect, render_template, request, session, url_for

    blueprint = Blueprint("sign_in", __name__)

    def let_in(name: str, password: str, back: str) -> Response:
        _, secret = sign_in(house, name, password, request.remote_addr or "")
        # A cookie from before is worth nothing after (session fixation, S13).
        session.clear()
        session["id"] = secret
        return redirect(back, 303)

    @blueprint.get("/sign-in")
    def page() -> str:
        return render_template("sign_in.html", back=inside(request.args.get("back")), empty=not anybody(house))

    @blueprint.post("/sign-in")
    def enter() -> Response | tuple[str, int]:
        name, back = request.form.get("name", ""), inside(request.form.get("back"))
        try:
            return let_in(name, request.form.get("password", ""), back)
        except NotLetIn as error:
            return render_template("sign_in.html", back=back, name=name, why=str(error), empty=False), 403

    @blueprint.get("/welcome/<secret>")
    def invited(secret: str) -> str:
        return render_template("welcome.html", invited=invitee(house, secret), shortest=SHORTEST_PASSWORD)

    @blueprint.post("/welcome/<secret>")
    def accept_invitation(secret: str) -> Response | tuple[str, int]:
        password = request.form.get("password", "")
        who = invitee(house, secret)
        try:
            accept(house, secret, same(password, request.form.get("again", "")))
        except Refused as error:
            return render_template("welcome.html", invited=who, shortest=SHORTEST_PASSWORD, why=str(error)), 422
        return let_in(who.name, password, url_for("today.page"))

    @blueprint.post("/sign-out")
    def leave() -> Response:
        sign_out(house, str(session.get("id", "")))
        session.clear()
        return redirect(url_for("sign_in.page"), 303)

    return blueprint
