"""The first page: what needs a person now, whom to call, what leaves next, what stands still, what was promised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reminderbot.desk.door import look_at
from reminderbot.desk.status import status
from reminderbot.desk.today import today
from reminderbot.house import House
from reminderbot.sentences.calls import speaker_of

if TYPE_CHECKING:
    from flask import Blueprint


def pages(house: House) -> Blueprint:
    """/, the page one begins with."""
    from flask import Blueprint, render_template

    blueprint = Blueprint("today", __name__)

    @blueprint.get("/")
    def page() -> str:
        with house.store.reading() as connection:
            seen = status(house, connection, look_at(house, connection), with_promises=False)
            found = today(house, connection, seen)
        return render_template("today.html", status=seen, today=found, speaker=speaker_of(house))

    return blueprint
