"""What may leave: the batch that waits for a yes, the switch that stops everything, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reminderbot.core.stop import Mode
from reminderbot.desk.door import look_at
from reminderbot.desk.refusal import Refused
from reminderbot.desk.sending import approvable, approve, first_batch, go_live, stop
from reminderbot.house import House
from reminderbot.store import people
from reminderbot.web.fields import words_in
from reminderbot.web.guard import user
from reminderbot.web.show import tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response

_MOST = 200


def pages(house: House) -> Blueprint:
    """/sending/ and what can be done there."""
    from flask import Blueprint, redirect, render_template, request, url_for

    blueprint = Blueprint("sending", __name__, url_prefix="/sending")

    def back() -> Response:
        return redirect(url_for("sending.page"), 303)

    @blueprint.get("/")
    def page() -> str:
        with house.store.reading() as connection:
            door = look_at(house, connection)
            waiting = approvable(connection, door.mode) if door.mode is not Mode.DRAFT else []
            names = people.names(connection, [one.row.customer_id for one in waiting[:_MOST]])
        return render_template(
            "sending.html", door=door, stops=door.lasting(house.clock.now()), ceiling=house.ceiling,
            waiting=waiting[:_MOST], all=len(waiting), names=names,
        )  # fmt: skip

    @blueprint.post("/approve")
    def say_yes() -> Response:
        chosen = request.form.getlist("reminder", type=int)
        if not chosen:
            raise Refused("Choose the letters that may leave.")
        number = approve(house, user().name, chosen)
        tell("sending.approved", number=number)
        return back()

    @blueprint.post("/stop")
    def stop_all() -> Response:
        if stop(house, user().name, words_in("why")):
            tell("sending.stopped")
        else:
            tell("sending.stopped_before")
        return back()

    @blueprint.get("/go-on")
    def before() -> str:
        return render_template("go_on.html", coming=first_batch(house), ceiling=house.ceiling)

    @blueprint.post("/go-on")
    def go_on() -> Response:
        go_live(house, user().name)
        tell("sending.goes_on")
        return back()

    return blueprint
