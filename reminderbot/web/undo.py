"""Takes back what somebody has just done, as long as nothing has happened since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reminderbot.desk.undo import kind_of, undo
from reminderbot.house import House
from reminderbot.web.access import who_may_undo
from reminderbot.web.fields import words_in
from reminderbot.web.guard import inside, user
from reminderbot.web.show import tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response


def pages(house: House) -> Blueprint:
    """/undo/NUMBER, for the button beside what was told."""
    from flask import Blueprint, abort, redirect, url_for

    blueprint = Blueprint("undo", __name__)

    @blueprint.post("/undo/<int:undo_id>")
    def take_back(undo_id: int) -> Response:
        if not who_may_undo(kind_of(house, undo_id)).lets_in(user()):
            abort(403)
        done = undo(house, user().name, undo_id)
        tell("undo.done")
        back = url_for("cases.one", case_id=done.case_id) if done.case_id else inside(words_in("back"))
        return redirect(back, 303)

    return blueprint
