"""One's own page: another password, and an end to every session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reminderbot.core.user import SHORTEST_PASSWORD
from reminderbot.desk.user import change_password, sign_out_everywhere
from reminderbot.house import House
from reminderbot.web.guard import user
from reminderbot.web.sign_in import same

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response


def pages(house: House) -> Blueprint:
    """/me and what can be done there."""
    from flask import Blueprint, redirect, render_template, request, session, url_for

    blueprint = Blueprint("me", __name__, url_prefix="/me")

    @blueprint.get("/")
    def page() -> str:
        return render_template("me.html", shortest=SHORTEST_PASSWORD)

    @blueprint.post("/password")
    def password() -> Response:
        new = same(request.form.get("new", ""), request.form.get("again", ""))
        change_password(house, user().name, request.form.get("old", ""), new)
        session.clear()
        return redirect(url_for("sign_in.page"), 303)

    @blueprint.post("/sign-out-everywhere")
    def leave_everywhere() -> Response:
        sign_out_everywhere(house, user().name)
        session.clear()
        return redirect(url_for("sign_in.page"), 303)

    return blueprint
