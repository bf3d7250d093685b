"""Takes back what somebody has just done, as long as nothing has happened since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reminderbot.desk.undo import undo
from reminderbot.house import House
from reminderbot.web.fields import words_in
from reminderbot.web.guard import inside, user
from reminderbot.web.show import tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response


def pages(house: House) -> Blueprint:
    """/undo/NUMBER, for the button beside what was told."""
    from flask import Blueprint, redirect, url_for

    blueprint = Blueprint("undo", __name__)

    @blueprint.post("/undo/<int:undo_id>")
    def take_back(undo_id: int) -> Response:
        done = undo(house, user().name, undo_id)
        tell("undo.done")
        back = url_for("cases.one", case_id=done.case_id) if done.case_id else inside(words_in("back"))
        return redirect(back, 303)

    return blueprint
