"""Who works here: owners invite, change roles, and close the door behind those who leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reminderbot.core.user import Role
from reminderbot.desk.refusal import Refused
from reminderbot.desk.user import close, give_role, invite, link_of, listed
from reminderbot.house import House
from reminderbot.web.guard import user
from reminderbot.web.show import tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response


def pages(house: House) -> Blueprint:
    """/people and what can be done there."""
    from flask import Blueprint, redirect, render_template, request, url_for

    blueprint = Blueprint("people", __name__, url_prefix="/people")

    def back() -> Response:
        return redirect(url_for("people.page"), 303)

    @blueprint.get("/")
    def page() -> str:
        return render_template("people.html", people=listed(house), roles=list(Role))

    # The link is shown once, on the answer itself: it must not stay in a browser's history or a cookie.
    @blueprint.post("/invite")
    def invite_somebody() -> str:
        # Somebody new has a role; who is here already keeps theirs.
        chosen = _role(request.form["role"]) if "role" in request.form else None
        made = invite(house, user().name, request.form.get("name", ""), chosen)
        return render_template("invitation.html", invited=made, link=link_of(house, made))

    @blueprint.post("/<name>/role")
    def role(name: str) -> Response:
        chosen = _role(request.form.get("role", ""))
        give_role(house, user().name, name, chosen)
        tell("people.is_now", name=name, role=chosen.value)
        return back()

    @blueprint.post("/<name>/close")
    def close_somebody(name: str) -> Response:
        close(house, user().name, name)
        tell("people.closed", name=name)
        return back()

    return blueprint


def _role(word: str) -> Role:
    try:
        return Role(word)
    except ValueError:
        raise Refused("Choose a role: collector or owner.") from None
